//! Text in XML and HTML.

/// Text between tags.
pub(crate) fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    out
}

/// The same with escapes of its own for further characters.
pub(crate) fn escaped(text: &str, further: &[(char, &str)]) -> String {
    further
        .iter()
        .fold(content(text), |text, (c, escape)| text.replace(*c, escape))
}
