//! Writes the graphs that are too long to write by hand, as `reactive!` and as plain Rust doing the same
//! work with the same cut-offs.

use std::{env, fmt::Write, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut text = String::new();
    chain(&mut text, 50);
    diamond(&mut text, 5);
    fan(&mut text, 50);
    let path = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("graphs.rs");
    fs::write(path, text).expect("OUT_DIR is writable");
}

/// `c1 = c0 + 1`, `c2 = c1 + 1`, …, and one effect on the last.
fn chain(text: &mut String, length: usize) {
    let last = length - 1;
    let mut nodes = String::new();
    let mut fields = String::new();
    let mut first = String::new();
    let mut steps = String::new();
    for i in 0..length {
        let from = if i == 0 {
            "source".to_owned()
        } else {
            format!("c{}", i - 1)
        };
        writeln!(nodes, "        computed c{i}: u64 = step(*{from});").unwrap();
        writeln!(fields, "    c{i}: u64,").unwrap();
        writeln!(first, "        new.c{i} = step(new.{from});").unwrap();
        writeln!(
            steps,
            "        let value = step(self.{from}); if value == self.c{i} {{ return; }} self.c{i} = value;"
        )
        .unwrap();
    }
    writeln!(
        text,
        "reactive! {{
    pub struct Chain {{
        pub let mut runs: u64 = 0;
        pub signal source: u64 = 0;
{nodes}        effect show {{ seen(*c{last}, runs); }}
    }}
}}
#[derive(Default)]
pub struct ChainByHand {{
    source: u64,
{fields}    pub runs: u64,
}}
impl ChainByHand {{
    pub fn new() -> Self {{
        let mut new = Self::default();
{first}        seen(new.c{last}, &mut new.runs);
        new
    }}
    pub fn set_source(&mut self, value: u64) {{
        if value == self.source {{ return; }}
        self.source = value;
{steps}        seen(self.c{last}, &mut self.runs);
    }}
}}"
    )
    .unwrap();
}

/// `width` branches that meet in a sum, with one effect on it.
fn diamond(text: &mut String, width: usize) {
    let mut nodes = String::new();
    let mut fields = String::new();
    let mut first = String::new();
    let mut steps = String::new();
    for i in 0..width {
        writeln!(nodes, "        computed b{i}: u64 = step(*source);").unwrap();
        writeln!(fields, "    b{i}: u64,").unwrap();
        writeln!(first, "        new.b{i} = step(new.source);").unwrap();
        writeln!(
            steps,
            "        let value = step(self.source); if value != self.b{i} {{ self.b{i} = value; changed = true; }}"
        )
        .unwrap();
    }
    let sum = |of: &str| {
        (0..width)
            .map(|i| format!("{of}b{i}"))
            .collect::<Vec<_>>()
            .join(" + ")
    };
    let (sum_of_nodes, sum_of_fields) = (sum("*"), sum("self."));
    let sum_of_new = sum("new.");
    writeln!(
        text,
        "reactive! {{
    pub struct Diamond {{
        pub let mut runs: u64 = 0;
        pub signal source: u64 = 0;
{nodes}        computed total: u64 = std::hint::black_box({sum_of_nodes});
        effect show {{ seen(*total, runs); }}
    }}
}}
#[derive(Default)]
pub struct DiamondByHand {{
    source: u64,
{fields}    total: u64,
    pub runs: u64,
}}
impl DiamondByHand {{
    pub fn new() -> Self {{
        let mut new = Self::default();
{first}        new.total = std::hint::black_box({sum_of_new});
        seen(new.total, &mut new.runs);
        new
    }}
    pub fn set_source(&mut self, value: u64) {{
        if value == self.source {{ return; }}
        self.source = value;
        let mut changed = false;
{steps}        if !changed {{ return; }}
        let total = std::hint::black_box({sum_of_fields});
        if total == self.total {{ return; }}
        self.total = total;
        seen(self.total, &mut self.runs);
    }}
}}"
    )
    .unwrap();
}

/// `width` times a computed value on the source and an effect on that.
fn fan(text: &mut String, width: usize) {
    let mut nodes = String::new();
    let mut effects = String::new();
    let mut fields = String::new();
    let mut first = String::new();
    let mut steps = String::new();
    let mut runs = String::new();
    for i in 1..=width {
        writeln!(nodes, "        computed b{i}: u64 = step(*source + {i});").unwrap();
        writeln!(effects, "        effect e{i} {{ seen(*b{i}, runs); }}").unwrap();
        writeln!(fields, "    b{i}: u64,").unwrap();
        writeln!(
            first,
            "        new.b{i} = step(new.source + {i}); seen(new.b{i}, &mut new.runs);"
        )
        .unwrap();
        writeln!(
            steps,
            "        let value = step(self.source + {i}); let changed{i} = value != self.b{i}; self.b{i} = value;"
        )
        .unwrap();
        writeln!(
            runs,
            "        if changed{i} {{ seen(self.b{i}, &mut self.runs); }}"
        )
        .unwrap();
    }
    writeln!(
        text,
        "reactive! {{
    pub struct Fan {{
        pub let mut runs: u64 = 0;
        pub signal source: u64 = 0;
{nodes}{effects}    }}
}}
#[derive(Default)]
pub struct FanByHand {{
    source: u64,
{fields}    pub runs: u64,
}}
impl FanByHand {{
    pub fn new() -> Self {{
        let mut new = Self::default();
{first}        new
    }}
    pub fn set_source(&mut self, value: u64) {{
        if value == self.source {{ return; }}
        self.source = value;
{steps}{runs}    }}
}}"
    )
    .unwrap();
}
