//! Runs everything: the cost of a write on each side, lists, async work, growth, memory.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml [-- --quick] [--filter NAME]`
//!
//! Invariants: the exit code says whether our sides gave the right answers; a wrong peer is marked.
//!
//! Must not know: the graphs of a side.

mod sections;

use sections::Run;
use serde_json::json;
use signal_kernel_benches::{
    arguments::{Arguments, home},
    lists, report, resources, side, sides,
    workloads::WORKLOADS,
};
use std::{fs, io, path::Path, process::ExitCode, thread};

/// Some peers recurse along the graph. Our sides do not: without peers, an ordinary stack must suffice.
const STACK: usize = if cfg!(feature = "peers") {
    4 << 30
} else {
    8 << 20
};

fn main() -> ExitCode {
    let arguments = match Arguments::parse() {
        Ok(arguments) => arguments,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::FAILURE;
        }
    };
    std::panic::set_hook(Box::new(|_| {})); // the tables name each panic
    let thread = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || run(&arguments));
    match thread.expect("a thread can be made").join() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(panic) => {
            eprintln!(
                "the benchmark itself failed: {}",
                signal_kernel_benches::round::message(panic)
            );
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> bool {
    let mut run = Run::new(arguments);
    run.writes();
    run.lists();
    run.async_work();
    run.growth();
    run.memory();
    let written = write(arguments, &run);
    if let Err(error) = &written {
        eprintln!("the results could not be written: {error}");
    }
    println!();
    if run.disturbed() > 0 {
        println!(
            "{} repetitions were disturbed and count all the same",
            run.disturbed()
        );
    }
    for wrong in &run.wrong {
        println!("WRONG: {wrong}");
    }
    if run.wrong.is_empty() {
        println!("every answer and every count of effect runs of our sides is right");
    }
    run.wrong.is_empty() && written.is_ok()
}

fn write(arguments: &Arguments, run: &Run<'_>) -> io::Result<()> {
    if arguments.quick {
        return Ok(());
    }
    fs::create_dir_all(&arguments.out)?;
    write_plots(&arguments.out, run)?;
    if arguments.save {
        write_plots(&home(), run)?;
        let rows: Vec<_> = WORKLOADS
            .iter()
            .map(|row| (row.name, row.operation, row.about))
            .collect();
        fs::write(
            home().join("RESULTS.md"),
            report::markdown(&about(arguments, run), &run.tables, &rows),
        )?;
    }
    Ok(())
}

fn write_plots(folder: &Path, run: &Run<'_>) -> io::Result<()> {
    let tables: Vec<_> = run.tables.iter().map(report::Table::json).collect();
    let mut text = serde_json::to_string_pretty(&json!({ "tables": tables }))?;
    text.push('\n');
    fs::write(folder.join("results.json"), text)?;
    if let Some(ratios) = &run.ratios {
        let ours = sides::all()
            .iter()
            .filter(|side| side.kind == side::Kind::Ours)
            .count();
        fs::write(
            folder.join("results.svg"),
            report::plot(ratios, "hand-written code", ours),
        )?;
    }
    println!(
        "\nwritten: results.json and results.svg in {}",
        folder.display()
    );
    Ok(())
}

/// The machine and the versions of this run.
fn about(arguments: &Arguments, run: &Run<'_>) -> Vec<String> {
    let mut lines = vec![format!(
        "{} {}, {} processors; medians of {} repetitions; {} of all were \
         disturbed by other programs and count all the same",
        std::env::consts::OS,
        std::env::consts::ARCH,
        thread::available_parallelism().map_or(0, usize::from),
        arguments.repetitions(),
        run.disturbed()
    )];
    lines.extend(compiler());
    for side in sides::all() {
        lines.push(format!("{}: effects run: {}", side.name, side.effects));
    }
    for side in lists::all() {
        lines.push(format!("{}, lists: {}", side.name, side.how));
    }
    for side in resources::all() {
        lines.push(format!("{}, async: {}", side.name, side.how));
    }
    lines.extend(versions());
    lines
}

fn compiler() -> Option<String> {
    let rustc = std::env::var("RUSTC").unwrap_or("rustc".to_owned());
    let output = std::process::Command::new(rustc)
        .arg("--version")
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The peers' versions, from the lock file.
fn versions() -> Option<String> {
    const PEERS: [&str; 9] = [
        "alien-signals",
        "dioxus-signals",
        "eyeball-im",
        "floem_reactive",
        "futures-signals",
        "incremental",
        "reactive_graph",
        "reactive_stores",
        "sycamore-reactive",
    ];
    let lock = fs::read_to_string(home().join("Cargo.lock")).ok()?;
    let version = |name: &&str| {
        let at = lock.split("[[package]]").find(|package| {
            package
                .lines()
                .any(|line| line == format!("name = \"{name}\""))
        })?;
        let version = at
            .lines()
            .find_map(|line| line.strip_prefix("version = "))?;
        Some(format!("{name} {}", version.trim_matches('"')))
    };
    let found: Vec<_> = PEERS.iter().filter_map(version).collect();
    (!found.is_empty()).then(|| format!("versions: {}", found.join(", ")))
}
