//! White space around a value in text, which Spark's casts overlook.

/// Without white space and control characters at both ends.
pub(crate) fn trimmed(text: &[u8]) -> &[u8] {
    let is_kept = |&byte: &u8| byte > b' ' && byte != 0x7f;
    let Some(start) = text.iter().position(is_kept) else {
        return &[];
    };
    let end = text.iter().rposition(is_kept).map_or(start, |last| last + 1);
    &text[start..end]
}

/// The text as Java's `String.trim` leaves it; `None` for bytes that are not text.
pub(crate) fn java_trimmed(text: &[u8]) -> Option<&str> {
    Some(std::str::from_utf8(text).ok()?.trim_matches(|c| c <= ' '))
}
