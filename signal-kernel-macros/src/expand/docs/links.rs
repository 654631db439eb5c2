//! Markdown with its links taken out.
//!
//! Invariants: code is left as it is, and so is every character that is not part of a link.
//!
//! Must not know: what the text is about.

/// Markdown whose links to items are their labels. Links to the web, pictures, code and foot notes stay.
pub(super) fn without_links(markdown: &str) -> String {
    let mut plain = String::new();
    let mut block = String::new();
    let mut fence: Option<&str> = None;
    for line in markdown.split_inclusive('\n') {
        let start = line.trim_start();
        let opens = ["```", "~~~"]
            .into_iter()
            .find(|fence| start.starts_with(fence));
        if fence.is_some() || opens.is_some() {
            plain.push_str(&unlinked(&std::mem::take(&mut block)));
            plain.push_str(line);
            fence = match fence {
                None => opens,
                Some(open) if opens == Some(open) => None,
                open => open,
            };
        } else if !is_definition(start) {
            block.push_str(line);
        }
    }
    plain.push_str(&unlinked(&block));
    plain
}

/// `[name]: target`
fn is_definition(line: &str) -> bool {
    line.starts_with('[')
        && !line.starts_with("[^")
        && line
            .find(']')
            .is_some_and(|end| line[end..].starts_with("]:"))
}

fn unlinked(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '`', '[', '!']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let kept = match rest.as_bytes()[0] {
            b'\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            b'`' => code(rest),
            b'!' if rest[1..].starts_with('[') => 1 + bracketed(&rest[1..], '[', ']').unwrap_or(0),
            b'!' => 1,
            _ => match bracketed(rest, '[', ']') {
                Some(end) => {
                    let (label, after) = (&rest[1..end - 1], &rest[end..]);
                    let target = bracketed(after, '(', ')');
                    let target = target.or_else(|| bracketed(after, '[', ']')).unwrap_or(0);
                    let is_web = ["://", "(#", "mailto:"];
                    let is_mark = label.starts_with('^') || ["", " ", "x", "X"].contains(&label);
                    if is_mark || is_web.iter().any(|sign| after[..target].contains(sign)) {
                        end + target
                    } else {
                        plain.push_str(&unlinked(label));
                        rest = &rest[end + target..];
                        0
                    }
                }
                None => 1,
            },
        };
        plain.push_str(&rest[..kept]);
        rest = &rest[kept..];
    }
    plain.push_str(rest);
    plain
}

/// The length of what starts with `open`, up to the `close` that belongs to it, in the same paragraph.
fn bracketed(text: &str, open: char, close: char) -> Option<usize> {
    if !text.starts_with(open) {
        return None;
    }
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(character) = text[at..].chars().next() {
        let step = match character {
            '\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '`' => code(&text[at..]),
            '\n' if text[at..].starts_with("\n\n") => return None,
            other => other.len_utf8(),
        };
        at += step;
        if character == open {
            depth += 1;
        } else if character == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The length of the code that starts here; of its opening, if it has no end.
fn code(text: &str) -> usize {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let mut at = ticks;
    while let Some(next) = text[at..].find('`') {
        let start = at + next;
        let run = text[start..].len() - text[start..].trim_start_matches('`').len();
        at = start + run;
        if run == ticks {
            return at;
        }
    }
    ticks
}
