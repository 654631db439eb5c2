//! The functions: signals, computed values, effects, scopes, batches, transactions, resources.

mod net;
mod parts;

use signal_kernel_random::{Settings, search};

#[test]
fn plain() {
    search(Settings::PLAIN, 1, 1500);
}

#[test]
fn panicking() {
    let settings = Settings {
        panics: true,
        drop_panics: true,
        ..Settings::PLAIN
    };
    search(settings, 1_000_000, 1500);
}

#[test]
fn reentering() {
    let settings = Settings {
        reenter: true,
        ..Settings::PLAIN
    };
    search(settings, 2_000_000, 1500);
}

#[test]
fn reentering_and_panicking() {
    let settings = Settings {
        reenter: true,
        panics: true,
        drop_panics: true,
        ..Settings::PLAIN
    };
    search(settings, 3_000_000, 1500);
}

#[test]
fn working() {
    let settings = Settings {
        work: true,
        ..Settings::PLAIN
    };
    search(settings, 4_000_000, 1500);
}

#[test]
fn working_and_reentering() {
    let settings = Settings {
        work: true,
        reenter: true,
        ..Settings::PLAIN
    };
    search(settings, 5_000_000, 1500);
}

#[test]
fn everything() {
    let settings = Settings {
        tries: true,
        work: true,
        reenter: true,
        panics: true,
        drop_panics: true,
        ..Settings::PLAIN
    };
    search(settings, 6_000_000, 1500);
}

#[test]
fn cycles() {
    let settings = Settings {
        cycles: true,
        tries: true,
        ..Settings::PLAIN
    };
    search(settings, 7_000_000, 3000);
}

#[test]
fn declared() {
    let settings = Settings {
        declared: true,
        work: true,
        ..Settings::PLAIN
    };
    search(settings, 8_000_000, 1500);
}

#[test]
fn declared_everything() {
    let settings = Settings {
        tries: true,
        declared: true,
        work: true,
        reenter: true,
        panics: true,
        drop_panics: true,
        ..Settings::PLAIN
    };
    search(settings, 9_000_000, 1500);
}
