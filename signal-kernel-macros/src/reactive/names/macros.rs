//! Names in the arguments of macro calls: as expressions where they parse as such, else all of them.
//!
//! Invariants: arguments that are not understood hide no name; a string literal is read for captures
//! only where the macro may format it.
//!
//! Must not know: any macro but those of the standard library.

use std::collections::HashSet;

use proc_macro2::{Spacing, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::visit::Visit;
use syn::{Expr, Lit, Macro, Pat, Token};

use super::captures::captures;
use super::{Position, Seen, Walk, bare, text};

/// The arguments that a macro formats, named arguments not counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Never,
    /// The argument at this index, with everything after it.
    At(usize),
    /// The macro is unknown: any string literal may be a format string.
    Perhaps,
}

fn format_of(name: &str) -> Format {
    match name {
        "vec"
        | "matches"
        | "dbg"
        | "concat"
        | "include_str"
        | "include_bytes"
        | "include"
        | "env"
        | "option_env"
        | "cfg"
        | "compile_error"
        | "thread_local"
        | "line"
        | "column"
        | "file"
        | "module_path"
        | "addr_of"
        | "addr_of_mut"
        | "offset_of"
        | "is_x86_feature_detected" => Format::Never,
        "format" | "format_args" | "print" | "println" | "eprint" | "eprintln" | "panic"
        | "todo" | "unimplemented" | "unreachable" => Format::At(0),
        "write" | "writeln" | "assert" | "debug_assert" => Format::At(1),
        "assert_eq"
        | "assert_ne"
        | "debug_assert_eq"
        | "debug_assert_ne"
        | "assert_matches"
        | "debug_assert_matches" => Format::At(2),
        _ => Format::Perhaps,
    }
}

/// Deeper macro calls are not parsed, since each level parses all levels inside it again.
const DEEPEST: usize = 16;

impl Walk<'_> {
    pub(super) fn macro_call(&mut self, call: &Macro) {
        let name = call
            .path
            .segments
            .last()
            .map(|segment| text(&segment.ident));
        let name = name.unwrap_or_default();
        if name == "stringify" {
            return; // its argument is never evaluated
        }
        let format = format_of(&name);
        let tests_pattern = matches!(
            name.as_str(),
            "matches" | "assert_matches" | "debug_assert_matches"
        );
        self.macros += 1;
        // An unknown macro may wrap its arguments in an async block.
        self.allowing_await(format == Format::Perhaps, |walk| {
            let is_parsed = walk.macros < DEEPEST;
            if is_parsed && tests_pattern && walk.pattern_test(call, format) {
                return;
            }
            let args = is_parsed.then(|| arguments.parse2(call.tokens.clone()));
            match args {
                Some(Ok(args)) => walk.arguments(&args, 0, format),
                _ => walk.every_identifier(call.tokens.clone(), format != Format::Never),
            }
        });
        self.macros -= 1;
    }

    /// `matches!(value, pattern if guard)`
    fn pattern_test(&mut self, call: &Macro, format: Format) -> bool {
        let Ok((value, pat, guard, rest)) = pattern_test.parse2(call.tokens.clone()) else {
            return false;
        };
        self.visit_expr(&value);
        self.scoped(|walk| {
            walk.bind(&pat);
            if let Some(guard) = &guard {
                walk.visit_expr(guard);
            }
        });
        self.arguments(&rest, 2, format);
        true
    }

    /// `first` is the number of arguments before these.
    fn arguments(&mut self, args: &[Expr], first: usize, format: Format) {
        let named: HashSet<String> = args
            .iter()
            .filter_map(named_argument)
            .map(|(name, _)| name)
            .collect();
        let mut at = first;
        for arg in args {
            let formatted = match format {
                Format::Never => false,
                Format::At(format) => at >= format,
                Format::Perhaps => true,
            };
            let position = match format {
                Format::At(_) if formatted => Position::Value,
                _ => Position::Anywhere,
            };
            if let Some((_, value)) = named_argument(arg) {
                self.walk(value, position);
                continue;
            }
            at += 1;
            let captured = match format {
                Format::At(format) => at == format + 1,
                _ => formatted,
            };
            match literal(arg) {
                Some((text, span)) if captured => self.captures(&text, span, &named, position),
                _ => self.walk(arg, position),
            }
            if format == Format::Perhaps {
                self.maybe_declared.extend(bare(arg).map(text));
            }
        }
    }

    /// A capture resolves at the span of the literal, unless a named argument has its name.
    fn captures(&mut self, literal: &str, span: Span, named: &HashSet<String>, position: Position) {
        captures(literal, |name| {
            if !named.contains(name) {
                self.mention_text(name, span, None, Seen::Whole, position);
            }
        });
    }

    /// Mentions every identifier of tokens whose grammar is unknown.
    pub(super) fn every_identifier(&mut self, tokens: TokenStream, strings: bool) {
        let mut lifetime = false;
        for token in tokens {
            let quote = match &token {
                TokenTree::Punct(punct) => {
                    punct.as_char() == '\'' && punct.spacing() == Spacing::Joint
                }
                _ => false,
            };
            match token {
                TokenTree::Ident(ident) if !lifetime => {
                    let (name, span) = (text(&ident), ident.span());
                    self.mention_text(&name, span, Some(&ident), Seen::Whole, Position::Anywhere);
                    self.maybe_declared.insert(name);
                }
                TokenTree::Group(group) => self.every_identifier(group.stream(), strings),
                TokenTree::Literal(literal) if strings => {
                    if let Lit::Str(literal) = Lit::new(literal) {
                        let (text, span) = (literal.value(), literal.span());
                        self.captures(&text, span, &HashSet::new(), Position::Anywhere);
                    }
                }
                _ => {}
            }
            lifetime = quote;
        }
    }
}

/// `name = value`, which is no assignment in a macro.
fn named_argument(arg: &Expr) -> Option<(String, &Expr)> {
    match arg {
        Expr::Assign(assign) => Some((text(bare(&assign.left)?), &assign.right)),
        _ => None,
    }
}

fn literal(arg: &Expr) -> Option<(String, Span)> {
    match arg {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(literal) => Some((literal.value(), literal.span())),
            _ => None,
        },
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Expressions with `,` between them, or with `;` as in `vec![0; len]`.
fn arguments(input: ParseStream) -> syn::Result<Vec<Expr>> {
    let mut args = Vec::new();
    while !input.is_empty() {
        let arg: Expr = input.parse()?;
        // A `let` shows that the macro has a grammar of its own.
        if matches!(arg, Expr::Let(_)) {
            return Err(input.error("expected an expression"));
        }
        args.push(arg);
        if input.is_empty() {
            break;
        }
        if input.parse::<Option<Token![;]>>()?.is_none() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(args)
}

type PatternTest = (Expr, Pat, Option<Expr>, Vec<Expr>);

/// `value, pattern if guard`, and a message for the `assert_…` macros.
fn pattern_test(input: ParseStream) -> syn::Result<PatternTest> {
    let value = input.parse()?;
    input.parse::<Token![,]>()?;
    let pat = Pat::parse_multi_with_leading_vert(input)?;
    let guard = match input.parse::<Option<Token![if]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    let rest = match input.parse::<Option<Token![,]>>()? {
        Some(_) => arguments(input)?,
        None => Vec::new(),
    };
    Ok((value, pat, guard, rest))
}
