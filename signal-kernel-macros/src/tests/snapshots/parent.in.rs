/// A page with a search in it.
#[derive(Debug)]
pub struct Page<G: Reactive> {
    let log: Log;
    pub signal dark: bool = false;
    /// Made here, and fed.
    pub graph search: Search(log, 20) { dark: *dark, size: log.len() + *width };
    pub graph frame: Frame<G>;
    pub computed width: usize = frame.width() + 1;
    pub computed title: String = format!("{} {:?}", search.title(), search.hits().value());
    pub signal picked: Option<u64> = None per search.query();
    effect show { log.push(title, search.title()); }
    effect all { log.print(search); }
}
