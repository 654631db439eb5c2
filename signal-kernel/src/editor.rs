//! The layer between the bodies of a declaration and their readers, rustc and editors.
//!
//! An editor expands the text as it is and once more with a word put in at the cursor, and looks for that word at the
//! same offset in both expansions. So an editor must see the user's tokens whether the tokens parse or not, at a place
//! that does not depend on the parse. rustc must see only the tokens that parse.
//!
//! Invariants: for rustc no token is added or changed, so its messages are the messages of the functions themselves;
//! for an editor a body's tokens stand once, and no token before the body depends on the body.
//!
//! Must not know: the purpose of a body.

/// The functions of the bodies of one struct, in declaration order.
///
/// ```text
/// __bodies! {
///     { impl Cart }
///     {
///         { }
///         k (p __edit_total -> u64) { price * qty } (price qty) { fn __body_total(price: &u64, qty: &u64) -> u64 } b;
///         { comp }
///         b (e __edit_show -> ()) { total. } () { fn __body_show(total: &u64) -> () } { unreachable!() };
///         { } b;
///     }
///     (price: &u64, qty: &u64, total: &u64)
///     (price: &u64, qty: &u64, total: &u64)
/// }
/// ```
///
/// Each entry starts with the words that stand in the place of an item's keyword, and with the type of a graph that is
/// handed in. The user's tokens are the block of the function behind these words (`k`), or the tokens have a stand-in
/// (`b`). The parentheses, in the entry and at the end, are for editors: the scope, and every word of the body that names
/// a node.
///
/// Every entry has a `b`, alone if there is no stand-in. The `b` separates two optional pieces: if one optional piece
/// follows another, rustc's matcher copies all that it has matched so far, for each entry anew.
#[cfg(not(rust_analyzer))]
#[doc(hidden)]
#[macro_export]
macro_rules! __bodies {
    (
        { $($head:tt)* }
        {
            $(
                $words:tt
                $( k $good_edited:tt $good_block:tt $good_named:tt { $($good_head:tt)* } )?
                b
                $( ($($bad_edited:tt)*) $bad_block:tt $bad_named:tt { $($bad_head:tt)* } $stand_in:tt )?
                ;
            )*
        }
        $plain:tt
        $effect:tt
    ) => {
        $($head)* {
            $(
                $( $($good_head)* $good_block )?
                $( $($bad_head)* $stand_in )?
            )*
        }
    };
}

/// The same macro for an editor. Each body stands in a function. Its parameters are every node that a body may name
/// (`p`), every node that an effect may name (`e`), no node (`n`), or parameters of its own (`o`): for a signal that starts
/// anew, and in a graph with very many nodes, only the nodes that the body names.
#[cfg(rust_analyzer)]
#[doc(hidden)]
#[macro_export]
macro_rules! __bodies {
    (
        { $($head:tt)* }
        {
            $(
                { $($words:tt)* }
                $tag:ident
                $(
                    (
                        $( p $p:ident )? $( e $e:ident )? $( n $n:ident )? $( o $o:ident $own:tt )?
                        -> $($result:tt)*
                    )
                    $block:tt
                    ($($named:ident)*)
                    { $($function:tt)* }
                    $( { $($stand_in:tt)* } )?
                )?
                $( $end:ident )?
                ;
            )*
        }
        $plain:tt
        $effect:tt
    ) => {
        $(
            const _: () = {
                #[allow(unused_imports)]
                use $crate::__keywords::*;
                $($words)*
            };
        )*
        $($head)* {
            $($(
                #[allow(unused)]
                fn $( $p $plain )? $( $e $effect )? $( $n () )? $( $o $own )? -> $($result)* $block
                // A use of a node is a use of its getter too, so that an editor can rename a node from every use.
                $($function)* { $( let _ = Self::$named; )* loop {} }
            )?)*
        }
    };
}

/// The words that an editor offers at the start of an item.
#[cfg(rust_analyzer)]
#[doc(hidden)]
#[allow(non_upper_case_globals)]
pub mod __keywords {
    /// `signal name: Type = value;` is a source.
    pub const signal: () = ();
    /// `computed name: Type = expression;` is derived from other nodes.
    pub const computed: () = ();
    /// `resource name = function(arguments);` is fed by a `#[resource]` function.
    pub const resource: () = ();
    /// `graph name: Type(arguments);` is another graph inside this one.
    pub const graph: () = ();
    /// `list name: Type by Key => |key| Type(arguments);` is a list of graphs inside this one.
    pub const list: () = ();
    /// `effect name { … }` runs when a node it names has changed.
    pub const effect: () = ();
}
