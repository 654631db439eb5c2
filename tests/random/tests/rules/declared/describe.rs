//! The description of a random graph: items in the order of their declaration, bodies as small syntax trees.
//!
//! Invariants: `order` lists every computed value and effect after all it mentions; `mentions` has each
//! name once, in the order in which the body's text first mentions it.
//!
//! Must not know: the runtime under test, random numbers.

/// One declared struct.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) name: String,
    /// `#[eager]` stands at the struct, for all computed values.
    pub(crate) eager: bool,
    /// In the order of declaration.
    pub(crate) items: Vec<Item>,
    /// The computed values and effects, each after everything it mentions.
    pub(crate) order: Vec<usize>,
}

#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Without a value it is a parameter of `new`, which gets `first`.
    Signal {
        first: i64,
        parameter: bool,
        rule: Rule,
    },
    Computed {
        body: Body,
        rule: Rule,
        /// `#[eager]`
        eager: bool,
    },
    /// A typed effect keeps a value that logs its own drop.
    Effect {
        body: Body,
        typed: bool,
        /// `#[after_first]`
        after_first: bool,
    },
}

/// When two values of a node count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `PartialEq`
    Equal,
    /// `#[eq(same_ten)]`
    SameTen,
    /// `#[eq(never)]`
    Never,
}

impl Rule {
    pub(crate) fn same(self, a: i64, b: i64) -> bool {
        match self {
            Rule::Equal => a == b,
            Rule::SameTen => a.div_euclid(10) == b.div_euclid(10),
            Rule::Never => false,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) mentions: Vec<usize>,
    /// Panics if this expression is this value.
    pub(crate) panics_at: Option<(Expr, i64)>,
    pub(crate) value: Expr,
}

/// An expression over `i64`; every item is named by its index in `Graph::items`.
#[derive(Debug)]
pub(crate) enum Expr {
    Read(usize),
    Number(i64),
    /// `wrapping_add`, `wrapping_sub`, `wrapping_mul`, `^`, `.min()`, `.max()`
    Pair(Operator, Box<Expr>, Box<Expr>),
    /// `/ n`
    Divide(Box<Expr>, i64),
    /// `% n`
    Remainder(Box<Expr>, i64),
    /// `if a > n { .. } else { .. }`
    If(Box<Expr>, i64, Box<Expr>, Box<Expr>),
    /// `match a.rem_euclid(3) { .. }`
    Match(Box<Expr>, Box<[Expr; 3]>),
    /// `format!("{x}").len()`: an inline capture is a mention too.
    Length(usize),
    /// `{ let x = x.wrapping_add(n); x % m }`: inside, the name is no mention any more.
    Shadow(usize, i64, i64),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Xor,
    Min,
    Max,
}

impl Graph {
    pub(crate) fn body(&self, item: usize) -> Option<&Body> {
        match &self.items[item].kind {
            Kind::Signal { .. } => None,
            Kind::Computed { body, .. } | Kind::Effect { body, .. } => Some(body),
        }
    }

    pub(crate) fn mentions(&self, item: usize) -> &[usize] {
        self.body(item).map_or(&[], |body| &body.mentions)
    }

    pub(crate) fn rule(&self, item: usize) -> Rule {
        match self.items[item].kind {
            Kind::Signal { rule, .. } | Kind::Computed { rule, .. } => rule,
            Kind::Effect { .. } => Rule::Never,
        }
    }

    pub(crate) fn is_signal(&self, item: usize) -> bool {
        matches!(self.items[item].kind, Kind::Signal { .. })
    }

    pub(crate) fn is_computed(&self, item: usize) -> bool {
        matches!(self.items[item].kind, Kind::Computed { .. })
    }

    pub(crate) fn is_effect(&self, item: usize) -> bool {
        matches!(self.items[item].kind, Kind::Effect { .. })
    }

    pub(crate) fn is_eager(&self, item: usize) -> bool {
        match self.items[item].kind {
            Kind::Computed { eager, .. } => eager || self.eager,
            _ => false,
        }
    }

    /// Does this effect leave out its first run?
    pub(crate) fn is_after_first(&self, item: usize) -> bool {
        matches!(
            self.items[item].kind,
            Kind::Effect {
                after_first: true,
                ..
            }
        )
    }

    /// By item: is it eager, or does an effect or an eager value need it?
    pub(crate) fn watched(&self) -> Vec<bool> {
        let mut watched = vec![false; self.items.len()];
        for &item in self.order.iter().rev() {
            watched[item] |= self.is_eager(item);
            if watched[item] || self.is_effect(item) {
                for &mention in self.mentions(item) {
                    watched[mention] = true;
                }
            }
        }
        watched
    }
}

impl Body {
    pub(crate) fn new(panics_at: Option<(Expr, i64)>, value: Expr) -> Self {
        let mut mentions = Vec::new();
        if let Some((expr, _)) = &panics_at {
            expr.mentions(&mut mentions);
        }
        value.mentions(&mut mentions);
        Body {
            mentions,
            panics_at,
            value,
        }
    }

    /// The value that the body yields; `None` if it panics.
    pub(crate) fn run(&self, read: &dyn Fn(usize) -> i64) -> Option<i64> {
        match &self.panics_at {
            Some((expr, at)) if expr.value(read) == *at => None,
            _ => Some(self.value.value(read)),
        }
    }
}

impl Expr {
    fn mentions(&self, into: &mut Vec<usize>) {
        match self {
            Expr::Number(_) => {}
            Expr::Read(item) | Expr::Length(item) | Expr::Shadow(item, ..) => {
                if !into.contains(item) {
                    into.push(*item);
                }
            }
            Expr::Pair(_, a, b) => [a, b].into_iter().for_each(|expr| expr.mentions(into)),
            Expr::Divide(a, _) | Expr::Remainder(a, _) => a.mentions(into),
            Expr::If(a, _, b, c) => [a, b, c].into_iter().for_each(|expr| expr.mentions(into)),
            Expr::Match(a, arms) => {
                a.mentions(into);
                arms.iter().for_each(|arm| arm.mentions(into));
            }
        }
    }

    pub(crate) fn value(&self, read: &dyn Fn(usize) -> i64) -> i64 {
        match self {
            Expr::Read(item) => read(*item),
            Expr::Number(number) => *number,
            Expr::Pair(operator, a, b) => {
                let (a, b) = (a.value(read), b.value(read));
                match operator {
                    Operator::Add => a.wrapping_add(b),
                    Operator::Subtract => a.wrapping_sub(b),
                    Operator::Multiply => a.wrapping_mul(b),
                    Operator::Xor => a ^ b,
                    Operator::Min => a.min(b),
                    Operator::Max => a.max(b),
                }
            }
            Expr::Divide(a, by) => a.value(read) / by,
            Expr::Remainder(a, by) => a.value(read) % by,
            Expr::If(a, above, then, otherwise) => {
                if a.value(read) > *above {
                    then.value(read)
                } else {
                    otherwise.value(read)
                }
            }
            Expr::Match(a, arms) => arms[a.value(read).rem_euclid(3) as usize].value(read),
            Expr::Length(item) => read(*item).to_string().len() as i64,
            Expr::Shadow(item, add, by) => read(*item).wrapping_add(*add) % by,
        }
    }
}
