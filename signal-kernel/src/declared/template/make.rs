//! The function that makes a graph, without the first run of its effects.
//!
//! Must not know: how a graph settles; the methods of a batch.

/// The body of `__unstarted`: the pieces one after the other, then the struct.
///
/// Each piece is made in a function of its own, and waits for the struct on the heap where nothing is optimized: else
/// all pieces, and the copies of their moves, would be on the stack together. Types are spelled out: if rustc had to
/// infer the type of a piece from the struct at the end, its time would grow with the square of the nodes.
///
/// ```text
/// __make! {
///     1 [2] [0] ready None
///     { [signal __price () = __init_price] [field __log = __init_log] }
///     { [computed __total () = __body_total [([&] __price.value)]] }
///     { __price: __price.take(), __log: __log.take(), __total: __total.take(), }
/// }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __make {
    (
        $words:literal $effects:tt $memos:tt $ready:ident [$($queue:tt)*]
        { $($source:tt)* } { $($derived:tt)* } { $($fields:tt)* }
    ) => {
        $( $crate::__piece! { $ready $source } )*
        let $ready = $($queue)*;
        $( $crate::__piece! { $ready $derived } )*
        $crate::__private::make::graph(move || Self {
            $($fields)*
            core__: $crate::__private::Core::new(
                $effects,
                $memos,
                $ready,
                <Self as $crate::__private::DeclaredGraph<$words>>::TOPOLOGY,
            ),
        })
    };
}

/// One piece of a graph.
#[doc(hidden)]
#[macro_export]
macro_rules! __piece {
    // A parameter of `new`.
    ($ready:ident [given $piece:ident = $value:ident]) => {
        let $piece = $value;
    };
    ($ready:ident [field $piece:ident = $init:ident]) => {
        let $piece = $crate::__private::make::piece(Self::$init);
    };
    ($ready:ident [parameter $piece:ident $version:tt = $value:ident]) => {
        let $piece = $crate::__private::make::slot::<_, $version>(move || $value);
    };
    ($ready:ident [signal $piece:ident $version:tt = $init:ident]) => {
        let $piece = $crate::__private::make::slot::<_, $version>(Self::$init);
    };
    ($ready:ident [computed $piece:ident $version:tt = $body:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]]) => {
        let $piece = $crate::__private::make::slot::<_, $version>(|| Self::$body($($($borrow)* $($input)*),*));
    };
    ($ready:ident [per $piece:ident $version:tt = $body:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]]) => {
        let $piece = $crate::__private::make::per::<_, $version>(|| Self::$body($($($borrow)* $($input)*),*));
    };
    ($ready:ident [per_parameter $piece:ident $version:tt = $value:ident]) => {
        let $piece = $crate::__private::make::per::<_, $version>(move || $value);
    };
    ($ready:ident [memo $piece:ident $same:ident]) => {
        let $piece = $crate::__private::make::piece(|| $crate::__private::Memo::new(Self::$same));
    };
    // A `#[manual]` resource does not start here.
    ($ready:ident [manual $piece:ident $rank:literal $keep:ident $({ $($policy:tt)* })?]) => {
        let $piece = $crate::__private::make::piece(|| {
            $crate::__private::ResourceSlot::new(
                $rank,
                $crate::__private::Policy::new($crate::__private::KeepPrevious::$keep, true) $($($policy)*)?,
            )
        });
    };
    // The braces have a chain of calls that change the policy.
    ($ready:ident [
        resource $piece:ident $rank:literal $keep:ident $({ $($policy:tt)* })?
        $start:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]
    ]) => {
        let mut $piece = $crate::__private::make::piece(|| {
            $crate::__private::ResourceSlot::new(
                $rank,
                $crate::__private::Policy::new($crate::__private::KeepPrevious::$keep, false) $($($policy)*)?,
            )
        });
        $piece.begin(&$ready, Self::$start($($($borrow)* $($input)*),*));
    };
    // A resource that waits: the braces have its policy.
    ($ready:ident [
        timed $piece:ident $rank:literal $keep:ident $manual:literal { $($policy:tt)* } [$sleeps:ident $sleeper:tt $times:ident]
        $($start:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*])?
    ]) => {
        #[allow(unused_mut)]
        let mut $piece = $crate::__private::make::piece(|| {
            $crate::__private::ResourceSlot::timed(
                $rank,
                $crate::__private::Policy::new($crate::__private::KeepPrevious::$keep, $manual) $($policy)*,
                $crate::__private::Timed::new(Self::$sleeps $sleeper, Self::$times()),
            )
        });
        $( $piece.begin(&$ready, Self::$start($($($borrow)* $($input)*),*)); )?
    };
    // A graph inside: it is fed first. Its effects run with those of the graph around.
    ($ready:ident [
        graph $piece:ident [$($inside:tt)*] $rank:literal = $make:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]
        { $( [$feed:ident [$( ([$($fed_borrow:tt)*] $($fed:tt)*) )*]] )* } $([$($stateful:tt)*] $state:ident)?
    ]) => {
        let mut $piece = $crate::__private::make::piece(|| {
            $crate::__private::Inside::<$($inside)*>::new(Self::$make($($($borrow)* $($input)*),*), &$ready, $rank)
        });
        $( Self::$feed(&mut $piece.feed_first() $(, $($fed_borrow)* $($fed)*)*); )*
        $( $crate::__private::restore_inside::<$($stateful)*>(&mut $piece, $state); )?
        $piece.begin().resume();
    };
    ($ready:ident [graph_parameter $piece:ident [$($inside:tt)*] $rank:literal = $part:ident $([$($stateful:tt)*] $state:ident)?]) => {
        let mut $piece = $crate::__private::make::piece(|| {
            $crate::__private::Inside::<$($inside)*>::new($part, &$ready, $rank)
        });
        $( $crate::__private::restore_inside::<$($stateful)*>(&mut $piece, $state); )?
        $piece.begin().resume();
    };
    ($ready:ident [kept $piece:ident $ty:ty]) => {
        let $piece =
            $crate::__private::make::piece(|| $crate::__private::core::option::Option::<$ty>::None);
    };
    // A list, without rows.
    ($ready:ident [list $piece:ident $rank:literal]) => {
        let $piece = $crate::__private::make::piece(|| $crate::List::new(&$ready, $rank));
    };
    // A list with the rows of a state. A value that the state has written is not fed.
    ($ready:ident [
        restored $piece:ident $rank:literal $kind:ident [$($stateful:tt)*] $state:ident
        [$( $make:ident [$( ([$($field_borrow:tt)*] $($field:tt)*) )*] )?]
        { $( [$hash:literal $feed:ident [$( ([$($feed_borrow:tt)*] $($fed:tt)*) )*]] )* }
    ]) => {
        let mut $piece = $crate::__private::make::piece(|| $crate::List::new(&$ready, $rank));
        let maker = $crate::__private::core::option::Option::None;
        $(
            let make = |key| Self::$make(key, $($($field_borrow)* $($field)*),*);
            let maker = maker.or($crate::__private::core::option::Option::Some($crate::__private::Maker::Borrowed(&make)));
        )?
        $crate::__private::restore_rows::<_, $($stateful)*, $crate::__private::$kind>($piece.write_first(maker), $state);
        $( $piece.feed_new::<$hash>(|rows| Self::$feed(rows, $($($feed_borrow)* $($fed)*),*)).resume(); )*
        $piece.begin().resume();
    };
    // A list that follows its keys.
    ($ready:ident [
        followed $piece:ident $rank:literal $keys:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]
        $make:ident [$( ([$($field_borrow:tt)*] $($field:tt)*) )*]
        { $( [$hash:literal $feed:ident [$( ([$($feed_borrow:tt)*] $($fed:tt)*) )*]] )* } $([$($stateful:tt)*] $state:ident)?
    ]) => {
        let mut $piece = $crate::__private::make::piece(|| $crate::List::new(&$ready, $rank));
        let keys = Self::$keys($($($borrow)* $($input)*),*);
        $piece
            .follow(keys, |key| {
                Self::$make(
                    $crate::__private::core::clone::Clone::clone(key),
                    $($($field_borrow)* $($field)*),*
                )
            })
            .resume();
        $(
            $crate::__private::restore_rows::<_, $($stateful)*, $crate::__private::Follows>(
                $piece.write_first($crate::__private::core::option::Option::None),
                $state,
            );
        )?
        $( $piece.feed_new::<$hash>(|rows| Self::$feed(rows, $($($feed_borrow)* $($fed)*),*)).resume(); )*
        $piece.begin().resume();
    };
    // A chunk of a large graph, in the struct or boxed.
    ($ready:ident [chunk $chunk:ident $how:ident { $($piece:tt)* } $made:tt]) => {
        let $chunk = $crate::__private::make::$how(|| {
            $( $crate::__piece! { $ready $piece } )*
            $made
        });
    };
}
