//! The functions: signals, computed values, effects, scopes, batches, transactions, resources.

use signal_kernel_random::{Settings, search};

const PLAIN: Settings = Settings {
    steps: 60,
    reenter: false,
    panics: false,
    drop_panics: false,
    early: true,
    work: false,
    parts: false,
    tries: false,
    cycles: false,
    declared: false,
    cleanups_read: true,
    wrong_model: false,
};

#[test]
fn plain() {
    search(PLAIN, 1, 1500);
}

#[test]
fn panicking() {
    let settings = Settings {
        panics: true,
        drop_panics: true,
        ..PLAIN
    };
    search(settings, 1_000_000, 1500);
}

#[test]
fn reentering() {
    let settings = Settings {
        reenter: true,
        ..PLAIN
    };
    search(settings, 2_000_000, 1500);
}

#[test]
fn reentering_and_panicking() {
    let settings = Settings {
        reenter: true,
        panics: true,
        drop_panics: true,
        ..PLAIN
    };
    search(settings, 3_000_000, 1500);
}

#[test]
fn working() {
    let settings = Settings {
        work: true,
        ..PLAIN
    };
    search(settings, 4_000_000, 1500);
}

#[test]
fn working_and_reentering() {
    let settings = Settings {
        work: true,
        reenter: true,
        ..PLAIN
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
        ..PLAIN
    };
    search(settings, 6_000_000, 1500);
}

#[test]
fn cycles() {
    let settings = Settings {
        cycles: true,
        tries: true,
        ..PLAIN
    };
    search(settings, 7_000_000, 3000);
}

#[test]
fn declared() {
    let settings = Settings {
        declared: true,
        work: true,
        ..PLAIN
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
        ..PLAIN
    };
    search(settings, 9_000_000, 1500);
}
