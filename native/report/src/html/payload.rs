//! The document, the rows and the run as the script of the page reads them: JSON, compressed, as base64.
//!
//! A page has a size that mail and browsers take, so there is a bound on it that grows with the number of columns. First
//! long values are cut, around their first difference; then columns keep fewer samples; and of the rows as many are taken
//! as there is room for, the same share for each kind. What was cut off is said in the payload, and the page repeats it.

use super::{Page, packed};
use crate::causes;
use crate::document::Document;
use crate::nature::nature;
use crate::rows::{ChangedRow, Cut, Listed, OneSidedRow, Rows};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compress, Compression, Crc, FlushCompress};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

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
const LISTED_COLUMN: usize = 300;
/// How much JSON may stand in a byte of page. More would compress well and yet take long to open.
const EXPANSION: usize = 4;
/// Bytes of JSON that a browser reads in about half a second.
const MOST_PLAIN: usize = 30_000_000;

/// Characters of a value in a row; a sample may show more.
const ROW_VALUE: usize = 8_192;
/// Bytes of JSON that a duplicate key takes beside its values.
const DUPLICATE: usize = 40;
/// Bytes that close the rows and the payload.
const CLOSING: usize = 64;
/// Bytes of room that a flush is given at a time.
const PIECE: usize = 64 << 10;
/// How hard it is compressed: beyond this, time grows and the payload hardly shrinks.
const EFFORT: u32 = 6;

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
pub(super) fn payload(document: Value, words: &Value, rows: Option<&Rows>, run: Option<&Value>) -> String {
    let columns = document["columns"].as_array().map_or(0, Vec::len);
    within(document, words, rows, run, bound(columns))
}

/// What the page says in words: of each column how it changed, and each cause and its kind.
pub(super) fn words(page: &Page<'_>) -> Value {
    let Document { columns, .. } = page.document;
    let cells = page
        .rows
        .map_or(&[][..], |rows| &rows.changed.rows)
        .iter()
        .flat_map(|row| &row.cells);
    let causes = columns
        .iter()
        .flat_map(|column| &column.causes)
        .map(|(cause, _)| cause.as_str());
    let causes = causes.chain(cells.filter_map(|cell| cell.cause.as_deref()));
    let causes: BTreeSet<&str> = causes.flat_map(|cause| [cause, causes::kind(cause)]).collect();
    let said = causes.into_iter().map(|cause| (cause, causes::words(cause)));
    let said: BTreeMap<&str, String> = said.collect();
    let columns: Vec<Option<String>> = columns.iter().map(|column| nature(column).words).collect();
    json!({"causes": said, "columns": columns})
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

fn within(document: Value, words: &Value, rows: Option<&Rows>, run: Option<&Value>, bound: usize) -> String {
    // Base64 makes four bytes of three.
    let bytes = (bound / 4 * 3).saturating_sub(FRAME);
    let for_document = if rows.is_some() { bytes / 4 * 3 } else { bytes };
    let mut stream = Stream::new();
    let level = write_head(&mut stream, document, words, run, for_document);
    match rows {
        Some(rows) => write_rows(&mut stream, rows, level.chars, bytes),
        None => stream.take(&Part::of("null".to_owned())),
    }
    stream.take(&Part::of("}".to_owned()));
    STANDARD.encode(stream.finished())
}

/// How much JSON may stand in this many compressed bytes.
fn most_plain(bytes: usize) -> usize {
    bytes.saturating_mul(EXPANSION).min(MOST_PLAIN)
}

/// Writes the payload up to the rows, at the first level that fits.
fn write_head(stream: &mut Stream, mut document: Value, words: &Value, run: Option<&Value>, bytes: usize) -> Level {
    keep_digits(&mut document);
    let run = run.unwrap_or(&Value::Null);
    let mut last = LEVELS[0];
    for level in LEVELS {
        last = level;
        let is_last = level == LEVELS[LEVELS.len() - 1];
        // The first level hardly ever cuts anything, so it needs no copy.
        let mut copy = (level != LEVELS[0]).then(|| document.clone());
        let shown = copy.as_mut().unwrap_or(&mut document);
        let is_cut = trim(shown, level);
        let cut = json!({
            "characters": is_cut.values.then_some(level.chars),
            "samples": is_cut.samples.then_some(level.samples),
        });
        let text = format!("{{\"document\":{shown},\"words\":{words},\"run\":{run},\"cut\":{cut},\"rows\":");
        if text.len() > most_plain(bytes) && !is_last {
            continue;
        }
        let part = Part::of(text);
        if part.bytes.len() <= bytes || is_last {
            stream.take(&part);
            break;
        }
    }
    last
}

/// A text, and itself compressed so that it can be followed by others.
struct Part {
    text: String,
    bytes: Vec<u8>,
}

impl Part {
    fn of(text: String) -> Part {
        let mut deflate = Compress::new(Compression::new(EFFORT), false);
        let mut bytes = Vec::new();
        let plain = text.as_bytes();
        // A flush is complete, and ends with a whole byte, once it leaves room in what it is given to write into.
        loop {
            bytes.reserve(PIECE);
            let taken = usize::try_from(deflate.total_in()).unwrap_or(plain.len());
            let written = deflate.compress_vec(&plain[taken..], &mut bytes, FlushCompress::Sync);
            let is_all_taken = deflate.total_in() == plain.len() as u64;
            if written.is_err() || is_all_taken && bytes.len() < bytes.capacity() {
                break;
            }
        }
        Part { text, bytes }
    }
}

/// A gzip stream of parts. Each is compressed for itself, so it can be looked at before it is taken.
struct Stream {
    bytes: Vec<u8>,
    check: Crc,
    plain: usize,
}

/// Bytes that a stream without any part has.
const FRAME: usize = 20;
/// Deflate, no name, no time, no system.
const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block of a deflate stream, empty.
const DEFLATE_END: [u8; 2] = [0x03, 0x00];

impl Stream {
    fn new() -> Stream {
        Stream {
            bytes: GZIP_HEAD.to_vec(),
            check: Crc::new(),
            plain: 0,
        }
    }

    fn take(&mut self, part: &Part) {
        self.check.update(part.text.as_bytes());
        self.plain += part.text.len();
        self.bytes.extend_from_slice(&part.bytes);
    }

    fn finished(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&DEFLATE_END);
        self.bytes.extend_from_slice(&self.check.sum().to_le_bytes());
        self.bytes.extend_from_slice(&self.check.amount().to_le_bytes());
        self.bytes
    }
}

/// Rows of a kind.
struct Kind<'a> {
    name: &'static str,
    total: u64,
    /// Bytes that each row takes as JSON, about.
    lengths: Vec<usize>,
    /// The first rows, so many.
    packed: Box<dyn Fn(usize) -> Value + 'a>,
}

impl<'a> Kind<'a> {
    /// `cut` gives a row with shorter values, where it has any that are too long; `length` what it then takes.
    fn of<T: Clone>(
        name: &'static str,
        listed: &'a Listed<T>,
        length: impl Fn(&T) -> usize,
        cut: impl Fn(&T) -> Option<T> + 'a,
        packed: impl Fn(&[Cow<'a, T>]) -> Value + 'a,
    ) -> Kind<'a> {
        let rows = &listed.rows;
        let shorter = move |row: &'a T| cut(row).map_or(Cow::Borrowed(row), Cow::Owned);
        Kind {
            name,
            total: listed.total,
            lengths: rows.iter().map(length).collect(),
            packed: Box::new(move |count| packed(&rows.iter().take(count).map(&shorter).collect::<Vec<Cow<'_, T>>>())),
        }
    }

    /// As many of the first rows as fit into so many bytes, compressed and plain.
    fn part(&self, bytes: usize, plain: usize) -> Part {
        let so_far = self.lengths.iter().scan(0, |sum, length| {
            *sum += length;
            Some(*sum)
        });
        let mut count = so_far.take_while(|&sum| sum <= plain).count();
        loop {
            let mut packed = (self.packed)(count);
            packed["total"] = self.total.into();
            let part = Part::of(format!(",\"{}\":{packed}", self.name));
            let length = part.bytes.len();
            if length <= bytes || count == 0 {
                return part;
            }
            // A little fewer than in proportion, because fewer rows compress less well.
            count = (count as u128 * bytes as u128 * 31 / (length as u128 * 32)) as usize;
        }
    }
}

/// Writes as many rows as there is room for. Kinds come in the order of their size, so that what one leaves free is there
/// for the next ones.
fn write_rows(stream: &mut Stream, rows: &Rows, chars: usize, bytes: usize) {
    let chars = chars.min(ROW_VALUE);
    let one_sided = |name, listed| {
        Kind::of(
            name,
            listed,
            move |row: &OneSidedRow| lengths(row.key.iter().chain(&row.values), chars),
            move |row| cut_one_sided(row, chars),
            packed::one_sided,
        )
    };
    let mut kinds = [
        Kind::of(
            "changed",
            &rows.changed,
            |row| {
                let values = row.cells.iter().flat_map(|cell| [&cell.left, &cell.right, &cell.cause]);
                lengths(row.key.iter().chain(values), chars)
            },
            move |row| cut_changed(row, chars),
            packed::changed,
        ),
        one_sided("only_left", &rows.only_left),
        one_sided("only_right", &rows.only_right),
        Kind::of(
            "duplicates",
            &rows.duplicates,
            |row| lengths(row.key.iter(), chars) + DUPLICATE,
            |_| None,
            packed::duplicates,
        ),
    ];
    kinds.sort_by_key(|kind| kind.lengths.iter().sum::<usize>());
    stream.take(&Part::of(format!("{{\"limit\":{}", rows.limit)));
    for (i, kind) in kinds.iter().enumerate() {
        let kinds_left = kinds.len() - i;
        let room = bytes.saturating_sub(stream.bytes.len() + CLOSING);
        let plain = most_plain(bytes).saturating_sub(stream.plain);
        stream.take(&kind.part(room / kinds_left, plain / kinds_left));
    }
    stream.take(&Part::of("}".to_owned()));
}

/// Bytes of JSON that values take, about, when they are cut.
fn lengths<'a>(values: impl Iterator<Item = &'a Option<String>>, chars: usize) -> usize {
    // A text that is cut keeps a remark on how long it was, and a character takes up to four bytes.
    let most = (chars + 64) * 4;
    values
        .map(|value| value.as_ref().map_or(1, |text| text.len().min(most)) + 1)
        .sum()
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
