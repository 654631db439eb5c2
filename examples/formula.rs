//! The dynamic example without its graph: names of cells, formulas, and the mistakes in a line.
//!
//! Invariants: a line is taken as a whole or not at all; a number is finite.
//!
//! Must not know: the graph.

use std::fmt::{self, Display};
use std::rc::Rc;

/// The most cells of a range: a larger one is a mistake.
const WIDE: usize = 1000;

/// The largest depth of nested parentheses and signs.
const DEEP: usize = 100;

/// The number of cells of a long cycle that are shown.
const FEW: usize = 8;

/// The value of a cell.
pub(crate) type Value = Result<f64, Fault>;

/// The reason why a cell has no number. Its dependents have the same fault.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The cell of this name is empty.
    Empty(Name),
    DividedByZero,
    TooLarge,
    /// `min`, `max` or `avg` of empty cells.
    OfNothing(Function),
    /// The cell depends on itself, with the cycle in the words of the kernel.
    Cycle(Rc<str>),
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Empty(name) => write!(f, "#REF! nothing is in {name}"),
            Fault::DividedByZero => f.write_str("#DIV/0!"),
            Fault::TooLarge => f.write_str("#NUM! too large"),
            Fault::OfNothing(function) => write!(f, "#NUM! {} of nothing", function.name()),
            Fault::Cycle(way) => {
                let cells: Vec<_> = way.split(" -> ").collect();
                match cells.len().checked_sub(FEW) {
                    None | Some(0) => write!(f, "#CYCLE! {way}"),
                    Some(more) => {
                        let (few, last) = (cells[..FEW - 1].join(" -> "), cells[cells.len() - 1]);
                        write!(f, "#CYCLE! {few} -> … {more} more … -> {last}")
                    }
                }
            }
        }
    }
}

/// A value as it is shown.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Err(fault) => fault.to_string(),
        Ok(0.0) => "0".to_owned(),
        Ok(number) if (1e-3..1e15).contains(&number.abs()) => {
            let digits = format!("{number:.4}");
            digits
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_owned()
        }
        Ok(number) => format!("{number:e}"),
    }
}

/// `B12`: sorted by row, then by column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    row: usize,
    /// `A` is 1, `AA` 27.
    column: usize,
}

impl Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut letters, mut left) = (String::new(), self.column);
        while left > 0 {
            letters.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
            left = (left - 1) / 26;
        }
        write!(f, "{letters}{}", self.row)
    }
}

impl Name {
    /// One or two letters, and a number from 1 to 9999.
    fn parse(word: &str) -> Option<Name> {
        let start = word.find(|it: char| it.is_ascii_digit())?;
        let (letters, digits) = word.split_at(start);
        if !(1..=2).contains(&letters.len()) || digits.len() > 4 || digits.starts_with('0') {
            return None;
        }
        let mut column = 0;
        for letter in letters.bytes() {
            if !letter.is_ascii_alphabetic() {
                return None;
            }
            column = column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        }
        let row = digits.parse().ok()?;
        Some(Name { row, column })
    }

    /// All cells of a range, in any order of its corners.
    fn to(self, other: Name) -> impl Iterator<Item = Name> {
        let columns = self.column.min(other.column)..=self.column.max(other.column);
        let rows = self.row.min(other.row)..=self.row.max(other.row);
        rows.flat_map(move |row| columns.clone().map(move |column| Name { row, column }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Function {
    Sum,
    Min,
    Max,
    Avg,
}

impl Function {
    const ALL: [Function; 4] = [Function::Sum, Function::Min, Function::Max, Function::Avg];

    fn name(self) -> &'static str {
        match self {
            Function::Sum => "sum",
            Function::Min => "min",
            Function::Max => "max",
            Function::Avg => "avg",
        }
    }

    fn of(self, numbers: &[f64]) -> Value {
        let sum = numbers.iter().sum::<f64>();
        match (self, numbers.len()) {
            (Function::Sum, _) => Ok(sum),
            (_, 0) => Err(Fault::OfNothing(self)),
            (Function::Min, _) => Ok(numbers.iter().copied().fold(f64::INFINITY, f64::min)),
            (Function::Max, _) => Ok(numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            (Function::Avg, count) => Ok(sum / count as f64),
        }
    }
}

/// A formula, and the text that it was made from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Formula {
    pub(crate) text: String,
    root: Term,
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    Number(f64),
    Cell(Name),
    /// Only as an argument: cells that are empty do not count.
    Range(Name, Name),
    Call(Function, Vec<Term>),
    Minus(Box<Term>),
    /// From left to right, as in `a + b - c` or `a * b / c`.
    Chain(Box<Term>, Vec<(char, Term)>),
}

impl Formula {
    /// The value of the formula; `read` gives the values of other cells.
    pub(crate) fn value(&self, read: &dyn Fn(Name) -> Value) -> Value {
        self.root.value(read)
    }

    /// Every cell that the formula names, those in ranges included.
    pub(crate) fn names(&self) -> Vec<Name> {
        let (mut names, mut left) = (Vec::new(), vec![&self.root]);
        while let Some(term) = left.pop() {
            match term {
                Term::Number(_) => {}
                Term::Cell(name) => names.push(*name),
                Term::Range(from, to) => names.extend(from.to(*to)),
                Term::Call(_, terms) => left.extend(terms),
                Term::Minus(term) => left.push(term),
                Term::Chain(first, rest) => {
                    left.push(first);
                    left.extend(rest.iter().map(|(_, term)| term));
                }
            }
        }
        names
    }
}

impl Term {
    fn value(&self, read: &dyn Fn(Name) -> Value) -> Value {
        let number = match self {
            Term::Number(number) => *number,
            Term::Cell(name) => read(*name)?,
            Term::Range(..) => unreachable!("a range is an argument"),
            Term::Minus(term) => -term.value(read)?,
            Term::Call(function, terms) => {
                let mut numbers = Vec::new();
                for term in terms {
                    let Term::Range(from, to) = term else {
                        numbers.push(term.value(read)?);
                        continue;
                    };
                    for name in from.to(*to) {
                        match read(name) {
                            Err(Fault::Empty(empty)) if empty == name => {}
                            value => numbers.push(value?),
                        }
                    }
                }
                function.of(&numbers)?
            }
            Term::Chain(first, rest) => {
                let mut number = first.value(read)?;
                for (operator, term) in rest {
                    let operand = term.value(read)?;
                    match operator {
                        '+' => number += operand,
                        '-' => number -= operand,
                        '*' => number *= operand,
                        _ if operand == 0.0 => return Err(Fault::DividedByZero),
                        _ => number /= operand,
                    }
                }
                number
            }
        };
        if number.is_finite() {
            Ok(number)
        } else {
            Err(Fault::TooLarge)
        }
    }
}

/// `A1 = 3`; without a formula the cell is emptied.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) name: Name,
    pub(crate) formula: Option<Formula>,
}

/// A mistake in a line and its place; columns are counted in characters, from 1.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) column: usize,
    message: String,
}

impl Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Takes a line apart: edits with `;` between them, and then perhaps `# a remark`.
pub(crate) fn edits(line: &str) -> Result<Vec<Edit>, Wrong> {
    let mut parser = Parser {
        line: line.chars().collect(),
        at: 0,
        depth: 0,
    };
    let mut edits = Vec::new();
    loop {
        match parser.peek() {
            None => return Ok(edits),
            Some(';') => parser.at += 1,
            Some(_) => {
                edits.push(parser.edit()?);
                if !matches!(parser.peek(), None | Some(';')) {
                    return Err(parser.expected("an operator, `;` or the end"));
                }
            }
        }
    }
}

struct Parser {
    line: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    /// The next character that is no space; `None` at the end, and at a remark.
    fn peek(&mut self) -> Option<char> {
        while self.line.get(self.at).is_some_and(|it| it.is_whitespace()) {
            self.at += 1;
        }
        self.line.get(self.at).copied().filter(|&it| it != '#')
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// The letters, digits and points that come next.
    fn word(&mut self) -> String {
        let _ = self.peek();
        let rest = &self.line[self.at..];
        let is_part = |it: &&char| it.is_alphanumeric() || **it == '.';
        rest.iter().take_while(is_part).collect()
    }

    fn wrong(&self, message: impl Into<String>) -> Wrong {
        let (column, message) = (self.at + 1, message.into());
        Wrong { column, message }
    }

    fn expected(&mut self, what: &str) -> Wrong {
        let found = match self.peek() {
            None => "the line ends here".to_owned(),
            Some(_) if !self.word().is_empty() => format!("here is `{}`", self.word()),
            Some(other) => format!("here is `{other}`"),
        };
        self.wrong(format!("expected {what}, but {found}"))
    }

    fn edit(&mut self) -> Result<Edit, Wrong> {
        let Some(name) = Name::parse(&self.word()) else {
            return Err(self.expected("the name of a cell, as in `B12`"));
        };
        self.at += self.word().len();
        if !self.take('=') {
            return Err(self.expected("`=`"));
        }
        if matches!(self.peek(), None | Some(';')) {
            let formula = None;
            return Ok(Edit { name, formula });
        }
        let start = self.at;
        let root = self.sum()?;
        let text: String = self.line[start..self.at].iter().collect();
        let text = text.trim_end().to_owned();
        let formula = Some(Formula { text, root });
        Ok(Edit { name, formula })
    }

    fn sum(&mut self) -> Result<Term, Wrong> {
        self.chain(['+', '-'], |parser| {
            parser.chain(['*', '/'], Parser::single)
        })
    }

    fn chain(
        &mut self,
        operators: [char; 2],
        mut operand: impl FnMut(&mut Parser) -> Result<Term, Wrong>,
    ) -> Result<Term, Wrong> {
        let first = operand(self)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.peek().filter(|it| operators.contains(it)) {
            self.at += 1;
            rest.push((operator, operand(self)?));
        }
        Ok(match rest.is_empty() {
            true => first,
            false => Term::Chain(Box::new(first), rest),
        })
    }

    fn single(&mut self) -> Result<Term, Wrong> {
        if self.depth == DEEP {
            return Err(self.wrong("this is nested too deep"));
        }
        self.depth += 1;
        let term = match self.peek() {
            Some('-') => {
                self.at += 1;
                Term::Minus(Box::new(self.single()?))
            }
            Some('(') => {
                self.at += 1;
                let term = self.sum()?;
                self.close()?;
                term
            }
            _ => self.named()?,
        };
        self.depth -= 1;
        Ok(term)
    }

    fn close(&mut self) -> Result<(), Wrong> {
        match self.take(')') {
            true => Ok(()),
            false => Err(self.expected("an operator or `)`")),
        }
    }

    /// A number, a cell or a call.
    fn named(&mut self) -> Result<Term, Wrong> {
        let word = self.word();
        let function = |it: &Function| word.eq_ignore_ascii_case(it.name());
        let term = if word.starts_with(|it: char| it.is_ascii_digit()) {
            match word.parse() {
                Ok(number) if f64::is_finite(number) => Term::Number(number),
                _ => return Err(self.wrong(format!("`{word}` is not a number"))),
            }
        } else if let Some(name) = Name::parse(&word) {
            Term::Cell(name)
        } else if let Some(function) = Function::ALL.into_iter().find(function) {
            self.at += word.len();
            return self.call(function);
        } else {
            return Err(self.expected("a number, a cell, `sum`, `min`, `max`, `avg`, `-` or `(`"));
        };
        self.at += word.chars().count();
        Ok(term)
    }

    fn call(&mut self, function: Function) -> Result<Term, Wrong> {
        if !self.take('(') {
            return Err(self.expected("`(`"));
        }
        let mut terms = vec![self.argument()?];
        while self.take(',') {
            terms.push(self.argument()?);
        }
        if !self.take(')') {
            return Err(self.expected("an operator, `,` or `)`"));
        }
        Ok(Term::Call(function, terms))
    }

    fn argument(&mut self) -> Result<Term, Wrong> {
        let start = self.at;
        let term = self.sum()?;
        let Term::Cell(from) = term else {
            return Ok(term);
        };
        if !self.take(':') {
            return Ok(term);
        }
        let Some(to) = Name::parse(&self.word()) else {
            return Err(self.expected("the cell at the other corner"));
        };
        self.at += self.word().len();
        if from.to(to).take(WIDE + 1).count() > WIDE {
            self.at = start;
            return Err(self.wrong(format!("a range of more than {WIDE} cells")));
        }
        Ok(Term::Range(from, to))
    }
}
