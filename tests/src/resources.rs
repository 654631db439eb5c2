//! Fixtures of the tests of dynamic resources: a resource with a signal as its source, an effect
//! that sees every transition, and gates for its work.
//!
//! Must not know: executors.

use crate::{
    describe,
    gate::{Gate, Gates, poll_once},
    log::Log,
};
use signal_kernel::{
    AsyncEvent, AsyncMeta, AsyncSignal, AsyncValue, ResourceOptions, Signal, create_effect,
    create_manual_resource_with, create_resource_with, poll_progress, signal,
};
use std::task::Poll;

/// A resource that asks for `id`.
#[derive(Debug)]
pub struct User {
    /// The source.
    pub id: Signal<u32>,
    /// The value.
    pub value: AsyncValue<u32>,
    /// The state.
    pub meta: AsyncMeta<String>,
    /// The work.
    pub gates: Gates,
    /// The events.
    pub log: Log,
}

impl User {
    /// The state in one line.
    pub fn line(&self) -> String {
        describe!(self.value, self.meta)
    }

    /// Lets a run yield `Ok`, polls, and forgets what happened.
    pub fn answer(&self, number: usize, value: u32) {
        self.gates.ok(number, value);
        assert!(poll().is_ready());
        self.log.clear();
    }
}

/// Gates for numbers.
pub fn gates(name: &'static str, log: &Log) -> Gates {
    Gates::new(name, log)
}

/// A fetcher that opens one of them for each input.
pub fn opens(gates: &Gates) -> impl FnMut(u32) -> Gate + use<> {
    let gates = gates.clone();
    move |input| gates.open(input)
}

/// Polls this thread's work once.
pub fn poll() -> Poll<()> {
    poll_once(poll_progress)
}

/// A resource with the defaults.
pub fn user() -> User {
    let log = Log::new();
    user_with(&log, ResourceOptions::new())
}

/// A resource with options.
pub fn user_with(log: &Log, options: ResourceOptions<u32, String>) -> User {
    let gates = gates("user", log);
    let id = signal(1);
    let (value, meta) = create_resource_with(move || id.get(), opens(&gates), options);
    show(log, value, meta);
    User {
        id,
        value,
        meta,
        gates,
        log: log.clone(),
    }
}

/// An effect that sees every transition.
pub fn show(log: &Log, value: AsyncValue<u32>, meta: AsyncMeta<String>) {
    let log = log.clone();
    create_effect(move || log.push(describe!(value, meta)));
}

/// Work that is started by hand, and an effect that sees every transition.
pub fn by_hand(
    log: &Log,
    options: ResourceOptions<u32, String>,
) -> (AsyncSignal<u32, String, u32>, Gates) {
    let gates = gates("save", log);
    let save = create_manual_resource_with(opens(&gates), options);
    let log = log.clone();
    create_effect(move || log.push(describe!(save)));
    (save, gates)
}

/// Notes every event as one line.
pub fn noting(log: &Log) -> ResourceOptions<u32, String> {
    let (one, two, three, four) = (log.clone(), log.clone(), log.clone(), log.clone());
    ResourceOptions::new()
        .on_success(move |value| one.push(format!("on_success {value}")))
        .on_error(move |error| two.push(format!("on_error {error}")))
        .on_cancel(move |reason| three.push(format!("on_cancel {reason}")))
        .on_event(move |event| four.push(line(event)))
}

/// An event in a few words.
pub fn line(event: &AsyncEvent) -> String {
    match event {
        AsyncEvent::Start { token } => format!("start {token}"),
        AsyncEvent::Success { token } => format!("success {token}"),
        AsyncEvent::Error { token } => format!("error {token}"),
        AsyncEvent::Cancelled { token, reason } => format!("cancelled {token}: {reason}"),
        AsyncEvent::Superseded { token, by: None } => format!("superseded {token}"),
        AsyncEvent::Superseded {
            token,
            by: Some(by),
        } => format!("superseded {token} by {by}"),
        other => format!("{other:?}"),
    }
}
