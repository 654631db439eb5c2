//! Bodies that read several parts of one resource: no body sees a mix of two states, and each runs once in a round.

use signal_kernel_random::{Settings, search};

const PARTS: Settings = Settings {
    work: true,
    parts: true,
    ..Settings::PLAIN
};

#[test]
fn parts() {
    search(PARTS, 10_000_000, 3000);
}

#[test]
fn parts_and_everything() {
    let settings = Settings {
        reenter: true,
        panics: true,
        early: false,
        ..PARTS
    };
    search(settings, 11_000_000, 1500);
}
