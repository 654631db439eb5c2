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
impl<T: Clone + PartialEq, C: Into<T>> List<T, C>
where
    T: Send,
{
    fn __init_rows() -> Vec<T> {
        Vec::new()
    }
    fn __init_picked() -> Option<usize> {
        None
    }
    #[inline]
    fn __body_check(
        #[allow(unused_variables)]
        rows: &Vec<T>,
        #[allow(unused_variables)]
        len: &usize,
    ) -> () {
        assert!(rows.len() == * len);
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
impl<T: Clone + PartialEq, C: Into<T>> List<T, C>
where
    T: Send,
{
    #[inline]
    fn __same_rows(before: &Vec<T>, after: &Vec<T>) -> bool {
        #[allow(non_camel_case_types)]
        enum rows {}
        <_ as ::signal_kernel::needs::Comparable<rows>>::is_unchanged(before, after)
    }
    #[inline]
    fn __same_picked(before: &Option<usize>, after: &Option<usize>) -> bool {
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
/// A list and what is picked in it.
#[cfg_attr(
    doc,
    doc = ::signal_kernel::__private::picture!{List documented;let columns[];signal rows linked[];signal
    picked[];signal len linked[];signal dark linked[];effect check[1, 3, ];}
)]
#[allow(unreachable_pub, clippy::type_complexity)]
pub struct List<T: Clone + PartialEq, C: Into<T>>
where
    T: Send,
{
    #[doc(hidden)]
    core__: ::signal_kernel::__private::Core<1usize>,
    #[doc(hidden)]
    __columns: C,
    #[doc(hidden)]
    __rows: ::signal_kernel::__private::Slot<Vec<T>, ()>,
    #[doc(hidden)]
    __picked: ::signal_kernel::__private::Slot<Option<usize>, ()>,
    #[doc(hidden)]
    __len: ::signal_kernel::__private::Slot<usize, ()>,
    #[doc(hidden)]
    __dark: ::signal_kernel::__private::Slot<bool, ()>,
}
/// A [`List`] that is being written: see [`List::batch`] and [`List::transaction`].
#[allow(dead_code, missing_debug_implementations, unreachable_pub)]
pub struct ListBatch<'graph, T: Clone + PartialEq, C: Into<T>>
where
    T: Send,
{
    #[doc(hidden)]
    graph__: &'graph mut List<T, C>,
}
impl<T: Clone + PartialEq, C: Into<T>> List<T, C>
where
    T: Send,
{
    /// The shape of this graph: its nodes and the edges between them.
    #[allow(dead_code)]
    pub const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(
        "List",
        {
            const NODES: &[::signal_kernel::Node] = &::signal_kernel::Node::all(
                ["rows", "picked", "len", "dark", "check"],
                b"sssse",
                [1, 2, 3, 4, 0],
                [&[], &[], &[], &[], &[0, 2]],
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
impl<T: Clone + PartialEq, C: Into<T>> List<T, C>
where
    T: Send,
{
    /// A new `List`: every computed value an effect or a resource needs is current, every effect has run.
    #[cfg_attr(
        doc,
        doc = " It takes the first value of `columns`, [`len`](Self::len) and [`dark`](Self::dark)."
    )]
    #[allow(clippy::too_many_arguments)]
    pub fn new(columns: C, len: usize, dark: bool) -> Self {
        let mut graph = Self::__unstarted(columns, len, dark);
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    /// A new `List` that goes into another graph: it starts where it is put in, and nothing runs before.
    #[cfg_attr(
        doc,
        doc = " It takes the first value of `columns`, [`len`](Self::len) and [`dark`](Self::dark)."
    )]
    #[allow(clippy::too_many_arguments)]
    pub fn part(columns: C, len: usize, dark: bool) -> ::signal_kernel::Part<Self> {
        ::signal_kernel::__private::part(Self::__unstarted(columns, len, dark))
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __unstarted(columns: C, len: usize, dark: bool) -> Self {
        ::signal_kernel::__make! {
            1[1] [0] ready[::signal_kernel::__private::core::option::Option::None] {
            [given __columns = columns] [signal __rows() = __init_rows] [signal
            __picked() = __init_picked] [parameter __len() = len] [parameter __dark() =
            dark] } {} { __columns : __columns, __rows : __rows.take(), __picked :
            __picked.take(), __len : __len.take(), __dark : __dark.take(), }
        }
    }
    /// Defers settling to the end of `batch`, and returns what it returns.
    pub fn batch<R>(
        &mut self,
        batch: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut ListBatch<'_, T, C>,
        ) -> R,
    ) -> R {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| batch(&mut ListBatch { graph__: graph }),
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
            &mut ListBatch<'_, T, C>,
        ) -> ::signal_kernel::__private::core::result::Result<R, E>,
    ) -> ::signal_kernel::__private::core::result::Result<R, E> {
        ::signal_kernel::__private::batch::batch(
            self,
            |graph| {
                ::signal_kernel::__private::batch::transaction(
                    graph,
                    |graph| transaction(&mut ListBatch { graph__: graph }),
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
/// The state of a [`List`] as plain data: [`List::state`] takes it out, [`List::restore`] and [`List::with_state`] put it back.
#[derive(Clone, PartialEq)]
#[serde(default)]
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
pub struct SavedList<T: Clone + PartialEq>
where
    T: Send,
{
    /// The value of the signal [`rows`](List::rows).
    pub rows: Vec<T>,
    ///The row under the cursor.
    #[serde(rename = "at")]
    ///
    /// The value of the signal `picked`.
    pub picked: Option<usize>,
    /// The value of the signal [`len`](List::len).
    pub len: usize,
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
impl<T: Clone + PartialEq, C: Into<T>> List<T, C>
where
    T: Send,
{
    /// The values of the signals, here and in the graphs inside, as plain data: a clone of each. Nothing runs.
    pub fn state(&self) -> SavedList<T> {
        SavedList {
            rows: <Vec<
                T,
            > as ::signal_kernel::needs::Saved<
                Vec<T>,
            >>::copy_for_state(&self.__rows.value),
            picked: <Option<
                usize,
            > as ::signal_kernel::needs::Saved<
                Option<usize>,
            >>::copy_for_state(&self.__picked.value),
            len: self.__len.value,
        }
    }
    /// Writes `state` back, in one batch: an equal value changes nothing, and rows whose keys are in it stay.
    pub fn restore(&mut self, state: SavedList<T>) {
        self.batch(|graph| <Self as ::signal_kernel::__private::Stateful>::__restore(
            graph,
            state,
        ))
    }
    /// A new `List` that starts with the values of `state`: every effect has run once, with these values. The initial values of these signals are not computed.
    #[cfg_attr(
        doc,
        doc = " Beside the state it takes the first value of `columns` and [`dark`](Self::dark)."
    )]
    pub fn with_state(columns: C, dark: bool, state: SavedList<T>) -> Self {
        let mut graph = Self::__restored(columns, dark, state);
        ::signal_kernel::__private::settle::begin(&mut graph);
        graph
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    fn __restored(columns: C, dark: bool, state: SavedList<T>) -> Self {
        let SavedList { rows, picked, len } = state;
        ::signal_kernel::__make! {
            1[1] [0] ready[::signal_kernel::__private::core::option::Option::None] {
            [given __columns = columns] [parameter __rows() = rows] [parameter __picked()
            = picked] [parameter __len() = len] [parameter __dark() = dark] } {} {
            __columns : __columns, __rows : __rows.take(), __picked : __picked.take(),
            __len : __len.take(), __dark : __dark.take(), }
        }
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
impl<T: Clone + PartialEq, C: Into<T>> ::signal_kernel::__private::Stateful
for List<T, C>
where
    T: Send,
{
    type State = SavedList<T>;
    fn __state(&self) -> Self::State {
        Self::state(self)
    }
    fn __restore(graph: &mut Self::Batch<'_>, state: Self::State) {
        graph.set_rows(state.rows);
        graph.set_picked(state.picked);
        graph.set_len(state.len);
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
impl<T: Clone + PartialEq, C: Into<T>> List<T, C>
where
    T: Send,
{
    /// The signal `rows`.
    #[cfg_attr(doc, doc = " The effect `check` depends on it.")]
    #[inline]
    #[track_caller]
    pub fn rows(&self) -> &Vec<T> {
        &self.__rows.value
    }
    /// Writes the signal `rows` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " The effect `check` depends on it.")]
    #[inline]
    pub fn set_rows(&mut self, value: Vec<T>) {
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__rows
            .replace(value, Self::__same_rows, revision)
        {
            self.__changed(old, 0usize, 1u64);
        }
    }
    /// Changes the signal `rows` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " The effect `check` depends on it.")]
    pub fn update_rows<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut Vec<T>) -> R,
    ) -> R {
        let changed = self.__rows.change(&mut self.core__, 1usize, change);
        self.__updated(changed)
    }
    /// The signal `picked`.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    #[inline]
    #[track_caller]
    fn picked(&self) -> &Option<usize> {
        &self.__picked.value
    }
    /// Writes the signal `picked` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    #[inline]
    fn set_picked(&mut self, value: Option<usize>) {
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__picked
            .replace(value, Self::__same_picked, revision)
        {
            self.core__.note_change();
            ::signal_kernel::__private::settle::discard(old);
        }
    }
    /// Changes the signal `picked` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    fn update_picked<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(
            &mut Option<usize>,
        ) -> R,
    ) -> R {
        let changed = self.__picked.change(&mut self.core__, 2usize, change);
        self.__updated(changed)
    }
    /// The signal `len`.
    #[cfg_attr(doc, doc = " The effect `check` depends on it.")]
    #[inline]
    #[track_caller]
    pub fn len(&self) -> &usize {
        &self.__len.value
    }
    /// Writes the signal `len` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " The effect `check` depends on it.")]
    #[inline]
    pub fn set_len(&mut self, value: usize) {
        let revision = 0;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self
            .__len
            .replace(value, Self::__equal_usize, revision)
        {
            self.__changed(old, 0usize, 1u64);
        }
    }
    /// Changes the signal `len` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " The effect `check` depends on it.")]
    pub fn update_len<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut usize) -> R,
    ) -> R {
        let changed = self.__len.change(&mut self.core__, 3usize, change);
        self.__updated(changed)
    }
    /// The signal `dark`.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    #[inline]
    #[track_caller]
    pub fn dark(&self) -> &bool {
        &self.__dark.value
    }
    /// Writes the signal `dark` and settles the graph; an equal value changes nothing.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    #[inline]
    pub fn set_dark(&mut self, value: bool) {
        self.__dark.put(&mut self.core__, value);
    }
    /// Changes the signal `dark` in place and settles the graph, whatever became of it; returns what `change` returns.
    #[cfg_attr(doc, doc = " Nothing depends on it.")]
    pub fn update_dark<R>(
        &mut self,
        change: impl ::signal_kernel::__private::core::ops::FnOnce(&mut bool) -> R,
    ) -> R {
        let changed = self.__dark.change(&mut self.core__, 4usize, change);
        self.__updated(changed)
    }
}
::signal_kernel::__batch! {
    self impl [< 'graph, T : Clone + PartialEq, C : Into < T > >] ListBatch < 'graph, T,
    C > [where T : Send,] for List < T, C >, pub ListBatch[T, C] R E { [signal pub rows
    Vec < T >, [__rows] 1 __same_rows set_rows update_rows update_rows_with value change
    R[for < 'undo > Vec < T > : ::signal_kernel::needs::Undo < 'undo >] []] [signal
    picked Option < usize >, [__picked] 2 __same_picked set_picked update_picked
    update_picked_with value change R[for < 'undo > Option < usize > :
    ::signal_kernel::needs::Undo < 'undo >] []] [signal pub len usize, [__len] 3
    __equal_usize set_len update_len update_len_with value change R[for < 'undo > usize :
    ::signal_kernel::needs::Undo < 'undo >] []] [signal pub dark bool, [__dark] 4
    __equal_bool set_dark update_dark update_dark_with value change R[for < 'undo > bool
    : ::signal_kernel::needs::Undo < 'undo >] []] } { [field columns C, [__columns] [let
    _ = < List < T, C > > ::columns;]] }
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
impl<T: Clone + PartialEq, C: Into<T>> List<T, C>
where
    T: Send,
{
    /// The field `columns`.
    #[cfg_attr(doc, doc = " Nothing uses it.")]
    #[inline]
    #[track_caller]
    fn columns(&self) -> &C {
        &self.__columns
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
impl<T: Clone + PartialEq, C: Into<T>> List<T, C>
where
    T: Send,
{}
::signal_kernel::__declared! {
    self impl [< T : Clone + PartialEq, C : Into < T > >] List < T, C > [where T : Send,]
    'graph ListBatch[< 'graph, T, C >] 1[1329241496134363980, 9611063578541408229,
    9663440624238318748, 11518677449153697753, 11792400883550683448,] [3, 4, 4294967295,
    2, 1,] context { ::signal_kernel::__private::poll_work(self, context) }
}
::signal_kernel::__engine! {
    self impl [< T : Clone + PartialEq, C : Into < T > >] List < T, C > [where T : Send,]
    1 R E topology b"essss"([2, 2, 2, 2, 2,], [1, 3,]) { whole([0, 1, 1, 2, 2,], [0, 0,],
    [1, 1,]) } resources false pass { __pass_0 0[inline] { 1 { 0[effect __body_check[([&]
    __rows.value) ([&] __len.value)]] } } } node { __node_0 0 4[inline] { 1[__rows]
    __same_rows; 2[__picked] __same_picked; 3[__len] __equal_usize; 4[__dark]
    __equal_bool; } } memo {}
}
