//! The code of a declared graph, as templates: `reactive!` emits a description of the graph, and these macros turn the
//! description into Rust. They are the caller's side of [`super::settle`], [`super::batch`] and [`super::make`].
//!
//! A description holds names, places and numbers. A place is a path to a field without the graph: `__price`, or
//! `part_2__.17` in a graph that is kept in parts. An input `([&] __price.value)` is a reference to a place; the input
//! `([] __total.current())` is a memo's value. The user's names and `self` come from the description, so they keep
//! the meaning that they have in the declaration.
//!
//! Invariants: no macro here calls itself; an entry of a list is one group, so that rustc's matcher has no choice to
//! make between two entries.
//!
//! Must not know: declaration syntax; how a graph settles.

/// The engine of a graph: the pass over each word of the mask, and the way to each node.
///
/// ```text
/// __engine! {
///     self impl [] Cart [] 1 R E
///     topology b"ces" ([2, 3, 3], [2, 3, 0]) { whole ([1, 1, 2, 3], [0, 0, 0], [2, 1, 1]) }
///     resources false
///     pass {
///         __pass_0 0 [inline] {
///             255 {
///                 0 [computed __total = __body_total [([&] __price.value) ([&] __qty.value)] __equal_u64 2 []]
///                 1 [effect __body_show [([&] __total.value)]]
///             }
///         }
///     }
///     node { __node_0 0 3 [inline] { 0 [__total] __equal_u64; 2 [__price] __equal_u64; } }
///     memo { }
/// }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __engine {
    (
        $this:ident impl [$($generics:tt)*] $graph:ty [$($bounds:tt)*] $words:literal $free:ident $failed:ident
        topology $kinds:literal ($dependency_ends:tt, $dependencies:tt)
            { $( $masks:ident ($mask_ends:tt, $mask_words:tt, $mask_bits:tt) )* }
        resources $has_resources:literal
        pass {
            $(
                $pass:ident $word:literal [$($pass_inline:tt)*] {
                    $( $due:literal { $( $rank:literal $visit:tt )* } )*
                }
            )*
        }
        node {
            $(
                $node:ident $node_first:literal $node_last:literal [$($node_inline:tt)*] {
                    $( $position:literal [$($shown:tt)*] $($rule:ident)?; )*
                }
            )*
        }
        memo {
            $(
                $memo:ident $compute:ident $memo_first:literal $memo_last:literal [$($memo_inline:tt)*] {
                    $(
                        $memo_rank:literal [$($memo_place:tt)*] $body:ident
                        [$( ([$($borrow:tt)*] $($input:tt)*) )*] $same:ident
                        [$since:tt $( ($($changed_at:tt)*) )*];
                    )*
                }
            )*
        }
    ) => {
        #[doc(hidden)]
        #[allow(dead_code, unused_variables)]
        impl $($generics)* $graph $($bounds)* {
            $(
                #[$($pass_inline)*]
                fn $pass<const SINGLE: bool>(&mut $this, bits: u64) -> $crate::__private::Change {
                    let mut pass =
                        $crate::__private::Pass::<SINGLE, $words>::new(&mut $this.core__, $word, bits);
                    $(
                        if pass.due($due) {
                            $( if pass.visit($rank) { $crate::__visit! { $this pass $visit } } )*
                        }
                    )*
                    pass.end()
                }
            )*
            $(
                #[$($node_inline)*]
                fn $node(&mut $this, position: usize, visitor: &mut $crate::__private::Visitor<'_>) {
                    match position {
                        $( $position => $this.$($shown)*.accept(visitor $(, Self::$rule)?), )*
                        _ => {}
                    }
                }
            )*
            $(
                #[$($memo_inline)*]
                fn $memo(&$this, rank: usize) -> &dyn $crate::__private::MemoState {
                    match rank {
                        $( $memo_rank => &$this.$($memo_place)*, )*
                        _ => $crate::__private::read::no_memo(rank),
                    }
                }

                #[$($memo_inline)*]
                fn $compute(
                    &$this,
                    rank: usize,
                    revision: u64,
                ) -> $crate::__private::core::option::Option<$crate::__private::Payload> {
                    match rank {
                        $(
                            $memo_rank => {
                                let changed_at = $crate::__since!($since revision);
                                $(
                                    let changed_at = $crate::__private::core::cmp::Ord::max(
                                        changed_at,
                                        $this.$($changed_at)*,
                                    );
                                )*
                                $this.$($memo_place)*.compute(
                                    $this,
                                    revision,
                                    changed_at,
                                    |graph| Self::$body($($($borrow)* graph.$($input)*),*),
                                    Self::$same,
                                )
                            }
                        )*
                        _ => $crate::__private::read::no_memo(rank),
                    }
                }
            )*

            // The methods of each node call these. They leave no type to infer: inference takes the most of rustc's
            // time for a call.
            #[inline]
            fn __changed<$free>(&mut $this, old: $free, word: usize, bits: u64) {
                $crate::__private::settle::changed($this, old, word, bits);
            }

            fn __updated<$free>(
                &mut $this,
                (result, panics): (
                    $crate::__private::core::option::Option<$free>,
                    $crate::__private::FirstPanic,
                ),
            ) -> $free {
                $crate::__private::settle::updated($this, result, panics)
            }

            #[track_caller]
            fn __refreshed(&mut $this, rank: usize) -> &Self {
                $crate::__private::batch::refresh($this, rank);
                $this
            }

            fn __requested(
                &mut $this,
                rank: usize,
                replaced: $crate::__private::core::option::Option<$crate::__private::Request>,
            ) {
                $crate::__private::batch::request($this, rank, replaced);
            }

            fn __transaction<$free, $failed>(
                &mut $this,
                transaction: impl $crate::__private::core::ops::FnOnce(
                    &mut Self,
                ) -> $crate::__private::core::result::Result<$free, $failed>,
            ) -> $crate::__private::core::result::Result<$free, $failed> {
                $crate::__private::batch::transaction($this, transaction)
            }

            #[inline]
            #[track_caller]
            fn __memo<'graph, $free>(
                &'graph $this,
                rank: usize,
                memo: &'graph $crate::__private::Memo<$free>,
            ) -> &'graph $free {
                $crate::__private::read::memo($this, rank, memo)
            }
        }

        #[doc(hidden)]
        impl $($generics)* $crate::__private::DeclaredGraph<$words> for $graph $($bounds)* {
            const TOPOLOGY: &'static $crate::__private::Topology = &$crate::__private::Topology {
                $(
                    $masks: $crate::__private::Masks {
                        words: $crate::__private::Lists { ends: &$mask_ends, items: &$mask_words },
                        bits: &$mask_bits,
                    },
                )*
                ..$crate::__private::Topology::new(
                    Self::GRAPH,
                    $kinds,
                    $crate::__private::Lists { ends: &$dependency_ends, items: &$dependencies },
                )
            };
            const HAS_RESOURCES: bool = $has_resources;

            #[inline]
            fn core(&$this) -> &$crate::__private::Core<$words> {
                &$this.core__
            }

            #[inline]
            fn core_mut(&mut $this) -> &mut $crate::__private::Core<$words> {
                &mut $this.core__
            }

            #[inline]
            fn pass<const SINGLE: bool>(&mut $this, word: usize, bits: u64) -> $crate::__private::Change {
                match word {
                    $( $word => $this.$pass::<SINGLE>(bits), )*
                    _ => $crate::__private::Change::NONE,
                }
            }

            fn node(&mut $this, position: usize, visitor: &mut $crate::__private::Visitor<'_>) {
                match position {
                    $( $node_first..=$node_last => $this.$node(position, visitor), )*
                    _ => {}
                }
            }

            fn memo(&$this, rank: usize) -> &dyn $crate::__private::MemoState {
                match rank {
                    $( $memo_first..=$memo_last => $this.$memo(rank), )*
                    _ => $crate::__private::read::no_memo(rank),
                }
            }

            fn compute(
                &$this,
                rank: usize,
                revision: u64,
            ) -> $crate::__private::core::option::Option<$crate::__private::Payload> {
                match rank {
                    $( $memo_first..=$memo_last => $this.$compute(rank, revision), )*
                    _ => $crate::__private::read::no_memo(rank),
                }
            }
        }
    };
}

/// A pass at one node.
#[doc(hidden)]
#[macro_export]
macro_rules! __visit {
    // A computed value that is watched: its body runs, and an unequal value marks the dependents.
    ($this:ident $pass:ident [
        computed [$($place:tt)*] $body:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*] $same:ident
        $near:literal [$( $word:literal $far:literal )*]
    ]) => {
        let value = Self::$body($($($borrow)* $this.$($input)*),*);
        if $this.$($place)*.store(value, Self::$same, $near, &mut $pass) {
            $( $pass.mark_far($word, $far); )*
        }
    };
    // A signal that starts anew: as a computed value, unless the batch has written it.
    ($this:ident $pass:ident [
        per [$($hand:tt)*] [$($place:tt)*] $body:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*] $same:ident
        $near:literal [$( $word:literal $far:literal )*]
    ]) => {
        if !$this.$($hand)*.take() {
            let value = Self::$body($($($borrow)* $this.$($input)*),*);
            if $this.$($place)*.store(value, Self::$same, $near, &mut $pass) {
                $( $pass.mark_far($word, $far); )*
            }
        }
    };
    // A lazy value: it becomes stale.
    ($this:ident $pass:ident [memo [$($place:tt)*] $near:literal [$( $word:literal $far:literal )*]]) => {
        if $this.$($place)*.invalidate($near, &mut $pass) {
            $( $pass.mark_far($word, $far); )*
        }
    };
    ($this:ident $pass:ident [effect $body:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]]) => {
        Self::$body($($($borrow)* $this.$($input)*),*);
    };
    // An effect that keeps its result. The body borrows each input on its own, because the place of the result is in
    // the graph too.
    ($this:ident $pass:ident [
        kept [$($place:tt)*] $body:ident [$( $input:ident ([$($borrow:tt)*] $($from:tt)*) )*]
    ]) => {
        $( let $input = $($borrow)* $this.$($from)*; )*
        $crate::__private::settle::rerun(&mut $this.$($place)*, move || Self::$body($($input),*));
    };
    // The first rank of a resource: its input has changed.
    ($this:ident $pass:ident [input [$($place:tt)*] $mark:ident ($($marked:tt)*)]) => {
        if $this.$($place)*.input_changed(&mut $pass) {
            $pass.$mark($($marked)*);
        }
    };
    // The second rank: it starts, stops or commits.
    ($this:ident $pass:ident [
        resource [$($place:tt)*] $start:ident [$( $input:ident ([$($borrow:tt)*] $($from:tt)*) )*] [$($same:tt)*]
        { $( $part:ident { $( $mark:ident ($($marked:tt)*) )* } )* }
    ]) => {
        $( let $input = $($borrow)* $this.$($from)*; )*
        let (change, dropped) = $this.$($place)*.act(
            $pass.ready_queue(),
            $pass.revision(),
            move || Self::$start($($input),*),
            $crate::__private::core::option::Option::$($same)*,
        );
        $pass.committed(change);
        $(
            if change.contains($crate::__private::Change::$part) {
                $( $pass.$mark($($marked)*); )*
            }
        )*
        dropped.resume();
    };
}

/// The time of the latest change of a lazy value's dependencies, before each of them is asked.
#[doc(hidden)]
#[macro_export]
macro_rules! __since {
    // It reads other lazy values, which may turn out not to have changed.
    (ask $revision:ident) => {
        0_u64
    };
    // It becomes stale only through a confirmed change.
    (now $revision:ident) => {
        $revision
    };
}

/// The body of `new`: the pieces one after the other, then the struct.
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
    ($ready:ident [manual $piece:ident $rank:literal $keep:ident]) => {
        let $piece = $crate::__private::make::piece(|| {
            $crate::__private::ResourceSlot::new($rank, $crate::__private::KeepPrevious::$keep, true)
        });
    };
    ($ready:ident [resource $piece:ident $rank:literal $keep:ident $start:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]]) => {
        let mut $piece = $crate::__private::make::piece(|| {
            $crate::__private::ResourceSlot::new($rank, $crate::__private::KeepPrevious::$keep, false)
        });
        $piece.begin(&$ready, Self::$start($($($borrow)* $($input)*),*));
    };
    ($ready:ident [kept $piece:ident $ty:ty]) => {
        let $piece =
            $crate::__private::make::piece(|| $crate::__private::core::option::Option::<$ty>::None);
    };
    // A part of a large graph, in the struct or boxed.
    ($ready:ident [part $part:ident $how:ident { $($piece:tt)* } $made:tt]) => {
        let $part = $crate::__private::make::$how(|| {
            $( $crate::__piece! { $ready $piece } )*
            $made
        });
    };
}

/// The type of a graph that is being written.
///
/// ```text
/// __batch! {
///     self impl [<'graph>] CartBatch<'graph> [] for Cart, pub CartBatch [] R E
///     {
///         [signal pub price u64, [__price] 2 __equal_u64 set_price update_price update_price_with value change R [u64: Undo<'undo>] []]
///         [computed pub total u64, 0 []]
///     }
///     { }
/// }
/// ```
///
/// The entries of the second list are private nodes that no body mentions. Their methods are not exempt from
/// `dead_code`, and each uses the getter of the graph: rustc then reports the getter if no code reads the node.
#[doc(hidden)]
#[macro_export]
macro_rules! __batch {
    (
        $this:ident impl [$($generics:tt)*] $batch:ty [$($bounds:tt)*] for $graph:ty,
        $vis:vis $open:ident [$($parameters:tt)*] $returned:ident $failed:ident
        { $($entry:tt)* } { $($unused:tt)* }
    ) => {
        #[allow(
            dead_code,
            deprecated,
            private_bounds,
            private_interfaces,
            unreachable_pub,
            unused_qualifications,
            unused_variables
        )]
        impl $($generics)* $batch $($bounds)* {
            $( $crate::__batch_methods! { $this $graph $entry } )*

            /// A batch inside this one: the outermost settles.
            $vis fn batch<$returned>(
                &mut $this,
                batch: impl $crate::__private::core::ops::FnOnce(&mut $open<'_, $($parameters)*>) -> $returned,
            ) -> $returned {
                batch(&mut $open { graph__: &mut *$this.graph__ })
            }

            /// A transaction inside: if it fails, only its own writes and requests are taken back.
            ///
            /// # Errors
            ///
            /// With the error of `transaction`.
            $vis fn transaction<$returned, $failed>(
                &mut $this,
                transaction: impl $crate::__private::core::ops::FnOnce(
                    &mut $open<'_, $($parameters)*>,
                ) -> $crate::__private::core::result::Result<$returned, $failed>,
            ) -> $crate::__private::core::result::Result<$returned, $failed> {
                $this.graph__.__transaction(|graph| transaction(&mut $open { graph__: graph }))
            }
        }

        #[allow(
            deprecated,
            private_bounds,
            private_interfaces,
            unreachable_pub,
            unused_qualifications,
            unused_variables
        )]
        impl $($generics)* $batch $($bounds)* {
            $( $crate::__batch_methods! { $this $graph $unused } )*
        }
    };
}

/// The methods of one node of a graph that is being written.
#[doc(hidden)]
#[macro_export]
macro_rules! __batch_methods {
    ($this:ident $graph:ty [
        signal $vis:vis $name:ident $ty:ty, [$($place:tt)*] $position:literal $same:ident
        $set:ident $update:ident $update_with:ident $value:ident $change:ident $returned:ident
        [$($bound:tt)*] [$($reads:tt)*]
    ]) => {
        /// As the graph's method of this name.
        #[track_caller]
        $vis fn $name(&mut $this) -> &$ty {
            $($reads)*
            &$this.graph__.$($place)*.value
        }

        /// Writes the signal.
        $vis fn $set(&mut $this, $value: $ty) {
            $this.graph__.$($place)*.write(&mut $this.graph__.core__, $position, $value, <$graph>::$same);
        }

        /// Changes the signal in place, and returns what `change` returns: this always counts as a change, unless
        /// rolled back. In a transaction the first update copies the old value.
        $vis fn $update<$returned>(
            &mut $this,
            $change: impl $crate::__private::core::ops::FnOnce(&mut $ty) -> $returned,
        ) -> $returned
        where
            $($bound)*
        {
            $($reads)*
            $change($this.graph__.$($place)*.touch(
                &mut $this.graph__.core__,
                $position,
                $crate::needs::Undo::copy_for_undo,
            ))
        }

        /// As `update`, without a copy: if a transaction fails, `undo` takes back a `change` that has returned.
        $vis fn $update_with<$returned>(
            &mut $this,
            $change: impl $crate::__private::core::ops::FnOnce(&mut $ty) -> $returned,
            undo: impl $crate::__private::core::ops::FnOnce(&mut $ty) + $crate::__private::core::marker::Send + 'static,
        ) -> $returned {
            $($reads)*
            $this.graph__.$($place)*.touch_with(&mut $this.graph__.core__, $position, $change, undo)
        }
    };
    // A signal that starts anew. Each write sets the mark: before a closure runs, which may panic, and after a comparison,
    // which may.
    ($this:ident $graph:ty [
        per $vis:vis $name:ident $ty:ty, [$($place:tt)*] $rank:literal [$($hand:tt)*] $mark:literal $same:ident
        $set:ident $update:ident $update_with:ident $value:ident $change:ident $returned:ident
        [$($bound:tt)*] [$($reads:tt)*]
    ]) => {
        /// As the graph's method of this name. It starts anew when the batch ends.
        #[track_caller]
        $vis fn $name(&mut $this) -> &$ty {
            $($reads)*
            if !$this.graph__.$($hand)*.is_set() {
                $this.graph__.core__.assert_good($rank);
            }
            &$this.graph__.$($place)*.value
        }

        /// Writes the signal: it does not start anew when the batch ends, also if the value is equal.
        $vis fn $set(&mut $this, $value: $ty) {
            $this.graph__.$($place)*.write(&mut $this.graph__.core__, $rank, $value, <$graph>::$same);
            $this.graph__.$($hand)*.set(&mut $this.graph__.core__, $mark);
        }

        /// Changes the signal in place, and returns what `change` returns: this always counts as a change, unless rolled
        /// back. In a transaction the first update copies the old value.
        $vis fn $update<$returned>(
            &mut $this,
            $change: impl $crate::__private::core::ops::FnOnce(&mut $ty) -> $returned,
        ) -> $returned
        where
            $($bound)*
        {
            $($reads)*
            let value = $this.graph__.$($place)*.touch(
                &mut $this.graph__.core__,
                $rank,
                $crate::needs::Undo::copy_for_undo,
            );
            $this.graph__.$($hand)*.set(&mut $this.graph__.core__, $mark);
            $change(value)
        }

        /// As `update`, without a copy: if a transaction fails, `undo` takes back a `change` that has returned.
        $vis fn $update_with<$returned>(
            &mut $this,
            $change: impl $crate::__private::core::ops::FnOnce(&mut $ty) -> $returned,
            undo: impl $crate::__private::core::ops::FnOnce(&mut $ty) + $crate::__private::core::marker::Send + 'static,
        ) -> $returned {
            $($reads)*
            $this.graph__.$($hand)*.set(&mut $this.graph__.core__, $mark);
            $this.graph__.$($place)*.touch_with(&mut $this.graph__.core__, $rank, $change, undo)
        }
    };
    ($this:ident $graph:ty [computed $vis:vis $name:ident $ty:ty, $rank:literal [$($reads:tt)*]]) => {
        /// As the graph's method of this name.
        #[track_caller]
        $vis fn $name(&mut $this) -> &$ty {
            $($reads)*
            $this.graph__.__refreshed($rank).$name()
        }
    };
    ($this:ident $graph:ty [field $vis:vis $name:ident $ty:ty, [$($place:tt)*] [$($reads:tt)*]]) => {
        /// As the graph's method of this name.
        #[track_caller]
        $vis fn $name(&mut $this) -> &$ty {
            $($reads)*
            &$this.graph__.$($place)*
        }
    };
    ($this:ident $graph:ty [mutable $vis:vis $name:ident $ty:ty, [$($place:tt)*] [$($reads:tt)*] $change:ident]) => {
        /// As the graph's method of this name.
        #[track_caller]
        $vis fn $name(&mut $this) -> &$ty {
            $($reads)*
            &$this.graph__.$($place)*
        }

        /// As the graph's method of this name.
        $vis fn $change(&mut $this) -> &mut $ty {
            $($reads)*
            $this.graph__.core__.note_change();
            &mut $this.graph__.$($place)*
        }
    };
    ($this:ident $graph:ty [
        resource $vis:vis $name:ident $ty:ty, [$($place:tt)*] $rank:literal $reload:ident $cancel:ident [$($reads:tt)*]
    ]) => {
        /// As the graph's method of this name.
        #[track_caller]
        $vis fn $name(&mut $this) -> &$ty {
            $($reads)*
            &$this.graph__.$($place)*.task.state
        }

        /// Requests a reload, which follows when the batch ends. The last request counts. A transaction that fails
        /// forgets its requests.
        $vis fn $reload(&mut $this) {
            $($reads)*
            let replaced = $this.graph__.$($place)*.request($crate::__private::Request::Reload);
            $this.graph__.__requested($rank, replaced);
        }

        /// Requests a cancel, which follows when the batch ends. The last request counts. A transaction that fails
        /// forgets its requests.
        $vis fn $cancel(
            &mut $this,
            reason: impl $crate::__private::core::convert::Into<$crate::CancelReason>,
        ) {
            $($reads)*
            let replaced = $this.graph__.$($place)*.request($crate::__private::Request::cancel(reason));
            $this.graph__.__requested($rank, replaced);
        }
    };
}

/// The interface of a graph for [`Shared`](crate::Shared).
#[doc(hidden)]
#[macro_export]
macro_rules! __declared {
    ($this:ident impl [$($generics:tt)*] $graph:ty [$($bounds:tt)*] $context:ident $poll:block) => {
        #[doc(hidden)]
        #[allow(unused_variables)]
        impl $($generics)* $crate::__private::Declared for $graph $($bounds)* {
            fn watch(&mut $this) -> &mut $crate::__private::Watch {
                $this.core__.watch()
            }

            fn ready_queue(
                &$this,
            ) -> $crate::__private::core::option::Option<
                &$crate::__private::std::sync::Arc<$crate::__private::ReadyQueue>,
            > {
                $this.core__.ready_queue()
            }

            fn poll(
                &mut $this,
                $context: &mut $crate::__private::core::task::Context<'_>,
            ) -> $crate::__private::core::task::Poll<()> $poll
        }
    };
}

/// The methods of a graph that [`__batch!`] calls, for a graph that has errors.
#[doc(hidden)]
#[macro_export]
macro_rules! __sketch {
    ($this:ident impl [$($generics:tt)*] $graph:ty [$($bounds:tt)*] $free:ident $failed:ident) => {
        #[doc(hidden)]
        #[allow(dead_code, unused_variables)]
        impl $($generics)* $graph $($bounds)* {
            fn __refreshed(&mut $this, rank: usize) -> &Self {
                $this
            }

            fn __requested(
                &mut $this,
                rank: usize,
                replaced: $crate::__private::core::option::Option<$crate::__private::Request>,
            ) {
            }

            fn __transaction<$free, $failed>(
                &mut $this,
                transaction: impl $crate::__private::core::ops::FnOnce(
                    &mut Self,
                ) -> $crate::__private::core::result::Result<$free, $failed>,
            ) -> $crate::__private::core::result::Result<$free, $failed> {
                transaction($this)
            }
        }
    };
}
