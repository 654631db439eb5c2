//! The engine of a graph: the pass, the way to each node, and the interface that all graphs share.
//!
//! Must not know: how a graph is built; the methods of a batch.

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
        $(
            first_effect $first_effect:literal
            inside { $( $inside_rank:literal [$($inside:tt)*] { $( $link:tt )* } )* }
        )?
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
                fn $pass<const MODE: u8>(&mut $this, bits: u64) -> $crate::__private::Change {
                    let mut pass =
                        $crate::__private::Pass::<MODE, $words>::new(&mut $this.core__, $word, bits);
                    pass.with(
                        <Self as $crate::__private::DeclaredGraph<$words>>::LINKS,
                        <Self as $crate::__private::DeclaredGraph<$words>>::FIRST_EFFECT,
                    );
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

            $(
                const __LINKS: &'static [$crate::__private::Links] = &[
                    $(
                        $crate::__private::Links {
                            rank: $inside_rank,
                            links: $crate::__links!([$($inside)*] $( $link )*),
                        },
                    )*
                ];
            )?

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
            $(
                const FIRST_EFFECT: usize = $first_effect;
                const LINKS: &'static [$crate::__private::Links] = Self::__LINKS;
            )?

            #[inline]
            fn core(&$this) -> &$crate::__private::Core<$words> {
                &$this.core__
            }

            #[inline]
            fn core_mut(&mut $this) -> &mut $crate::__private::Core<$words> {
                &mut $this.core__
            }

            #[inline]
            fn pass<const MODE: u8>(&mut $this, word: usize, bits: u64) -> $crate::__private::Change {
                match word {
                    $( $word => $this.$pass::<MODE>(bits), )*
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
    // A feed of a graph inside: it sets a signal there, unless the batch has written that signal.
    ($this:ident $pass:ident [
        feed [$($place:tt)*] [$($inside:tt)*] $hash:literal $feed:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]
        $mark:ident ($($marked:tt)*)
    ]) => {
        let signal = const {
            $crate::__private::position(<$($inside)* as $crate::__private::Declared>::NAMES, $hash)
        };
        if let $crate::__private::core::option::Option::Some(mut batch) = $this.$($place)*.feed(signal) {
            Self::$feed(&mut batch $(, $($borrow)* $this.$($input)*)*);
        }
        $pass.committed($crate::__private::Change::TRANSITION);
        $pass.$mark($($marked)*);
    };
    // A graph inside: all of it settles but its effects.
    ($this:ident $pass:ident [graph [$($place:tt)*] $rank:literal]) => {
        $this.$($place)*.visit(&mut $pass);
    };
    ($this:ident $pass:ident [graph_effects [$($place:tt)*]]) => {
        $this.$($place)*.visit_effects();
    };
    // The keys that a list follows.
    ($this:ident $pass:ident [
        keys [$($place:tt)*] $keys:ident [$( ([$($borrow:tt)*] $($input:tt)*) )*]
        $make:ident [$( $field:ident ([$($field_borrow:tt)*] $($from:tt)*) )*] $mark:ident ($($marked:tt)*)
    ]) => {
        let keys = Self::$keys($($($borrow)* $this.$($input)*),*);
        $( let $field = $($field_borrow)* $this.$($from)*; )*
        let panics = $this.$($place)*.follow(keys, |key| {
            Self::$make($crate::__private::core::clone::Clone::clone(key), $($field),*)
        });
        $pass.committed($crate::__private::Change::TRANSITION);
        $pass.$mark($($marked)*);
        panics.resume();
    };
    // A feed of the rows of a list.
    ($this:ident $pass:ident [
        feed_all [$($place:tt)*] $hash:literal $feed:ident [$( $input:ident ([$($borrow:tt)*] $($from:tt)*) )*]
        $mark:ident ($($marked:tt)*)
    ]) => {
        $( let $input = $($borrow)* $this.$($from)*; )*
        let panics = $this.$($place)*.feed_all::<$hash>(|rows| Self::$feed(rows, $($input),*));
        $pass.committed($crate::__private::Change::TRANSITION);
        $pass.$mark($($marked)*);
        panics.resume();
    };
    // Phase A of a list that follows its keys, and that a restore may have given other rows.
    ($this:ident $pass:ident [restorable $place:tt $feeds:tt]) => {
        $crate::__rows! { $this $pass panics [keep_named $place] }
        $crate::__visit! { $this $pass [list $place $feeds] }
    };
    // Phase A of a list. Rows that were put in are fed first.
    ($this:ident $pass:ident [list $place:tt { $( $feed:tt )* }]) => {
        #[allow(unused_mut)]
        let mut panics = $crate::__private::FirstPanic::default();
        $( $crate::__rows! { $this $pass panics [feed_new $place $feed] } )*
        $crate::__rows! { $this $pass panics [visit $place] }
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

/// A list at its visit.
#[doc(hidden)]
#[macro_export]
macro_rules! __rows {
    ($this:ident $pass:ident $panics:ident [keep_named [$($place:tt)*]]) => {
        $this.$($place)*.keep_named();
    };
    // Feeds the rows that were put in, unless a failed node is among what the feed depends on.
    ($this:ident $pass:ident $panics:ident [
        feed_new [$($place:tt)*]
        [$rank:literal $hash:literal $feed:ident [$( $input:ident ([$($borrow:tt)*] $($from:tt)*) )*]]
    ]) => {
        if !$pass.is_blocked($rank) {
            $( let $input = $($borrow)* $this.$($from)*; )*
            $panics.merge($this.$($place)*.feed_new::<$hash>(|rows| Self::$feed(rows, $($input),*)));
        }
    };
    ($this:ident $pass:ident $panics:ident [visit [$($place:tt)*]]) => {
        $this.$($place)*.visit_fed(&mut $pass, $panics);
    };
}

/// The dependents of a graph inside.
#[doc(hidden)]
#[macro_export]
macro_rules! __links {
    ($inside:tt $( [$what:ident $( $hash:literal $part:ident )? @ $word:literal $bits:literal] )*) => {
        &[
            $(
                $crate::__private::Link {
                    at: $crate::__link!($inside $what $( $hash )?),
                    observed: $crate::__link!($( $part )?),
                    word: $word,
                    bits: $bits,
                },
            )*
        ]
    };
}

/// The place in a graph inside that a link observes, or the part of the node there.
#[doc(hidden)]
#[macro_export]
macro_rules! __link {
    ($inside:tt whole) => {
        $crate::__private::WHOLE
    };
    ($inside:tt effects) => {
        $crate::__private::EFFECTS
    };
    ($inside:tt members) => {
        $crate::__private::MEMBERS
    };
    ($inside:tt order) => {
        $crate::__private::ORDER
    };
    ([$($inside:tt)*] node $hash:literal) => {
        $crate::__private::position(<$($inside)* as $crate::__private::Declared>::NAMES, $hash)
    };
    ($part:ident) => {
        $crate::__private::Change::$part
    };
    () => {
        $crate::__private::Change::TRANSITION
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

/// The interface that all graphs share: [`Reactive`](crate::Reactive), and what is behind it. The two lists are the names
/// of the nodes: see `Names`.
///
/// ```text
/// __declared! { self impl [] Cart [] 'graph CartBatch [<'graph>] 1 [12, 34] [2, 0] context { poll_work(self, context) } }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __declared {
    (
        $this:ident impl [$($generics:tt)*] $graph:ty [$($bounds:tt)*]
        $lifetime:lifetime $batch:ident [$($batch_generics:tt)*] $words:literal $hashes:tt $positions:tt
        $context:ident $poll:block
    ) => {
        #[allow(deprecated)]
        impl $($generics)* $crate::Reactive for $graph $($bounds)* {
            const GRAPH: $crate::Graph = Self::GRAPH;

            type Batch<$lifetime>
                = $batch $($batch_generics)*
            where
                Self: $lifetime;

            fn poll_progress(
                &mut $this,
                $context: &mut $crate::__private::core::task::Context<'_>,
            ) -> $crate::__private::core::task::Poll<()> {
                Self::poll_progress($this, $context)
            }

            fn version(&$this) -> u64 {
                $this.core__.version()
            }

            #[doc(hidden)]
            fn __write(&mut $this) -> Self::Batch<'_> {
                $batch { graph__: $this }
            }
        }

        #[doc(hidden)]
        #[allow(deprecated, unused_variables)]
        impl $($generics)* $crate::__private::Declared for $graph $($bounds)* {
            type Engine = $crate::__private::Words<$words>;
            const NAMES: &'static $crate::__private::Names = &$crate::__private::Names {
                hashes: &$hashes,
                positions: &$positions,
            };

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

/// The methods of a graph that [`__batch!`] calls, and an engine without nodes, for a graph that has errors.
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

        #[doc(hidden)]
        #[allow(unused_variables)]
        impl $($generics)* $crate::__private::DeclaredGraph<1> for $graph $($bounds)* {
            const TOPOLOGY: &'static $crate::__private::Topology =
                &$crate::__private::Topology::new(
                    Self::GRAPH,
                    b"",
                    $crate::__private::Lists { ends: &[], items: &[] },
                );
            const HAS_RESOURCES: bool = false;

            fn core(&$this) -> &$crate::__private::Core<1> {
                &$this.core__
            }

            fn core_mut(&mut $this) -> &mut $crate::__private::Core<1> {
                &mut $this.core__
            }

            fn pass<const MODE: u8>(&mut $this, word: usize, bits: u64) -> $crate::__private::Change {
                $crate::__private::Change::NONE
            }

            fn node(&mut $this, position: usize, visitor: &mut $crate::__private::Visitor<'_>) {}

            fn memo(&$this, rank: usize) -> &dyn $crate::__private::MemoState {
                $crate::__private::read::no_memo(rank)
            }

            fn compute(
                &$this,
                rank: usize,
                revision: u64,
            ) -> $crate::__private::core::option::Option<$crate::__private::Payload> {
                $crate::__private::read::no_memo(rank)
            }
        }
    };
}
