//! The source files of both crates: no circle of imports, and each header's "Must not know" is true.
//!
//! A header forbids a module by its path in backticks: `crate::declared`, or the name of a sibling. Text in parentheses
//! does not count. The header of a folder holds for all files in it.
//!
//! Must not know: what the files do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const CRATES: [&str; 2] = ["signal-kernel", "signal-kernel-macros"];

/// The path of a module, without `crate`.
type Module = Vec<String>;

struct File {
    /// Below `src`, for people.
    name: String,
    header: String,
    /// The modules that this one names in its code.
    knows: BTreeSet<Module>,
}

#[test]
fn no_file_imports_itself_through_others() {
    CRATES.into_iter().for_each(has_no_circle);
}

fn has_no_circle(name: &str) {
    let files = files(name);
    let reach: BTreeMap<&Module, BTreeSet<&Module>> = files
        .keys()
        .map(|from| (from, reachable(&files, from)))
        .collect();
    let mut circles: BTreeSet<BTreeSet<&str>> = BTreeSet::new();
    for (&from, reached) in &reach {
        let circle = reached.iter().filter(|&&to| reach[to].contains(from));
        let circle: BTreeSet<&str> = circle.map(|&to| files[to].name.as_str()).collect();
        if !circle.is_empty() {
            circles.insert(circle);
        }
    }
    assert!(
        circles.is_empty(),
        "files import each other in a circle: {circles:#?}"
    );
}

#[test]
fn no_file_knows_what_its_header_forbids() {
    CRATES.into_iter().for_each(keeps_to_its_headers);
}

fn keeps_to_its_headers(name: &str) {
    let files = files(name);
    for (folder, forbidding) in &files {
        for forbidden in forbidden(&files, folder, &forbidding.header) {
            for (module, file) in &files {
                let inside = module == folder
                    || forbidding.name.ends_with("mod.rs") && module.starts_with(folder);
                let knows = file.knows.iter().any(|known| known.starts_with(&forbidden));
                let (by, what) = (&forbidding.name, forbidden.join("::"));
                let excused = module.starts_with(&forbidden);
                assert!(
                    !inside || !knows || excused,
                    "{} knows `{what}`, which {by} forbids",
                    file.name
                );
            }
        }
    }
}

/// The modules that a header names in backticks after "Must not know".
fn forbidden(files: &BTreeMap<Module, File>, module: &Module, header: &str) -> Vec<Module> {
    let Some((_, rule)) = header.split_once("Must not know:") else {
        return Vec::new();
    };
    let outside = rule
        .split('(')
        .map(|part| part.rsplit_once(')').map_or(part, |(_, part)| part));
    let rule: String = outside.collect();
    let names = rule.split('`').skip(1).step_by(2);
    let paths = names.filter_map(|name| {
        let path = if name.starts_with("crate::") {
            resolve(files, module, name)?
        } else {
            let mut sibling = module.clone();
            sibling.pop();
            sibling.push(name.to_owned());
            sibling
        };
        files.contains_key(&path).then_some(path)
    });
    paths.filter(|path| !path.is_empty()).collect()
}

/// All modules that `from` imports, directly or not.
fn reachable<'a>(files: &'a BTreeMap<Module, File>, from: &Module) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&Module> = files[from].knows.iter().collect();
    while let Some(module) = next.pop() {
        if reached.insert(module) {
            next.extend(&files[module].knows);
        }
    }
    reached
}

/// All files of a crate, by module.
fn files(name: &str) -> BTreeMap<Module, File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let source = root.join(name).join("src");
    let mut texts = BTreeMap::new();
    let mut files = BTreeMap::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("the entry is there").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let (name, module) = module_of(&source, &path);
                let text = fs::read_to_string(&path).expect("the file is there");
                let header = text.lines().take_while(|line| line.starts_with("//!"));
                let header = header.map(|line| line.trim_start_matches("//!")).collect();
                texts.insert(module.clone(), code_of(&text));
                files.insert(
                    module,
                    File {
                        name,
                        header,
                        knows: BTreeSet::new(),
                    },
                );
            }
        }
    }
    for (module, text) in texts {
        let mut knows = known(&files, &module, &text);
        knows.remove(&module);
        files.get_mut(&module).expect("it is there").knows = knows;
    }
    files
}

fn module_of(source: &Path, path: &Path) -> (String, Module) {
    let name = path.strip_prefix(source).expect("it is below");
    let name = name.to_str().expect("it is text").replace('\\', "/");
    let stem = name.trim_end_matches(".rs");
    let mut module: Module = stem.split('/').map(str::to_owned).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    (name, module)
}

/// The text without comments and without unit tests.
fn code_of(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = text.lines().map(|line| match line.find("//") {
        Some(at) if !line[..at].contains('"') => &line[..at],
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules that the code of a module names, in imports and in paths.
fn known(files: &BTreeMap<Module, File>, module: &Module, code: &str) -> BTreeSet<Module> {
    let (mut known, empty) = (BTreeSet::new(), String::new());
    let mut rest = String::new();
    let mut parts = code.split("use ");
    rest.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (import, after) = part.split_once(';').unwrap_or((part, ""));
        for path in expand(import) {
            let first = path.split("::").next().unwrap_or_default();
            let local = [module.as_slice(), &[first.to_owned()]].concat();
            let path = match files.contains_key(&local) {
                true => format!("self::{path}"),
                false => path,
            };
            known.extend(resolve(files, module, &path));
        }
        rest.push_str(after);
    }
    let children = files.keys().filter(|file| {
        let (name, parent) = file.split_last().unwrap_or((&empty, &[]));
        parent == module.as_slice() && names_word(&rest, &format!("{name}::"))
    });
    known.extend(children.cloned());
    for start in ["crate::", "super::"] {
        for (at, _) in rest.match_indices(start) {
            if rest[..at].ends_with("::") || rest[..at].ends_with("in ") {
                continue; // the middle of a path, or a visibility
            }
            let path = rest[at..].split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
            known.extend(path.take(1).filter_map(|path| resolve(files, module, path)));
        }
    }
    known
}

/// Whether a path in this code starts with this word.
fn names_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
    })
}

/// The paths of an import: `a::{b, c::{d, e}}` are `a::b`, `a::c::d` and `a::c::e`.
fn expand(import: &str) -> Vec<String> {
    let Some((front, inner)) = import.split_once('{') else {
        let path = import.split(" as ").next().unwrap_or_default().trim();
        return vec![path.trim_end_matches("::self").to_owned()];
    };
    let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
    let (mut depth, mut items) = (0, vec![String::new()]);
    for c in inner.chars() {
        match c {
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        items.last_mut().expect("one is there").push(c);
    }
    let items = items.iter().filter(|item| !item.trim().is_empty());
    let paths = items.flat_map(|item| expand(item.trim()));
    paths
        .map(|path| format!("{}{path}", front.trim()))
        .collect()
}

/// The module in which a path from `module` ends. None: the path leads out of the crate.
fn resolve(files: &BTreeMap<Module, File>, module: &Module, path: &str) -> Option<Module> {
    let mut names = path.split("::").peekable();
    let mut at = match names.peek()? {
        &"crate" => Vec::new(),
        &"self" | &"super" => module.clone(),
        _ => return None,
    };
    while let Some(name) = names.next_if(|name| matches!(*name, "crate" | "self" | "super")) {
        if name == "super" {
            at.pop();
        }
    }
    for name in names {
        at.push(name.to_owned());
        if !files.contains_key(&at) {
            at.pop();
            break;
        }
    }
    Some(at)
}

#[test]
fn an_import_is_the_paths_that_it_names() {
    let import = "super::{a, b::{self, C}, d::{E as F, g::H}}";
    let paths = [
        "super::a",
        "super::b::self",
        "super::b::C",
        "super::d::E",
        "super::d::g::H",
    ];
    assert_eq!(expand(import), paths);
}
