//! Names, keys and values in the columns that a line has for them.
//!
//! A text never leaves its line and never acts on the terminal: control characters, marks that change the direction of
//! writing and everything else that is not printed is shown as an escape. What is too long is cut where that costs
//! least: names and keys in the middle, two values that differ around their first difference, so that a change never
//! reads `X… became X…`.

use crate::document::KeyText;
use parity_kernels::compare::text_rules::TextRules;
use serde::{Deserialize, Serialize};

/// What stands for a masked value.
pub const MASKED: &str = "(masked)";
/// Columns that a name or a value of a key takes at most.
pub const SHOWN_COLUMNS: usize = 40;
/// Columns of a key that are shown.
const LISTED_KEYS: usize = 10;
/// What stands between two values.
const BECAME: &str = " became ";

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

    /// A text of any length on one line.
    pub fn line(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        text.chars().for_each(|c| self.plain().push(&mut out, c));
        out
    }

    /// A text on one line, cut in the middle where it takes more than `columns`.
    pub fn cut(self, text: &str, columns: usize) -> String {
        let form = self.plain();
        if form.width_within(text, columns).is_some() {
            return self.line(text);
        }
        let room = columns.saturating_sub(columns_of(self.ellipsis()));
        let head = form.fitting(text.chars(), room.div_ceil(2));
        let tail = form.fitting(text.chars().rev(), room / 2);
        let mut out = self.line(&text[..head]);
        out.push_str(self.ellipsis());
        out.push_str(&self.line(&text[text.len() - tail..]));
        out
    }

    /// A key on one line; where it takes more than `columns`, its parts are cut, and the last ones left out.
    pub fn key(self, key: &KeyText, columns: usize) -> String {
        let parts = |limit: usize| {
            let shown = key.iter().take(LISTED_KEYS);
            let shown = shown.map(|(name, value)| {
                let value = value
                    .as_deref()
                    .map_or("null".to_owned(), |value| self.cut(value, limit));
                format!("{}={value}", self.cut(name, limit))
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

    /// A change of a value, `X became Y`, in `columns`. The two texts always differ for the eye; where they cannot,
    /// because the values are shown alike, the types tell them apart or a remark says so.
    pub fn change(self, left: Option<&str>, right: Option<&str>, types: [&str; 2], columns: usize) -> String {
        let (Some(l), Some(r)) = (left, right) else {
            let some = left.or(right).unwrap_or_default();
            let room = columns.saturating_sub(BECAME.len() + "null".len());
            let mut form = self.plain();
            // The string "null", too, differs from null.
            form.literal = some.len() < 100 && is_alike(some, "null");
            let shown = form.window(some, 0, room);
            return match left {
                Some(_) => format!("{shown}{BECAME}null"),
                None => format!("null{BECAME}{shown}"),
            };
        };
        if l == r {
            let marks = match types[0] == types[1] {
                true => [String::new(), " (shown alike)".to_owned()],
                false => self
                    .plain()
                    .pair(types[0], types[1], 50)
                    .map(|name| format!(" ({name})")),
            };
            let taken = BECAME.len() + marks.iter().map(|mark| columns_of(mark)).sum::<usize>();
            let shown = self.cut(l, columns.saturating_sub(taken).max(16) / 2);
            return format!("{shown}{}{BECAME}{shown}{}", marks[0], marks[1]);
        }
        let shown = self.plain().pair(l, r, columns);
        let [l, r] = match is_alike(&shown[0], &shown[1]) {
            true => Form {
                charset: self,
                literal: true,
            }
            .pair(l, r, columns),
            false => shown,
        };
        format!("{l}{BECAME}{r}")
    }

    fn plain(self) -> Form {
        Form {
            charset: self,
            literal: false,
        }
    }
}

/// How characters are written.
#[derive(Clone, Copy)]
struct Form {
    charset: Charset,
    /// In double quotes, with an escape for everything outside of ASCII: for texts that are hard to tell apart.
    literal: bool,
}

impl Form {
    /// What stands for a character that is not shown as it is.
    fn escape(self, c: char) -> Option<String> {
        match c {
            '"' | '\\' if self.literal => Some(format!("\\{c}")),
            ' '..='~' => None,
            _ if self.literal || self.charset == Charset::Ascii => Some(c.escape_default().collect()),
            _ => {
                // After another character, because at the beginning combining marks are escaped as well.
                let after = String::from_iter(['a', c]);
                let escape: String = after.escape_debug().skip(1).collect();
                (escape.chars().count() > 1).then_some(escape)
            }
        }
    }

    fn push(self, out: &mut String, c: char) {
        match self.escape(c) {
            Some(escape) => out.push_str(&escape),
            None => out.push(c),
        }
    }

    fn columns(self, c: char) -> usize {
        self.escape(c).map_or_else(|| columns_of_char(c), |escape| escape.len())
    }

    /// The columns of a text, unless it takes more than `limit`. Nothing is read beyond them.
    fn width_within(self, text: &str, limit: usize) -> Option<usize> {
        let mut width = 0;
        for c in text.chars() {
            width += self.columns(c);
            if width > limit {
                return None;
            }
        }
        Some(width)
    }

    /// Bytes of the characters, taken from the first on, that fit into `columns`.
    fn fitting(self, chars: impl Iterator<Item = char>, columns: usize) -> usize {
        let (mut width, mut bytes) = (0, 0);
        for c in chars {
            width += self.columns(c);
            if width > columns {
                break;
            }
            bytes += c.len_utf8();
        }
        bytes
    }

    fn mark(self) -> usize {
        columns_of(self.charset.ellipsis())
    }

    /// Columns that quotes around a text take. A text that is empty always has them.
    fn quotes_of(self, text: &str) -> usize {
        if self.literal || text.is_empty() { 2 } else { 0 }
    }

    /// Two texts that differ, both from the same place on, in `columns` together with the word between them.
    fn pair(self, left: &str, right: &str, columns: usize) -> [String; 2] {
        let room = columns.saturating_sub(BECAME.len());
        let half = room / 2;
        let whole = [left, right].map(|text| Some(self.width_within(text, room)? + self.quotes_of(text)));
        let rooms = match whole {
            [Some(l), Some(r)] if l + r <= room => [l, r],
            [Some(l), _] if l <= half => [l, room - l],
            [_, Some(r)] if r <= half => [room - r, r],
            _ => [half, half],
        };
        let start = match whole {
            [Some(l), Some(r)] if l <= rooms[0] && r <= rooms[1] => 0,
            _ => self.start(left, right, rooms[0].min(rooms[1])),
        };
        [self.window(left, start, rooms[0]), self.window(right, start, rooms[1])]
    }

    /// Where a window of so many columns begins that shows the first difference: at the beginning if it can.
    fn start(self, left: &str, right: &str, columns: usize) -> usize {
        let same = common_bytes(left, right);
        let room = columns.saturating_sub(2 * self.mark() + self.quotes_of(left));
        let context = room / 3;
        if self.width_within(&left[..same], room - context).is_some() {
            return 0;
        }
        let tail = |text: &str| self.width_within(&text[same..], room).unwrap_or(room);
        let before = room.saturating_sub(tail(left).max(tail(right))).max(context);
        same - self.fitting(left[..same].chars().rev(), before)
    }

    /// A text from byte `start` on, in so many columns.
    fn window(self, text: &str, start: usize, columns: usize) -> String {
        let before = if start > 0 { self.charset.ellipsis() } else { "" };
        let room = columns.saturating_sub(columns_of(before) + self.quotes_of(text));
        let rest = &text[start..];
        let (shown, after) = match self.width_within(rest, room) {
            Some(_) => (rest, ""),
            None => {
                let bytes = self.fitting(rest.chars(), room.saturating_sub(self.mark()));
                (&rest[..bytes], self.charset.ellipsis())
            }
        };
        let quote = if self.quotes_of(text) > 0 { "\"" } else { "" };
        let mut out = format!("{before}{quote}");
        shown.chars().for_each(|c| self.push(&mut out, c));
        out.push_str(quote);
        out.push_str(after);
        out
    }
}

/// Whether a reader would take two different texts for the same.
fn is_alike(left: &str, right: &str) -> bool {
    let rules = TextRules {
        trim: true,
        collapse_spaces: true,
        normalize: true,
        ..TextRules::default()
    };
    rules.apply(left.as_bytes()) == rules.apply(right.as_bytes())
}

/// Bytes that two texts have in common from the first on, in whole characters.
fn common_bytes(left: &str, right: &str) -> usize {
    let pairs = left.bytes().zip(right.bytes());
    let mut same = pairs.take_while(|(l, r)| l == r).count();
    while !left.is_char_boundary(same) {
        same -= 1;
    }
    same
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
