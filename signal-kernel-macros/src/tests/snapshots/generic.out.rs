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
impl<T: Clone + PartialEq, const N: usize> Pair<T, N>
where
    T: Send,
{
    #[inline]
    fn __body_many(#[allow(unused_variables)] r#type: &T) -> [T; N] {
        std::array::from_fn(|_| r#type.clone())
    }
    #[inline]
    fn __body_count(many: &[T; N]) -> usize {
        many.len()
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
impl<T: Clone + PartialEq, const N: usize> Pair<T, N>
where
    T: Send,
{
    #[inline]
    fn __same_type(before: &T, after: &T) -> bool {
        <_ as ::signal_kernel::__private::core::cmp::PartialEq>::eq(before, after)
    }
    #[inline]
    fn __same_many(before: &[T; N], after: &[T; N]) -> bool {
        #[allow(non_camel_case_types)]
        enum many {}
        <_ as ::signal_kernel::needs::Comparable<many>>::is_unchanged(before, after)
    }
    #[inline]
    fn __equal_usize(before: &usize, after: &usize) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
}
#[cfg_attr(
    doc,
    doc = ::signal_kernel::__private::picture!{Pair;signal type[];computed many lazy[0, ];computed count
    lazy[1, ];}
)]
#[allow(unreachable_pub, clippy::type_complexity)]
pub(crate) struct Pair<T: Clone + PartialEq, const N: usize>
where
    T: Send,
{
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
    #[doc(hidden)]
    __type: ::signal_kernel::__private::Slot<T, ()>,
    #[doc(hidden)]
    __many: ::signal_kernel::__private::Memo<[T; N]>,
    #[doc(hidden)]
    __count: ::signal_kernel::__private::Memo<usize>,
}
/// A [`Pair`] that is being written: see [`Pair::batch`] and [`Pair::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub(crate) struct PairBatch<'graph, T: Clone + PartialEq, const N: usize>
where
    T: Send,
{
    #[doc(hidden)]
    graph__: &'graph mut Pair<T, N>,
}
impl<T: Clone + PartialEq, const N: usize> Pair<T, N>
where
    T: Send,
{
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    pub(crate) const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "Pair",
        {
            const NODES: &[::signal_kernel::Node] = &::signal_kernel::Node::all(
                ["type", "many", "count"],
                b"sll",
                [2, 0, 1],
                [&[], &[0], &[1]],
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
impl<T: Clone + PartialEq, const N: usize> Pair<T, N>
where
    T: Send,
{
    /// A new `Pair`: every computed value an effect or a resource needs is current, every effect has run.
    #[cfg_attr(doc, doc = " It takes the first value of `type`.")]
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn new(r#type: T) -> Self {
        let mut graph = Self::__unstarted(r#type);
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// A new `Pair` that goes into another graph: it starts where it is put in, and nothing runs before.
    #[cfg_attr(doc, doc = " It takes the first value of `type`.")]
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn part(r#type: T) -> ::signal_kernel::Part<Self> {
        ::signal_kernel::__private::part(Self::__unstarted(r#type))
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __unstarted(r#type: T) -> Self {
        ::signal_kernel::__make! {
            1[0] [3] ready[::signal_kernel::__private::core::option::Option::None] {
            [parameter __type() = r#type] } { [memo __many __same_many] [memo __count
            __equal_usize] } { __type : __type.take(), __many : __many.take(), __count :
            __count.take(), }
        }
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    pub(crate) fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut PairBatch<'_, T, N>,
        ) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut PairBatch { graph__: graph }),
        )
    }
    /// A batch that takes back its writes and requests if `transaction` returns an error or panics. `set_x` keeps
    /// the old value of `x`; `update_x` clones it, once in each transaction; `update_x_with` takes a second closure,
    /// which undoes the change.
    ///
    /// # Errors
    ///
    /// With the error of `transaction`.
    pub(crate) fn transaction<R, E>(
        &mut self,
        transaction: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut PairBatch<'_, T, N>,
        ) -> ::signal_kernel::__private::core::result::Result<R, E>,
    ) -> ::signal_kernel::__private::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut PairBatch { graph__: graph }),
                )
            },
        )
    }
    /// Polls the work in flight; ready once at least one piece of it was committed and its effects have run.
    pub(crate) fn poll_progress(
        &mut self,
        context: &mut ::signal_kernel::__private::core::task::Context<'_>,
    ) -> ::signal_kernel::__private::core::task::Poll<()> {
        ::signal_kernel::__private::poll_progress(self, context)
    }
    /// Waits until a piece of work was committed and its effects have run. Stays pending while no work is in flight.
    /// Dropping this future drops no work.
    pub(crate) async fn progress(&mut self) {
        ::signal_kernel::__private::progress(self).await
    }
    /// Waits until nothing is in flight. Dropping this future drops no work.
    pub(crate) async fn settled(&mut self) {
        ::signal_kernel::__private::settled(self).await
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
impl<T: Clone + PartialEq, const N: usize> Pair<T, N>
where
    T: Send,
{
    /// The signal `type`.
    #[cfg_attr(doc, doc = " [`many`](Self::many) depends on it.")]
    #[inline]
    #[track_caller]
    fn r#type(&self) -> &T {
        &self.__type.value
    }
    /// Writes the signal `type` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`many`](Self::many) depends on it.")]
    #[inline]
    fn set_type(&mut self, value: T) {
        let revision = self.core__.tick();
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__type
            .replace(value, Self::__same_type, revision)
        {
            self.__changed(old, 0usize, 1u64);
        }
    }
    /// Changes the signal `type` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " [`many`](Self::many) depends on it.")]
    fn update_type<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut T) -> R,
    ) -> R {
        let changed = self.__type.change(&mut self.core__, 2usize, change);
        self.__updated(changed)
    }
    /// The computed value `many`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`type`](Self::type), and is computed when it is read. [`count`](Self::count) depends on it."
    )]
    #[inline]
    #[track_caller]
    fn many(&self) -> &[T; N] {
        self.__memo(0usize, &self.__many)
    }
}
::signal_kernel::__batch! {
    self impl [< 'graph, T : Clone + PartialEq, const N : usize >] PairBatch < 'graph, T,
    N > [where T : Send,] for Pair < T, N >, pub (crate) PairBatch[T, N] R E { [signal
    r#type T, [__type] 2 __same_type set_type update_type update_type_with value change
    R[for < 'undo > T : ::signal_kernel::needs::Undo < 'undo >] []] [computed many[T; N],
    0[]] } { [computed count usize, 1[let _ = < Pair < T, N > > ::count;]] }
}
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
impl<T: Clone + PartialEq, const N: usize> Pair<T, N>
where
    T: Send,
{
    /// The computed value `count`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`many`](Self::many), and is computed when it is read. Nothing depends on it."
    )]
    #[inline]
    #[track_caller]
    fn count(&self) -> &usize {
        self.__memo(1usize, &self.__count)
    }
}
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
impl<T: Clone + PartialEq, const N: usize> Pair<T, N>
where
    T: Send,
{}
::signal_kernel::__declared! {
    self impl [< T : Clone + PartialEq, const N : usize >] Pair < T, N > [where T :
    Send,] 'graph PairBatch[< 'graph, T, N >] 1[2262031468633127938,
    12075340201627130925, 12818901015042040436,] [0, 2, 1,] context {
    ::signal_kernel::__private::poll_work(self, context) }
}
::signal_kernel::__engine! {
    self impl [< T : Clone + PartialEq, const N : usize >] Pair < T, N > [where T :
    Send,] 1 R E topology b"lls"([1, 2, 2,], [2, 0,]) { memos([0, 1,], [0,], [1,])
    whole([1, 1, 2,], [0, 0,], [2, 1,]) } resources false pass { __pass_0 0[inline] { 3 {
    0[memo[__many] 2[]] 1[memo[__count] 0[]] } } } node { __node_0 0 2[inline] {
    0[__many] __same_many; 1[__count] __equal_usize; 2[__type] __same_type; } } memo {
    __memo_0 __compute_0 0 2[inline] { 0[__many] __body_many[([&] __type.value)]
    __same_many[now]; 1[__count] __body_count[([] __many.current())]
    __equal_usize[ask(__many.changed_at())]; } }
}
