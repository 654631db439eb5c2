//! The steps of a script, as text: one step a line, blocks in braces.
//!
//! ```text
//! set a 5            add a 1            read
//! batch {            try {              try! {  that fails at its end
//! reload user        cancel user why
//! ok user 1 50       err user 1 no      poll
//! ```
//!
//! Must not know: graphs.

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Set(Name, i64),
    Add(Name, i64),
    Read,
    Batch(Vec<Step>),
    Try { fails: bool, steps: Vec<Step> },
    Reload(Work),
    Cancel(Work, String),
    Ok(Work, usize, i64),
    Err(Work, usize, String),
    Poll,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Name {
    A,
    B,
    Id,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    User,
    Post,
    Save,
}

/// Reads a script.
pub(crate) fn parse(text: &str) -> Vec<Step> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or("").trim());
    let mut lines = lines.filter(|line| !line.is_empty());
    let steps = block(&mut lines);
    assert!(lines.next().is_none(), "a brace too many");
    steps
}

fn block<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(line) = lines.next() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |word: &str| {
            word.parse::<i64>()
                .unwrap_or_else(|_| panic!("no number: {line}"))
        };
        steps.push(match words[..] {
            ["}"] => break,
            ["set", name, value] => Step::Set(self::name(name), number(value)),
            ["add", name, value] => Step::Add(self::name(name), number(value)),
            ["read"] => Step::Read,
            ["batch", "{"] => Step::Batch(block(lines)),
            ["try", "{"] => Step::Try {
                fails: false,
                steps: block(lines),
            },
            ["try!", "{"] => Step::Try {
                fails: true,
                steps: block(lines),
            },
            ["reload", work] => Step::Reload(self::work(work)),
            ["cancel", work, why] => Step::Cancel(self::work(work), why.to_owned()),
            ["ok", work, run, value] => {
                Step::Ok(self::work(work), number(run) as usize, number(value))
            }
            ["err", work, run, why] => {
                Step::Err(self::work(work), number(run) as usize, why.to_owned())
            }
            ["poll"] => Step::Poll,
            _ => panic!("not a step: {line}"),
        });
    }
    steps
}

fn name(word: &str) -> Name {
    match word {
        "a" => Name::A,
        "b" => Name::B,
        "id" => Name::Id,
        _ => panic!("not a signal: {word}"),
    }
}

fn work(word: &str) -> Work {
    match word {
        "user" => Work::User,
        "post" => Work::Post,
        "save" => Work::Save,
        _ => panic!("not a resource: {word}"),
    }
}
