//! Instructions of a fixed set of our own workloads, counted by callgrind: figures that a busy machine does not
//! disturb. Fails if a count has grown by more than a twentieth over `baseline.json`, if a list, `Live` or
//! a stream costs more than its goals allow, and without valgrind.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --no-default-features --bin counts [-- --save]`
//!
//! Invariants: only the function `counted` is counted, so that the start of the process and the building of the graph
//! are left out (except if building is the workload); a workload that cannot be counted is a failure.
//!
//! Must not know: peers.

use serde_json::{Map, Value, json};
use signal_kernel_benches::{
    arguments::home, declared, libraries::dynamic::Dynamic, library::Library, lists::cost, live,
    meter::Meter, resources, sides, storm, streams,
};
use std::{
    env, fs,
    process::{Command, ExitCode},
    time::Duration,
};

/// The workloads whose instructions are counted, for both kinds of graph.
const WORKLOADS: [&str; 18] = [
    "get",
    "set",
    "set, computed, get",
    "set, effect",
    "avoidable",
    "broad 50 x 2",
    "deep 50",
    "diamond 5",
    "mux 100",
    "triangle 10",
    "unstable",
    "cellx 10",
    "cellx 10, effects",
    "create computeds",
    "fan-out 1000, effects",
    "fan-in 1000",
    "superseded",
    "ready at once",
];
const SIDES: [&str; 2] = [declared::NAME, Dynamic::NAME];

/// The name of the workloads of `lists::cost` in the place of a side.
const LISTS: &str = "lists";

/// The hundredths by which a count may grow.
const TOLERANCE: u64 = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare(false),
        ["--save"] => compare(true),
        ["run", side, workload] => run(side, workload),
        _ => {
            eprintln!("usage: counts [--save]");
            ExitCode::FAILURE
        }
    }
}

/// One workload: a pass to warm up and a counted one, as in a quick run.
fn run(side: &str, workload: &str) -> ExitCode {
    let meter = Meter::new(Duration::ZERO);
    let ran = match storm::ROWS.iter().position(|(name, _)| *name == workload) {
        _ if side == LISTS => cost::run(workload, &meter),
        _ if side == live::NAME => live::run(workload, &meter),
        _ if side == streams::NAME => streams::run(workload, &meter),
        Some(row) => {
            let sides = resources::all();
            let side = sides.iter().find(|known| known.name == side);
            side.is_some_and(|side| storm::run(side, row, &meter))
        }
        None => {
            let sides = sides::all();
            let side = sides.iter().find(|known| known.name == side);
            side.is_some_and(|side| (side.run)(workload, &meter))
        }
    };
    match ran && meter.faults().is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn compare(save: bool) -> ExitCode {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("instructions are not counted: valgrind is not installed");
        return ExitCode::FAILURE;
    }
    let path = home().join("baseline.json");
    let baseline: Value = fs::read_to_string(&path)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let compiler = compiler();
    if !save && baseline["compiler"] != json!(compiler) {
        println!(
            "the baseline was made with {}, this is {compiler}",
            baseline["compiler"]
        );
    }
    let mut counts = Map::new();
    let mut grown = Vec::new();
    println!(
        "{:42}{:>14}{:>14}{:>8}",
        "instructions", "baseline", "now", ""
    );
    let ours = SIDES.map(|side| WORKLOADS.map(|workload| (side, workload)));
    let lists = cost::WORKLOADS.map(|workload| (LISTS, workload));
    let live = live::WORKLOADS.map(|workload| (live::NAME, workload));
    let streams = streams::WORKLOADS.map(|workload| (streams::NAME, workload));
    let all = ours.into_iter().flatten().chain(lists);
    for (side, workload) in all.chain(live).chain(streams) {
        let name = format!("{side}: {workload}");
        let now = match count(side, workload) {
            Ok(now) => now,
            Err(why) => {
                eprintln!("{name}: {why}");
                return ExitCode::FAILURE;
            }
        };
        let before = baseline["instructions"][&name].as_u64();
        let change = before.map_or(String::new(), |before| {
            format!(
                "{:+.1} %",
                (now as f64 / before.max(1) as f64 - 1.0) * 100.0
            )
        });
        let shown = before.map_or("-".to_owned(), |before| before.to_string());
        println!("{name:42}{shown:>14}{now:>14}{change:>9}");
        if before.is_some_and(|before| now * 100 > before * (100 + TOLERANCE)) {
            grown.push(name.clone());
        }
        counts.insert(name, json!(now));
    }
    let of = |side: &str, workload: &str| {
        let count = &counts[&format!("{side}: {workload}")];
        count.as_u64().unwrap_or(0)
    };
    let mut missed = cost::missed_goals(&|workload| of(LISTS, workload));
    missed.extend(live::missed_goal(&|workload| of(live::NAME, workload)));
    missed.extend(streams::missed_goal(&|workload| {
        of(streams::NAME, workload)
    }));
    for goal in &missed {
        eprintln!("a goal is missed: {goal}");
    }
    if save {
        let saved = json!({ "compiler": compiler, "instructions": counts });
        let mut text = serde_json::to_string_pretty(&saved).expect("it is plain data");
        text.push('\n');
        return match fs::write(&path, text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                ExitCode::FAILURE
            }
        };
    }
    if grown.is_empty() {
        println!("none has grown by more than {TOLERANCE} %");
        return match missed.is_empty() {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        };
    }
    eprintln!("grown by more than {TOLERANCE} %: {}", grown.join("; "));
    eprintln!("if that is wanted: `counts --save`, and say why in the commit");
    ExitCode::FAILURE
}

/// Runs this program under callgrind.
fn count(side: &str, workload: &str) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(["--collect-atstart=no", "--toggle-collect=*meter::counted*"])
        .arg(program)
        .args(["run", side, workload])
        .output()
        .map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("a wrong answer, or a crash:\n{told}"));
    }
    let collected = told
        .lines()
        .find_map(|line| line.split("Collected :").nth(1));
    collected
        .and_then(|count| count.trim().parse().ok())
        .ok_or(format!("callgrind did not say how many:\n{told}"))
}

fn compiler() -> String {
    let rustc = env::var("RUSTC").unwrap_or("rustc".to_owned());
    let output = Command::new(rustc).arg("--version").output();
    output.map_or(String::new(), |output| {
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    })
}
