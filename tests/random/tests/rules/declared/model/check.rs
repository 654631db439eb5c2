//! The parts of a graph that can be seen without running a body, and their values.
//!
//! Must not know: the runtime under test.

use super::{Model, Verdict};
use signal_kernel_graphs::Entry;

impl Model<'_> {
    /// The values that the graph drops when it is dropped itself.
    pub(crate) fn kept(&self) -> Vec<Entry> {
        let kept = self.kept.iter().enumerate();
        kept.filter_map(|(item, value)| value.map(|value| Entry::Dropped(item, value)))
            .collect()
    }

    /// Every value that needs no body to be run: `None` is a failed one.
    pub(crate) fn settled(&self) -> impl Iterator<Item = (usize, Option<i64>)> + '_ {
        let items =
            (0..self.states.len()).filter(|&item| self.graph.is_signal(item) || self.watched[item]);
        items.map(|item| (item, self.mark(item).0))
    }

    /// A body that ran now would yield what is there (R4).
    pub(crate) fn check_itself(&self) -> Verdict {
        for &item in &self.graph.order {
            if self.watched[item] && !self.graph.is_effect(item) && !self.is_blocked(item) {
                let (now, value) = (self.evaluate(item), self.mark(item).0);
                let rule = self.graph.rule(item);
                let agree = match (now, value) {
                    (Some(now), Some(value)) => now == value || rule.same(now, value),
                    (now, value) => now == value,
                };
                if !agree {
                    return Err(format!(
                        "{}: {value:?} where its inputs give {now:?}",
                        self.graph.items[item].name
                    ));
                }
            }
        }
        Ok(())
    }

    /// Holds what `Debug` printed against the states.
    pub(crate) fn check_debug(&self, printed: &str) -> Verdict {
        let inner = printed
            .strip_prefix(&self.graph.name)
            .and_then(|rest| rest.strip_prefix(" { "));
        let inner = inner
            .and_then(|rest| rest.strip_suffix(" }"))
            .ok_or_else(|| format!("printed {printed}"))?;
        let mut fields = inner.split(", ");
        let (current, fresh, free) = (self.current(), self.fresh(), self.free());
        for item in (0..self.states.len()).filter(|&item| !self.graph.is_effect(item)) {
            let field = fields.next().unwrap_or_default();
            let name = &self.graph.items[item].name;
            let state = &self.states[item];
            let mut texts = Vec::new();
            if current[item] || free[item] || self.is_blocked(item) {
                texts.push(fresh[item].map_or("<panicked>".to_owned(), |value| value.to_string()));
            }
            if !current[item] || state.unverified {
                texts.push("_".to_owned());
            }
            if !texts.iter().any(|text| *field == format!("{name}: {text}")) {
                return Err(format!(
                    "`Debug` prints `{field}`, not {name} as any of {texts:?}"
                ));
            }
        }
        match fields.next() {
            None => Ok(()),
            Some(field) => Err(format!("`Debug` prints {field} on top")),
        }
    }

    /// By item: is it, or anything lazy that it depends on, free?
    fn free(&self) -> Vec<bool> {
        let mut free: Vec<_> = self.states.iter().map(|state| state.free).collect();
        for item in self.lazy_values() {
            free[item] |= self
                .graph
                .mentions(item)
                .iter()
                .any(|&mention| free[mention]);
        }
        free
    }

    /// By item: what a read would yield; none if it would panic.
    pub(super) fn fresh(&self) -> Vec<Option<i64>> {
        let mut fresh: Vec<_> = (0..self.states.len())
            .map(|item| self.mark(item).0)
            .collect();
        for item in self.lazy_values() {
            let mut mentions = self.graph.mentions(item).iter();
            let body = self
                .graph
                .body(item)
                .filter(|_| mentions.all(|&mention| fresh[mention].is_some()));
            fresh[item] =
                body.and_then(|body| body.run(&|mention| fresh[mention].unwrap_or_default()));
        }
        fresh
    }
}
