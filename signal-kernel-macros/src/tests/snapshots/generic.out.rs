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
    doc = ::signal_kernel::__private::picture!{Pair;signal
    type[];computed
    many
    lazy[0,
    ];computed
    count
    lazy[1,
    ];}
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
        let __type = ::signal_kernel::__private::make::slot::<_, ()>(move || r#type);
        let hub = ::signal_kernel::__private::core::option::Option::None;
        let __many = ::signal_kernel::__private::make::apart(|| ::signal_kernel::__private::Memo::new(
            Self::__same_many,
        ));
        let __count = ::signal_kernel::__private::make::apart(|| ::signal_kernel::__private::Memo::new(
            Self::__equal_usize,
        ));
        ::signal_kernel::__private::make::graph(move || Self {
            __type: __type.take(),
            __many: __many.take(),
            __count: __count.take(),
            core__: ::signal_kernel::__private::Core::new(
                [0u64],
                [3u64],
                hub,
                <Self as ::signal_kernel::__private::DeclaredGraph<1usize>>::TOPOLOGY,
            ),
        })
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
    /// A batch that takes back its writes and requests if `transaction` returns an error or panics. A `set_x` moves
    /// the old value of `x` aside; an `update_x` clones it, once in each transaction; an `update_x_with` is told
    /// how to undo the change.
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
    /// Waits until a piece of work was committed and its effects have run; for ever while none is in flight.
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
impl<'graph, T: Clone + PartialEq, const N: usize> PairBatch<'graph, T, N>
where
    T: Send,
{
    /// As [`Pair::type`].
    #[track_caller]
    fn r#type(&mut self) -> &T {
        &self.graph__.__type.value
    }
    /// Writes the signal `type`.
    fn set_type(&mut self, value: T) {
        self.graph__
            .__type
            .write(&mut self.graph__.core__, 2usize, value, <Pair<T, N>>::__same_type);
    }
    /// Changes the signal `type` in place, and returns what `change` returns: this always counts as a change, unless rolled back. In a transaction the first update copies the old value.
    fn update_type<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut T) -> R,
    ) -> R
    where
        for<'undo> T: ::signal_kernel::needs::Undo<'undo>,
    {
        change(
            self
                .graph__
                .__type
                .touch(
                    &mut self.graph__.core__,
                    2usize,
                    ::signal_kernel::needs::Undo::copy_for_undo,
                ),
        )
    }
    /// As `update_type`, without a copy: if a transaction fails, `undo` takes back a `change` that has returned.
    fn update_type_with<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut T) -> R,
        undo: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut T,
        ) + ::signal_kernel::__private::core::marker::Send + 'static,
    ) -> R {
        self.graph__.__type.touch_with(&mut self.graph__.core__, 2usize, change, undo)
    }
    /// As [`Pair::many`].
    #[track_caller]
    fn many(&mut self) -> &[T; N] {
        self.graph__.__refreshed(0usize).many()
    }
    /// A batch inside this one: the outermost settles.
    pub(crate) fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut PairBatch<'_, T, N>,
        ) -> R,
    ) -> R {
        batch(
            &mut PairBatch {
                graph__: &mut *self.graph__,
            },
        )
    }
    /// A transaction inside: if it fails, only its own writes and requests are taken back.
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
        ::signal_kernel::__private::batch::transaction(
            &mut *self.graph__,
            |graph| transaction(&mut PairBatch { graph__: graph }),
        )
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
#[allow(deprecated)]
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
impl<'graph, T: Clone + PartialEq, const N: usize> PairBatch<'graph, T, N>
where
    T: Send,
{
    /// As [`Pair::count`].
    #[track_caller]
    fn count(&mut self) -> &usize {
        let _ = <Pair<T, N>>::count;
        self.graph__.__refreshed(1usize).count()
    }
}
#[doc(hidden)]
#[allow(unused_variables)]
impl<T: Clone + PartialEq, const N: usize> ::signal_kernel::__private::Declared
for Pair<T, N>
where
    T: Send,
{
    fn watch(&mut self) -> &mut ::signal_kernel::__private::Watch {
        self.core__.watch()
    }
    fn ready_queue(
        &self,
    ) -> ::signal_kernel::__private::core::option::Option<
        &::signal_kernel::__private::std::sync::Arc<
            ::signal_kernel::__private::ReadyQueue,
        >,
    > {
        self.core__.ready_queue()
    }
    fn poll(
        &mut self,
        context: &mut ::signal_kernel::__private::core::task::Context<'_>,
    ) -> ::signal_kernel::__private::core::task::Poll<()> {
        ::signal_kernel::__private::poll_work(self, context)
    }
}
#[doc(hidden)]
#[allow(dead_code, clippy::redundant_closure)]
impl<T: Clone + PartialEq, const N: usize> Pair<T, N>
where
    T: Send,
{
    #[inline]
    #[allow(unused_variables)]
    fn __pass_0<const SINGLE: bool>(
        &mut self,
        bits: u64,
    ) -> ::signal_kernel::__private::Change {
        let mut pass = ::signal_kernel::__private::Pass::<
            SINGLE,
            1usize,
        >::new(&mut self.core__, 0usize, bits);
        if pass.visit(0u32) {
            self.__many.invalidate(2u64, &mut pass);
        }
        if pass.visit(1u32) {
            self.__count.invalidate(0u64, &mut pass);
        }
        pass.end()
    }
    #[inline]
    fn __changed<R>(&mut self, old: R, word: usize, bits: u64) {
        ::signal_kernel::__private::settle::changed(self, old, word, bits);
    }
    fn __updated<R>(
        &mut self,
        (
            result,
            caught,
        ): (
            ::signal_kernel::__private::core::option::Option<R>,
            ::signal_kernel::__private::FirstPanic,
        ),
    ) -> R {
        ::signal_kernel::__private::settle::updated(self, result, caught)
    }
    #[track_caller]
    fn __refreshed(&mut self, rank: usize) -> &Self {
        ::signal_kernel::__private::batch::refresh(self, rank);
        self
    }
    #[inline]
    #[track_caller]
    fn __memo<'graph, R>(
        &'graph self,
        rank: usize,
        memo: &'graph ::signal_kernel::__private::Memo<R>,
    ) -> &'graph R {
        ::signal_kernel::__private::read::memo(self, rank, memo)
    }
}
#[doc(hidden)]
#[allow(clippy::redundant_closure)]
impl<
    T: Clone + PartialEq,
    const N: usize,
> ::signal_kernel::__private::DeclaredGraph<1usize> for Pair<T, N>
where
    T: Send,
{
    const TOPOLOGY: &'static ::signal_kernel::__private::Topology = &::signal_kernel::__private::Topology {
        graph: Self::GRAPH,
        kinds: b"lls",
        dependencies: ::signal_kernel::__private::Lists {
            ends: &[1, 2, 2],
            items: &[2, 0],
        },
        memos: ::signal_kernel::__private::Masks {
            words: ::signal_kernel::__private::Lists {
                ends: &[0, 1],
                items: &[0],
            },
            bits: &[1],
        },
        whole: ::signal_kernel::__private::Masks {
            words: ::signal_kernel::__private::Lists {
                ends: &[1, 1, 2],
                items: &[0, 0],
            },
            bits: &[2, 1],
        },
        value: ::signal_kernel::__private::Masks::NONE,
        error: ::signal_kernel::__private::Masks::NONE,
        status: ::signal_kernel::__private::Masks::NONE,
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
    fn pass<const SINGLE: bool>(
        &mut self,
        word: usize,
        bits: u64,
    ) -> ::signal_kernel::__private::Change {
        match word {
            0usize => self.__pass_0::<SINGLE>(bits),
            _ => ::signal_kernel::__private::Change::NONE,
        }
    }
    fn node(
        &mut self,
        position: usize,
        visitor: &mut ::signal_kernel::__private::Visitor<'_>,
    ) {
        match position {
            0usize => visitor.memo(&mut self.__many, Self::__same_many),
            1usize => visitor.memo(&mut self.__count, Self::__equal_usize),
            2usize => visitor.slot(&mut self.__type, Self::__same_type),
            _ => {}
        }
    }
    fn memo(&self, rank: usize) -> &dyn ::signal_kernel::__private::MemoState {
        match rank {
            0usize => &self.__many,
            1usize => &self.__count,
            _ => ::signal_kernel::__private::read::no_memo(rank),
        }
    }
    fn compute(
        &self,
        rank: usize,
        revision: u64,
    ) -> ::signal_kernel::__private::core::option::Option<
        ::signal_kernel::__private::Payload,
    > {
        match rank {
            0usize => {
                self.__many
                    .compute(
                        self,
                        revision,
                        revision,
                        |graph| Self::__body_many(&graph.__type.value),
                        Self::__same_many,
                    )
            }
            1usize => {
                let changed_at = ::signal_kernel::__private::core::cmp::Ord::max(
                    0_u64,
                    self.__many.changed_at(),
                );
                self.__count
                    .compute(
                        self,
                        revision,
                        changed_at,
                        |graph| Self::__body_count(
                            ::signal_kernel::__private::read::current(&graph.__many),
                        ),
                        Self::__equal_usize,
                    )
            }
            _ => ::signal_kernel::__private::read::no_memo(rank),
        }
    }
}
