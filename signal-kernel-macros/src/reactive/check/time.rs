//! SK010, SK040: the attributes that wait have a sleep, and something to wait for.
//!
//! Must not know: the syntax of the attributes.

use super::body::{Body, Place};
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::attributes::Worded;
use crate::reactive::names::Use;
use crate::reactive::parse::Value;

/// SK040: the kernel has no timer of its own.
pub(super) fn has_a_sleep(body: &Body, errors: &mut Errors) {
    if body.place != Place::Itself || body.sleeps {
        return;
    }
    for word in body.attributes.times.sleeping() {
        let text = format!("attribute `{word}` needs a way to sleep");
        errors.push("SK040", word, text).help(format!(
            "name it on `{}`: `#[sleep(tokio::time::sleep)]`, or a `let` field that is a `Sleeper`",
            body.graph
        ));
    }
}

/// SK010: attributes that could never do anything.
pub(super) fn waits_for_something(body: &Body, errors: &mut Errors) {
    if body.place != Place::Itself {
        return;
    }
    let (times, name) = (&body.attributes.times, &body.item.name);
    let manual = body.attributes.manual;
    if let Some(Worded { word, .. }) = &times.debounce {
        let is_node = |used: &Use| body.nodes[used.node].kind != NodeKind::Field;
        let is_known = !body.facts.poisoned && matches!(body.item.value, Value::Call(..));
        if manual {
            errors
                .push(
                    "SK010",
                    word,
                    "attribute `debounce` has no meaning on a `#[manual]` resource",
                )
                .help(format!(
                    "`reload_{name}` starts it at once, and no change does"
                ));
        } else if is_known && !body.facts.uses.iter().any(is_node) {
            let text = format!("the input of `{name}` never changes: it depends on no node");
            errors
                .push("SK010", word, text)
                .help("remove `debounce`, which waits until the input has been quiet");
        }
    }
    if let (Some(Worded { word, .. }), true) = (&times.refresh, manual) {
        errors
            .push(
                "SK010",
                word,
                "attribute `refresh` has no meaning on a `#[manual]` resource",
            )
            .help(format!("only `reload_{name}` starts it"));
    }
    if let (Some(Worded { word, .. }), true) = (&times.retry, manual) {
        errors
            .push(
                "SK010",
                word,
                "attribute `retry` has no meaning on a `#[manual]` resource",
            )
            .help(format!("call `reload_{name}` again"));
    }
    if let (Some(Worded { word, .. }), None) = (&times.retry_if, &times.retry) {
        errors
            .push(
                "SK010",
                word,
                "attribute `retry_if` has no meaning without `retry`",
            )
            .help("`#[retry(5, 250ms..=8s)]` tries again, `retry_if` says after which errors");
    }
}
