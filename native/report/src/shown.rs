//! Names, keys and values in the columns that a line has for them.
//!
//! A text never leaves its line and never acts on the terminal: control characters, marks that change the direction of
//! writing and everything else that is not printed is shown as an escape. What is too long is cut in the middle; how two
//! values that differ are cut is in [`crate::change`].

use crate::document::KeyText;
use serde::{Deserialize, Serialize};

/// What stands for a masked value.
pub const MASKED: &str = "(masked)";
/// Columns that a name or a value of a key takes at most.
pub const SHOWN_COLUMNS: usize = 40;
/// Columns of a key that are shown.
pub(crate) const LISTED_KEYS: usize = 10;
/// How texts are written in the cells of a page, where characters are counted: it is laid out by its reader's program.
pub(crate) const PAGE: Form = Form {
    charset: Charset::Utf8,
    measure: Measure::Characters,
    literal: false,
};

/// The characters that whoever reads a text can see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charset {
    /// All of them.
    #[default]
    Utf8,
    /// ASCII only: everything else is shown as an escape.
    Ascii,
}

impl Charset {
    /// The mark of what was left out.
    pub fn ellipsis(self) -> &'static str {
        match self {
            Charset::Utf8 => "…",
            Charset::Ascii => "...",
        }
    }

    /// What stands between a value and what it became.
    pub fn arrow(self) -> &'static str {
        match self {
            Charset::Utf8 => " → ",
            Charset::Ascii => " -> ",
        }
    }

    /// A text of any length on one line.
    pub fn line(self, text: &str) -> String {
        self.on_terminal().line(text)
    }

    /// A text on one line, cut in the middle where it takes more than `columns`.
    pub fn cut(self, text: &str, columns: usize) -> String {
        self.on_terminal().cut(text, columns)
    }

    /// A key on one line; where it takes more than `columns`, its parts are cut, and the last ones left out.
    pub fn key(self, key: &KeyText, columns: usize) -> String {
        self.fitted(key, columns, |name, value, limit| {
            format!("{}={value}", self.cut(name, limit))
        })
    }

    /// The same without the names of a key of several columns, for readers who see these elsewhere.
    pub fn key_values(self, key: &KeyText, columns: usize) -> String {
        match key.len() {
            0 | 1 => self.key(key, columns),
            _ => self.fitted(key, columns, |_, value, _| value),
        }
    }

    fn fitted(self, key: &KeyText, columns: usize, part: impl Fn(&str, String, usize) -> String) -> String {
        let parts = |limit: usize| {
            let shown = key.iter().take(LISTED_KEYS);
            let shown = shown.map(|(name, value)| {
                let value = value.as_deref();
                let value = value.map_or("null".to_owned(), |value| self.cut(value, limit));
                part(name, value, limit)
            });
            shown.collect::<Vec<String>>()
        };
        let text = |parts: &[String]| {
            let more = if parts.len() < key.len() {
                format!(", {}", self.ellipsis())
            } else {
                String::new()
            };
            parts.join(", ") + &more
        };
        let fits = |parts: &[String]| columns_of(&text(parts)) <= columns;
        let limits = [SHOWN_COLUMNS, 30, 20];
        let parted = limits.into_iter().map(parts).find(|parts| fits(parts));
        let mut shown = parted.unwrap_or_else(|| parts(12));
        while shown.len() > 1 && !fits(&shown) {
            shown.pop();
        }
        text(&shown)
    }

    /// How texts are written on a terminal.
    pub(crate) fn on_terminal(self) -> Form {
        Form {
            charset: self,
            measure: Measure::Columns,
            literal: false,
        }
    }
}

/// What a text's room is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Columns of a terminal.
    Columns,
    /// Characters, whatever their width.
    Characters,
}

/// How characters are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    pub(crate) charset: Charset,
    pub(crate) measure: Measure,
    /// In double quotes, with an escape for everything outside of ASCII: for texts that are hard to tell apart.
    pub(crate) literal: bool,
}

impl Form {
    /// A text of any length on one line.
    pub(crate) fn line(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        text.chars().for_each(|c| self.push(&mut out, c));
        out
    }

    /// A text on one line, cut in the middle where it does not fit into the room.
    pub(crate) fn cut(self, text: &str, room: usize) -> String {
        if self.width_within(text, room).is_some() {
            return self.line(text);
        }
        let room = room.saturating_sub(self.mark());
        let head = self.fitting(text.chars(), room.div_ceil(2));
        let tail = self.fitting(text.chars().rev(), room / 2);
        let mut out = self.line(&text[..head]);
        out.push_str(self.charset.ellipsis());
        out.push_str(&self.line(&text[text.len() - tail..]));
        out
    }

    /// What stands for a character that is not shown as it is.
    fn escape(self, c: char) -> Option<String> {
        match c {
            '"' | '\\' if self.literal => Some(format!("\\{c}")),
            ' '..='~' => None,
            '\0' => Some("\\0".to_owned()),
            _ if self.literal || self.charset == Charset::Ascii => Some(c.escape_default().collect()),
            _ => {
                // After another character, because at the beginning combining marks are escaped as well.
                let after = String::from_iter(['a', c]);
                let escape: String = after.escape_debug().skip(1).collect();
                (escape.chars().count() > 1).then_some(escape)
            }
        }
    }

    pub(crate) fn push(self, out: &mut String, c: char) {
        match self.escape(c) {
            Some(escape) => out.push_str(&escape),
            None => out.push(c),
        }
    }

    fn width(self, c: char) -> usize {
        match (self.escape(c), self.measure) {
            (Some(escape), _) => escape.len(),
            (None, Measure::Columns) => columns_of_char(c),
            (None, Measure::Characters) => 1,
        }
    }

    /// The room that a text takes, unless that is more than `limit`. Nothing is read beyond it.
    pub(crate) fn width_within(self, text: &str, limit: usize) -> Option<usize> {
        let mut width = 0;
        for c in text.chars() {
            width += self.width(c);
            if width > limit {
                return None;
            }
        }
        Some(width)
    }

    /// Bytes of the characters, taken from the first on, that fit into the room.
    pub(crate) fn fitting(self, chars: impl Iterator<Item = char>, room: usize) -> usize {
        let (mut width, mut bytes) = (0, 0);
        for c in chars {
            width += self.width(c);
            if width > room {
                break;
            }
            bytes += c.len_utf8();
        }
        bytes
    }

    /// The room that the mark of what was left out takes.
    pub(crate) fn mark(self) -> usize {
        columns_of(self.charset.ellipsis())
    }
}

/// The columns that a text takes in a terminal.
pub fn columns_of(text: &str) -> usize {
    text.chars().map(columns_of_char).sum()
}

/// The columns that a printed character takes: none for a combining mark, two for a wide character.
fn columns_of_char(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' => 0,
        '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' => 0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 2,
        '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' => 2,
        '\u{1f300}'..='\u{1f64f}' | '\u{1f680}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// A key with a word in place of what is masked of it.
pub fn seen(key: &KeyText, is_masked: impl Fn(&str) -> bool) -> KeyText {
    let shown = key.iter().map(|(name, text)| match is_masked(name) {
        true => (name.clone(), Some(MASKED.to_owned())),
        false => (name.clone(), text.clone()),
    });
    shown.collect()
}

/// A key for a message.
pub fn key_text(key: &KeyText) -> String {
    Charset::Utf8.key(key, usize::MAX)
}

#[cfg(test)]
#[path = "shown_tests.rs"]
mod tests;
