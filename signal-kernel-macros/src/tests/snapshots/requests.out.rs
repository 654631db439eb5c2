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
impl Search {
    fn __init_query() -> String {
        String::new()
    }
    fn __init_unused() -> u8 {
        0
    }
    fn __start_hits(
        client: &Client,
        query: &String,
    ) -> ::signal_kernel::__private::core::option::Option<
        impl ::signal_kernel::__private::core::ops::FnOnce(
            ::signal_kernel::__private::Start<
                '_,
                <search as ::signal_kernel::Resource>::Future,
            >,
        ),
    > {
        let __argument_0 = <Client as ::signal_kernel::needs::Argument<
            Client,
        >>::copy_for_call(client);
        let __argument_1 = <String as ::signal_kernel::needs::Argument<
            String,
        >>::copy_for_call(query);
        ::signal_kernel::__private::core::option::Option::Some(
            <search>::__start(__argument_0, __argument_1),
        )
    }
    #[inline]
    fn __body_count(
        hits: &::signal_kernel::AsyncState<
            <search as ::signal_kernel::Resource>::Value,
            <search as ::signal_kernel::Resource>::Error,
        >,
    ) -> usize {
        hits.value().map_or(0, Vec::len)
    }
    #[inline]
    fn __body_is_empty(count: &usize) -> bool {
        *count == 0
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
impl Search {
    #[inline]
    fn __same_query(before: &String, after: &String) -> bool {
        #[allow(non_camel_case_types)]
        enum query {}
        <_ as ::signal_kernel::needs::Comparable<query>>::is_unchanged(before, after)
    }
    #[inline]
    fn __equal_bool(before: &bool, after: &bool) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
    #[inline]
    fn __equal_u8(before: &u8, after: &u8) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
    #[inline]
    fn __equal_usize(before: &usize, after: &usize) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
}
#[cfg_attr(
    doc,
    doc = ::signal_kernel::__private::picture!{Search;let client[];signal query linked[];signal unused[];resource
    hits linked[0, 1, ];computed count linked lazy[3 value, ];computed is_empty linked lazy[4, ];}
)]
#[allow(unreachable_pub, clippy::type_complexity)]
pub struct Search {
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
    #[doc(hidden)]
    __client: Client,
    #[doc(hidden)]
    __query: ::signal_kernel::__private::Slot<String, ()>,
    #[doc(hidden)]
    __unused: ::signal_kernel::__private::Slot<u8, ()>,
    #[doc(hidden)]
    __hits: ::signal_kernel::__private::ResourceSlot<
        <search as ::signal_kernel::Resource>::Value,
        <search as ::signal_kernel::Resource>::Error,
        <search as ::signal_kernel::Resource>::Future,
    >,
    #[doc(hidden)]
    __count: ::signal_kernel::__private::Memo<usize>,
    #[doc(hidden)]
    __is_empty: ::signal_kernel::__private::Memo<bool>,
}
/// A [`Search`] that is being written: see [`Search::batch`] and [`Search::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct Writes<'graph> {
    #[doc(hidden)]
    graph__: &'graph mut Search,
}
impl Search {
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    pub const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "Search",
        {
            const NODES: &[::signal_kernel::Node] = &::signal_kernel::Node::all(
                ["query", "unused", "hits", "count", "is_empty"],
                b"ssrll",
                [4, 5, 1, 2, 3],
                [&[], &[], &[0], &[2], &[3]],
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
impl Search {
    /// A new `Search`: every computed value an effect or a resource needs is current, every effect has run.
    #[cfg_attr(doc, doc = " It takes the first value of `client`.")]
    #[allow(clippy::too_many_arguments)]
    pub fn new(client: Client) -> Self {
        let mut graph = Self::__unstarted(client);
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// A new `Search` that goes into another graph: it starts where it is put in, and nothing runs before.
    #[cfg_attr(doc, doc = " It takes the first value of `client`.")]
    #[allow(clippy::too_many_arguments)]
    pub fn part(client: Client) -> ::signal_kernel::Part<Self> {
        ::signal_kernel::__private::part(Self::__unstarted(client))
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __unstarted(client: Client) -> Self {
        ::signal_kernel::__make! {
            1[0] [12]
            ready[::signal_kernel::__private::core::option::Option::Some(::signal_kernel::__private::core::default::Default::default())]
            { [given __client = client] [signal __query() = __init_query] [signal
            __unused() = __init_unused] } { [manual __hits 1 Reload] [memo __count
            __equal_usize] [memo __is_empty __equal_bool] } { __client : __client,
            __query : __query.take(), __unused : __unused.take(), __hits : __hits.take(),
            __count : __count.take(), __is_empty : __is_empty.take(), }
        }
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    pub fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(&mut Writes<'_>) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut Writes { graph__: graph }),
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
            &mut Writes<'_>,
        ) -> ::signal_kernel::__private::core::result::Result<R, E>,
    ) -> ::signal_kernel::__private::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut Writes { graph__: graph }),
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
impl Search {
    /// The field `client`.
    #[cfg_attr(doc, doc = " [`hits`](Self::hits) uses it.")]
    #[inline]
    #[track_caller]
    fn client(&self) -> &Client {
        &self.__client
    }
    /// The signal `query`.
    #[cfg_attr(doc, doc = " [`hits`](Self::hits) depends on it.")]
    #[inline]
    #[track_caller]
    pub fn query(&self) -> &String {
        &self.__query.value
    }
    /// Writes the signal `query` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`hits`](Self::hits) depends on it.")]
    #[inline]
    pub fn set_query(&mut self, value: String) {
        let revision = self.core__.tick();
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__query
            .replace(value, Self::__same_query, revision)
        {
            self.__changed(old, 0usize, 1u64);
        }
    }
    /// Changes the signal `query` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " [`hits`](Self::hits) depends on it.")]
    pub fn update_query<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut String) -> R,
    ) -> R {
        let changed = self.__query.change(&mut self.core__, 4usize, change);
        self.__updated(changed)
    }
    /// The resource `hits`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`query`](Self::query), and uses the field `client`. [`count`](Self::count) depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn hits(
        &self,
    ) -> &::signal_kernel::AsyncState<
        <search as ::signal_kernel::Resource>::Value,
        <search as ::signal_kernel::Resource>::Error,
    > {
        &self.__hits.task.state
    }
    /// Starts the resource `hits` again, with its arguments as they are now.
    #[cfg_attr(
        doc,
        doc = " It depends on [`query`](Self::query), and uses the field `client`. [`count`](Self::count) depends on it."
    )]
    pub fn reload_hits(&mut self) {
        let _old = self.__hits.request(::signal_kernel::__private::Request::Reload);
        ::signal_kernel::__private::settle::request(self, 1usize)
    }
    /// Drops the work of the resource `hits`; does nothing if none is in flight.
    #[cfg_attr(doc, doc = " [`count`](Self::count) depends on it.")]
    pub fn cancel_hits(
        &mut self,
        reason: impl ::signal_kernel::__private::core::convert::Into<
            ::signal_kernel::CancelReason,
        >,
    ) {
        let _old = self
            .__hits
            .request(::signal_kernel::__private::Request::cancel(reason));
        ::signal_kernel::__private::settle::request(self, 1usize)
    }
    /// The computed value `count`.
    #[cfg_attr(
        doc,
        doc = " It depends on the value of [`hits`](Self::hits), and is computed when it is read. [`is_empty`](Self::is_empty) depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn count(&self) -> &usize {
        self.__memo(2usize, &self.__count)
    }
    /// The computed value `is_empty`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`count`](Self::count), and is computed when it is read. Nothing depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn is_empty(&self) -> &bool {
        self.__memo(3usize, &self.__is_empty)
    }
}
::signal_kernel::__batch! {
    self impl [< 'graph >] Writes < 'graph > [] for Search, pub Writes[] R E { [field
    client Client, [__client] []] [signal pub query String, [__query] 4 __same_query
    set_query update_query update_query_with value change R[for < 'undo > String :
    ::signal_kernel::needs::Undo < 'undo >] []] [resource pub
    hits::signal_kernel::AsyncState < < search as ::signal_kernel::Resource > ::Value, <
    search as ::signal_kernel::Resource > ::Error >, [__hits] 1 reload_hits
    cancel_hits[]] [computed pub count usize, 2[]] [computed pub is_empty bool, 3[]] } {
    [signal unused u8, [__unused] 5 __equal_u8 set_unused update_unused
    update_unused_with value change R[for < 'undo > u8 : ::signal_kernel::needs::Undo <
    'undo >] [let _ = < Search > ::unused;]] }
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
impl Search {
    /// The signal `unused`.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    #[inline]
    #[track_caller]
    fn unused(&self) -> &u8 {
        &self.__unused.value
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
impl Search {
    /// Writes the signal `unused` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    #[inline]
    fn set_unused(&mut self, value: u8) {
        self.__unused.put(&mut self.core__, value);
    }
    /// Changes the signal `unused` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    fn update_unused<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut u8) -> R,
    ) -> R {
        let _ = <Search>::unused;
        let changed = self.__unused.change(&mut self.core__, 5usize, change);
        self.__updated(changed)
    }
}
::signal_kernel::__declared! {
    self impl [] Search[] 'graph Writes[< 'graph >] 1[3856466037883943387,
    6052333226747276115, 8299566544506908859, 12756040312452126403, 12818901015042040436,
    14158938165268116446,] [5, 3, 1, 4, 2, 4294967295,] context {
    ::signal_kernel::__private::poll_work(self, context) }
}
::signal_kernel::__engine! {
    self impl [] Search[] 1 R E topology b"qallss"([1, 2, 3, 4, 4, 4,], [4, 0, 1, 2,]) {
    memos([0, 0, 0, 1,], [0,], [4,]) whole([1, 1, 2, 2, 3, 3,], [0, 0, 0,], [2, 8, 1,])
    value([0, 1, 1, 1, 1, 1,], [0,], [4,]) } resources true pass { __pass_0 0[inline] {
    15 { 0[input[__hits] mark(2)] 1[resource[__hits] __start_hits[input_0([&] __client)
    input_1([&] __query.value)] [None] { VALUE { mark(4) } }] 2[memo[__count] 8[]]
    3[memo[__is_empty] 0[]] } } } node { __node_0 0 5[inline] { 1[__hits]; 2[__count]
    __equal_usize; 3[__is_empty] __equal_bool; 4[__query] __same_query; 5[__unused]
    __equal_u8; } } memo { __memo_0 __compute_0 0 5[inline] { 2[__count]
    __body_count[([&] __hits.task.state)] __equal_usize[now]; 3[__is_empty]
    __body_is_empty[([] __count.current())] __equal_bool[ask(__count.changed_at())]; } }
}
