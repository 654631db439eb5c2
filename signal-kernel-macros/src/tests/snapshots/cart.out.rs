#[doc(hidden)]
#[allow(
    dead_code,
    clippy::too_many_arguments,
    clippy::ptr_arg,
    clippy::borrowed_box,
    clippy::unused_unit,
    clippy::let_unit_value,
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    clippy::needless_pass_by_ref_mut,
    clippy::unnecessary_wraps,
)]
impl Cart {
    fn __init_price() -> u64 {
        300
    }
    fn __init_qty() -> u64 {
        2
    }
    #[inline]
    fn __body_total(price: &u64, qty: &u64) -> u64 {
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
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    clippy::needless_pass_by_ref_mut,
    clippy::unnecessary_wraps,
)]
impl Cart {
    #[inline]
    fn __equal_u64(before: &u64, after: &u64) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
}
/// The goods in the basket.
#[cfg_attr(
    doc,
    doc = ::signal_kernel::__private::picture!{Cart documented;signal price linked[];signal qty linked[];computed
    total linked[0, 1, ];effect show[2, ];}
)]
#[allow(unreachable_pub, clippy::type_complexity)]
pub struct Cart {
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
    #[doc(hidden)]
    __price: ::signal_kernel::__private::Slot<u64, ()>,
    #[doc(hidden)]
    __qty: ::signal_kernel::__private::Slot<u64, ()>,
    #[doc(hidden)]
    __total: ::signal_kernel::__private::Slot<u64, ()>,
}
/// A [`Cart`] that is being written: see [`Cart::batch`] and [`Cart::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct CartBatch<'graph> {
    #[doc(hidden)]
    graph__: &'graph mut Cart,
}
impl Cart {
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    pub const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "Cart",
        {
            const NODES: &[::signal_kernel::Node] = &::signal_kernel::Node::all(
                ["price", "qty", "total", "show"],
                b"ssce",
                [2, 3, 0, 1],
                [&[], &[], &[0, 1], &[2]],
            );
            NODES
        },
    );
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
    /// A new `Cart`: every computed value an effect or a resource needs is current, every effect has run.
    #[allow(clippy::too_many_arguments)]
    pub fn new() -> Self {
        let mut graph = Self::__unstarted();
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// A new `Cart` that goes into another graph: it starts where it is put in, and nothing runs before.
    #[allow(clippy::too_many_arguments)]
    pub fn part() -> ::signal_kernel::Part<Self> {
        ::signal_kernel::__private::part(Self::__unstarted())
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __unstarted() -> Self {
        ::signal_kernel::__make! {
            1[2] [0] ready[::signal_kernel::__private::core::option::Option::None] {
            [signal __price() = __init_price] [signal __qty() = __init_qty] } { [computed
            __total() = __body_total[([&] __price.value) ([&] __qty.value)]] } { __price
            : __price.take(), __qty : __qty.take(), __total : __total.take(), }
        }
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    pub fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut CartBatch<'_>,
        ) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut CartBatch { graph__: graph }),
        )
    }
    /// A batch that takes back its writes and requests if `transaction` returns an error or panics. `set_x` keeps
    /// the old value of `x`; `update_x` clones it, once in each transaction; `update_x_with` takes a second closure,
    /// which undoes the change.
    ///
    /// # Errors
    ///
    /// With the error of `transaction`.
    pub fn transaction<R, E>(
        &mut self,
        transaction: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut CartBatch<'_>,
        ) -> ::signal_kernel::__private::core::result::Result<R, E>,
    ) -> ::signal_kernel::__private::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut CartBatch { graph__: graph }),
                )
            },
        )
    }
    /// Polls the work in flight; ready once at least one piece of it was committed and its effects have run.
    pub fn poll_progress(
        &mut self,
        context: &mut ::signal_kernel::__private::core::task::Context<'_>,
    ) -> ::signal_kernel::__private::core::task::Poll<()> {
        ::signal_kernel::__private::poll_progress(self, context)
    }
    /// Waits until a piece of work was committed and its effects have run. Stays pending while no work is in flight.
    /// Dropping this future drops no work.
    pub async fn progress(&mut self) {
        ::signal_kernel::__private::progress(self).await
    }
    /// Waits until nothing is in flight. Dropping this future drops no work.
    pub async fn settled(&mut self) {
        ::signal_kernel::__private::settled(self).await
    }
}
impl ::signal_kernel::__private::core::default::Default for Cart {
    fn default() -> Self {
        Self::new()
    }
}
impl ::signal_kernel::__private::core::fmt::Debug for Cart {
    fn fmt(
        &self,
        formatter: &mut ::signal_kernel::__private::core::fmt::Formatter<'_>,
    ) -> ::signal_kernel::__private::core::fmt::Result {
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
                    &::signal_kernel::__private::read::PANICKED
                        as &dyn ::signal_kernel::__private::core::fmt::Debug
                } else {
                    <_ as ::signal_kernel::needs::Printable>::to_print(
                        &self.__total.value,
                    )
                },
            );
        debug.finish()
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
    /// The signal `price`.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    #[inline]
    #[track_caller]
    pub fn price(&self) -> &u64 {
        &self.__price.value
    }
    /// Writes the signal `price` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    #[inline]
    pub fn set_price(&mut self, value: u64) {
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__price
            .replace(value, Self::__equal_u64, revision)
        {
            self.__changed(old, 0usize, 1u64);
        }
    }
    /// Changes the signal `price` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    pub fn update_price<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut u64) -> R,
    ) -> R {
        let changed = self.__price.change(&mut self.core__, 2usize, change);
        self.__updated(changed)
    }
    /// The signal `qty`.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    #[inline]
    #[track_caller]
    pub fn qty(&self) -> &u64 {
        &self.__qty.value
    }
    /// Writes the signal `qty` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    #[inline]
    pub fn set_qty(&mut self, value: u64) {
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__qty
            .replace(value, Self::__equal_u64, revision)
        {
            self.__changed(old, 0usize, 1u64);
        }
    }
    /// Changes the signal `qty` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " [`total`](Self::total) depends on it.")]
    pub fn update_qty<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut u64) -> R,
    ) -> R {
        let changed = self.__qty.change(&mut self.core__, 3usize, change);
        self.__updated(changed)
    }
    /// With what is to be paid.
    ///
    /// The computed value `total`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`price`](Self::price) and [`qty`](Self::qty). The effect `show` depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn total(&self) -> &u64 {
        self.core__.assert_good(0usize);
        &self.__total.value
    }
}
::signal_kernel::__batch! {
    self impl [< 'graph >] CartBatch < 'graph > [] for Cart, pub CartBatch[] R E {
    [signal pub price u64, [__price] 2 __equal_u64 set_price update_price
    update_price_with value change R[for < 'undo > u64 : ::signal_kernel::needs::Undo <
    'undo >] []] [signal pub qty u64, [__qty] 3 __equal_u64 set_qty update_qty
    update_qty_with value change R[for < 'undo > u64 : ::signal_kernel::needs::Undo <
    'undo >] []] [computed pub total u64, 0[]] } {}
}
::signal_kernel::__declared! {
    self impl [] Cart[] 'graph CartBatch[< 'graph >] 1[3300820206774538237,
    3393610910270210282, 8111889035238652307,] [0, 2, 3,] context {
    ::signal_kernel::__private::poll_work(self, context) }
}
::signal_kernel::__engine! {
    self impl [] Cart[] 1 R E topology b"cess"([2, 3, 3, 3,], [2, 3, 0,]) { whole([1, 1,
    2, 3,], [0, 0, 0,], [2, 1, 1,]) } resources false pass { __pass_0 0[inline] { 3 {
    0[computed[__total] __body_total[([&] __price.value) ([&] __qty.value)] __equal_u64
    2[]] 1[effect __body_show[([&] __total.value)]] } } } node { __node_0 0 3[inline] {
    0[__total] __equal_u64; 2[__price] __equal_u64; 3[__qty] __equal_u64; } } memo {}
}
