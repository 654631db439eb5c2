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
impl Profile {
    fn __init_log() -> Vec<String> {
        Vec::new()
    }
    fn __init_id() -> Option<u64> {
        Some(1)
    }
    fn __start_user(
        client: &Client,
        id: &Option<u64>,
    ) -> ::signal_kernel::__private::core::option::Option<
        impl ::signal_kernel::__private::core::ops::FnOnce(
            ::signal_kernel::__private::Start<
                '_,
                <fetch_user as ::signal_kernel::Resource>::Future,
            >,
        ),
    > {
        let __argument_0 = <Client as ::signal_kernel::needs::Argument<
            Client,
        >>::copy_for_call(client);
        ::signal_kernel::__private::core::option::Option::Some(
            <fetch_user>::__start(__argument_0, (*id)?),
        )
    }
    #[inline]
    fn __body_title(
        user: &::signal_kernel::AsyncState<
            <fetch_user as ::signal_kernel::Resource>::Value,
            <fetch_user as ::signal_kernel::Resource>::Error,
        >,
    ) -> String {
        match user.value() {
            Some(user) => user.name.clone(),
            None => String::new(),
        }
    }
    #[inline]
    fn __body_note(
        #[allow(unused_variables)]
        log: &mut Vec<String>,
        #[allow(unused_variables)]
        title: &String,
        #[allow(unused_variables)]
        user: &::signal_kernel::AsyncState<
            <fetch_user as ::signal_kernel::Resource>::Value,
            <fetch_user as ::signal_kernel::Resource>::Error,
        >,
    ) -> () {
        log.push(format!("{} {title}", user.status()));
    }
    #[inline]
    fn __body_lock(client: &Client, title: &String) -> Guard {
        client.lock(title)
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
impl Profile {
    #[inline]
    fn __same_id(before: &Option<u64>, after: &Option<u64>) -> bool {
        #[allow(non_camel_case_types)]
        enum id {}
        <_ as ::signal_kernel::needs::Comparable<id>>::is_unchanged(before, after)
    }
    #[inline]
    fn __same_user(
        before: &<fetch_user as ::signal_kernel::Resource>::Value,
        after: &<fetch_user as ::signal_kernel::Resource>::Value,
    ) -> bool {
        User::same(before, after)
    }
    #[inline]
    fn __same_title(before: &String, after: &String) -> bool {
        {
            let _ = (before, after);
            false
        }
    }
    fn __folds_user(
        function: &::signal_kernel::__private::core::marker::PhantomData<fetch_user>,
    ) {
        <_ as ::signal_kernel::needs::WholeAnswer>::check(function);
    }
}
#[cfg_attr(
    doc,
    doc = ::signal_kernel::__private::picture!{Profile;let client linked[];let log linked[];signal id
    linked[];resource user linked[0, 2, ];computed title linked[3 value, ];effect note[1, 4, 3 status,
    ];effect lock kept[0, 4, ];}
)]
#[allow(unreachable_pub, clippy::type_complexity)]
struct Profile {
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
    #[doc(hidden)]
    __client: Client,
    #[doc(hidden)]
    __log: Vec<String>,
    #[doc(hidden)]
    __id: ::signal_kernel::__private::Slot<Option<u64>, ()>,
    #[doc(hidden)]
    __user: ::signal_kernel::__private::ResourceSlot<
        <fetch_user as ::signal_kernel::Resource>::Value,
        <fetch_user as ::signal_kernel::Resource>::Error,
        <fetch_user as ::signal_kernel::Resource>::Future,
    >,
    #[doc(hidden)]
    __title: ::signal_kernel::__private::Slot<String, ()>,
    #[doc(hidden)]
    __lock: ::signal_kernel::__private::core::option::Option<Guard>,
}
/// A [`Profile`] that is being written: see [`Profile::batch`] and [`Profile::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
struct ProfileBatch<'graph> {
    #[doc(hidden)]
    graph__: &'graph mut Profile,
}
impl Profile {
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "Profile",
        {
            const NODES: &[::signal_kernel::Node] = &::signal_kernel::Node::all(
                ["id", "user", "title", "note", "lock"],
                b"srcee",
                [5, 1, 2, 3, 4],
                [&[], &[0], &[1], &[2, 1], &[2]],
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
impl Profile {
    /// A new `Profile`: every computed value an effect or a resource needs is current, every effect has run.
    #[cfg_attr(doc, doc = " It takes the first value of [`client`](Self::client).")]
    #[allow(clippy::too_many_arguments)]
    fn new(client: Client) -> Self {
        let mut graph = Self::__unstarted(client);
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// A new `Profile` that goes into another graph: it starts where it is put in, and nothing runs before.
    #[cfg_attr(doc, doc = " It takes the first value of [`client`](Self::client).")]
    #[allow(clippy::too_many_arguments)]
    fn part(client: Client) -> ::signal_kernel::Part<Self> {
        ::signal_kernel::__private::part(Self::__unstarted(client))
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __unstarted(client: Client) -> Self {
        ::signal_kernel::__make! {
            1[24] [0]
            ready[::signal_kernel::__private::core::option::Option::Some(::signal_kernel::__private::core::default::Default::default())]
            { [given __client = client] [field __log = __init_log] [signal __id() =
            __init_id] } { [resource __user 1 Never __start_user[([&] __client) ([&] __id
            .value)]] [computed __title() = __body_title[([&] __user.task.state)]] [kept
            __lock Guard] } { __client : __client, __log : __log.take(), __id : __id
            .take(), __user : __user.take(), __title : __title.take(), __lock : __lock
            .take(), }
        }
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut ProfileBatch<'_>,
        ) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut ProfileBatch { graph__: graph }),
        )
    }
    /// A batch that takes back its writes and requests if `transaction` returns an error or panics. `set_x` keeps
    /// the old value of `x`; `update_x` clones it, once in each transaction; `update_x_with` takes a second closure,
    /// which undoes the change.
    ///
    /// # Errors
    ///
    /// With the error of `transaction`.
    fn transaction<R, E>(
        &mut self,
        transaction: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut ProfileBatch<'_>,
        ) -> ::signal_kernel::__private::core::result::Result<R, E>,
    ) -> ::signal_kernel::__private::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut ProfileBatch { graph__: graph }),
                )
            },
        )
    }
    /// Polls the work in flight; ready once at least one piece of it was committed and its effects have run.
    fn poll_progress(
        &mut self,
        context: &mut ::signal_kernel::__private::core::task::Context<'_>,
    ) -> ::signal_kernel::__private::core::task::Poll<()> {
        ::signal_kernel::__private::poll_progress(self, context)
    }
    /// Waits until a piece of work was committed and its effects have run. Stays pending while no work is in flight.
    /// Dropping this future drops no work.
    async fn progress(&mut self) {
        ::signal_kernel::__private::progress(self).await
    }
    /// Waits until nothing is in flight. Dropping this future drops no work.
    async fn settled(&mut self) {
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
impl Profile {
    /// The field `client`.
    #[cfg_attr(doc, doc = " [`user`](Self::user) and the effect `lock` use it.")]
    #[inline]
    #[track_caller]
    fn client(&self) -> &Client {
        &self.__client
    }
    /// The field `log`.
    #[cfg_attr(doc, doc = " The effect `note` uses it.")]
    #[inline]
    #[track_caller]
    fn log(&self) -> &Vec<String> {
        &self.__log
    }
    /// The field `log`, to change: nothing reruns.
    #[cfg_attr(doc, doc = " The effect `note` uses it.")]
    #[inline]
    fn log_mut(&mut self) -> &mut Vec<String> {
        self.core__.note_change();
        &mut self.__log
    }
    /// The signal `id`.
    #[cfg_attr(doc, doc = " [`user`](Self::user) depends on it.")]
    #[inline]
    #[track_caller]
    fn id(&self) -> &Option<u64> {
        &self.__id.value
    }
    /// Writes the signal `id` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`user`](Self::user) depends on it.")]
    #[inline]
    fn set_id(&mut self, value: Option<u64>) {
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__id
            .replace(value, Self::__same_id, revision)
        {
            self.__changed(old, 0usize, 1u64);
        }
    }
    /// Changes the signal `id` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " [`user`](Self::user) depends on it.")]
    fn update_id<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut Option<u64>) -> R,
    ) -> R {
        let changed = self.__id.change(&mut self.core__, 5usize, change);
        self.__updated(changed)
    }
    /// The resource `user`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`id`](Self::id), and uses the field [`client`](Self::client). [`title`](Self::title) and the effect `note` depend on it."
    )]
    #[inline]
    #[track_caller]
    fn user(
        &self,
    ) -> &::signal_kernel::AsyncState<
        <fetch_user as ::signal_kernel::Resource>::Value,
        <fetch_user as ::signal_kernel::Resource>::Error,
    > {
        &self.__user.task.state
    }
    /// Starts the resource `user` again, with its arguments as they are now.
    #[cfg_attr(
        doc,
        doc = " It depends on [`id`](Self::id), and uses the field [`client`](Self::client). [`title`](Self::title) and the effect `note` depend on it."
    )]
    fn reload_user(&mut self) {
        let _old = self.__user.request(::signal_kernel::__private::Request::Reload);
        ::signal_kernel::__private::settle::request(self, 1usize)
    }
    /// Drops the work of the resource `user`; does nothing if none is in flight.
    #[cfg_attr(doc, doc = " [`title`](Self::title) and the effect `note` depend on it.")]
    fn cancel_user(
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
    /// The computed value `title`.
    #[cfg_attr(
        doc,
        doc = " It depends on the value of [`user`](Self::user). The effect `note` and the effect `lock` depend on it."
    )]
    #[inline]
    #[track_caller]
    fn title(&self) -> &String {
        self.core__.assert_good(2usize);
        &self.__title.value
    }
}
::signal_kernel::__batch! {
    self impl [< 'graph >] ProfileBatch < 'graph > [] for Profile, ProfileBatch[] R E {
    [field client Client, [__client] []] [mutable log Vec < String >, [__log] [] log_mut]
    [signal id Option < u64 >, [__id] 5 __same_id set_id update_id update_id_with value
    change R[for < 'undo > Option < u64 > : ::signal_kernel::needs::Undo < 'undo >] []]
    [resource user::signal_kernel::AsyncState < < fetch_user as ::signal_kernel::Resource
    > ::Value, < fetch_user as ::signal_kernel::Resource > ::Error >, [__user] 1
    reload_user cancel_user[]] [computed title String, 2[]] } {}
}
::signal_kernel::__declared! {
    self impl [] Profile[] 'graph ProfileBatch[< 'graph >] 1[628021283683842752,
    1319681242528961585, 9036332894136256754, 14158938165268116446,
    15722393318163439657,] [5, 4294967295, 1, 4294967295, 2,] context {
    ::signal_kernel::__private::poll_work(self, context) }
}
::signal_kernel::__engine! {
    self impl [] Profile[] 1 R E topology b"qacees"([1, 2, 3, 5, 6, 6,], [5, 0, 1, 2, 1,
    2,]) { whole([1, 1, 2, 2, 2, 3,], [0, 0, 0,], [2, 24, 1,]) value([0, 1, 1, 1, 1, 1,],
    [0,], [4,]) status([0, 1, 1, 1, 1, 1,], [0,], [8,]) } resources true pass { __pass_0
    0[inline] { 31 { 0[input[__user] mark(2)] 1[resource[__user] __start_user[input_0([&]
    __client) input_1([&] __id.value)] [Some(Self::__same_user)] { VALUE { mark(4) }
    STATUS { mark(8) } }] 2[computed[__title] __body_title[([&] __user.task.state)]
    __same_title 24[]] 3[effect __body_note[([& mut] __log) ([&] __title.value) ([&]
    __user.task.state)]] 4[kept[__lock] __body_lock[input_0([&] __client) input_1([&]
    __title.value)]] } } } node { __node_0 0 5[inline] { 1[__user]; 2[__title]
    __same_title; 5[__id] __same_id; } } memo {}
}
