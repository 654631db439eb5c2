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
impl Todos {
    fn __init_dark() -> bool {
        false
    }
    fn __make_todos(
        #[allow(unused_variables)]
        id: u64,
        #[allow(unused_variables)]
        root: &PathBuf,
    ) -> ::signal_kernel::Part<Todo> {
        <Todo>::part(root.join(id.to_string()), id)
    }
    fn __feed_todos_dark(
        #[allow(unused_variables)]
        rows__: &mut ::signal_kernel::__private::FedRows<
            '_,
            u64,
            ::signal_kernel::__private::KnownGraph<
                Todo,
                { <Todo as ::signal_kernel::Reactive>::IS },
            >,
        >,
        #[allow(unused_variables)]
        dark: &bool,
    ) {
        rows__
            .all(
                *dark,
                |batch__, value__| {
                    batch__.set_dark(value__);
                },
            );
    }
    fn __feed_todos_name(
        #[allow(unused_variables)]
        rows__: &mut ::signal_kernel::__private::FedRows<
            '_,
            u64,
            ::signal_kernel::__private::KnownGraph<
                Todo,
                { <Todo as ::signal_kernel::Reactive>::IS },
            >,
        >,
    ) {
        rows__
            .each(|batch__, key__| {
                #[allow(unused_variables)]
                let id = ::signal_kernel::__private::core::clone::Clone::clone(key__);
                batch__.set_name(id.to_string());
            });
    }
    fn __make_shown(
        id: u64,
        #[allow(unused_variables)]
        root: &PathBuf,
    ) -> ::signal_kernel::Part<Row> {
        let __argument_0 = <PathBuf as ::signal_kernel::needs::Argument<
            PathBuf,
        >>::copy_for_call(root);
        <Row>::part(__argument_0, id)
    }
    #[allow(impl_trait_redundant_captures)]
    fn __keys_shown<'keys>(
        #[allow(unused_variables)]
        todos: &'keys ::signal_kernel::List<u64, Todo>,
    ) -> impl ::signal_kernel::__private::core::iter::IntoIterator<
        Item = u64,
    > + use<'keys> {
        todos.keys().copied()
    }
    fn __feed_shown_dark(
        #[allow(unused_variables)]
        rows__: &mut ::signal_kernel::__private::FedRows<
            '_,
            u64,
            ::signal_kernel::__private::KnownGraph<
                Row,
                { <Row as ::signal_kernel::Reactive>::IS },
            >,
        >,
        #[allow(unused_variables)]
        dark: &bool,
    ) {
        rows__
            .all(
                *dark,
                |batch__, value__| {
                    batch__.set_dark(value__);
                },
            );
    }
    #[inline]
    fn __body_left(
        #[allow(unused_variables)]
        todos: &::signal_kernel::List<u64, Todo>,
    ) -> usize {
        todos.each(Todo::done).filter(|done| !**done).count()
    }
    fn __per_page() {}
    #[inline]
    fn __body_page(
        #[allow(unused_variables)]
        todos: &::signal_kernel::List<u64, Todo>,
        #[allow(unused_variables)]
        given: &::signal_kernel::List<String, Todo>,
    ) -> usize {
        0
    }
    #[inline]
    fn __body_show(
        #[allow(unused_variables)]
        left: &usize,
        #[allow(unused_variables)]
        shown: &::signal_kernel::List<u64, Row>,
    ) -> () {
        println!("{left} {}", shown.len());
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
impl Todos {
    #[inline]
    fn __equal_bool(before: &bool, after: &bool) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
    #[inline]
    fn __equal_usize(before: &usize, after: &usize) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
}
/// Rows with work of their own.
#[cfg_attr(
    doc,
    doc = ::signal_kernel::__private::picture!{Todos documented;let root[];signal dark linked[];list
    todos("[`Todo`](Todo)")linked[1, ]" Made by their keys.";list given("[`Todo`](Todo)")linked[];list
    shown("[`Row`](Row)")linked[2, 1, ];computed left linked[2, ];signal page linked[2, 3, ];effect show[5,
    4, ];}
)]
#[cfg_attr(doc, allow(rustdoc::private_intra_doc_links))]
#[allow(unreachable_pub, clippy::type_complexity)]
pub struct Todos {
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
    #[doc(hidden)]
    __root: PathBuf,
    #[doc(hidden)]
    __dark: ::signal_kernel::__private::Slot<bool, ()>,
    #[doc(hidden)]
    __todos: ::signal_kernel::List<
        ::signal_kernel::__private::KnownKey<
            u64,
            { <u64 as ::signal_kernel::needs::ListKey>::IS },
        >,
        ::signal_kernel::__private::KnownGraph<
            Todo,
            { <Todo as ::signal_kernel::Reactive>::IS },
        >,
    >,
    #[doc(hidden)]
    __given: ::signal_kernel::List<
        ::signal_kernel::__private::KnownKey<
            String,
            { <String as ::signal_kernel::needs::ListKey>::IS },
        >,
        ::signal_kernel::__private::KnownGraph<
            Todo,
            { <Todo as ::signal_kernel::Reactive>::IS },
        >,
    >,
    #[doc(hidden)]
    __shown: ::signal_kernel::List<
        ::signal_kernel::__private::KnownKey<
            u64,
            { <u64 as ::signal_kernel::needs::ListKey>::IS },
        >,
        ::signal_kernel::__private::KnownGraph<
            Row,
            { <Row as ::signal_kernel::Reactive>::IS },
        >,
    >,
    #[doc(hidden)]
    __left: ::signal_kernel::__private::Slot<usize, ()>,
    #[doc(hidden)]
    __page: ::signal_kernel::__private::PerSlot<usize, ()>,
}
/// A [`Todos`] that is being written: see [`Todos::batch`] and [`Todos::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct TodosBatch<'graph> {
    #[doc(hidden)]
    graph__: &'graph mut Todos,
}
impl Todos {
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    pub const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "Todos",
        {
            const NODES: &[::signal_kernel::Node] = &::signal_kernel::Node::with_inner(
                ::signal_kernel::Node::all(
                    ["dark", "todos", "given", "shown", "left", "page", "show"],
                    b"siiicpe",
                    [13, 2, 3, 6, 7, 8, 12],
                    [&[], &[0], &[], &[1, 0], &[1], &[1, 2], &[4, 3]],
                ),
                [
                    (
                        1,
                        || {
                            <::signal_kernel::__private::KnownGraph<
                                Todo,
                                { <Todo as ::signal_kernel::Reactive>::IS },
                            > as ::signal_kernel::Reactive>::GRAPH
                        },
                    ),
                    (
                        2,
                        || {
                            <::signal_kernel::__private::KnownGraph<
                                Todo,
                                { <Todo as ::signal_kernel::Reactive>::IS },
                            > as ::signal_kernel::Reactive>::GRAPH
                        },
                    ),
                    (
                        3,
                        || {
                            <::signal_kernel::__private::KnownGraph<
                                Row,
                                { <Row as ::signal_kernel::Reactive>::IS },
                            > as ::signal_kernel::Reactive>::GRAPH
                        },
                    ),
                ],
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
impl Todos {
    /// A new `Todos`: every computed value an effect or a resource needs is current, every effect has run.
    #[cfg_attr(doc, doc = " It takes the first value of `root`.")]
    #[allow(clippy::too_many_arguments)]
    pub fn new(root: PathBuf) -> Self {
        let mut graph = Self::__unstarted(root);
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// A new `Todos` that goes into another graph: it starts where it is put in, and nothing runs before.
    #[cfg_attr(doc, doc = " It takes the first value of `root`.")]
    #[allow(clippy::too_many_arguments)]
    pub fn part(root: PathBuf) -> ::signal_kernel::Part<Self> {
        ::signal_kernel::__private::part(Self::__unstarted(root))
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __unstarted(root: PathBuf) -> Self {
        ::signal_kernel::__make! {
            1[7680] [0]
            ready[::signal_kernel::__private::core::option::Option::Some(::signal_kernel::__private::core::default::Default::default())]
            { [given __root = root] [signal __dark() = __init_dark] } { [list __todos 2]
            [list __given 3] [followed __shown 6 __keys_shown[([&] __todos)]
            __make_shown[([&] __root)] { [9611063578541408229 __feed_shown_dark[([&]
            __dark.value)]] }] [computed __left() = __body_left[([&] __todos)]] [per
            __page() = __body_page[([&] __todos) ([&] __given)]] } { __root : __root,
            __dark : __dark.take(), __todos : __todos.take(), __given : __given.take(),
            __shown : __shown.take(), __left : __left.take(), __page : __page.take(), }
        }
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    pub fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut TodosBatch<'_>,
        ) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut TodosBatch { graph__: graph }),
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
            &mut TodosBatch<'_>,
        ) -> ::signal_kernel::__private::core::result::Result<R, E>,
    ) -> ::signal_kernel::__private::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut TodosBatch { graph__: graph }),
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
impl ::signal_kernel::__private::core::fmt::Debug for Todos {
    fn fmt(
        &self,
        formatter: &mut ::signal_kernel::__private::core::fmt::Formatter<'_>,
    ) -> ::signal_kernel::__private::core::fmt::Result {
        let mut debug = formatter.debug_struct("Todos");
        debug
            .field(
                "root",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__root),
            );
        debug
            .field(
                "dark",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__dark.value),
            );
        debug
            .field(
                "todos",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__todos),
            );
        debug
            .field(
                "given",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__given),
            );
        debug
            .field(
                "shown",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__shown),
            );
        debug
            .field(
                "left",
                if self.core__.is_failed(7usize) {
                    &::signal_kernel::__private::read::PANICKED
                        as &dyn ::signal_kernel::__private::core::fmt::Debug
                } else {
                    <_ as ::signal_kernel::needs::Printable>::to_print(
                        &self.__left.value,
                    )
                },
            );
        debug
            .field(
                "page",
                if self.core__.is_failed(8usize) {
                    &::signal_kernel::__private::read::PANICKED
                        as &dyn ::signal_kernel::__private::core::fmt::Debug
                } else {
                    <_ as ::signal_kernel::needs::Printable>::to_print(
                        &self.__page.slot.value,
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
impl Todos {
    /// The field `root`.
    #[cfg_attr(doc, doc = " Nothing uses it.")]
    #[inline]
    #[track_caller]
    fn root(&self) -> &PathBuf {
        &self.__root
    }
    /// The signal `dark`.
    #[cfg_attr(
        doc,
        doc = " [`todos`](Self::todos) and [`shown`](Self::shown) depend on it."
    )]
    #[inline]
    #[track_caller]
    pub fn dark(&self) -> &bool {
        &self.__dark.value
    }
    /// Writes the signal `dark` and settles the graph; an equal value changes nothing.
    #[cfg_attr(
        doc,
        doc = " [`todos`](Self::todos) and [`shown`](Self::shown) depend on it."
    )]
    #[inline]
    pub fn set_dark(&mut self, value: bool) {
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__dark
            .replace(value, Self::__equal_bool, revision)
        {
            self.__changed(old, 0usize, 33u64);
        }
    }
    /// Changes the signal `dark` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(
        doc,
        doc = " [`todos`](Self::todos) and [`shown`](Self::shown) depend on it."
    )]
    pub fn update_dark<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut bool) -> R,
    ) -> R {
        let changed = self.__dark.change(&mut self.core__, 13usize, change);
        self.__updated(changed)
    }
    /// Made by their keys.
    ///
    /// The list `todos`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`dark`](Self::dark). [`shown`](Self::shown), [`left`](Self::left) and [`page`](Self::page) depend on it."
    )]
    #[inline]
    #[track_caller]
    pub fn todos(&self) -> &::signal_kernel::List<u64, Todo> {
        &self.__todos
    }
    /// Writes the list `todos` and settles, once, when `change` returns; returns what `change` returns.
    #[cfg_attr(
        doc,
        doc = " It depends on [`dark`](Self::dark). [`shown`](Self::shown), [`left`](Self::left) and [`page`](Self::page) depend on it."
    )]
    pub fn update_todos<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut ::signal_kernel::ListBatch<'_, u64, Todo>,
        ) -> R,
    ) -> R {
        self.batch(|batch| change(&mut batch.todos_mut()))
    }
    /// Takes a row out of the list `todos`, with its state and its work, and settles.
    #[cfg_attr(
        doc,
        doc = " [`shown`](Self::shown), [`left`](Self::left) and [`page`](Self::page) depend on it."
    )]
    pub fn take_todos(
        &mut self,
        key: &u64,
    ) -> ::signal_kernel::__private::core::option::Option<Todo> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| { graph.__todos.take(&mut graph.core__, 2usize, key) },
        )
    }
    /// The list `given`.
    #[cfg_attr(
        doc,
        doc = " It depends on no other node. [`page`](Self::page) depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn given(&self) -> &::signal_kernel::List<String, Todo> {
        &self.__given
    }
    /// Writes the list `given` and settles, once, when `change` returns; returns what `change` returns.
    #[cfg_attr(
        doc,
        doc = " It depends on no other node. [`page`](Self::page) depends on it."
    )]
    pub fn update_given<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut ::signal_kernel::ListBatch<
                '_,
                String,
                Todo,
                ::signal_kernel::__private::ByParts,
            >,
        ) -> R,
    ) -> R {
        self.batch(|batch| change(&mut batch.given_mut()))
    }
    /// Takes a row out of the list `given`, with its state and its work, and settles.
    #[cfg_attr(doc, doc = " [`page`](Self::page) depends on it.")]
    pub fn take_given(
        &mut self,
        key: &String,
    ) -> ::signal_kernel::__private::core::option::Option<Todo> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| { graph.__given.take(&mut graph.core__, 3usize, key) },
        )
    }
    /// The list `shown`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`todos`](Self::todos) and [`dark`](Self::dark). The effect `show` depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn shown(&self) -> &::signal_kernel::List<u64, Row> {
        &self.__shown
    }
    /// Writes the list `shown` and settles, once, when `change` returns; returns what `change` returns.
    #[cfg_attr(
        doc,
        doc = " It depends on [`todos`](Self::todos) and [`dark`](Self::dark). The effect `show` depends on it."
    )]
    pub fn update_shown<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut ::signal_kernel::ListBatch<
                '_,
                u64,
                Row,
                ::signal_kernel::__private::Follows,
            >,
        ) -> R,
    ) -> R {
        self.batch(|batch| change(&mut batch.shown_mut()))
    }
    /// Takes a row out of the list `shown`, with its state and its work, and settles.
    #[cfg_attr(doc, doc = " The effect `show` depends on it.")]
    pub fn take_shown(
        &mut self,
        key: &u64,
    ) -> ::signal_kernel::__private::core::option::Option<Row> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| { graph.__shown.take(&mut graph.core__, 6usize, key) },
        )
    }
    /// The computed value `left`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`todos`](Self::todos). The effect `show` depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn left(&self) -> &usize {
        self.core__.assert_good(7usize);
        &self.__left.value
    }
    /// The signal `page`.
    #[cfg_attr(
        doc,
        doc = " It starts anew with each change of [`todos`](Self::todos) and each change of [`given`](Self::given). Nothing depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn page(&self) -> &usize {
        self.core__.assert_good(8usize);
        &self.__page.slot.value
    }
    /// Writes the signal `page` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    #[inline]
    pub fn set_page(&mut self, value: usize) {
        if self.core__.is_failed(8usize) {
            return self.batch(|batch| batch.set_page(value));
        }
        self.__page.slot.put(&mut self.core__, value);
    }
    /// Changes the signal `page` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    pub fn update_page<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut usize) -> R,
    ) -> R {
        if self.core__.is_failed(8usize) {
            return self.batch(|batch| batch.update_page_with(change, |_| {}));
        }
        let changed = self.__page.slot.change(&mut self.core__, 8usize, change);
        self.__updated(changed)
    }
}
::signal_kernel::__batch! {
    self impl [< 'graph >] TodosBatch < 'graph > [] for Todos, pub TodosBatch[] R E {
    [field root PathBuf, [__root] []] [signal pub dark bool, [__dark] 13 __equal_bool
    set_dark update_dark update_dark_with value change R[for < 'undo > bool :
    ::signal_kernel::needs::Undo < 'undo >] []] [list pub todos u64, Todo, Made,
    [__todos] 2 todos_mut[__make_todos[input_0([&] __root)]] []] [list pub given String,
    Todo, ByParts, [__given] 3 given_mut[] []] [list pub shown u64, Row, Follows,
    [__shown] 6 shown_mut[] []] [computed pub left usize, 7[]] [per pub page usize,
    [__page.slot] 8[__page.hand] 14 __equal_usize set_page update_page update_page_with
    value change R[for < 'undo > usize : ::signal_kernel::needs::Undo < 'undo >] []] } {}
}
::signal_kernel::__declared! {
    self impl [] Todos[] 'graph TodosBatch[< 'graph >] 1[255344043153000726,
    2643736872316312752, 7762476223269756182, 9611063578541408229, 11769310039851165637,
    11835573607409113770, 17769912516832019414,] [8, 7, 3, 13, 4294967295, 2, 6,] context
    { ::signal_kernel::__private::poll_work(self, context) }
}
::signal_kernel::__engine! {
    self impl [] Todos[] 1 R E topology b"ddggkdgcpfffesh"([1, 1, 3, 3, 4, 5, 7, 8, 11,
    11, 11, 11, 13, 13, 13,], [13, 0, 1, 2, 13, 4, 5, 2, 2, 3, 14, 7, 6,]) { whole([1, 2,
    2, 2, 3, 4, 4, 5, 5, 5, 5, 5, 5, 6, 7,], [0, 0, 0, 0, 0, 0, 0,], [4, 4, 64, 64, 4096,
    33, 256,]) } resources true first_effect 9 inside {
    2[::signal_kernel::__private::KnownGraph < Todo, { < Todo as
    ::signal_kernel::Reactive > ::IS } >] { [order @ 0 16] [node 15875746582901911185
    TRANSITION @ 0 128] [members @ 0 256] [effects @ 0 512] }
    3[::signal_kernel::__private::KnownGraph < Todo, { < Todo as
    ::signal_kernel::Reactive > ::IS } >] { [whole @ 0 256] [effects @ 0 1024] }
    6[::signal_kernel::__private::KnownGraph < Row, { < Row as ::signal_kernel::Reactive
    > ::IS } >] { [members @ 0 4096] [effects @ 0 2048] } } pass { __pass_0 0[inline] {
    255 { 0[feed_all[__todos] 9611063578541408229 __feed_todos_dark[input_0([&] __dark
    .value)] mark(4)] 1[feed_all[__todos] 14176396743819860870 __feed_todos_name[]
    mark(4)] 2[list[__todos] { [0 9611063578541408229 __feed_todos_dark[input_0([&]
    __dark.value)]] [1 14176396743819860870 __feed_todos_name[]] }] 3[list[__given] {}]
    4[keys[__shown] __keys_shown[([&] __todos)] __make_shown[input_0([&] __root)]
    mark(64)] 5[feed_all[__shown] 9611063578541408229 __feed_shown_dark[input_0([&]
    __dark.value)] mark(64)] 6[list[__shown] { [5 9611063578541408229
    __feed_shown_dark[input_0([&] __dark.value)]] }] 7[computed[__left] __body_left[([&]
    __todos)] __equal_usize 4096[]] } 7936 { 8[per[__page.hand] [__page.slot]
    __body_page[([&] __todos) ([&] __given)] __equal_usize 0[]] 9[graph_effects[__todos]]
    10[graph_effects[__given]] 11[graph_effects[__shown]] 12[effect __body_show[([&]
    __left.value) ([&] __shown)]] } } } node { __node_0 0 14[inline] { 2[__todos];
    3[__given]; 6[__shown]; 7[__left] __equal_usize; 8[__page.slot] __equal_usize;
    13[__dark] __equal_bool; 14[__page.hand]; } } memo {}
}
