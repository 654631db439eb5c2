//! The attributes of structs and items: their meaning for a node, and those that are forwarded to rustc.
//!
//! Invariants: every attribute is read, forwarded or refused (SK010, for derives SK021).
//!
//! Must not know: bodies, or other items.

mod state;
mod time;

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Path, Token, ext::IdentExt};

use crate::edit_distance::similar;
use crate::errors::Errors;
use crate::kind::NodeKind;
pub(crate) use crate::reactive::model::time::Worded;
use crate::reactive::model::time::{Sleep, Times};
use crate::reactive::model::{Equality, Fate, Interruption, KeepPrevious, State};
pub(crate) use state::Saved;

/// The meaning of an item's attributes.
pub(crate) struct Attributes {
    pub(crate) forwarded: Vec<Attribute>,
    pub(crate) equality: Equality,
    pub(crate) keep_previous: KeepPrevious,
    /// `#[on_cancel(..)]` and `#[on_error(..)]`
    pub(crate) interruptions: Vec<Interruption>,
    /// `#[debounce(..)]` and the like.
    pub(crate) times: Times,
    pub(crate) manual: bool,
    pub(crate) eager: bool,
    /// `#[after_first]`, for a message on it.
    pub(crate) after_first: Option<Path>,
    /// `#[state(..)]`
    pub(crate) saved: Option<Saved>,
}

/// Attributes that are forwarded to rustc, as are those of `TOOLS`.
const FORWARDED: [&str; 8] = [
    "doc",
    "allow",
    "expect",
    "warn",
    "deny",
    "forbid",
    "deprecated",
    "must_use",
];
const TOOLS: [&str; 3] = ["clippy", "rustfmt", "diagnostic"];
const OURS: [&str; 13] = [
    "eq",
    "keep_previous",
    "on_cancel",
    "on_error",
    "debounce",
    "timeout",
    "retry",
    "retry_if",
    "refresh",
    "manual",
    "eager",
    "after_first",
    "state",
];

pub(crate) fn of_item(attrs: &[Attribute], kind: NodeKind, errors: &mut Errors) -> Attributes {
    let mut read = Attributes {
        forwarded: Vec::new(),
        equality: Equality::PartialEq,
        keep_previous: KeepPrevious::Always,
        interruptions: Vec::new(),
        times: Times::default(),
        manual: false,
        eager: false,
        after_first: None,
        saved: None,
    };
    let mut seen: Vec<&Attribute> = Vec::new();
    for attr in attrs {
        let name = name(attr);
        if !OURS.contains(&name.as_str()) {
            forward(attr, &OURS, &mut read.forwarded, errors);
        } else if !belongs(&name, kind) {
            misplaced(attr, &name, kind, errors);
        } else if let Some(first) = seen.iter().find(|first| self::name(first) == name) {
            repeated(first, attr, &name, errors);
        } else {
            seen.push(attr);
            match name.as_str() {
                "eq" => read.equality = equality(attr, kind, errors),
                "keep_previous" => read.keep_previous = keep_previous(attr, errors),
                "on_cancel" | "on_error" => {
                    read.interruptions.extend(interruption(attr, &name, errors));
                }
                name if time::NAMES.contains(&name) => {
                    time::of_item(attr, name, &mut read.times, errors);
                }
                "manual" => read.manual = flag(attr, errors),
                "eager" => read.eager = flag(attr, errors),
                "state" => read.saved = state::of_item(attr, errors),
                _ => read.after_first = flag(attr, errors).then(|| attr.path().clone()),
            }
        }
    }
    read
}

/// The meaning of a struct's attributes.
#[derive(Default)]
pub(crate) struct OfStruct {
    pub(crate) forwarded: Vec<Attribute>,
    /// `Debug` is derived.
    pub(crate) debug: bool,
    /// The name of the batch type.
    pub(crate) batch: Option<Ident>,
    /// All computed values are eager.
    pub(crate) eager: bool,
    /// The struct that holds the values of the signals.
    pub(crate) state: Option<State>,
    /// `#[sleep(..)]`
    pub(crate) sleep: Option<Sleep>,
}

pub(crate) fn of_struct(attrs: &[Attribute], errors: &mut Errors) -> OfStruct {
    let mut read = OfStruct::default();
    let (mut named, mut eager, mut saved, mut sleep) = (None, None, None, None);
    for attr in attrs {
        if attr.path().is_ident("sleep") {
            match sleep.replace(attr) {
                Some(first) => repeated(first, attr, "sleep", errors),
                None => read.sleep = time::of_struct(attr, errors),
            }
            continue;
        }
        if attr.path().is_ident("state") {
            match saved.replace(attr) {
                Some(first) => repeated(first, attr, "state", errors),
                None => read.state = state::of_struct(attr, errors),
            }
            continue;
        }
        if attr.path().is_ident("eager") {
            match eager.replace(attr) {
                Some(first) => repeated(first, attr, "eager", errors),
                None => read.eager = flag(attr, errors),
            }
            continue;
        }
        if attr.path().is_ident("batch") {
            if let Some(first) = named.replace(attr) {
                repeated(first, attr, "batch", errors);
                continue;
            }
            match attr.parse_args() {
                Ok(name) => read.batch = Some(name),
                Err(_) => {
                    errors
                        .push("SK010", &attr.meta, "expected `#[batch(Name)]`")
                        .help("`Name` is the type that a batch passes to its closure");
                }
            }
            continue;
        }
        if !attr.path().is_ident("derive") {
            forward(
                attr,
                &["derive", "batch", "eager", "state", "sleep"],
                &mut read.forwarded,
                errors,
            );
            continue;
        }
        let paths = attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
        match paths {
            Ok(paths) => paths
                .iter()
                .for_each(|path| derive(path, &mut read.debug, errors)),
            Err(_) => {
                errors.push("SK010", attr, "expected `#[derive(Debug)]`");
            }
        }
    }
    read
}

fn derive(path: &Path, debug: &mut bool, errors: &mut Errors) {
    let name = path
        .segments
        .last()
        .map(|last| last.ident.to_string())
        .unwrap_or_default();
    let (why, help) = match name.as_str() {
        "Debug" if *debug => {
            errors.push("SK010", path, "`Debug` is derived twice");
            return;
        }
        "Debug" => {
            *debug = true;
            return;
        }
        "Clone" | "Copy" => ("work in flight has one owner", "clone the values you need"),
        "Default" => (
            "its values come from the declaration",
            "if `new` takes no parameters, the graph has `Default` already",
        ),
        "PartialEq" | "Eq" | "PartialOrd" | "Ord" | "Hash" => {
            ("it is not a value", "compare the values you need")
        }
        _ => (
            "only `Debug` can be derived",
            "implement it by hand, on the getters",
        ),
    };
    let text = format!("a graph cannot be `{name}`: {why}");
    errors.push("SK021", path, text).help(help);
}

/// Forwards a known attribute of rustc or of a tool, and reports any other.
fn forward(attr: &Attribute, known: &[&str], forwarded: &mut Vec<Attribute>, errors: &mut Errors) {
    let name = name(attr);
    let first = attr
        .path()
        .segments
        .first()
        .map(|first| first.ident.to_string());
    let tool =
        attr.path().segments.len() > 1 && TOOLS.contains(&first.unwrap_or_default().as_str());
    if tool || FORWARDED.contains(&name.as_str()) {
        forwarded.push(attr.clone());
        return;
    }
    let error = errors.push("SK010", attr.path(), format!("unknown attribute `{name}`"));
    match similar(&name, known.iter().chain(&FORWARDED).copied()) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None => error.help(
            "doc comments, lint attributes and `eq`, `keep_previous`, `on_cancel`, `on_error`, `debounce`, `timeout`, `retry`, `retry_if`, `refresh`, `manual`, `eager`, `after_first`, `state` can stand here",
        ),
    }
}

fn belongs(name: &str, kind: NodeKind) -> bool {
    match name {
        "eq" => matches!(
            kind,
            NodeKind::Signal | NodeKind::Computed | NodeKind::Resource
        ),
        "eager" => kind == NodeKind::Computed,
        "after_first" => kind == NodeKind::Effect,
        "state" => kind.has_state(),
        _ => kind == NodeKind::Resource,
    }
}

fn misplaced(attr: &Attribute, name: &str, kind: NodeKind, errors: &mut Errors) {
    let help = match name {
        "eq" => "`eq` compares the values of a signal, a computed value or a resource",
        "eager" => "`eager` computes a value with each write; only a `computed` waits for a read",
        "after_first" => "`after_first` leaves out the first run of an `effect`",
        "state" => no_state(kind),
        _ => "it belongs to a `resource`",
    };
    let (article, noun) = (kind.article(), kind.noun());
    let text = format!("attribute `{name}` has no meaning on {article} {noun}");
    errors.push("SK010", attr.path(), text).help(help);
}

/// A reason why an item of this kind is not in the state.
fn no_state(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Field => {
            "the state holds signals: make it a `signal`, or hand the field to `with_state`"
        }
        NodeKind::Computed => "the state holds signals: a computed value follows from them",
        NodeKind::Resource => {
            "the state holds signals: a resource starts again, with arguments that follow from them"
        }
        NodeKind::Effect => "the state holds signals: an effect runs when they are restored",
        NodeKind::Signal | NodeKind::Graph | NodeKind::List => unreachable!("it is in the state"),
    }
}

fn repeated(first: &Attribute, second: &Attribute, name: &str, errors: &mut Errors) {
    let content = |attr: &Attribute| attr.meta.to_token_stream().to_string();
    let (one, other) = (content(first), content(second));
    let text = if one == other {
        format!("attribute `{name}` is given twice")
    } else {
        format!("attribute `{name}` contradicts the one above")
    };
    errors.push("SK010", second.path(), text);
}

/// `#[eq(path)]` or `#[eq(never)]`
fn equality(attr: &Attribute, kind: NodeKind, errors: &mut Errors) -> Equality {
    match attr.parse_args_with(Path::parse_mod_style) {
        Ok(path) if !path.is_ident("never") => Equality::Path(path),
        Ok(path) if kind == NodeKind::Resource => {
            errors
                .push(
                    "SK010",
                    &path,
                    "attribute `eq(never)` has no meaning on a resource",
                )
                .help("every result of a resource counts, unless `#[eq(path)]` compares them");
            Equality::PartialEq
        }
        Ok(_) => Equality::Never,
        Err(_) => {
            errors
                .push(
                    "SK010",
                    &attr.meta,
                    "expected `#[eq(path)]` or `#[eq(never)]`",
                )
                .help("the path names a `fn(&T, &T) -> bool`");
            Equality::Never
        }
    }
}

/// `#[keep_previous(true)]`, `#[keep_previous(reload)]` or `#[keep_previous(false)]`
fn keep_previous(attr: &Attribute, errors: &mut Errors) -> KeepPrevious {
    let given = attr
        .parse_args_with(Ident::parse_any)
        .map(|given| given.to_string());
    match given.as_deref() {
        Ok("reload") => return KeepPrevious::Reload,
        Ok("true") => return KeepPrevious::Always,
        Ok("false") => return KeepPrevious::Never,
        _ => {}
    }
    let text = "expected `#[keep_previous(true)]`, `#[keep_previous(reload)]` or `#[keep_previous(false)]`";
    let error = errors.push("SK010", &attr.meta, text);
    let meant = given
        .ok()
        .and_then(|given| similar(&given, ["reload", "true", "false"]));
    error.help(match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`reload` keeps the value while work runs again for the same input".to_owned(),
    });
    KeepPrevious::Always
}

/// `#[on_cancel(rollback)]`, `#[on_cancel(keep)]` or `#[on_cancel(clear)]`, and the same of `on_error`.
fn interruption(attr: &Attribute, name: &str, errors: &mut Errors) -> Option<Interruption> {
    const WORDS: [(&str, Fate); 3] = [
        ("rollback", Fate::Rollback),
        ("keep", Fate::Keep),
        ("clear", Fate::Clear),
    ];
    let by = attr.path().require_ident().ok()?.clone();
    let given = attr.parse_args_with(Ident::parse_any).ok();
    let given = given.map(|given| given.to_string());
    let known = WORDS
        .iter()
        .find(|(word, _)| given.as_deref() == Some(word));
    if let Some(&(_, fate)) = known {
        return Some(Interruption { by, fate });
    }
    let text = format!("expected `#[{name}(rollback)]`, `#[{name}(keep)]` or `#[{name}(clear)]`");
    let error = errors.push("SK010", &attr.meta, text);
    let meant = given.and_then(|given| similar(&given, WORDS.map(|(word, _)| word)));
    error.help(match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`keep` keeps a partial answer, `clear` takes the last whole one too".to_owned(),
    });
    None
}

/// `#[name]`, an attribute without arguments.
fn flag(attr: &Attribute, errors: &mut Errors) -> bool {
    if !matches!(attr.meta, Meta::Path(_)) {
        let text = format!("expected `#[{}]`", name(attr));
        errors.push("SK010", &attr.meta, text);
    }
    true
}

fn name(attr: &Attribute) -> String {
    let names: Vec<String> = attr
        .path()
        .segments
        .iter()
        .map(|s| s.ident.to_string())
        .collect();
    names.join("::")
}
