//! The situations: the text of the file, the position of the cursor, and the help that the editor must offer there.
//!
//! Must not know: the protocol of an editor.

pub(crate) struct Situation {
    pub(crate) name: &'static str,
    /// The items of the struct `Cart`, with the cursor `$0` in them or in `outside`.
    pub(crate) items: &'static str,
    /// The text below the macro.
    pub(crate) outside: &'static str,
    pub(crate) ask: Ask,
}

pub(crate) enum Ask {
    /// All of these are offered.
    Complete(&'static [&'static str]),
    /// The line of the definition, the only one.
    Definition(&'static str),
    /// The text that is shown contains this text.
    Hover(&'static str),
    /// The lines that change, sorted.
    Rename(&'static [&'static str]),
}

const BEFORE: &str = r#"
use signal_kernel::{reactive, resource};

#[rustc_builtin_macro]
macro_rules! format_args { () => {} }
macro_rules! println { ($($arg:tt)*) => { $crate::print(format_args!($($arg)*)) } }
fn print<T>(_: T) {}

pub struct Money { pub cents: u64 }
impl Money {
    pub fn new(cents: u64) -> Money { Money { cents } }
    pub fn doubled(&self) -> u64 { self.cents * 2 }
}
pub enum Choice { One(Money), Two }
pub enum Result<T, E> { Ok(T), Err(E) }
#[resource]
async fn fetch(id: u64) -> Result<Money, u64> { Result::Ok(Money::new(id)) }

reactive! {
    pub struct Cart {
"#;

/// A graph that another one holds.
const INNER: &str = "reactive! { pub struct Inner { pub signal price: Money = Money::new(1); pub computed total: u64 = price.cents; } }";

const AFTER: &str = "    }\n}\n";

impl Situation {
    /// The whole file, and the position of the cursor in it.
    pub(crate) fn text(&self) -> (String, usize) {
        let text = format!("{BEFORE}{}\n{AFTER}{}\n", self.items, self.outside);
        let cursor = text.find("$0").unwrap_or(0);
        (text.replacen("$0", "", 1), cursor)
    }
}

const fn complete(
    name: &'static str,
    items: &'static str,
    expected: &'static [&'static str],
) -> Situation {
    Situation {
        name,
        items,
        outside: "",
        ask: Ask::Complete(expected),
    }
}

const MEMBERS: &[&str] = &["cents", "doubled"];

pub(crate) const SITUATIONS: &[Situation] = &[
    complete(
        "a member, with `;`",
        "signal price: Money = Money::new(1);
         computed total: u64 = price.$0;",
        MEMBERS,
    ),
    complete(
        "a member, without `;`, at the end",
        "signal price: Money = Money::new(1);
         computed total: u64 = price.$0",
        MEMBERS,
    ),
    complete(
        "a member, without `;`, before an item",
        "signal price: Money = Money::new(1);
         computed total: u64 = price.$0
         signal qty: u64 = 1;",
        MEMBERS,
    ),
    complete(
        "a member, half written",
        "signal price: Money = Money::new(1);
         computed total: u64 = price.ce$0;",
        MEMBERS,
    ),
    complete(
        "a member, in the middle of an expression",
        "signal price: Money = Money::new(1);
         computed total: u64 = 1 + price.$0 * 2;",
        MEMBERS,
    ),
    complete(
        "a member of a local, in nested blocks",
        "signal price: Money = Money::new(1);
         computed total: u64 = { let inner = price; { { inner.$0 } } };",
        MEMBERS,
    ),
    complete(
        "a member, with more statements after it",
        "signal price: Money = Money::new(1);
         computed total: u64 = { if true { price.$0 } let more = 1; more };",
        MEMBERS,
    ),
    complete(
        "a member, below a local named like another node",
        "signal qty: u64 = 1;
         signal price: Money = Money::new(1);
         computed total: u64 = { let qty = 1; price.$0 };",
        MEMBERS,
    ),
    complete(
        "a member, in a closure",
        "signal price: Money = Money::new(1);
         computed total: u64 = { let of = |money: &Money| money.$0; of(price) };",
        MEMBERS,
    ),
    complete(
        "a member of a node, in a closure's block",
        "signal price: Money = Money::new(1);
         computed total: u64 = { let of = || { price.$0 }; of() };",
        MEMBERS,
    ),
    complete(
        "a member, as an argument of `println!`",
        "signal price: Money = Money::new(1);
         effect show { println!(\"{}\", price.$0); }",
        MEMBERS,
    ),
    complete(
        "a member, in a match arm",
        "signal choice: Choice = Choice::Two;
         computed total: u64 = match choice { Choice::One(money) => money.$0, Choice::Two => 0 };",
        MEMBERS,
    ),
    complete(
        "a member, matched on",
        "signal price: Money = Money::new(1);
         computed total: u64 = match price.$0 { 0 => 1, more => 2 };",
        MEMBERS,
    ),
    complete(
        "a member, in an effect",
        "signal price: Money = Money::new(1);
         effect show { price.$0 }",
        MEMBERS,
    ),
    complete(
        "a member, in an effect that keeps its result",
        "signal price: Money = Money::new(1);
         effect show: u64 = price.$0;",
        MEMBERS,
    ),
    complete(
        "a member of a `let mut` field, in an effect",
        "let mut price: Money = Money::new(1);
         effect show { price.$0 }",
        MEMBERS,
    ),
    complete(
        "a member, while an item above is broken",
        "signal price: Money = Money::new(1);
         computed broken: u64 = price + ;
         computed total: u64 = price.$0;",
        MEMBERS,
    ),
    complete(
        "a member, while an item below is broken",
        "signal price: Money = Money::new(1);
         computed total: u64 = price.$0;
         computed broken: u64 = { price. };
         signal : u64 = 1;",
        MEMBERS,
    ),
    complete(
        "a member, while the graph has a cycle",
        "signal price: Money = Money::new(1);
         computed a: u64 = *b;
         computed b: u64 = *a;
         computed total: u64 = price.$0;",
        MEMBERS,
    ),
    complete(
        "a member, in a graph that has a `cfg`",
        "#[cfg(all())] signal price: Money = Money::new(1);
         #[cfg(any())] signal price: u64 = 1;
         computed total: u64 = price.$0;",
        MEMBERS,
    ),
    complete(
        "a member, in a graph with several predicates, while an item is broken",
        "#[cfg(not(any()))] signal price: Money = Money::new(1);
         #[cfg(any())] signal price: u64 = 1;
         #[cfg_attr(all(), eq(never))] computed broken: u64 = price. ;
         effect show { let a = 1; price.$0 }",
        MEMBERS,
    ),
    complete(
        "a node, in a graph that has a `cfg`",
        "signal price: Money = Money::new(1);
         #[cfg(any())] signal missing: u64 = 1;
         computed total: u64 = pri$0;",
        &["price"],
    ),
    complete(
        "an item keyword, in a graph that has a `cfg`",
        "#[cfg(all())] signal price: Money = Money::new(1);
         comp$0",
        &["computed"],
    ),
    Situation {
        name: "the struct's methods, outside, in a graph that has a `cfg`",
        items: "#[cfg(all())] signal price: Money = Money::new(1);",
        outside: "fn outside(cart: &mut Cart) { cart.$0 }",
        ask: Ask::Complete(&["price", "set_price", "batch"]),
    },
    Situation {
        name: "from use to declaration, in a graph that has a `cfg`",
        items: "#[cfg(all())] signal price: Money = Money::new(1);
                computed total: u64 = 1 + pri$0ce.cents;",
        outside: "",
        ask: Ask::Definition("#[cfg(all())] signal price: Money = Money::new(1);"),
    },
    Situation {
        name: "a member, in a resource function with a `cfg`",
        items: "signal price: Money = Money::new(1);",
        outside: "#[resource] async fn other(#[cfg(all())] money: Money) -> Result<u64, u64> { money.$0 }",
        ask: Ask::Complete(MEMBERS),
    },
    Situation {
        name: "a member, in a resource function that returns a stream",
        items: "signal price: Money = Money::new(1);",
        outside: "#[resource(fold(Vec<u64>, Vec::push))] fn other(money: Money) -> impl Stream<Item = Result<u64, u64>> { money.$0 }",
        ask: Ask::Complete(MEMBERS),
    },
    complete(
        "a member, in an argument of a resource with policies",
        "signal price: Money = Money::new(1);
         #[on_cancel(keep)] #[on_error(clear)] resource money = fetch(price.$0);",
        MEMBERS,
    ),
    complete(
        "a member of a resource",
        "resource money = fetch(1);
         computed total: u64 = money.$0;",
        &["value", "status", "is_pending"],
    ),
    complete(
        "a member, in an argument of a resource",
        "signal price: Money = Money::new(1);
         resource money = fetch(price.$0);",
        MEMBERS,
    ),
    complete(
        "a member, in the value of a signal that starts anew",
        "signal price: Money = Money::new(1);
         signal paid: u64 = price.$0 per price;",
        MEMBERS,
    ),
    complete(
        "a node behind `per`, by its first letters",
        "signal price: Money = Money::new(1);
         signal paid: u64 = 0 per pri$0;",
        &["price"],
    ),
    complete(
        "a node behind `per`, where nothing stands yet",
        "signal price: Money = Money::new(1);
         signal paid: u64 = 0 per $0;",
        &["price"],
    ),
    complete(
        "a second node behind `per`, before an item",
        "signal price: Money = Money::new(1);
         signal qty: u64 = 1;
         signal paid: u64 = 0 per qty, pri$0
         computed total: u64 = price.cents;",
        &["price"],
    ),
    complete(
        "a part of a resource behind `per`",
        "resource money = fetch(1);
         signal paid: u64 = 0 per money.$0;",
        &["value", "error", "status"],
    ),
    Situation {
        name: "from a name behind `per` to its declaration",
        items: "signal price: Money = Money::new(1);
                signal paid: u64 = 0 per pri$0ce;",
        outside: "",
        ask: Ask::Definition("signal price: Money = Money::new(1);"),
    },
    complete(
        "a path, in the value of a signal",
        "signal price: Money = Money::$0;
         computed total: u64 = price.cents;",
        &["new"],
    ),
    complete("a type", "signal price: Mon$0 = Money::new(1);", &["Money"]),
    complete(
        "a node, by its first letters",
        "signal price: Money = Money::new(1);
         computed total: u64 = pri$0;",
        &["price"],
    ),
    complete(
        "a node, by its whole name",
        "signal price: Money = Money::new(1);
         signal price_list: u64 = 1;
         computed total: u64 = price$0;",
        &["price", "price_list"],
    ),
    complete(
        "a node, where nothing stands yet",
        "signal price: Money = Money::new(1);
         computed total: u64 = $0;
         computed more: u64 = price.cents;",
        &["price"],
    ),
    complete(
        "a node, in an effect",
        "signal price: Money = Money::new(1);
         effect show { let a = 1; pri$0 }",
        &["price"],
    ),
    complete(
        "an item keyword, by its first letters",
        "signal price: Money = Money::new(1);
         comp$0",
        &["computed"],
    ),
    complete(
        "an item keyword, by its first letters, before an item",
        "sig$0
         signal price: Money = Money::new(1);",
        &["signal"],
    ),
    complete(
        "an item keyword, where nothing stands yet",
        "signal price: Money = Money::new(1);
         $0
         computed total: u64 = price.cents;",
        &["signal", "computed", "resource", "effect"],
    ),
    complete(
        "an item keyword, after a visibility",
        "signal price: Money = Money::new(1);
         pub comp$0",
        &["computed"],
    ),
    Situation {
        name: "the struct's methods, outside",
        items: "signal price: Money = Money::new(1);
                computed total: u64 = price.cents;",
        outside: "fn outside(cart: &mut Cart) { cart.$0 }",
        ask: Ask::Complete(&["price", "set_price", "total", "batch"]),
    },
    Situation {
        name: "the struct's methods, outside, while an item is broken",
        items: "signal price: Money = Money::new(1);
                computed total: u64 = price. ;",
        outside: "fn outside(cart: &mut Cart) { cart.$0 }",
        ask: Ask::Complete(&["price", "set_price", "total", "batch"]),
    },
    Situation {
        name: "from use to declaration",
        items: "signal price: Money = Money::new(1);
                computed more: u64 = price.cents;
                computed total: u64 = 1 + pri$0ce.cents;",
        outside: "",
        ask: Ask::Definition("signal price: Money = Money::new(1);"),
    },
    Situation {
        name: "from a use in a format string to the declaration",
        items: "signal qty: u64 = 1;
                effect show { println!(\"{q$0ty}\"); }",
        outside: "",
        ask: Ask::Definition("signal qty: u64 = 1;"),
    },
    Situation {
        name: "from use to declaration, while an item is broken",
        items: "signal price: Money = Money::new(1);
                computed broken: u64 = price. ;
                computed total: u64 = pri$0ce.cents;",
        outside: "",
        ask: Ask::Definition("signal price: Money = Money::new(1);"),
    },
    Situation {
        name: "from a call outside to the declaration",
        items: "signal price: Money = Money::new(1);",
        outside: "fn outside(cart: &Cart) { cart.pri$0ce(); }",
        ask: Ask::Definition("signal price: Money = Money::new(1);"),
    },
    Situation {
        name: "from a setter outside to the declaration",
        items: "pub signal price: Money = Money::new(1);",
        outside: "fn outside(cart: &mut Cart) { cart.set_pri$0ce(Money::new(2)); }",
        ask: Ask::Definition("pub signal price: Money = Money::new(1);"),
    },
    Situation {
        name: "hover on a use",
        items: "signal price: Money = Money::new(1);
                computed total: u64 = pri$0ce.cents;",
        outside: "",
        ask: Ask::Hover("price: &Money"),
    },
    Situation {
        name: "hover on a member",
        items: "signal price: Money = Money::new(1);
                computed total: u64 = price.doub$0led();",
        outside: "",
        ask: Ask::Hover("fn doubled(&self) -> u64"),
    },
    Situation {
        name: "hover on a declaration",
        items: "/// What it costs.
                signal pri$0ce: Money = Money::new(1);
                computed total: u64 = price.cents;",
        outside: "",
        ask: Ask::Hover("What it costs."),
    },
    Situation {
        name: "rename at a use",
        items: "signal price: Money = Money::new(1);
                computed more: u64 = 1 + price.cents;
                computed total: u64 = pri$0ce.cents;",
        outside: "",
        ask: Ask::Rename(&[
            "computed more: u64 = 1 + price.cents;",
            "computed total: u64 = price.cents;",
            "signal price: Money = Money::new(1);",
        ]),
    },
    Situation {
        name: "rename at the declaration",
        items: "signal pri$0ce: Money = Money::new(1);
                computed more: u64 = 1 + price.cents;
                computed total: u64 = price.cents;",
        outside: "fn outside(cart: &Cart) { cart.price(); }",
        ask: Ask::Rename(&[
            "computed more: u64 = 1 + price.cents;",
            "computed total: u64 = price.cents;",
            "fn outside(cart: &Cart) { cart.price(); }",
            "signal price: Money = Money::new(1);",
        ]),
    },
    Situation {
        name: "rename of a local",
        items: "signal price: Money = Money::new(1);
                computed total: u64 = { let lo$0cal = price; local.cents };",
        outside: "",
        ask: Ask::Rename(&["computed total: u64 = { let local = price; local.cents };"]),
    },
    Situation {
        name: "a node of a graph inside, in a body",
        items: "graph inner: Inner(); computed total: u64 = inner.$0;",
        outside: INNER,
        ask: Ask::Complete(&["price", "total"]),
    },
    Situation {
        name: "a member of a node of a graph inside, in an effect",
        items: "graph inner: Inner(); effect show { inner.price().$0 }",
        outside: INNER,
        ask: Ask::Complete(MEMBERS),
    },
    Situation {
        name: "a member, in a feed",
        items: "signal price: Money = Money::new(1); graph inner: Inner() { price: price.$0 };",
        outside: INNER,
        ask: Ask::Complete(MEMBERS),
    },
    Situation {
        name: "the signal that is fed",
        items: "signal price: Money = Money::new(1); graph inner: Inner() { pri$0 };",
        outside: INNER,
        ask: Ask::Complete(&["price"]),
    },
    Situation {
        name: "a member, in the arguments of a graph inside",
        items: "let price: Money; graph inner: Inner(price.$0);",
        outside: INNER,
        ask: Ask::Complete(MEMBERS),
    },
    Situation {
        name: "the type of a graph inside",
        items: "graph inner: Inn$0();",
        outside: INNER,
        ask: Ask::Complete(&["Inner"]),
    },
    Situation {
        name: "the type of a graph that is handed in",
        items: "graph inner: Inn$0;",
        outside: INNER,
        ask: Ask::Complete(&["Inner"]),
    },
    Situation {
        name: "the type of the graphs of a list",
        items: "list rows: Inn$0 by u64;",
        outside: INNER,
        ask: Ask::Complete(&["Inner"]),
    },
    Situation {
        name: "a member, in a feed of a list",
        items: "signal price: Money = Money::new(1); list rows: Inner by u64 => |_| Inner() { price: price.$0 };",
        outside: INNER,
        ask: Ask::Complete(MEMBERS),
    },
    Situation {
        name: "a member, in the arguments of the maker of a list",
        items: "let money: Money; list rows: Inner by u64 => |_| Inner(money.$0);",
        outside: INNER,
        ask: Ask::Complete(MEMBERS),
    },
    Situation {
        name: "a member, in the keys of a list",
        items: "signal price: Money = Money::new(1); list rows: Inner by u64 = price.$0 => |_| Inner();",
        outside: INNER,
        ask: Ask::Complete(MEMBERS),
    },
    Situation {
        name: "the batch of a graph inside, outside",
        items: "graph inner: Inner();",
        outside: "fn outside(cart: &mut CartBatch<'_>) { cart.inner_mut().$0; }
                  reactive! { pub struct Inner { pub signal price: Money = Money::new(1); } }",
        ask: Ask::Complete(&["price", "set_price"]),
    },
    Situation {
        name: "a member, in a resource function",
        items: "signal price: Money = Money::new(1);",
        outside: "#[resource] async fn other(money: Money) -> Result<u64, u64> { money.$0 }",
        ask: Ask::Complete(MEMBERS),
    },
    Situation {
        name: "a member, in a resource function that breaks a rule",
        items: "signal price: Money = Money::new(1);",
        outside: "#[resource] fn other(money: Money) -> u64 { money.$0; 1 }",
        ask: Ask::Complete(MEMBERS),
    },
];
