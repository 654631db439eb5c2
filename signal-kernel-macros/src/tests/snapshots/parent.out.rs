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
impl<G: Reactive> Page<G> {
    fn __init_dark() -> bool {
        false
    }
    fn __make_search(
        #[allow(unused_variables)]
        log: &Log,
    ) -> ::signal_kernel::Part<Search> {
        let __argument_0 = <Log as ::signal_kernel::needs::Argument<
            Log,
        >>::copy_for_call(log);
        <Search>::part(__argument_0, 20)
    }
    fn __feed_search_dark(
        #[allow(unused_variables)]
        batch__: &mut <::signal_kernel::__private::KnownGraph<
            Search,
            { <Search as ::signal_kernel::Reactive>::IS },
        > as ::signal_kernel::Reactive>::Batch<'_>,
        #[allow(unused_variables)]
        dark: &bool,
    ) {
        batch__.set_dark(*dark);
    }
    fn __feed_search_size(
        #[allow(unused_variables)]
        batch__: &mut <::signal_kernel::__private::KnownGraph<
            Search,
            { <Search as ::signal_kernel::Reactive>::IS },
        > as ::signal_kernel::Reactive>::Batch<'_>,
        #[allow(unused_variables)]
        log: &Log,
        #[allow(unused_variables)]
        width: &usize,
    ) {
        batch__.set_size(log.len() + *width);
    }
    #[inline]
    fn __body_width(frame: &Frame<G>) -> usize {
        frame.width() + 1
    }
    #[inline]
    fn __body_title(#[allow(unused_variables)] search: &Search) -> String {
        format!("{} {:?}", search.title(), search.hits().value())
    }
    fn __per_picked() {
        let _ = <Search>::query;
    }
    #[inline]
    fn __body_picked(#[allow(unused_variables)] search: &Search) -> Option<u64> {
        None
    }
    #[inline]
    fn __body_show(log: &Log, title: &String, search: &Search) -> () {
        log.push(title, search.title());
    }
    #[inline]
    fn __body_all(log: &Log, search: &Search) -> () {
        log.print(search);
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
impl<G: Reactive> Page<G> {
    #[inline]
    fn __same_title(before: &String, after: &String) -> bool {
        #[allow(non_camel_case_types)]
        enum title {}
        <_ as ::signal_kernel::needs::Comparable<title>>::is_unchanged(before, after)
    }
    #[inline]
    fn __same_picked(before: &Option<u64>, after: &Option<u64>) -> bool {
        #[allow(non_camel_case_types)]
        enum picked {}
        <_ as ::signal_kernel::needs::Comparable<picked>>::is_unchanged(before, after)
    }
    #[inline]
    fn __equal_bool(before: &bool, after: &bool) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
    #[inline]
    fn __equal_usize(before: &usize, after: &usize) -> bool {
        ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
    }
}
/// A page with a search in it.
#[cfg_attr(
    doc,
    doc = ::signal_kernel::__private::picture!{Page documented;let log[];signal dark linked[];graph search("[`Search`](Search)")linked[1,
    0, 4, ]" Made here, and fed.";graph frame("[`Frame`](Frame)")linked[];computed width linked[3, ];computed
    title linked[2, ];signal picked linked[2, ];effect show[0, 5, 2, ];effect all[0, 2, ];}
)]
#[cfg_attr(doc, allow(rustdoc::private_intra_doc_links))]
#[allow(unreachable_pub, clippy::type_complexity)]
pub struct Page<G: Reactive> {
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
    #[doc(hidden)]
    __log: Log,
    #[doc(hidden)]
    __dark: ::signal_kernel::__private::Slot<bool, ()>,
    #[doc(hidden)]
    __search: ::signal_kernel::__private::Inside<
        ::signal_kernel::__private::KnownGraph<
            Search,
            { <Search as ::signal_kernel::Reactive>::IS },
        >,
    >,
    #[doc(hidden)]
    __frame: ::signal_kernel::__private::Inside<Frame<G>>,
    #[doc(hidden)]
    __width: ::signal_kernel::__private::Slot<usize, ()>,
    #[doc(hidden)]
    __title: ::signal_kernel::__private::Slot<String, ()>,
    #[doc(hidden)]
    __picked: ::signal_kernel::__private::PerSlot<Option<u64>, ()>,
}
/// A [`Page`] that is being written: see [`Page::batch`] and [`Page::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct PageBatch<'graph, G: Reactive> {
    #[doc(hidden)]
    graph__: &'graph mut Page<G>,
}
impl<G: Reactive> Page<G> {
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    pub const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "Page",
        {
            const NODES: &[::signal_kernel::Node] = &::signal_kernel::Node::with_inner(
                ::signal_kernel::Node::all(
                    [
                        "dark",
                        "search",
                        "frame",
                        "width",
                        "title",
                        "picked",
                        "show",
                        "all",
                    ],
                    b"sggccpee",
                    [11, 4, 0, 1, 5, 6, 9, 10],
                    [&[], &[0, 3], &[], &[2], &[1], &[1], &[4, 1], &[1]],
                ),
                [
                    (
                        1,
                        || {
                            <::signal_kernel::__private::KnownGraph<
                                Search,
                                { <Search as ::signal_kernel::Reactive>::IS },
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
impl<G: Reactive> Page<G> {
    /// A new `Page`: every computed value an effect or a resource needs is current, every effect has run.
    #[cfg_attr(
        doc,
        doc = " It takes the first value of `log` and [`frame`](Self::frame)."
    )]
    #[allow(clippy::too_many_arguments)]
    pub fn new(log: Log, frame: ::signal_kernel::Part<Frame<G>>) -> Self {
        let mut graph = Self::__unstarted(log, frame);
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// A new `Page` that goes into another graph: it starts where it is put in, and nothing runs before.
    #[cfg_attr(
        doc,
        doc = " It takes the first value of `log` and [`frame`](Self::frame)."
    )]
    #[allow(clippy::too_many_arguments)]
    pub fn part(
        log: Log,
        frame: ::signal_kernel::Part<Frame<G>>,
    ) -> ::signal_kernel::Part<Self> {
        ::signal_kernel::__private::part(Self::__unstarted(log, frame))
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __unstarted(log: Log, frame: ::signal_kernel::Part<Frame<G>>) -> Self {
        ::signal_kernel::__make! {
            1[1920] [0]
            ready[::signal_kernel::__private::core::option::Option::Some(::signal_kernel::__private::core::default::Default::default())]
            { [given __log = log] [signal __dark() = __init_dark] } { [graph_parameter
            __frame[Frame < G >] 0 = frame] [computed __width() = __body_width[([]
            __frame.get())]] [graph __search[::signal_kernel::__private::KnownGraph <
            Search, { < Search as ::signal_kernel::Reactive > ::IS } >] 4 =
            __make_search[([&] __log)] { [__feed_search_dark[([&] __dark.value)]]
            [__feed_search_size[([&] __log) ([&] __width.value)]] }] [computed __title()
            = __body_title[([] __search.get())]] [per __picked() = __body_picked[([]
            __search.get())]] } { __log : __log, __dark : __dark.take(), __search :
            __search.take(), __frame : __frame.take(), __width : __width.take(), __title
            : __title.take(), __picked : __picked.take(), }
        }
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    pub fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut PageBatch<'_, G>,
        ) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut PageBatch { graph__: graph }),
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
            &mut PageBatch<'_, G>,
        ) -> ::signal_kernel::__private::core::result::Result<R, E>,
    ) -> ::signal_kernel::__private::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut PageBatch { graph__: graph }),
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
impl<G: Reactive> ::signal_kernel::__private::core::fmt::Debug for Page<G>
where
    G: ::signal_kernel::__private::core::fmt::Debug,
{
    fn fmt(
        &self,
        formatter: &mut ::signal_kernel::__private::core::fmt::Formatter<'_>,
    ) -> ::signal_kernel::__private::core::fmt::Result {
        let mut debug = formatter.debug_struct("Page");
        debug
            .field(
                "log",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__log),
            );
        debug
            .field(
                "dark",
                <_ as ::signal_kernel::needs::Printable>::to_print(&self.__dark.value),
            );
        debug
            .field(
                "search",
                <_ as ::signal_kernel::needs::Printable>::to_print(self.__search.get()),
            );
        debug
            .field(
                "frame",
                <_ as ::signal_kernel::needs::Printable>::to_print(self.__frame.get()),
            );
        debug
            .field(
                "width",
                if self.core__.is_failed(1usize) {
                    &::signal_kernel::__private::read::PANICKED
                        as &dyn ::signal_kernel::__private::core::fmt::Debug
                } else {
                    <_ as ::signal_kernel::needs::Printable>::to_print(
                        &self.__width.value,
                    )
                },
            );
        debug
            .field(
                "title",
                if self.core__.is_failed(5usize) {
                    &::signal_kernel::__private::read::PANICKED
                        as &dyn ::signal_kernel::__private::core::fmt::Debug
                } else {
                    <_ as ::signal_kernel::needs::Printable>::to_print(
                        &self.__title.value,
                    )
                },
            );
        debug
            .field(
                "picked",
                if self.core__.is_failed(6usize) {
                    &::signal_kernel::__private::read::PANICKED
                        as &dyn ::signal_kernel::__private::core::fmt::Debug
                } else {
                    <_ as ::signal_kernel::needs::Printable>::to_print(
                        &self.__picked.slot.value,
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
impl<G: Reactive> Page<G> {
    /// The field `log`.
    #[cfg_attr(
        doc,
        doc = " [`search`](Self::search), the effect `show` and the effect `all` use it."
    )]
    #[inline]
    #[track_caller]
    fn log(&self) -> &Log {
        &self.__log
    }
    /// The signal `dark`.
    #[cfg_attr(doc, doc = " [`search`](Self::search) depends on it.")]
    #[inline]
    #[track_caller]
    pub fn dark(&self) -> &bool {
        &self.__dark.value
    }
    /// Writes the signal `dark` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " [`search`](Self::search) depends on it.")]
    #[inline]
    pub fn set_dark(&mut self, value: bool) {
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__dark
            .replace(value, Self::__equal_bool, revision)
        {
            self.__changed(old, 0usize, 4u64);
        }
    }
    /// Changes the signal `dark` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " [`search`](Self::search) depends on it.")]
    pub fn update_dark<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut bool) -> R,
    ) -> R {
        let changed = self.__dark.change(&mut self.core__, 11usize, change);
        self.__updated(changed)
    }
    /// Made here, and fed.
    ///
    /// The graph `search`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`dark`](Self::dark) and [`width`](Self::width), and uses the field `log`. [`title`](Self::title), [`picked`](Self::picked), the effect `show` and the effect `all` depend on it."
    )]
    #[inline]
    #[track_caller]
    pub fn search(&self) -> &Search {
        self.__search.get()
    }
    /// Writes the graph `search` inside this one and settles, once, when `change` returns; returns what `change` returns.
    #[cfg_attr(
        doc,
        doc = " It depends on [`dark`](Self::dark) and [`width`](Self::width), and uses the field `log`. [`title`](Self::title), [`picked`](Self::picked), the effect `show` and the effect `all` depend on it."
    )]
    pub fn update_search<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut <::signal_kernel::__private::KnownGraph<
                Search,
                { <Search as ::signal_kernel::Reactive>::IS },
            > as ::signal_kernel::Reactive>::Batch<'_>,
        ) -> R,
    ) -> R {
        self.batch(|batch| change(&mut batch.search_mut()))
    }
    /// The graph `frame`.
    #[cfg_attr(
        doc,
        doc = " It depends on no other node. [`width`](Self::width) depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn frame(&self) -> &Frame<G> {
        self.__frame.get()
    }
    /// Writes the graph `frame` inside this one and settles, once, when `change` returns; returns what `change` returns.
    #[cfg_attr(
        doc,
        doc = " It depends on no other node. [`width`](Self::width) depends on it."
    )]
    pub fn update_frame<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut <Frame<G> as ::signal_kernel::Reactive>::Batch<'_>,
        ) -> R,
    ) -> R {
        self.batch(|batch| change(&mut batch.frame_mut()))
    }
    /// The computed value `width`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`frame`](Self::frame). [`search`](Self::search) depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn width(&self) -> &usize {
        self.core__.assert_good(1usize);
        &self.__width.value
    }
    /// The computed value `title`.
    #[cfg_attr(
        doc,
        doc = " It depends on [`search`](Self::search). The effect `show` depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn title(&self) -> &String {
        self.core__.assert_good(5usize);
        &self.__title.value
    }
    /// The signal `picked`.
    #[cfg_attr(
        doc,
        doc = " It starts anew with each change of [`search`](Self::search). Nothing depends on it."
    )]
    #[inline]
    #[track_caller]
    pub fn picked(&self) -> &Option<u64> {
        self.core__.assert_good(6usize);
        &self.__picked.slot.value
    }
    /// Writes the signal `picked` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    #[inline]
    pub fn set_picked(&mut self, value: Option<u64>) {
        if self.core__.is_failed(6usize) {
            return self.batch(|batch| batch.set_picked(value));
        }
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__picked
            .slot
            .replace(value, Self::__same_picked, revision)
        {
            self.core__.note_change();
            ::signal_kernel::__private::settle::discard(old);
        }
    }
    /// Changes the signal `picked` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    pub fn update_picked<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut Option<u64>) -> R,
    ) -> R {
        if self.core__.is_failed(6usize) {
            return self.batch(|batch| batch.update_picked_with(change, |_| {}));
        }
        let changed = self.__picked.slot.change(&mut self.core__, 6usize, change);
        self.__updated(changed)
    }
}
::signal_kernel::__batch! {
    self impl [< 'graph, G : Reactive >] PageBatch < 'graph, G > [] for Page < G >, pub
    PageBatch[G] R E { [field log Log, [__log] []] [signal pub dark bool, [__dark] 11
    __equal_bool set_dark update_dark update_dark_with value change R[for < 'undo > bool
    : ::signal_kernel::needs::Undo < 'undo >] []] [graph pub search Search, [__search] 4
    search_mut[< ::signal_kernel::__private::KnownGraph < Search, { < Search as
    ::signal_kernel::Reactive > ::IS } > as ::signal_kernel::Reactive > ::Batch < '_ >]
    []] [graph pub frame Frame < G >, [__frame] 0 frame_mut[< Frame < G > as
    ::signal_kernel::Reactive > ::Batch < '_ >] []] [computed pub width usize, 1[]]
    [computed pub title String, 5[]] [per pub picked Option < u64 >, [__picked.slot]
    6[__picked.hand] 12 __same_picked set_picked update_picked update_picked_with value
    change R[for < 'undo > Option < u64 > : ::signal_kernel::needs::Undo < 'undo >] []] }
    {}
}
::signal_kernel::__declared! {
    self impl [< G : Reactive >] Page < G > [] 'graph PageBatch[< 'graph, G >]
    1[1319681242528961585, 2453279694985028073, 9611063578541408229,
    11518677449153697753, 15624169452398137894, 15722393318163439657,
    15842200671275313599,] [4294967295, 4, 11, 6, 0, 5, 1,] context {
    ::signal_kernel::__private::poll_work(self, context) }
}
::signal_kernel::__engine! {
    self impl [< G : Reactive >] Page < G > [] 1 R E topology b"gcddgcpffeesh"([0, 1, 2,
    3, 5, 6, 8, 8, 8, 10, 11, 11, 11,], [0, 11, 1, 2, 3, 4, 4, 12, 5, 4, 4,]) { whole([0,
    1, 2, 3, 3, 4, 4, 4, 4, 4, 4, 5, 6,], [0, 0, 0, 0, 0, 0,], [8, 16, 16, 512, 4, 64,])
    } resources true first_effect 7 inside { 4[::signal_kernel::__private::KnownGraph <
    Search, { < Search as ::signal_kernel::Reactive > ::IS } >] { [node
    15722393318163439657 TRANSITION @ 0 544] [node 8299566544506908859 VALUE @ 0 32]
    [node 12756040312452126403 TRANSITION @ 0 64] [whole @ 0 1024] [effects @ 0 128] }
    0[Frame < G >] { [node 15842200671275313599 TRANSITION @ 0 2] [effects @ 0 256] } }
    pass { __pass_0 0[inline] { 255 { 0[graph[__frame] 0] 1[computed[__width]
    __body_width[([] __frame.get())] __equal_usize 8[]] 2[feed[__search]
    [::signal_kernel::__private::KnownGraph < Search, { < Search as
    ::signal_kernel::Reactive > ::IS } >] 9611063578541408229 __feed_search_dark[([&]
    __dark.value)] mark(16)] 3[feed[__search] [::signal_kernel::__private::KnownGraph <
    Search, { < Search as ::signal_kernel::Reactive > ::IS } >] 5614464919154503228
    __feed_search_size[([&] __log) ([&] __width.value)] mark(16)] 4[graph[__search] 4]
    5[computed[__title] __body_title[([] __search.get())] __same_title 512[]]
    6[per[__picked.hand] [__picked.slot] __body_picked[([] __search.get())] __same_picked
    0[]] 7[graph_effects[__search]] } 1792 { 8[graph_effects[__frame]] 9[effect
    __body_show[([&] __log) ([&] __title.value) ([] __search.get())]] 10[effect
    __body_all[([&] __log) ([] __search.get())]] } } } node { __node_0 0 12[inline] {
    0[__frame]; 1[__width] __equal_usize; 4[__search]; 5[__title] __same_title;
    6[__picked.slot] __same_picked; 11[__dark] __equal_bool; 12[__picked.hand]; } } memo
    {}
}
