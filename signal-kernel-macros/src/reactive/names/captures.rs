//! The names that a format string captures: `{title}`, `{title:?}`, `{x:>width$.prec$}`.
//!
//! Invariants: every name that `format_args!` would look up is found, in order. A string that is no format string is
//! no failure: its parts that look like captures are found.
//!
//! Must not know: scopes, nodes or spans.

/// Calls `found` for every name.
pub(super) fn captures(text: &str, mut found: impl FnMut(&str)) {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let opened = rest[at..].starts_with('{');
        rest = &rest[at + 1..];
        if !opened {
            continue;
        }
        if let Some(after) = rest.strip_prefix('{') {
            rest = after;
            continue;
        }
        rest = argument(rest, &mut found);
    }
}

/// `name? (":" spec)?`. Returns the rest of the text, from the `}` on.
fn argument<'a>(text: &'a str, found: &mut impl FnMut(&str)) -> &'a str {
    let text = text.trim_start();
    let (name, text) = word(text);
    if is_name(name) {
        found(name);
    }
    let text = text.trim_start();
    let Some(mut spec) = text.strip_prefix(':') else {
        return text;
    };
    // A fill may be any character, a brace included, if an alignment follows it.
    let mut chars = spec.char_indices();
    let second = chars.nth(1);
    if let Some((_, '<' | '^' | '>')) = second {
        spec = chars.as_str();
    }
    // The rest is flags, `width$`, `.precision$` and the name of the trait.
    while let Some(first) = spec.chars().next() {
        if first == '}' || first == '{' {
            break;
        }
        let (count, after) = word(spec);
        if count.is_empty() {
            spec = &spec[first.len_utf8()..];
            continue;
        }
        // `0width$`: the flag and the name stand together.
        let flagged = count.strip_prefix('0').unwrap_or(count);
        if after.starts_with('$') && is_name(flagged) {
            found(flagged);
        }
        spec = after;
    }
    spec
}

/// Splits a text behind the letters, digits and underscores at its start.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    text.split_at(end.unwrap_or(text.len()))
}

fn is_name(word: &str) -> bool {
    word.chars().next().is_some_and(|first| !first.is_numeric())
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_found_wherever_a_format_string_looks_them_up() {
        for (text, expected) in [
            ("", ""),
            ("plain", ""),
            ("{}{0}{:?}{1:>5}", ""),
            ("{title}", "title"),
            ("a {title} b {id} c", "title id"),
            ("{title:?} {x:#?} {y:02}", "title x y"),
            ("{{title}} {{{id}}}", "id"),
            ("}}{x}}}", "x"),
            ("{x:>width$.prec$}", "x width prec"),
            ("{x:width$}", "x width"),
            ("{x:.prec$}", "x prec"),
            ("{:0width$}", "width"),
            ("{:.*} {x:+.3e}", "x"),
            ("{x:*^1$} {y:}<w$} {z:{<3}", "x y w z"),
            ("{ x } {y :?}", "x y"),
            ("{_a} {größe}", "_a größe"),
            ("{x", "x"),
            ("{x:", "x"),
            ("{", ""),
            ("{x:é^w$}", "x w"),
        ] {
            let mut names = Vec::new();
            super::captures(text, |name| names.push(name.to_owned()));
            assert_eq!(names.join(" "), expected, "{text}");
        }
    }
}
