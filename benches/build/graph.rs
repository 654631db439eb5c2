//! The text of one declared graph: its items, and the code that writes and reads it.
//!
//! Invariants: the text is one `reactive!` struct and its implementation of `Graph`.
//!
//! Must not know: particular shapes.

use std::fmt::Write;

/// A graph that is being put together.
pub struct Graph {
    name: String,
    /// All computed values are eager.
    eager: bool,
    items: String,
    write: String,
    read: String,
}

impl Graph {
    pub fn new(name: impl Into<String>) -> Self {
        Graph {
            name: name.into(),
            eager: false,
            items: String::new(),
            write: String::new(),
            read: String::new(),
        }
    }

    /// The same graph with eager values, under a name of its own.
    pub fn eager(mut self) -> Self {
        self.name.insert_str(0, "Eager");
        self.eager = true;
        self
    }

    /// A declaration, such as `signal s: i64 = 0;`.
    pub fn item(&mut self, item: impl AsRef<str>) {
        writeln!(self.items, "        pub {}", item.as_ref()).unwrap();
    }

    /// An effect's declaration.
    pub fn effect(&mut self, name: impl AsRef<str>, body: impl AsRef<str>) {
        writeln!(
            self.items,
            "        effect {} {{ {} }}",
            name.as_ref(),
            body.as_ref()
        )
        .unwrap();
    }

    /// The body of `write`, with `at` and `value` in scope.
    pub fn write(mut self, body: impl Into<String>) -> Self {
        self.write = body.into();
        self
    }

    /// Writes to one of several signals.
    pub fn write_one_of(self, signals: impl Iterator<Item = (usize, String)>) -> Self {
        let mut arms = String::new();
        for (at, signal) in signals {
            writeln!(arms, "            {at} => self.set_{signal}(value),").unwrap();
        }
        self.write(format!(
            "match at {{\n{arms}            _ => unreachable!(),\n        }}"
        ))
    }

    /// The body of `read`, with `at` in scope.
    pub fn read(mut self, body: impl Into<String>) -> Self {
        self.read = body.into();
        self
    }

    /// Reads one of several nodes.
    pub fn read_one_of(self, nodes: impl Iterator<Item = (usize, String)>) -> Self {
        let mut arms = String::new();
        for (at, node) in nodes {
            writeln!(arms, "            {at} => *self.{node}(),").unwrap();
        }
        self.read(format!(
            "match at {{\n{arms}            _ => unreachable!(),\n        }}"
        ))
    }

    pub fn print(&self, text: &mut String) {
        let attribute = if self.eager { "#[eager] " } else { "" };
        let Graph {
            name,
            eager: _,
            items,
            write,
            read,
        } = self;
        writeln!(
            text,
            "signal_kernel::reactive! {{
    {attribute}pub struct {name} {{
        pub let mut ran: u64 = 0;
{items}    }}
}}
#[allow(unused_variables)] // most graphs have one source and one result
impl Graph for {name} {{
    #[inline(always)]
    fn write(&mut self, at: usize, value: i64) {{
        {write}
    }}
    #[inline(always)]
    fn read(&mut self, at: usize) -> i64 {{
        {read}
    }}
    fn runs(&mut self) -> u64 {{
        *self.ran()
    }}
}}
"
        )
        .unwrap();
    }
}
