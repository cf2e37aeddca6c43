//! Regular expressions: from Java's syntax, in which the models are written, to the `regex` crate's.

/// The same rule for the `regex` crate. In Java `\w`, `\d` and `\s` mean ASCII and `.` stops at every line end.
///
/// # Errors
/// What the crate has no counterpart for: look-around and back-references. Such a shape needs `matches` in
/// `overrides.json`.
pub fn translate(java: &str) -> Result<String, String> {
    if ["(?=", "(?!", "(?<"].iter().any(|look_around| java.contains(look_around)) {
        return Err(format!("`{java}` looks around: say `matches` in overrides.json"));
    }
    let mut out = String::new();
    let mut in_class = false;
    let dot_is_any = java.starts_with("(?s)");
    let mut letters = java.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next().ok_or("a pattern ends in a backslash")? {
                'w' => out.push_str("[0-9A-Za-z_]"),
                'd' => out.push_str("[0-9]"),
                's' => out.push_str(r"[\t\n\x0B\x0C\r\x20]"),
                'W' => out.push_str("[^0-9A-Za-z_]"),
                'D' => out.push_str("[^0-9]"),
                'S' => out.push_str(r"[^\t\n\x0B\x0C\r\x20]"),
                digit if digit.is_ascii_digit() => return Err(format!("`{java}` refers back")),
                other => out.extend(['\\', other]),
            },
            '[' => {
                if in_class {
                    return Err(format!("`{java}` nests classes"));
                }
                in_class = true;
                out.push('[');
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            '.' if !in_class && !dot_is_any => out.push_str(r"[^\n\r\x{85}\x{2028}\x{2029}]"),
            other => out.push(other),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_characters_are_ascii() {
        assert_eq!(translate(r"[\w-]+:[0-9a-f-]+").as_deref(), Ok("[[0-9A-Za-z_]-]+:[0-9a-f-]+"));
    }

    #[test]
    fn looking_around_is_refused() {
        assert!(translate(r"^a(?!b)$").is_err());
    }
}
