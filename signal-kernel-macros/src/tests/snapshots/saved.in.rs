/// A list and what is picked in it.
#[state(SavedList, derive(Clone, PartialEq), serde(default))]
pub struct List<T: Clone + PartialEq, C: Into<T>>
where
    T: Send,
{
    let columns: C;
    pub signal rows: Vec<T> = Vec::new();
    #[state(doc = "The row under the cursor.", serde(rename = "at"))]
    signal picked: Option<usize> = None;
    pub signal len: usize;
    #[state(skip)]
    pub signal dark: bool;
    effect check { assert!(rows.len() == *len); }
}
