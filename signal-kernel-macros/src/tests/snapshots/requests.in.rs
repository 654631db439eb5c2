#[batch(Writes)]
pub struct Search {
    let client: Client;
    pub signal query: String = String::new();
    signal unused: u8 = 0;
    #[manual]
    #[keep_previous(reload)]
    pub resource hits = search(client, query);
    pub computed count: usize = hits.value().map_or(0, Vec::len);
    pub computed is_empty: bool = *count == 0;
}
