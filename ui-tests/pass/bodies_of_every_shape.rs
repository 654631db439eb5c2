//! Only the names that a body mentions are in scope there, so each body compiles only if the macro finds all of them.

use signal_kernel::reactive;
use std::fmt::Write;

#[derive(Clone, Debug, PartialEq)]
struct Item {
    price: u64,
    name: String,
}

fn name(x: u64) -> u64 {
    x
}

macro_rules! twice {
    ($e:expr) => {
        $e * 2
    };
    (of $e:ident) => {
        *$e * 2
    };
}

reactive! {
    struct Shop {
        let mut log: Vec<String> = Vec::new();
        signal price: u64 = 3;
        signal name: String = "tea".to_owned();
        signal items: Vec<Item> = Vec::new();
        signal width: usize = 8;
        signal choice: Option<u64> = None;

        computed shadowed: u64 = { let price = price + 1; price };
        computed called: u64 = name(*price);
        computed item: Item = { let (price, name) = (*price, name.clone()); Item { price, name } };
        computed arms: u64 = match choice { Some(price) if *price > 3 => *price, Some(_) => 0, None => *price };
        computed chain: u64 = if let Some(price) = choice { *price } else { *price };
        computed sum: u64 = items.iter().map(|item| item.price).sum::<u64>() + price;
        computed shown: String = format!("{name:>width$} {price:?} {{price}}");
        computed named: String = format!("{name} {x}", name = 1, x = *price);
        computed written: String = { let mut out = String::new(); write!(out, "{name}").ok(); out };
        computed vector: Vec<u64> = vec![*price; *width];
        computed tested: bool = matches!(choice, Some(price) if price > width_of(width));
        computed by_macro: u64 = twice!(*price) + twice!(of price);
        computed labelled: u64 = 'price: { if *width > 3 { break 'price *price; } 0 };
        computed item_in_body: u64 = { fn price() -> u64 { 4 } const WIDTH: u64 = 5; price() + WIDTH };
        computed closure: u64 = (|price: u64| price + 1)(*price);
        effect show {
            let Some(first) = items.first() else { return };
            for price in [first.price, *price] { log.push(price.to_string()); }
            assert!(*price < 1000, "{name}");
        }
    }
}

fn width_of(width: &usize) -> &u64 {
    if *width > 3 { &3 } else { &1 }
}

fn main() {
    let mut shop = Shop::new();
    shop.set_items(vec![Item {
        price: 1,
        name: String::new(),
    }]);
    shop.set_choice(Some(5));
    assert_eq!(
        (*shop.shadowed(), *shop.called(), shop.item().price),
        (4, 3, 3)
    );
    assert_eq!((*shop.arms(), *shop.chain(), *shop.sum()), (5, 5, 4));
    assert_eq!(
        (shop.shown().as_str(), shop.named().as_str()),
        ("     tea 3 {price}", "1 3")
    );
    assert_eq!(
        (shop.written().as_str(), shop.vector().len(), *shop.tested()),
        ("tea", 8, true)
    );
    assert_eq!(
        (
            *shop.by_macro(),
            *shop.labelled(),
            *shop.item_in_body(),
            *shop.closure()
        ),
        (12, 3, 9, 4)
    );
    assert_eq!(shop.log(), &["1", "3"]);
}
