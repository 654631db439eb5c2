# Shortcuts. `.ci/run` does the work; `just ci` is everything that must hold before a change lands.

[private]
default:
    @{{just_executable()}} --list

# All steps of CI, or those that are named: `just ci lints tests`
ci *steps:
    .ci/run {{steps}}

# Format, lints and tests: the short way round
check: (ci "format" "lints" "tests")

# Accept what the macros emit
snapshots:
    UPDATE_EXPECT=1 cargo test -p signal-kernel-macros

# Accept what rustc says of the wrong programs
ui:
    TRYBUILD=overwrite cargo test -p signal-kernel-ui-tests --test ui

# Accept the instruction counts
counts:
    cargo run --release --manifest-path benches/Cargo.toml --no-default-features --bin counts -- --save

# Measure all libraries, and write benches/RESULTS.md
bench:
    cargo run --release --manifest-path benches/Cargo.toml -- --save

# Read the docs as users see them
docs:
    cargo doc -p signal-kernel --no-deps --open
