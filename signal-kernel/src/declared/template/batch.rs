//! The type of a graph that is being written, and its methods for each node.
//!
//! Must not know: how a graph is built; the pass.

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
    ($this:ident $graph:ty [
        graph $vis:vis $name:ident $ty:ty, [$($place:tt)*] $rank:literal $write:ident [$($batch:tt)*] [$($reads:tt)*]
    ]) => {
        /// As the graph's method of this name.
        #[track_caller]
        $vis fn $name(&mut $this) -> &$ty {
            $($reads)*
            $this.graph__.__refreshed($rank).$name()
        }

        /// The graph inside, to be written: it settles when the outermost batch ends.
        $vis fn $write(&mut $this) -> $($batch)* {
            $($reads)*
            $this.graph__.$($place)*.write(&mut $this.graph__.core__, $rank)
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
    ($this:ident $graph:ty [
        list $vis:vis $name:ident $key:ty, $row:ty, $kind:ident, [$($place:tt)*] $position:literal $write:ident
        [$( $make:ident [$( $input:ident ([$($borrow:tt)*] $($from:tt)*) )*] )?] [$($reads:tt)*]
    ]) => {
        /// As the graph's method of this name.
        #[track_caller]
        $vis fn $name(&mut $this) -> &$crate::List<$key, $row> {
            $($reads)*
            $this.graph__.__refreshed($position).$name()
        }

        /// The list, to be written in this batch: its rows settle when the outermost batch ends.
        $vis fn $write(&mut $this) -> $crate::ListBatch<'_, $key, $row, $crate::__private::$kind> {
            $($reads)*
            let maker = $crate::__private::core::option::Option::None;
            $(
                $( let $input = $($borrow)* $this.graph__.$($from)*; )*
                let maker: $crate::__private::core::option::Option<$crate::__private::Maker<'_, $key, $row>> = maker;
                let maker = maker.or($crate::__private::core::option::Option::Some($crate::__private::Maker::Boxed(
                    $crate::__private::std::boxed::Box::new(move |key| <$graph>::$make(key, $($input),*)),
                )));
            )?
            $this.graph__.$($place)*.write(&mut $this.graph__.core__, $position, maker)
        }
    };
}
