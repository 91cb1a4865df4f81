//! Two values that differ, so that a reader sees that they do.
//!
//! Values that are too long are cut around their first difference, and what would read alike is told apart: by escapes,
//! by the types, or by a remark. A change never reads `X… → X…`.

use crate::shown::{Charset, Form, columns_of};
use parity_kernels::compare::text_rules::TextRules;

/// Two values that stand in cells of a table; null is `None`.
pub type Cells = [Option<String>; 2];

impl Charset {
    /// A change of a value, `X → Y`, in `columns`. The two texts always differ for the eye; where they cannot,
    /// because the values are shown alike, the types tell them apart or a remark says so.
    pub fn change(self, values: [Option<&str>; 2], types: [&str; 2], columns: usize) -> String {
        let (form, arrow) = (self.on_terminal(), self.arrow());
        let arrow_columns = columns_of(arrow);
        let room = columns.saturating_sub(arrow_columns);
        let [l, r] = match values {
            [Some(l), Some(r)] if l == r => {
                let marks = marks(types, |types| form.pair(types, 50 - arrow_columns));
                let taken = arrow_columns + marks.iter().map(|mark| columns_of(mark)).sum::<usize>();
                let shown = self.cut(l, columns.saturating_sub(taken).max(16) / 2);
                marks.map(|mark| format!("{shown}{mark}"))
            }
            [Some(l), Some(r)] => form.told_apart(|form| form.pair([l, r], room)),
            _ => values.map(|value| match value {
                Some(value) => form
                    .beside_null(value)
                    .window(value, 0, room.saturating_sub("null".len())),
                None => "null".to_owned(),
            }),
        };
        format!("{l}{arrow}{r}")
    }
}

impl Form {
    /// A change of a value in two cells with this much room each.
    pub(crate) fn cells(self, values: [Option<&str>; 2], types: [&str; 2], room: usize) -> Cells {
        match values {
            [Some(l), Some(r)] if l == r => {
                let shown = self.cut(l, room);
                marks(types, |types| self.each(types, room)).map(|mark| Some(format!("{shown}{mark}")))
            }
            [Some(l), Some(r)] => self.told_apart(|form| form.each([l, r], room)).map(Some),
            _ => values.map(|value| {
                let form = self.beside_null(value?);
                Some(form.window(value?, 0, room + form.quotes_of(value?)))
            }),
        }
    }

    /// Two texts that differ, as they are, or literally where they would read alike.
    fn told_apart(self, shown: impl Fn(Form) -> [String; 2]) -> [String; 2] {
        let plain = shown(self);
        match is_alike(&plain[0], &plain[1]) {
            true => shown(Form { literal: true, ..self }),
            false => plain,
        }
    }

    /// How a value is written that stands beside null: the string "null", too, differs from null.
    fn beside_null(self, value: &str) -> Form {
        let is_short = value.chars().take(100).count() < 100;
        Form {
            literal: is_short && is_alike(value, "null"),
            ..self
        }
    }

    /// Two texts, both from the same place on, in `room` together.
    fn pair(self, texts: [&str; 2], room: usize) -> [String; 2] {
        let half = room / 2;
        let whole = texts.map(|text| Some(self.width_within(text, room)? + self.quotes_of(text)));
        let rooms = match whole {
            [Some(l), Some(r)] if l + r <= room => [l, r],
            [Some(l), _] if l <= half => [l, room - l],
            [_, Some(r)] if r <= half => [room - r, r],
            _ => [half, half],
        };
        self.windows(texts, rooms)
    }

    /// Two texts, both from the same place on, each in this room. Quotes come on top of it.
    fn each(self, texts: [&str; 2], room: usize) -> [String; 2] {
        self.windows(texts, texts.map(|text| room + self.quotes_of(text)))
    }

    /// Columns that quotes around a text take. A text that is empty always has them.
    fn quotes_of(self, text: &str) -> usize {
        if self.literal || text.is_empty() { 2 } else { 0 }
    }

    /// Two texts, both from the same place on: from the beginning, if the first difference is seen there.
    fn windows(self, texts: [&str; 2], rooms: [usize; 2]) -> [String; 2] {
        let [left, right] = texts;
        let is_whole = |text: &str, room: usize| {
            let room = room.checked_sub(self.quotes_of(text));
            room.and_then(|room| self.width_within(text, room)).is_some()
        };
        let start = match is_whole(left, rooms[0]) && is_whole(right, rooms[1]) {
            true => 0,
            false => self.start(left, right, rooms[0].min(rooms[1])),
        };
        [self.window(left, start, rooms[0]), self.window(right, start, rooms[1])]
    }

    /// Where a window of this room begins that shows the first difference: at the beginning if it can.
    fn start(self, left: &str, right: &str, room: usize) -> usize {
        let same = common_bytes(left, right);
        let room = room.saturating_sub(2 * self.mark() + self.quotes_of(left));
        let context = room / 3;
        if self.width_within(&left[..same], room - context).is_some() {
            return 0;
        }
        let tail = |text: &str| self.width_within(&text[same..], room).unwrap_or(room);
        let before = room.saturating_sub(tail(left).max(tail(right))).max(context);
        same - self.fitting(left[..same].chars().rev(), before)
    }

    /// A text from byte `start` on, in this room.
    fn window(self, text: &str, start: usize, room: usize) -> String {
        let before = if start > 0 { self.charset.ellipsis() } else { "" };
        let room = room.saturating_sub(columns_of(before) + self.quotes_of(text));
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

/// What tells two values of one text apart: their types, or a remark.
fn marks(types: [&str; 2], told_apart: impl FnOnce([&str; 2]) -> [String; 2]) -> [String; 2] {
    match types[0] == types[1] {
        true => [String::new(), " (shown alike)".to_owned()],
        false => told_apart(types).map(|name| format!(" ({name})")),
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

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
