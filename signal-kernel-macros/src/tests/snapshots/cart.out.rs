#[doc(hidden)]
#[allow(
    dead_code,
    clippy::too_many_arguments,
    clippy::ptr_arg,
    clippy::borrowed_box,
    clippy::unused_unit,
    clippy::let_unit_value,
)]
impl Cart {
    fn __init_price() -> u64 {
        300
    }
    fn __init_qty() -> u64 {
        2
    }
    #[inline]
    fn __body_total(
        #[allow(unused_variables)]
        price: &u64,
        #[allow(unused_variables)]
        qty: &u64,
    ) -> u64 {
        price * qty
    }
    #[inline]
    fn __body_show(#[allow(unused_variables)] total: &u64) -> () {
        println!("{total}");
    }
}
#[doc(hidden)]
#[allow(
    dead_code,
    clippy::too_many_arguments,
    clippy::ptr_arg,
    clippy::borrowed_box,
    clippy::unused_unit,
    clippy::let_unit_value,
)]
impl Cart {
    #[inline]
    fn __same_price(before: &u64, after: &u64) -> bool {
        #[allow(non_camel_case_types)]
        enum price {}
        <_ as ::signal_kernel::needs::Comparable<price>>::is_unchanged(before, after)
    }
    #[inline]
    fn __same_qty(before: &u64, after: &u64) -> bool {
        #[allow(non_camel_case_types)]
        enum qty {}
        <_ as ::signal_kernel::needs::Comparable<qty>>::is_unchanged(before, after)
    }
    #[inline]
    fn __same_total(before: &u64, after: &u64) -> bool {
        #[allow(non_camel_case_types)]
        enum total {}
        <_ as ::signal_kernel::needs::Comparable<total>>::is_unchanged(before, after)
    }
}
/// What is in the basket.
#[cfg_attr(
    doc,
    doc = " \n # Graph\n \n A graph of 2 signals, 1 computed value and 1 effect. An arrow leads to what depends on its origin; [`GRAPH`](Self::GRAPH) has the same as data.\n \n …\n \n # Effects\n \n - `show` depends on [`total`](Self::total).\n "
)]
#[allow(unreachable_pub, clippy::type_complexity)]
pub struct Cart {
    #[doc(hidden)]
    __price: ::signal_kernel::__private::Slot<u64, ()>,
    #[doc(hidden)]
    __qty: ::signal_kernel::__private::Slot<u64, ()>,
    #[doc(hidden)]
    __total: ::signal_kernel::__private::Slot<u64, ()>,
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
}
///Writes to a [`Cart`] that are settled together. See [`Cart::batch`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct CartBatch<'graph> {
    #[doc(hidden)]
    graph__: &'graph mut Cart,
}
///Writes to a [`Cart`] that can be taken back. See [`Cart::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct CartTransaction<'graph> {
    #[doc(hidden)]
    graph__: &'graph mut Cart,
}
#[allow(dead_code)]
#[allow(
    private_bounds,
    private_interfaces,
    unreachable_pub,
    unused_qualifications,
    unused_variables,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
impl Cart {
    ///The signal `price`.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    #[inline]
    #[track_caller]
    pub fn price(&self) -> &u64 {
        &self.__price.value
    }
    ///Writes the signal `price` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    #[inline]
    pub fn set_price(&mut self, value: u64) {
        let revision = 0;
        if let ::core::option::Option::Some(old) = self
            .__price
            .replace(value, Self::__same_price, revision)
        {
            self.core__.pending[0usize] = 1u64;
            ::signal_kernel::__private::settle::changed(self, old);
        }
    }
    ///Changes the signal `price` in place and settles the graph, whatever became of it.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    pub fn update_price(&mut self, change: impl ::core::ops::FnOnce(&mut u64)) {
        ::signal_kernel::__private::settle::update(
            self,
            2usize,
            |graph| {
                let revision = graph.core__.tick();
                graph.__price.change(revision, change);
            },
        )
    }
    ///The signal `qty`.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    #[inline]
    #[track_caller]
    pub fn qty(&self) -> &u64 {
        &self.__qty.value
    }
    ///Writes the signal `qty` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    #[inline]
    pub fn set_qty(&mut self, value: u64) {
        let revision = 0;
        if let ::core::option::Option::Some(old) = self
            .__qty
            .replace(value, Self::__same_qty, revision)
        {
            self.core__.pending[0usize] = 1u64;
            ::signal_kernel::__private::settle::changed(self, old);
        }
    }
    ///Changes the signal `qty` in place and settles the graph, whatever became of it.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    pub fn update_qty(&mut self, change: impl ::core::ops::FnOnce(&mut u64)) {
        ::signal_kernel::__private::settle::update(
            self,
            3usize,
            |graph| {
                let revision = graph.core__.tick();
                graph.__qty.change(revision, change);
            },
        )
    }
    /// With what is to be paid.
    ///
    ///The computed value `total`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`price`](Self::price) and [`qty`](Self::qty). The effect `show` depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn total(&self) -> &u64 {
        if self.core__.is_failed(0usize) {
            ::signal_kernel::__private::read::failed(self, 0usize)
        }
        &self.__total.value
    }
}
#[allow(dead_code, deprecated)]
#[allow(
    private_bounds,
    private_interfaces,
    unreachable_pub,
    unused_qualifications,
    unused_variables,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
impl<'graph> CartBatch<'graph> {
    ///As [`Cart::price`].
    #[track_caller]
    pub fn price(&mut self) -> &u64 {
        &self.graph__.__price.value
    }
    ///Writes the signal `price`.
    pub fn set_price(&mut self, value: u64) {
        let stamp = self.graph__.core__.stamp();
        let write = self.graph__.__price.write(stamp, value, <Cart>::__same_price);
        ::signal_kernel::__private::batch::written(&mut *self.graph__, 2usize, write);
    }
    ///Changes the signal `price` in place: this always counts as a change, unless rolled back.
    pub fn update_price(&mut self, change: impl ::core::ops::FnOnce(&mut u64)) {
        let stamp = self.graph__.core__.stamp();
        let write = self.graph__.__price.touch(stamp);
        ::signal_kernel::__private::batch::written(&mut *self.graph__, 2usize, write);
        change(&mut self.graph__.__price.value);
    }
    ///As [`Cart::qty`].
    #[track_caller]
    pub fn qty(&mut self) -> &u64 {
        &self.graph__.__qty.value
    }
    ///Writes the signal `qty`.
    pub fn set_qty(&mut self, value: u64) {
        let stamp = self.graph__.core__.stamp();
        let write = self.graph__.__qty.write(stamp, value, <Cart>::__same_qty);
        ::signal_kernel::__private::batch::written(&mut *self.graph__, 3usize, write);
    }
    ///Changes the signal `qty` in place: this always counts as a change, unless rolled back.
    pub fn update_qty(&mut self, change: impl ::core::ops::FnOnce(&mut u64)) {
        let stamp = self.graph__.core__.stamp();
        let write = self.graph__.__qty.touch(stamp);
        ::signal_kernel::__private::batch::written(&mut *self.graph__, 3usize, write);
        change(&mut self.graph__.__qty.value);
    }
    ///As [`Cart::total`].
    #[track_caller]
    pub fn total(&mut self) -> &u64 {
        ::signal_kernel::__private::batch::refresh(&mut *self.graph__, 0usize);
        self.graph__.total()
    }
    /// A batch inside this one: the outermost settles.
    pub fn batch<R>(
        &mut self,
        batch: impl ::core::ops::FnOnce(&mut CartBatch<'_>) -> R,
    ) -> R {
        batch(
            &mut CartBatch {
                graph__: &mut *self.graph__,
            },
        )
    }
    /// A transaction inside: if it fails, only what was written in it is taken back.
    ///
    /// # Errors
    ///
    /// With the error of `transaction`.
    pub fn transaction<R, E>(
        &mut self,
        transaction: impl ::core::ops::FnOnce(
            &mut CartTransaction<'_>,
        ) -> ::core::result::Result<R, E>,
    ) -> ::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::transaction(
            &mut *self.graph__,
            |graph| transaction(&mut CartTransaction { graph__: graph }),
        )
    }
}
#[allow(dead_code, deprecated)]
#[allow(
    private_bounds,
    private_interfaces,
    unreachable_pub,
    unused_qualifications,
    unused_variables,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
impl<'graph> CartTransaction<'graph> {
    ///As [`Cart::price`].
    #[track_caller]
    pub fn price(&mut self) -> &u64 {
        &self.graph__.__price.value
    }
    ///Writes the signal `price`.
    pub fn set_price(&mut self, value: u64) {
        let stamp = self.graph__.core__.stamp();
        let write = self.graph__.__price.write(stamp, value, <Cart>::__same_price);
        ::signal_kernel::__private::batch::written(&mut *self.graph__, 2usize, write);
    }
    ///Changes the signal `price` in place: this always counts as a change, unless rolled back.
    pub fn update_price(&mut self, change: impl ::core::ops::FnOnce(&mut u64))
    where
        for<'undo> u64: ::signal_kernel::needs::Undo<'undo>,
    {
        let stamp = self.graph__.core__.stamp();
        let write = self
            .graph__
            .__price
            .touch_cloned(stamp, ::signal_kernel::needs::Undo::copy_for_undo);
        ::signal_kernel::__private::batch::written(&mut *self.graph__, 2usize, write);
        change(&mut self.graph__.__price.value);
    }
    ///As [`Cart::qty`].
    #[track_caller]
    pub fn qty(&mut self) -> &u64 {
        &self.graph__.__qty.value
    }
    ///Writes the signal `qty`.
    pub fn set_qty(&mut self, value: u64) {
        let stamp = self.graph__.core__.stamp();
        let write = self.graph__.__qty.write(stamp, value, <Cart>::__same_qty);
        ::signal_kernel::__private::batch::written(&mut *self.graph__, 3usize, write);
    }
    ///Changes the signal `qty` in place: this always counts as a change, unless rolled back.
    pub fn update_qty(&mut self, change: impl ::core::ops::FnOnce(&mut u64))
    where
        for<'undo> u64: ::signal_kernel::needs::Undo<'undo>,
    {
        let stamp = self.graph__.core__.stamp();
        let write = self
            .graph__
            .__qty
            .touch_cloned(stamp, ::signal_kernel::needs::Undo::copy_for_undo);
        ::signal_kernel::__private::batch::written(&mut *self.graph__, 3usize, write);
        change(&mut self.graph__.__qty.value);
    }
    ///As [`Cart::total`].
    #[track_caller]
    pub fn total(&mut self) -> &u64 {
        ::signal_kernel::__private::batch::refresh(&mut *self.graph__, 0usize);
        self.graph__.total()
    }
    /// A batch inside this one: the outermost settles.
    pub fn batch<R>(
        &mut self,
        batch: impl ::core::ops::FnOnce(&mut CartTransaction<'_>) -> R,
    ) -> R {
        batch(
            &mut CartTransaction {
                graph__: &mut *self.graph__,
            },
        )
    }
    /// A transaction inside: if it fails, only what was written in it is taken back.
    ///
    /// # Errors
    ///
    /// With the error of `transaction`.
    pub fn transaction<R, E>(
        &mut self,
        transaction: impl ::core::ops::FnOnce(
            &mut CartTransaction<'_>,
        ) -> ::core::result::Result<R, E>,
    ) -> ::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::transaction(
            &mut *self.graph__,
            |graph| transaction(&mut CartTransaction { graph__: graph }),
        )
    }
}
#[allow(dead_code)]
#[allow(
    private_bounds,
    private_interfaces,
    unreachable_pub,
    unused_qualifications,
    unused_variables,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
impl Cart {
    ///A new `Cart`: every computed value an effect or a resource needs is current, every effect has run.
    #[allow(clippy::too_many_arguments)]
    pub fn new() -> Self {
        let __price = ::signal_kernel::__private::Slot::<
            _,
            (),
        >::new(Self::__init_price());
        let __qty = ::signal_kernel::__private::Slot::<_, ()>::new(Self::__init_qty());
        let hub = ::core::option::Option::None;
        let __total = ::signal_kernel::__private::Slot::<
            _,
            (),
        >::new(Self::__body_total(&__price.value, &__qty.value));
        let mut graph = Self {
            __price,
            __qty,
            __total,
            core__: ::signal_kernel::__private::Core::new([2u64], hub),
        };
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    pub fn batch<R>(
        &mut self,
        batch: impl ::core::ops::FnOnce(&mut CartBatch<'_>) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut CartBatch { graph__: graph }),
        )
    }
    /// A batch that restores every signal written in it if `transaction` returns an error or panics.
    ///
    /// # Errors
    ///
    /// With the error of `transaction`.
    pub fn transaction<R, E>(
        &mut self,
        transaction: impl ::core::ops::FnOnce(
            &mut CartTransaction<'_>,
        ) -> ::core::result::Result<R, E>,
    ) -> ::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut CartTransaction { graph__: graph }),
                )
            },
        )
    }
    /// Polls the work in flight; ready once at least one piece of it was committed and its effects have run.
    pub fn poll_progress(
        &mut self,
        context: &mut ::core::task::Context<'_>,
    ) -> ::core::task::Poll<()> {
        ::signal_kernel::__private::poll_progress(self, context)
    }
    /// Waits until a piece of work was committed and its effects have run; for ever while none is in flight.
    /// Dropping this future drops no work.
    pub async fn progress(&mut self) {
        ::signal_kernel::__private::progress(self).await
    }
    /// Waits until nothing is in flight. Dropping this future drops no work.
    pub async fn settled(&mut self) {
        ::signal_kernel::__private::settled(self).await
    }
}
impl ::core::default::Default for Cart {
    fn default() -> Self {
        Self::new()
    }
}
impl ::core::fmt::Debug for Cart {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        let mut debug = formatter.debug_struct("Cart");
        debug
            .field(
                "price",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__price.value),
            );
        debug
            .field(
                "qty",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__qty.value),
            );
        debug
            .field(
                "total",
                if self.core__.is_failed(0usize) {
                    &::signal_kernel::__private::read::Panicked
                        as &dyn ::core::fmt::Debug
                } else {
                    <_ as ::signal_kernel::needs::Printable>::to_print(
                        &self.__total.value,
                    )
                },
            );
        debug.finish()
    }
}
impl Cart {
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    pub const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "Cart",
        &[
            ::signal_kernel::Node::new(
                "price",
                ::signal_kernel::NodeKind::Signal,
                ::core::option::Option::None,
                &[],
            ),
            ::signal_kernel::Node::new(
                "qty",
                ::signal_kernel::NodeKind::Signal,
                ::core::option::Option::None,
                &[],
            ),
            ::signal_kernel::Node::new(
                "total",
                ::signal_kernel::NodeKind::Computed,
                ::core::option::Option::Some(0usize),
                &[0usize, 1usize],
            ),
            ::signal_kernel::Node::new(
                "show",
                ::signal_kernel::NodeKind::Effect,
                ::core::option::Option::Some(1usize),
                &[2usize],
            ),
        ],
    );
}
#[doc(hidden)]
#[allow(dead_code, clippy::redundant_closure)]
impl Cart {
    #[inline]
    #[allow(unused_variables)]
    fn __sweep_0<const ONE: bool>(
        &mut self,
        bits: u64,
    ) -> ::signal_kernel::__private::Change {
        let revision = self.core__.revision;
        let mut sweep = ::signal_kernel::__private::Sweep::<
            ONE,
            1usize,
        >::new(&mut self.core__.pending, &mut self.core__.reached, 0usize, bits);
        if sweep.due(1u64) {
            sweep.visit(0u32);
            let value = Self::__body_total(&self.__price.value, &self.__qty.value);
            if self.__total.store(value, Self::__same_total, revision, &mut sweep) {
                if ONE {
                    return ::signal_kernel::__private::Change::TRANSITION;
                }
                sweep.mark(2u64);
            }
            if ONE {
                return ::signal_kernel::__private::Change::NONE;
            }
        }
        if sweep.due(2u64) {
            sweep.visit(1u32);
            Self::__body_show(&self.__total.value);
            if ONE {
                return ::signal_kernel::__private::Change::NONE;
            }
        }
        sweep.end();
        ::signal_kernel::__private::Change::NONE
    }
}
#[doc(hidden)]
#[allow(clippy::redundant_closure)]
impl ::signal_kernel::__private::Wired<1usize> for Cart {
    const WIRING: &'static ::signal_kernel::__private::Wiring = &::signal_kernel::__private::Wiring {
        graph: "Cart",
        nodes: &[
            ::signal_kernel::__private::Wire {
                name: "total",
                kind: ::signal_kernel::__private::WireKind::Computed,
                dependencies: &[2u32, 3u32],
                dependents: ::signal_kernel::__private::Dependents::whole(
                    &[(0u32, 2u64)],
                ),
            },
            ::signal_kernel::__private::Wire {
                name: "show",
                kind: ::signal_kernel::__private::WireKind::Effect,
                dependencies: &[0u32],
                dependents: ::signal_kernel::__private::Dependents::whole(&[]),
            },
            ::signal_kernel::__private::Wire {
                name: "price",
                kind: ::signal_kernel::__private::WireKind::Signal,
                dependencies: &[],
                dependents: ::signal_kernel::__private::Dependents::whole(
                    &[(0u32, 1u64)],
                ),
            },
            ::signal_kernel::__private::Wire {
                name: "qty",
                kind: ::signal_kernel::__private::WireKind::Signal,
                dependencies: &[],
                dependents: ::signal_kernel::__private::Dependents::whole(
                    &[(0u32, 1u64)],
                ),
            },
        ],
    };
    const HAS_RESOURCES: bool = false;
    #[inline]
    fn core(&self) -> &::signal_kernel::__private::Core<1usize> {
        &self.core__
    }
    #[inline]
    fn core_mut(&mut self) -> &mut ::signal_kernel::__private::Core<1usize> {
        &mut self.core__
    }
    #[inline]
    fn sweep<const ONE: bool>(
        &mut self,
        word: usize,
        bits: u64,
    ) -> ::signal_kernel::__private::Change {
        match word {
            0usize => self.__sweep_0::<ONE>(bits),
            _ => ::signal_kernel::__private::Change::NONE,
        }
    }
    fn node(
        &mut self,
        position: usize,
        with: &mut dyn ::core::ops::FnMut(::signal_kernel::__private::NodeRef<'_>),
    ) {
        match position {
            2usize => {
                with(
                    ::signal_kernel::__private::NodeRef::Slot(
                        &mut ::signal_kernel::__private::SlotRef {
                            slot: &mut self.__price,
                            same: Self::__same_price,
                            exact: true,
                        },
                    ),
                )
            }
            3usize => {
                with(
                    ::signal_kernel::__private::NodeRef::Slot(
                        &mut ::signal_kernel::__private::SlotRef {
                            slot: &mut self.__qty,
                            same: Self::__same_qty,
                            exact: true,
                        },
                    ),
                )
            }
            0usize => {
                with(
                    ::signal_kernel::__private::NodeRef::Slot(
                        &mut ::signal_kernel::__private::SlotRef {
                            slot: &mut self.__total,
                            same: Self::__same_total,
                            exact: true,
                        },
                    ),
                )
            }
            _ => {}
        }
    }
    fn lazy(&self, rank: usize) -> &dyn ::signal_kernel::__private::LazyState {
        match rank {
            _ => ::signal_kernel::__private::read::not_lazy(rank),
        }
    }
    fn force(
        &self,
        rank: usize,
    ) -> ::core::option::Option<::signal_kernel::__private::Payload> {
        match rank {
            _ => ::signal_kernel::__private::read::not_lazy(rank),
        }
    }
}
