/// The goods in the basket.
#[derive(Debug)]
pub struct Cart {
    pub signal price: u64 = 300;
    pub signal qty: u64 = 2;
    /// With what is to be paid.
    pub computed total: u64 = price * qty;
    effect show { println!("{total}"); }
}
