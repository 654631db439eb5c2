pub struct Draft {
    pub signal id: u64 = 1;
    pub resource user = fetch(id);
    pub resource rename = send(id);
    pub signal scroll: u16 = 0 per id;
    pub signal picked: Option<u64> = picked.copied().flatten().or(Some(*id)) per id, scroll;
    pub signal draft: Option<String> = None per user.value(), rename.error();
    pub computed shown: String = draft.clone().unwrap_or_default();
    effect show { println!("{scroll} {picked:?}"); }
}
