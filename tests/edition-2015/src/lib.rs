//! A crate of the oldest edition, in which `::core` names no crate: a graph asks it for no more than
//! `extern crate signal_kernel`.

extern crate signal_kernel;

#[cfg(test)]
mod tests {
    use signal_kernel::reactive;

    reactive! {
        #[derive(Debug)]
        struct Shop {
            let names: Vec<u64>;
            signal base: u64 = 1;
            graph cart: Cart(names) { price: *base };
            graph other: Cart;
            list rows: Cart by u64 = price_list(base) => |price| Cart(names) { price: price };
            computed total: u64 = cart.total() + other.total() + rows.len() as u64;
        }

        #[derive(Debug)]
        #[state(SavedCart, derive(Clone, PartialEq, Debug))]
        struct Cart {
            let mut seen: Vec<u64>;
            signal price: u64 = 1;
            signal name: Option<String> = None;
            #[state(skip)]
            signal page: u64 = page.map_or(0, |page| page + 1) per price;
            computed total: u64 = price * 2;
            computed label: String = format!("{}: {:?}", total, name);
            effect see { seen.push(*total); }
            effect kept: u64 = *price;
        }
    }

    fn price_list<'a>(base: &'a u64) -> Box<dyn Iterator<Item = u64> + 'a> {
        Box::new((0..*base).map(move |at| at + base))
    }

    #[test]
    fn a_graph_inside_of_the_oldest_edition() {
        let mut shop = Shop::new(Vec::new(), Cart::part(vec![7]));
        shop.set_base(2);
        shop.update_other(|cart| cart.set_price(3));
        assert_eq!(*shop.total(), 12);
        assert_eq!(*shop.rows().get(&3).unwrap().total(), 6);
        assert_eq!(shop.other().seen(), &[7, 2, 6]);
    }

    #[test]
    fn a_graph_of_the_oldest_edition() {
        let mut cart = Cart::new(Vec::new());
        cart.set_price(3);
        cart.batch(|cart| {
            cart.set_name(Some("tea".to_owned()));
            cart.update_price(|price| *price += 1)
        });
        assert_eq!(cart.seen(), &[2, 6, 8]);
        assert_eq!(cart.label(), "8: Some(\"tea\")");
        assert_eq!(*cart.page(), 2);
        let state = cart.state();
        assert_eq!(Cart::with_state(vec![1], state.clone()).seen(), &[1, 8]);
        cart.restore(state);
        assert!(format!("{:?}", cart).starts_with("Cart { seen: [2, 6, 8]"));
    }
}
