//! The document, the rows and the run as the script of the page reads them: JSON, compressed, as base64.
//!
//! A page has a size that mail and browsers take, so there is a bound on it that grows with the number of columns. First
//! long values are cut, around their first difference; then columns keep fewer samples; and of the rows as many are taken
//! as there is room for, the same share for each kind. What was cut off is said in the payload, and the page repeats it.

use crate::rows::{ChangedRow, Cut, Listed, OneSidedRow, Rows};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::io::Write;

/// Bytes of a page with few columns.
const SMALL_PAGE: usize = 2_000_000 - STATIC_PART;
/// Columns up to which a page is small.
const SMALL_COLUMNS: usize = 200;
/// Bytes of a page with that many columns more than a small one; no page is larger.
const LARGE_PAGE: usize = 15_000_000 - STATIC_PART;
const LARGE_COLUMNS: usize = 5_000;
/// What script and style take; the list of columns takes more, and is counted for itself.
const STATIC_PART: usize = 150_000;
/// Bytes that the plain list of a column takes at most, as names go.
const LISTED_COLUMN: usize = 240;
/// How much JSON may stand in a byte of page. More would compress well and yet take long to open.
const EXPANSION: usize = 4;
/// Bytes of JSON that a browser reads in about half a second.
const MOST_PLAIN: usize = 30_000_000;
/// Bytes that may still be inside the compressor when its output is looked at.
const IN_FLIGHT: usize = 64 * 1024;

/// Rows by which the size of a kind is estimated.
const LOOKED_AT: usize = 16;
/// Characters of a value in a row; a sample may show more.
const ROW_VALUE: usize = 8_192;
/// How hard it is compressed: beyond this, time grows and the payload hardly shrinks.
const EFFORT: u32 = 4;

/// What is shown of values and samples, from everything to little.
const LEVELS: [Level; 7] = [
    Level::of(65_536, usize::MAX),
    Level::of(8_192, usize::MAX),
    Level::of(1_024, 20),
    Level::of(256, 10),
    Level::of(128, 5),
    Level::of(64, 3),
    Level::of(64, 1),
];

/// A bound on values and samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level {
    /// Characters of a value.
    chars: usize,
    /// Samples of a column.
    samples: usize,
}

impl Level {
    const fn of(chars: usize, samples: usize) -> Level {
        Level { chars, samples }
    }
}

/// The payload, within the bound for this many columns.
pub(super) fn payload(document: Value, rows: Option<&Rows>, run: Option<&Value>) -> String {
    let columns = document["columns"].as_array().map_or(0, Vec::len);
    within(document, rows, run, bound(columns))
}

/// Bytes that the payload may take.
fn bound(columns: usize) -> usize {
    let more = columns.clamp(SMALL_COLUMNS, LARGE_COLUMNS) - SMALL_COLUMNS;
    let page = SMALL_PAGE + (LARGE_PAGE - SMALL_PAGE) / (LARGE_COLUMNS - SMALL_COLUMNS) * more;
    page - (columns * LISTED_COLUMN).min(page / 2)
}

/// Turns figures into texts that a script's numbers would lose digits of.
fn keep_digits(document: &mut Value) {
    for column in document["columns"].as_array_mut().into_iter().flatten() {
        for place in ["/max_difference", "/distances/least", "/distances/greatest"] {
            if let Some(Value::Number(number)) = column.pointer(place) {
                let text = number.to_string();
                if let Some(figure) = column.pointer_mut(place) {
                    *figure = Value::String(text);
                }
            }
        }
    }
}

fn within(document: Value, rows: Option<&Rows>, run: Option<&Value>, bound: usize) -> String {
    // Base64 makes four bytes of three.
    let bytes = bound / 4 * 3;
    let for_document = if rows.is_some() { bytes / 4 * 3 } else { bytes };
    let (mut writer, level) = head(document, run, for_document);
    match rows {
        Some(rows) => write_rows(&mut writer, rows, level.chars, bytes),
        None => writer.text("null"),
    }
    writer.text("}");
    STANDARD.encode(writer.finished())
}

/// How much JSON may stand in this many compressed bytes.
fn most_plain(bytes: usize) -> usize {
    bytes.saturating_mul(EXPANSION).min(MOST_PLAIN)
}

/// The payload up to the rows, at the first level that fits.
fn head(mut document: Value, run: Option<&Value>, bytes: usize) -> (Writer, Level) {
    keep_digits(&mut document);
    let mut last = (Writer::new(), LEVELS[0]);
    for level in LEVELS {
        // The first level hardly ever cuts anything, so it needs no copy.
        let mut copy = (level != LEVELS[0]).then(|| document.clone());
        let shown = copy.as_mut().unwrap_or(&mut document);
        let is_cut = trim(shown, level);
        let cut = json!({
            "characters": is_cut.values.then_some(level.chars),
            "samples": is_cut.samples.then_some(level.samples),
        });
        let text = shown.to_string();
        if text.len() > most_plain(bytes) && level != LEVELS[LEVELS.len() - 1] {
            continue;
        }
        let mut writer = Writer::new();
        writer.text("{\"document\":");
        writer.text(&text);
        writer.text(&format!(
            ",\"run\":{},\"cut\":{cut},\"rows\":",
            run.unwrap_or(&Value::Null)
        ));
        let fits = writer.length() + IN_FLIGHT.min(bytes / 4) <= bytes;
        last = (writer, level);
        if fits {
            break;
        }
    }
    last
}

/// A compressor that keeps what it gives.
struct Writer {
    gzip: GzEncoder<Vec<u8>>,
    plain: usize,
}

impl Writer {
    fn new() -> Writer {
        Writer {
            gzip: GzEncoder::new(Vec::new(), Compression::new(EFFORT)),
            plain: 0,
        }
    }

    fn text(&mut self, text: &str) {
        self.plain += text.len();
        // A vector takes everything.
        let written = self.gzip.write_all(text.as_bytes());
        debug_assert!(written.is_ok());
    }

    /// Bytes that have come out.
    fn length(&self) -> usize {
        self.gzip.get_ref().len()
    }

    fn finished(self) -> Vec<u8> {
        self.gzip.finish().unwrap_or_default()
    }
}

/// Rows of a kind, each of them written only when there is room for it.
struct Kind<'a> {
    name: &'static str,
    total: u64,
    count: usize,
    /// Bytes of all rows, about.
    size: usize,
    text: Box<dyn Fn(usize) -> String + 'a>,
}

impl<'a> Kind<'a> {
    /// `cut` gives a row with shorter values, where it has any that are too long.
    fn of<T: Serialize>(name: &'static str, listed: &'a Listed<T>, cut: impl Fn(&T) -> Option<T> + 'a) -> Kind<'a> {
        let rows = &listed.rows;
        let text = move |row: usize| {
            let shorter = cut(&rows[row]);
            serde_json::to_string(shorter.as_ref().unwrap_or(&rows[row])).unwrap_or_default()
        };
        let looked_at = (0..rows.len()).step_by(rows.len().div_ceil(LOOKED_AT).max(1));
        let sizes: Vec<usize> = looked_at.map(|row| text(row).len()).collect();
        Kind {
            name,
            total: listed.total,
            count: rows.len(),
            size: sizes.iter().sum::<usize>() / sizes.len().max(1) * rows.len(),
            text: Box::new(text),
        }
    }
}

/// Writes as many rows as there is room for. Kinds come in the order of their size, so that what one leaves free is there
/// for the next ones.
fn write_rows(writer: &mut Writer, rows: &Rows, chars: usize, bytes: usize) {
    let chars = chars.min(ROW_VALUE);
    let mut kinds = [
        Kind::of("changed", &rows.changed, |row| cut_changed(row, chars)),
        Kind::of("only_left", &rows.only_left, |row| cut_one_sided(row, chars)),
        Kind::of("only_right", &rows.only_right, |row| cut_one_sided(row, chars)),
        Kind::of("duplicates", &rows.duplicates, |_| None),
    ];
    kinds.sort_by_key(|kind| kind.size);
    writer.text(&format!("{{\"limit\":{}", rows.limit));
    for (i, kind) in kinds.iter().enumerate() {
        writer.text(&format!(",\"{}\":{{\"total\":{},\"rows\":[", kind.name, kind.total));
        let kinds_left = kinds.len() - i;
        let until = writer.length() + bytes.saturating_sub(writer.length() + IN_FLIGHT) / kinds_left;
        let plain_until = writer.plain + most_plain(bytes).saturating_sub(writer.plain) / kinds_left;
        for row in 0..kind.count {
            let text = (kind.text)(row);
            if writer.length() >= until || writer.plain + text.len() > plain_until {
                break;
            }
            if row > 0 {
                writer.text(",");
            }
            writer.text(&text);
        }
        writer.text("]}");
    }
    writer.text("}");
}

fn cut_changed(row: &ChangedRow, chars: usize) -> Option<ChangedRow> {
    let is_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > chars);
    let cells = row.cells.iter();
    if !row.key.iter().any(is_long) && !cells.clone().any(|cell| is_long(&cell.left) || is_long(&cell.right)) {
        return None;
    }
    let mut row = row.clone();
    row.key.iter_mut().flatten().for_each(|text| _ = cut_text(text, chars));
    for cell in &mut row.cells {
        cell.cut = cut_pair(&mut cell.left, &mut cell.right, cell.cut, chars).or(cell.cut);
    }
    Some(row)
}

fn cut_one_sided(row: &OneSidedRow, chars: usize) -> Option<OneSidedRow> {
    let mut values = row.key.iter().chain(&row.values).flatten();
    if !values.any(|text| text.len() > chars) {
        return None;
    }
    let mut row = row.clone();
    let values = row.key.iter_mut().chain(&mut row.values).flatten();
    values.for_each(|text| _ = cut_text(text, chars));
    Some(row)
}

/// What a level took from a document.
#[derive(Clone, Copy, Debug, Default)]
struct Trimmed {
    values: bool,
    samples: bool,
}

/// Cuts the values and samples of a document.
fn trim(document: &mut Value, level: Level) -> Trimmed {
    let mut trimmed = Trimmed::default();
    for column in document["columns"].as_array_mut().into_iter().flatten() {
        if let Some(samples) = column.get_mut("samples").and_then(Value::as_array_mut) {
            trimmed.samples |= samples.len() > level.samples;
            samples.truncate(level.samples);
            for sample in samples {
                trimmed.values |= trim_sample(sample, level.chars);
            }
        }
        for change in column
            .pointer_mut("/changes/top")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            trimmed.values |= trim_texts(change, level.chars);
        }
    }
    if let Some(samples) = document.get_mut("samples") {
        trimmed.values |= trim_texts(samples, level.chars);
    }
    trimmed
}

fn trim_sample(sample: &mut Value, chars: usize) -> bool {
    let mut is_cut = sample.get_mut("key").is_some_and(|key| trim_texts(key, chars));
    let mut take = |name: &str| match sample.get_mut(name).map(Value::take) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let (mut left, mut right) = (take("left"), take("right"));
    let known = sample.get("cut").map(|cut| Cut {
        from: cut["from"].as_u64().unwrap_or(0),
        left_length: cut["left_length"].as_u64(),
        right_length: cut["right_length"].as_u64(),
    });
    if let Some(cut) = cut_pair(&mut left, &mut right, known, chars) {
        is_cut = true;
        sample["cut"] = json!(cut);
    }
    sample["left"] = json!(left);
    sample["right"] = json!(right);
    is_cut
}

/// Cuts every text inside a value.
fn trim_texts(value: &mut Value, chars: usize) -> bool {
    match value {
        Value::String(text) => cut_text(text, chars),
        Value::Array(items) => items.iter_mut().fold(false, |cut, item| trim_texts(item, chars) | cut),
        Value::Object(members) => trim_members(members, chars),
        _ => false,
    }
}

fn trim_members(members: &mut Map<String, Value>, chars: usize) -> bool {
    members
        .values_mut()
        .fold(false, |cut, item| trim_texts(item, chars) | cut)
}

/// Cuts a text that is longer than this, and says how long it was, as documents do.
fn cut_text(text: &mut String, chars: usize) -> bool {
    let Some((end, _)) = text
        .char_indices()
        .nth(chars + 32)
        .and_then(|_| text.char_indices().nth(chars))
    else {
        return false;
    };
    let remark = format!("… ({} characters)", text.chars().count());
    text.truncate(end);
    text.push_str(&remark);
    true
}

/// Cuts two values to the same stretch, in the middle of which they begin to differ.
fn cut_pair(left: &mut Option<String>, right: &mut Option<String>, known: Option<Cut>, chars: usize) -> Option<Cut> {
    let length = |text: &Option<String>| text.as_ref().map(|text| text.chars().count() as u64);
    let (left_length, right_length) = (length(left), length(right));
    if left_length.max(right_length)? <= chars as u64 {
        return None;
    }
    let same = match (&left, &right) {
        (Some(left), Some(right)) => left.chars().zip(right.chars()).take_while(|(l, r)| l == r).count(),
        _ => 0,
    };
    let start = same.saturating_sub(chars / 2);
    for text in [left, right].into_iter().flatten() {
        *text = text.chars().skip(start).take(chars).collect();
    }
    let known = known.unwrap_or(Cut {
        from: 0,
        left_length,
        right_length,
    });
    Some(Cut {
        from: known.from + start as u64,
        ..known
    })
}

#[cfg(test)]
#[path = "payload_tests.rs"]
mod tests;
