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
impl Draft {
    fn __init_id() -> u64 {
        1
    }
    fn __start_user(
        id: &u64,
    ) -> ::signal_kernel::__private::core::option::Option<
        impl ::signal_kernel::__private::core::ops::FnOnce(
            ::signal_kernel::__private::Start<
                '_,
                <fetch as ::signal_kernel::Resource>::Future,
            >,
        ),
    > {
        let __argument_0 = <u64 as ::signal_kernel::needs::Argument<
            u64,
        >>::copy_for_call(id);
        ::signal_kernel::__private::core::option::Option::Some(
            <fetch>::__start(__argument_0),
        )
    }
    fn __start_rename(
        id: &u64,
    ) -> ::signal_kernel::__private::core::option::Option<
        impl ::signal_kernel::__private::core::ops::FnOnce(
            ::signal_kernel::__private::Start<
                '_,
                <send as ::signal_kernel::Resource>::Future,
            >,
        ),
    > {
        let __argument_0 = <u64 as ::signal_kernel::needs::Argument<
            u64,
        >>::copy_for_call(id);
        ::signal_kernel::__private::core::option::Option::Some(
            <send>::__start(__argument_0),
        )
    }
    fn __per_scroll() {}
    #[inline]
    fn __body_scroll(#[allow(unused_variables)] id: &u64) -> u16 {
        0
    }
    fn __per_picked() {}
    #[inline]
    fn __body_picked(
        #[allow(unused_variables)]
        picked: ::signal_kernel::__private::core::option::Option<&Option<u64>>,
        #[allow(unused_variables)]
        id: &u64,
        #[allow(unused_variables)]
        scroll: &u16,
    ) -> Option<u64> {
        picked.copied().flatten().or(Some(*id))
    }
    fn __per_draft() {}
    #[inline]
    fn __body_draft(
        #[allow(unused_variables)]
        user: &::signal_kernel::AsyncState<
            <fetch as ::signal_kernel::Resource>::Value,
            <fetch as ::signal_kernel::Resource>::Error,
        >,
        #[allow(unused_variables)]
        rename: &::signal_kernel::AsyncState<
            <send as ::signal_kernel::Resource>::Value,
            <send as ::signal_kernel::Resource>::Error,
        >,
    ) -> Option<String> {
        None
    }
    #[inline]
    fn __body_shown(draft: &Option<String>) -> String {
        draft.clone().unwrap_or_default()
    }
    #[inline]
    fn __body_show(
        #[allow(unused_variables)]
        scroll: &u16,
        #[allow(unused_variables)]
        picked: &Option<u64>,
    ) -> () {
        println!("{scroll} {picked:?}");
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
impl Draft {
    #[inline]
    fn __same_picked(before: &Option<u64>, after: &Option<u64>) -> bool {
        #[allow(non_camel_case_types)]
        enum picked {}
        <_ as ::signal_kernel::needs::Comparable<picked>>::is_unchanged(before, after)
    }
    #[inline]
    fn __same_draft(before: &Option<String>, after: &Option<String>) -> bool {
        #[allow(non_camel_case_types)]
        enum draft {}
        <_ as ::signal_kernel::needs::Comparable<draft>>::is_unchanged(before, after)
    }
    #[inline]
    fn __same_shown(before: &String, after: &String) -> bool {
        #[allow(non_camel_case_types)]
        enum shown {}
        <_ as ::signal_kernel::needs::Comparable<shown>>::is_unchanged(before, after)
    }
    #[inline]
    fn __equal_u16(before: &u16, after: &u16) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
    #[inline]
    fn __equal_u64(before: &u64, after: &u64) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
}
#[cfg_attr(
    doc,
    doc = ::signal_kernel::__private::picture!{Draft;signal id linked[];resource user linked[0, ];resource
    rename linked[0, ];signal scroll linked[0, ];signal picked linked[0, 3, ];signal draft linked[1 new_value,
    2 new_error, ];computed shown linked lazy[5, ];effect show[3, 4, ];}
)]
#[allow(unreachable_pub, clippy::type_complexity)]
pub struct Draft {
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
    #[doc(hidden)]
    __id: ::signal_kernel::__private::Slot<u64, ()>,
    #[doc(hidden)]
    __user: ::signal_kernel::__private::ResourceSlot<
        <fetch as ::signal_kernel::Resource>::Value,
        <fetch as ::signal_kernel::Resource>::Error,
        <fetch as ::signal_kernel::Resource>::Future,
    >,
    #[doc(hidden)]
    __rename: ::signal_kernel::__private::ResourceSlot<
        <send as ::signal_kernel::Resource>::Value,
        <send as ::signal_kernel::Resource>::Error,
        <send as ::signal_kernel::Resource>::Future,
    >,
    #[doc(hidden)]
    __scroll: ::signal_kernel::__private::PerSlot<u16, ()>,
    #[doc(hidden)]
    __picked: ::signal_kernel::__private::PerSlot<Option<u64>, ()>,
    #[doc(hidden)]
    __draft: ::signal_kernel::__private::PerSlot<Option<String>, ()>,
    #[doc(hidden)]
    __shown: ::signal_kernel::__private::Memo<String>,
}
/// A [`Draft`] that is being written: see [`Draft::batch`] and [`Draft::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct DraftBatch<'graph> {
    #[doc(hidden)]
    graph__: &'graph mut Draft,
}
impl Draft {
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    pub const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "Draft",
        {
            const NODES: &[::signal_kernel::Node] = &::signal_kernel::Node::all(
                ["id", "user", "rename", "scroll", "picked", "draft", "shown", "show"],
                b"srrppple",
                [9, 1, 3, 4, 5, 6, 7, 8],
                [&[], &[0], &[0], &[0], &[0, 3], &[1, 2], &[5], &[3, 4]],
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
impl Draft {
    /// A new `Draft`: every computed value an effect or a resource needs is current, every effect has run.
    #[allow(clippy::too_many_arguments)]
    pub fn new() -> Self {
        let mut graph = Self::__unstarted();
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// A new `Draft` that goes into another graph: it starts where it is put in, and nothing runs before.
    #[allow(clippy::too_many_arguments)]
    pub fn part() -> ::signal_kernel::Part<Self> {
        ::signal_kernel::__private::part(Self::__unstarted())
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __unstarted() -> Self {
        ::signal_kernel::__make! {
            1[256] [128]
            ready[::signal_kernel::__private::core::option::Option::Some(::signal_kernel::__private::core::default::Default::default())]
            { [signal __id() = __init_id] } { [resource __user 1 Always __start_user[([&]
            __id.value)]] [resource __rename 3 Always __start_rename[([&] __id.value)]]
            [per __scroll() = __body_scroll[([&] __id.value)]] [per __picked() =
            __body_picked[([] ::signal_kernel::__private::core::option::Option::None)
            ([&] __id.value) ([&] __scroll.slot.value)]] [per __draft() =
            __body_draft[([&] __user.task.state) ([&] __rename.task.state)]] [memo
            __shown __same_shown] } { __id : __id.take(), __user : __user.take(),
            __rename : __rename.take(), __scroll : __scroll.take(), __picked : __picked
            .take(), __draft : __draft.take(), __shown : __shown.take(), }
        }
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    pub fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut DraftBatch<'_>,
        ) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut DraftBatch { graph__: graph }),
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
            &mut DraftBatch<'_>,
        ) -> ::signal_kernel::__private::core::result::Result<R, E>,
    ) -> ::signal_kernel::__private::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut DraftBatch { graph__: graph }),
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
impl ::signal_kernel::__private::core::default::Default for Draft {
    fn default() -> Self {
        Self::new()
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
impl Draft {
    /// The signal `id`.
    #[cfg_attr(
        doc,
        doc = " [`user`](Self::user), [`rename`](Self::rename), [`scroll`](Self::scroll) and [`picked`](Self::picked) depend on it."
    )]
    #[inline]
    #[track_caller]
    pub fn id(&self) -> &u64 {
        &self.__id.value
    }
    /// Writes the signal `id` and settles the graph; an equal value changes nothing.
    #[cfg_attr(
        doc,
        doc = " [`user`](Self::user), [`rename`](Self::rename), [`scroll`](Self::scroll) and [`picked`](Self::picked) depend on it."
    )]
    #[inline]
    pub fn set_id(&mut self, value: u64) {
        let revision = self.core__.tick();
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__id
            .replace(value, Self::__equal_u64, revision)
        {
            self.__changed(old, 0usize, 53u64);
        }
    }
    /// Changes the signal `id` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(
        doc,
        doc = " [`user`](Self::user), [`rename`](Self::rename), [`scroll`](Self::scroll) and [`picked`](Self::picked) depend on it."
    )]
    pub fn update_id<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut u64) -> R,
    ) -> R {
        let changed = self.__id.change(&mut self.core__, 9usize, change);
        self.__updated(changed)
    }
    /// The resource `user`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`id`](Self::id). [`draft`](Self::draft) depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn user(
        &self,
    ) -> &::signal_kernel::AsyncState<
        <fetch as ::signal_kernel::Resource>::Value,
        <fetch as ::signal_kernel::Resource>::Error,
    > {
        &self.__user.task.state
    }
    /// Starts the resource `user` again, with its arguments as they are now.
    #[cfg_attr(
        doc,
        doc = " It depends on [`id`](Self::id). [`draft`](Self::draft) depends on it."
    )]
    pub fn reload_user(&mut self) {
        let _old = self.__user.request(::signal_kernel::__private::Request::Reload);
        ::signal_kernel::__private::settle::request(self, 1usize)
    }
    /// Drops the work of the resource `user`; does nothing if none is in flight.
    #[cfg_attr(doc, doc = " [`draft`](Self::draft) depends on it.")]
    pub fn cancel_user(
        &mut self,
        reason: impl ::signal_kernel::__private::core::convert::Into<
            ::signal_kernel::CancelReason,
        >,
    ) {
        let _old = self
            .__user
            .request(::signal_kernel::__private::Request::cancel(reason));
        ::signal_kernel::__private::settle::request(self, 1usize)
    }
    /// The resource `rename`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`id`](Self::id). [`draft`](Self::draft) depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn rename(
        &self,
    ) -> &::signal_kernel::AsyncState<
        <send as ::signal_kernel::Resource>::Value,
        <send as ::signal_kernel::Resource>::Error,
    > {
        &self.__rename.task.state
    }
    /// Starts the resource `rename` again, with its arguments as they are now.
    #[cfg_attr(
        doc,
        doc = " It depends on [`id`](Self::id). [`draft`](Self::draft) depends on it."
    )]
    pub fn reload_rename(&mut self) {
        let _old = self.__rename.request(::signal_kernel::__private::Request::Reload);
        ::signal_kernel::__private::settle::request(self, 3usize)
    }
    /// Drops the work of the resource `rename`; does nothing if none is in flight.
    #[cfg_attr(doc, doc = " [`draft`](Self::draft) depends on it.")]
    pub fn cancel_rename(
        &mut self,
        reason: impl ::signal_kernel::__private::core::convert::Into<
            ::signal_kernel::CancelReason,
        >,
    ) {
        let _old = self
            .__rename
            .request(::signal_kernel::__private::Request::cancel(reason));
        ::signal_kernel::__private::settle::request(self, 3usize)
    }
    /// The signal `scroll`.
    #[cfg_attr(
        doc,
        doc = " It starts anew with each change of [`id`](Self::id). [`picked`](Self::picked) and the effect `show` depend on it."
    )]
    #[inline]
    #[track_caller]
    pub fn scroll(&self) -> &u16 {
        self.core__.assert_good(4usize);
        &self.__scroll.slot.value
    }
    /// Writes the signal `scroll` and settles the graph; an equal value changes nothing.
    #[cfg_attr(
        doc,
        doc = " [`picked`](Self::picked) and the effect `show` depend on it."
    )]
    #[inline]
    pub fn set_scroll(&mut self, value: u16) {
        if self.core__.is_failed(4usize) {
            return self.batch(|batch| batch.set_scroll(value));
        }
        let revision = self.core__.tick();
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__scroll
            .slot
            .replace(value, Self::__equal_u16, revision)
        {
            self.__changed(old, 0usize, 288u64);
        }
    }
    /// Changes the signal `scroll` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(
        doc,
        doc = " [`picked`](Self::picked) and the effect `show` depend on it."
    )]
    pub fn update_scroll<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut u16) -> R,
    ) -> R {
        if self.core__.is_failed(4usize) {
            return self.batch(|batch| batch.update_scroll_with(change, |_| {}));
        }
        let changed = self.__scroll.slot.change(&mut self.core__, 4usize, change);
        self.__updated(changed)
    }
    /// The signal `picked`.
    #[cfg_attr(
        doc,
        doc = " It starts anew with each change of [`id`](Self::id) and each change of [`scroll`](Self::scroll). The effect `show` depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn picked(&self) -> &Option<u64> {
        self.core__.assert_good(5usize);
        &self.__picked.slot.value
    }
    /// Writes the signal `picked` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " The effect `show` depends on it.")]
    #[inline]
    pub fn set_picked(&mut self, value: Option<u64>) {
        if self.core__.is_failed(5usize) {
            return self.batch(|batch| batch.set_picked(value));
        }
        let revision = self.core__.tick();
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__picked
            .slot
            .replace(value, Self::__same_picked, revision)
        {
            self.__changed(old, 0usize, 256u64);
        }
    }
    /// Changes the signal `picked` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " The effect `show` depends on it.")]
    pub fn update_picked<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut Option<u64>) -> R,
    ) -> R {
        if self.core__.is_failed(5usize) {
            return self.batch(|batch| batch.update_picked_with(change, |_| {}));
        }
        let changed = self.__picked.slot.change(&mut self.core__, 5usize, change);
        self.__updated(changed)
    }
    /// The signal `draft`.
    #[cfg_attr(
        doc,
        doc = " It starts anew with each value that [`user`](Self::user) yields and each error that [`rename`](Self::rename) yields. [`shown`](Self::shown) depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn draft(&self) -> &Option<String> {
        self.core__.assert_good(6usize);
        &self.__draft.slot.value
    }
    /// Writes the signal `draft` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`shown`](Self::shown) depends on it.")]
    #[inline]
    pub fn set_draft(&mut self, value: Option<String>) {
        if self.core__.is_failed(6usize) {
            return self.batch(|batch| batch.set_draft(value));
        }
        let revision = self.core__.tick();
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__draft
            .slot
            .replace(value, Self::__same_draft, revision)
        {
            self.__changed(old, 0usize, 128u64);
        }
    }
    /// Changes the signal `draft` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " [`shown`](Self::shown) depends on it.")]
    pub fn update_draft<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut Option<String>,
        ) -> R,
    ) -> R {
        if self.core__.is_failed(6usize) {
            return self.batch(|batch| batch.update_draft_with(change, |_| {}));
        }
        let changed = self.__draft.slot.change(&mut self.core__, 6usize, change);
        self.__updated(changed)
    }
    /// The computed value `shown`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`draft`](Self::draft), and is computed when it is read. Nothing depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn shown(&self) -> &String {
        self.__memo(7usize, &self.__shown)
    }
}
::signal_kernel::__batch! {
    self impl [< 'graph >] DraftBatch < 'graph > [] for Draft, pub DraftBatch[] R E {
    [signal pub id u64, [__id] 9 __equal_u64 set_id update_id update_id_with value change
    R[for < 'undo > u64 : ::signal_kernel::needs::Undo < 'undo >] []] [resource pub
    user::signal_kernel::AsyncState < < fetch as ::signal_kernel::Resource > ::Value, <
    fetch as ::signal_kernel::Resource > ::Error >, [__user] 1 reload_user cancel_user[]]
    [resource pub rename::signal_kernel::AsyncState < < send as ::signal_kernel::Resource
    > ::Value, < send as ::signal_kernel::Resource > ::Error >, [__rename] 3
    reload_rename cancel_rename[]] [per pub scroll u16, [__scroll.slot] 4[__scroll.hand]
    10 __equal_u16 set_scroll update_scroll update_scroll_with value change R[for < 'undo
    > u16 : ::signal_kernel::needs::Undo < 'undo >] []] [per pub picked Option < u64 >,
    [__picked.slot] 5[__picked.hand] 11 __same_picked set_picked update_picked
    update_picked_with value change R[for < 'undo > Option < u64 > :
    ::signal_kernel::needs::Undo < 'undo >] []] [per pub draft Option < String >,
    [__draft.slot] 6[__draft.hand] 12 __same_draft set_draft update_draft
    update_draft_with value change R[for < 'undo > Option < String > :
    ::signal_kernel::needs::Undo < 'undo >] []] [computed pub shown String, 7[]] } {}
}
::signal_kernel::__declared! {
    self impl [] Draft[] 'graph DraftBatch[< 'graph >] 1[628021283683842752,
    1603740827209187564, 2258343417258958163, 9036332894136256754, 11518677449153697753,
    13763202948658850828, 17769912516832019414,] [9, 6, 3, 1, 5, 4, 7,] context {
    ::signal_kernel::__private::poll_work(self, context) }
}
::signal_kernel::__engine! {
    self impl [] Draft[] 1 R E topology b"qaqapppleshhh"([1, 2, 3, 4, 6, 9, 12, 13, 15,
    15, 15, 15, 15,], [9, 0, 9, 2, 9, 10, 9, 4, 11, 1, 3, 12, 6, 4, 5,]) { whole([1, 1,
    2, 2, 3, 4, 5, 5, 5, 6, 7, 8, 9,], [0, 0, 0, 0, 0, 0, 0, 0, 0,], [2, 8, 288, 256,
    128, 53, 16, 32, 64,]) new_value([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,], [0,],
    [64,]) new_error([0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,], [0,], [64,]) } resources
    true pass { __pass_0 0[inline] { 255 { 0[input[__user] mark(2)] 1[resource[__user]
    __start_user[input_0([&] __id.value)] [None] { NEW_VALUE { mark(64) } }]
    2[input[__rename] mark(8)] 3[resource[__rename] __start_rename[input_0([&] __id
    .value)] [None] { NEW_ERROR { mark(64) } }] 4[per[__scroll.hand] [__scroll.slot]
    __body_scroll[([&] __id.value)] __equal_u16 288[]] 5[per[__picked.hand] [__picked
    .slot] __body_picked[([] __picked.slot.previous()) ([&] __id.value) ([&] __scroll
    .slot.value)] __same_picked 256[]] 6[per[__draft.hand] [__draft.slot]
    __body_draft[([&] __user.task.state) ([&] __rename.task.state)] __same_draft 128[]]
    7[memo[__shown] 0[]] } 256 { 8[effect __body_show[([&] __scroll.slot.value) ([&]
    __picked.slot.value)]] } } } node { __node_0 0 12[inline] { 1[__user]; 3[__rename];
    4[__scroll.slot] __equal_u16; 5[__picked.slot] __same_picked; 6[__draft.slot]
    __same_draft; 7[__shown] __same_shown; 9[__id] __equal_u64; 10[__scroll.hand];
    11[__picked.hand]; 12[__draft.hand]; } } memo { __memo_0 __compute_0 0 12[inline] {
    7[__shown] __body_shown[([&] __draft.slot.value)] __same_shown[now]; } }
}
