//! Text rules: what may be overlooked in text before it is hashed, compared or parsed.
//!
//! A rule turns a text into another one, and two texts are equal when the rules turn them into the same bytes. They
//! work on Unicode text. Bytes that are not UTF-8 stay as they are, and nothing reaches across them: the rules see the
//! valid stretches between them, one by one. Only the ends of the whole text are trimmed.
//!
//! Most text is left alone by the rules, and then it is not copied: ASCII is recognised as such, and other text is
//! copied once a rule has something to change.

use arrow::array::{Array, ArrayRef, AsArray, BinaryViewArray, BinaryViewBuilder};
use arrow::datatypes::{DataType, Int32Type};
use caseless::Caseless;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Rules for what is overlooked in text. They apply in the order in which they stand here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextRules {
    /// White space (Unicode's White_Space) at both ends.
    pub trim: bool,
    /// How much white space there is: every run of it, also a single tab, becomes one U+0020.
    pub collapse_spaces: bool,
    /// Case, by full Unicode case folding without a locale: `ß` is `ss`.
    pub ignore_case: bool,
    /// Which of several canonically equivalent forms is used: all become NFC.
    pub normalize: bool,
}

impl TextRules {
    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> bool {
        *self == TextRules::default()
    }

    /// The text after the rules.
    pub fn apply<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        if text.is_ascii() {
            return self.apply_to_ascii(text);
        }
        match std::str::from_utf8(text) {
            Ok(valid) => match self.apply_to_stretch(if self.trim { valid.trim() } else { valid }) {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
            Err(_) => Cow::Owned(self.apply_around_invalid(text)),
        }
    }

    /// A whole own column of text after the rules, without a dictionary. Nulls stay.
    pub fn apply_to(&self, own: &ArrayRef) -> ArrayRef {
        match own.data_type() {
            DataType::Dictionary(_, _) => {
                let dictionary = own.as_dictionary::<Int32Type>();
                let (keys, texts) = (dictionary.keys(), dictionary.values().as_binary::<i32>());
                let rows = (0..own.len()).map(|row| own.is_valid(row).then(|| keys.value(row) as usize));
                if texts.len() < own.len() {
                    let applied: Vec<Cow<'_, [u8]>> = (0..texts.len()).map(|at| self.apply(texts.value(at))).collect();
                    Arc::new(
                        rows.map(|at| Some(applied.get(at?)?.as_ref()))
                            .collect::<BinaryViewArray>(),
                    )
                } else {
                    Arc::new(built(rows.map(|at| Some(self.apply(texts.value(at?))))))
                }
            }
            DataType::BinaryView => {
                let texts = own.as_binary_view();
                let is_left_alone = |row| {
                    texts.is_null(row)
                        || matches!(self.apply(texts.value(row)), Cow::Borrowed(after) if after.len() == texts.value(row).len())
                };
                if self.is_empty() || (0..texts.len()).all(is_left_alone) {
                    return Arc::clone(own);
                }
                Arc::new(built(texts.iter().map(|text| text.map(|text| self.apply(text)))))
            }
            _ => Arc::clone(own),
        }
    }

    /// ASCII has neither full case foldings nor combining marks.
    fn apply_to_ascii<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let text = if self.trim { trimmed(text) } else { text };
        let mut text = Cow::Borrowed(text);
        if self.collapse_spaces && has_uncollapsed(&text) {
            let mut collapsed = Vec::with_capacity(text.len());
            for &byte in text.iter() {
                if !is_space(byte) {
                    collapsed.push(byte);
                } else if collapsed.last() != Some(&b' ') {
                    collapsed.push(b' ');
                }
            }
            text = Cow::Owned(collapsed);
        }
        if self.ignore_case && text.iter().any(u8::is_ascii_uppercase) {
            text.to_mut().make_ascii_lowercase();
        }
        text
    }

    /// A valid stretch after all rules but trimming.
    fn apply_to_stretch<'a>(&self, stretch: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(stretch);
        if self.collapse_spaces {
            let mut collapsed = String::with_capacity(text.len());
            for c in text.chars() {
                if !c.is_whitespace() {
                    collapsed.push(c);
                } else if !collapsed.ends_with(' ') {
                    collapsed.push(' ');
                }
            }
            if collapsed != *text {
                text = Cow::Owned(collapsed);
            }
        }
        if self.ignore_case {
            let folded: String = text.chars().default_case_fold().collect();
            if folded != *text {
                text = Cow::Owned(folded);
            }
        }
        if self.normalize && !is_nfc(&text) {
            text = Cow::Owned(text.nfc().collect());
        }
        text
    }

    fn apply_around_invalid(&self, text: &[u8]) -> Vec<u8> {
        let mut after = Vec::with_capacity(text.len());
        let mut chunks = text.utf8_chunks().peekable();
        let mut is_first = true;
        while let Some(chunk) = chunks.next() {
            let mut valid = chunk.valid();
            if self.trim && is_first {
                valid = valid.trim_start();
            }
            if self.trim && chunk.invalid().is_empty() && chunks.peek().is_none() {
                valid = valid.trim_end();
            }
            is_first = false;
            after.extend_from_slice(self.apply_to_stretch(valid).as_bytes());
            after.extend_from_slice(chunk.invalid());
        }
        after
    }
}

/// The ASCII part of White_Space; the standard library's `is_ascii_whitespace` lacks the vertical tab.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn trimmed(text: &[u8]) -> &[u8] {
    let Some(start) = text.iter().position(|&byte| !is_space(byte)) else {
        return &text[..0];
    };
    let end = text
        .iter()
        .rposition(|&byte| !is_space(byte))
        .map_or(start, |last| last + 1);
    &text[start..end]
}

/// Whether there is white space that is not a single U+0020.
fn has_uncollapsed(text: &[u8]) -> bool {
    let mut after_space = false;
    text.iter().any(|&byte| {
        let is_uncollapsed = is_space(byte) && (byte != b' ' || after_space);
        after_space = is_space(byte);
        is_uncollapsed
    })
}

fn built<'a>(texts: impl Iterator<Item = Option<Cow<'a, [u8]>>>) -> BinaryViewArray {
    let mut builder = BinaryViewBuilder::with_capacity(texts.size_hint().0);
    for text in texts {
        builder.append_option(text);
    }
    builder.finish()
}

#[cfg(test)]
#[path = "text_rules_tests.rs"]
mod tests;
