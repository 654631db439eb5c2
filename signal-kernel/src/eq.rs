//! Rules of equality that are ready to use, for values without a [`PartialEq`] of the right meaning.
//!
//! A rule gets the old value and the new one, and tells whether they are the same; a value that is the same changes
//! nothing. [`signal_with`](crate::signal_with) and [`computed_with`](crate::computed_with) take a rule, and so does
//! `#[eq(..)]` in [`reactive!`](crate::reactive).

use std::{rc::Rc, sync::Arc};

/// No value is the same as another: each write and each run counts as a change.
///
/// # Examples
///
/// ```
/// use signal_kernel::{create_effect, eq, signal_with};
/// use std::{cell::Cell, rc::Rc};
///
/// /// A picture has no `PartialEq`, and a comparison would cost more than a run.
/// #[derive(Clone)]
/// struct Picture(Vec<u8>);
///
/// let picture = signal_with(Picture(vec![0; 16]), eq::never);
/// let shown = Rc::new(Cell::new(0));
/// create_effect({
///     let shown = shown.clone();
///     move || picture.with(|picture| shown.set(shown.get() + picture.0.len()))
/// });
/// picture.set(Picture(vec![0; 16]));
/// assert_eq!(shown.get(), 32);
/// ```
pub fn never<T: ?Sized>(_old: &T, _new: &T) -> bool {
    false
}

/// Two `Rc` are the same if they point to one allocation; see [`Rc::ptr_eq`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{computed_with, eq, signal_with};
/// use std::rc::Rc;
///
/// let text = signal_with(Rc::<str>::from("a long text"), eq::same_rc);
/// let words = computed_with(move || text.get(), eq::same_rc);
/// let before = words.get();
/// text.set(before.clone()); // the same allocation: nothing changes
/// assert!(Rc::ptr_eq(&before, &words.get()));
/// ```
pub fn same_rc<T: ?Sized>(old: &Rc<T>, new: &Rc<T>) -> bool {
    Rc::ptr_eq(old, new)
}

/// Two `Arc` are the same if they point to one allocation; see [`Arc::ptr_eq`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{eq, reactive};
/// use std::sync::Arc;
///
/// reactive! {
///     pub struct Page {
///         #[eq(eq::same_arc)]
///         pub signal text: Arc<str> = Arc::from("");
///         pub signal redraws: u32 = 0;
///         pub computed length: usize = text.len();
///     }
/// }
///
/// let mut page = Page::new();
/// page.set_text(Arc::from("a long text"));
/// assert_eq!(*page.length(), 11);
/// ```
pub fn same_arc<T: ?Sized>(old: &Arc<T>, new: &Arc<T>) -> bool {
    Arc::ptr_eq(old, new)
}
