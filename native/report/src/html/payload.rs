//! The document, the rows and the run as the script of the page reads them: JSON, compressed, as base64.
//!
//! A page has a size that mail and browsers take, so there is a bound on it that grows with the number of columns. First
//! long values are cut, around their first difference; then columns keep fewer samples; and of the rows as many are taken
//! as there is room for, the same share for each kind. What was cut off is said in the payload, and the page repeats it.

use super::packed;
use crate::causes;
use crate::document::Document;
use crate::nature::nature;
use crate::rows::{ChangedRow, Cut, DuplicateKey, JsonRow, OneSidedRow, RowsJson, Text, Unread, UnreadableRows};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compress, Compression, Crc, FlushCompress};
use serde_json::{Map, Value, json};
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
/// Bytes for the words of causes that no column of the document has.
const CAUSES_OF_ROWS: usize = 256;
/// Bytes that close the rows.
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

/// The payload, within the bound for this many columns. `json` is the document as it was given.
pub(super) fn payload(
    json: Value,
    document: &Document,
    rows: Option<&RowsJson<'_>>,
    run: Option<&Value>,
) -> Result<String, UnreadableRows> {
    within(json, document, rows, run, bound(document.columns.len()))
}

/// What the page says in words: of each column how it changed, and each cause and its kind.
fn words(document: &Document, causes: &BTreeSet<String>) -> Value {
    let said: BTreeSet<&str> = causes.iter().flat_map(|cause| [cause, causes::kind(cause)]).collect();
    let said = said.into_iter().map(|cause| (cause, causes::words(cause)));
    let said: BTreeMap<&str, String> = said.collect();
    let columns: Vec<Option<String>> = document.columns.iter().map(|column| nature(column).words).collect();
    json!({"causes": said, "columns": columns})
}

fn words_part(document: &Document, causes: &BTreeSet<String>) -> Part {
    Part::of(format!(",\"words\":{}}}", words(document, causes)))
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

fn within(
    json: Value,
    document: &Document,
    rows: Option<&RowsJson<'_>>,
    run: Option<&Value>,
    bound: usize,
) -> Result<String, UnreadableRows> {
    let causes = document.columns.iter().flat_map(|column| &column.causes);
    let mut causes: BTreeSet<String> = causes.map(|(cause, _)| cause.clone()).collect();
    let of_columns = causes.len();
    let mut words = words_part(document, &causes);
    let for_words = words.bytes.len() + CAUSES_OF_ROWS;
    // Base64 makes four bytes of three.
    let bytes = (bound / 4 * 3).saturating_sub(FRAME + for_words);
    let for_document = if rows.is_some() { bytes / 4 * 3 } else { bytes };
    let mut stream = Stream::new();
    let level = write_head(&mut stream, json, run, for_document);
    match rows {
        Some(rows) => write_rows(&mut stream, rows, level.chars, bytes, &mut causes)?,
        None => stream.take(&Part::of("null".to_owned())),
    }
    if causes.len() > of_columns {
        words = words_part(document, &causes);
    }
    stream.take(&words);
    Ok(STANDARD.encode(stream.finished()))
}

/// How much JSON may stand in this many compressed bytes.
fn most_plain(bytes: usize) -> usize {
    bytes.saturating_mul(EXPANSION).min(MOST_PLAIN)
}

/// Writes the payload up to the rows, at the first level that fits.
fn write_head(stream: &mut Stream, mut document: Value, run: Option<&Value>, bytes: usize) -> Level {
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
        let text = format!("{{\"document\":{shown},\"run\":{run},\"cut\":{cut},\"rows\":");
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

/// A row of a page.
trait Row<'a>: JsonRow<'a> {
    /// Takes the causes of its cells.
    fn note_causes(&self, _causes: &mut BTreeSet<String>) {}
    /// Bytes of JSON that it takes, about, once it is cut.
    fn length(&self, chars: usize) -> usize;
    /// Cuts values that are longer.
    fn cut(&mut self, chars: usize);
    /// Rows as the payload holds them.
    fn packed(rows: &[Self]) -> Value;
}

impl<'a> Row<'a> for ChangedRow<Text<'a>> {
    fn note_causes(&self, causes: &mut BTreeSet<String>) {
        for Text(cause) in self.cells.iter().filter_map(|cell| cell.cause.as_ref()) {
            if !causes.contains(cause.as_ref()) {
                causes.insert(cause.clone().into_owned());
            }
        }
    }

    fn length(&self, chars: usize) -> usize {
        let values = self
            .cells
            .iter()
            .flat_map(|cell| [&cell.left, &cell.right, &cell.cause]);
        lengths(self.key.iter().chain(values), chars)
    }

    fn cut(&mut self, chars: usize) {
        cut_values(&mut self.key, chars);
        for cell in &mut self.cells {
            let pair = [&cell.left, &cell.right].map(|value| value.as_ref().map(|text| text.0.as_ref()));
            if let Some((pair, cut)) = cut_pair(pair, cell.cut, chars) {
                [cell.left, cell.right] = pair.map(|value| value.map(|text| Text(text.into())));
                cell.cut = Some(cut);
            }
        }
    }

    fn packed(rows: &[Self]) -> Value {
        packed::changed(rows)
    }
}

impl<'a> Row<'a> for OneSidedRow<Text<'a>> {
    fn length(&self, chars: usize) -> usize {
        lengths(self.key.iter().chain(&self.values), chars)
    }

    fn cut(&mut self, chars: usize) {
        cut_values(&mut self.key, chars);
        cut_values(&mut self.values, chars);
    }

    fn packed(rows: &[Self]) -> Value {
        packed::one_sided(rows)
    }
}

impl<'a> Row<'a> for DuplicateKey<Text<'a>> {
    fn length(&self, chars: usize) -> usize {
        lengths(self.key.iter(), chars) + DUPLICATE
    }

    fn cut(&mut self, chars: usize) {
        cut_values(&mut self.key, chars);
    }

    fn packed(rows: &[Self]) -> Value {
        packed::duplicates(rows)
    }
}

/// What there is room for.
#[derive(Clone, Copy)]
struct Room {
    /// Characters of a value.
    chars: usize,
    /// Bytes, compressed and plain.
    bytes: usize,
    plain: usize,
}

/// As many of the first rows of a kind as there is room for.
fn part<'a, R: Row<'a>>(
    unread: &Unread<'a>,
    room: Room,
    causes: &mut BTreeSet<String>,
) -> Result<Part, UnreadableRows> {
    let mut rows: Vec<R> = Vec::new();
    let mut plain = 0;
    for row in unread.read::<R>() {
        let mut row = row?;
        plain += row.length(room.chars);
        if plain > room.plain {
            break;
        }
        row.cut(room.chars);
        row.note_causes(causes);
        rows.push(row);
    }
    let mut count = rows.len();
    loop {
        let mut packed = R::packed(&rows[..count]);
        packed["total"] = unread.total.into();
        let part = Part::of(format!(",\"{}\":{packed}", unread.name));
        let length = part.bytes.len();
        if length <= room.bytes || count == 0 {
            return Ok(part);
        }
        // A little fewer than in proportion, because fewer rows compress less well.
        count = (count as u128 * room.bytes as u128 * 31 / (length as u128 * 32)) as usize;
    }
}

/// Rows of a kind, and what packs as many of them as there is room for.
type Kind<'k, 'a> = (
    &'k Unread<'a>,
    fn(&Unread<'a>, Room, &mut BTreeSet<String>) -> Result<Part, UnreadableRows>,
);

/// Writes as many rows as there is room for. Kinds come in the order of their size, so that what one leaves free is there
/// for the next ones.
fn write_rows<'a>(
    stream: &mut Stream,
    rows: &RowsJson<'a>,
    chars: usize,
    bytes: usize,
    causes: &mut BTreeSet<String>,
) -> Result<(), UnreadableRows> {
    let [only_left, only_right] = &rows.only;
    let mut kinds: [Kind<'_, 'a>; 4] = [
        (&rows.changed, part::<ChangedRow<Text<'a>>>),
        (only_left, part::<OneSidedRow<Text<'a>>>),
        (only_right, part::<OneSidedRow<Text<'a>>>),
        (&rows.duplicates, part::<DuplicateKey<Text<'a>>>),
    ];
    kinds.sort_by_key(|(unread, _)| unread.len_bytes());
    stream.take(&Part::of(format!("{{\"limit\":{}", rows.limit)));
    for (i, (unread, part)) in kinds.iter().enumerate() {
        let kinds_left = kinds.len() - i;
        let room = Room {
            chars: chars.min(ROW_VALUE),
            bytes: bytes.saturating_sub(stream.bytes.len() + CLOSING) / kinds_left,
            plain: most_plain(bytes).saturating_sub(stream.plain) / kinds_left,
        };
        stream.take(&part(unread, room, causes)?);
    }
    stream.take(&Part::of("}".to_owned()));
    Ok(())
}

/// Bytes of JSON that values take, about, when they are cut.
fn lengths<'a, 'b: 'a>(values: impl Iterator<Item = &'a Option<Text<'b>>>, chars: usize) -> usize {
    // A text that is cut keeps a remark on how long it was, and a character takes up to four bytes.
    let most = (chars + 64) * 4;
    values
        .map(|value| value.as_ref().map_or(1, |text| text.0.len().min(most)) + 1)
        .sum()
}

fn cut_values(values: &mut [Option<Text<'_>>], chars: usize) {
    for Text(text) in values.iter_mut().flatten() {
        if let Some(shorter) = cut_text(text, chars) {
            *text = shorter.into();
        }
    }
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
    let is_cut = sample.get_mut("key").is_some_and(|key| trim_texts(key, chars));
    let known = sample.get("cut").map(|cut| Cut {
        from: cut["from"].as_u64().unwrap_or(0),
        left_length: cut["left_length"].as_u64(),
        right_length: cut["right_length"].as_u64(),
    });
    let pair = [sample["left"].as_str(), sample["right"].as_str()];
    let Some(([left, right], cut)) = cut_pair(pair, known, chars) else {
        return is_cut;
    };
    sample["cut"] = json!(cut);
    sample["left"] = json!(left);
    sample["right"] = json!(right);
    true
}

/// Cuts every text inside a value.
fn trim_texts(value: &mut Value, chars: usize) -> bool {
    match value {
        Value::String(text) => {
            let shorter = cut_text(text, chars);
            let is_cut = shorter.is_some();
            if let Some(shorter) = shorter {
                *text = shorter;
            }
            is_cut
        }
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

/// The beginning of a text that is longer than this, and how long it was, as documents say it.
fn cut_text(text: &str, chars: usize) -> Option<String> {
    // No text has more characters than bytes.
    if text.len() <= chars + 32 {
        return None;
    }
    text.char_indices().nth(chars + 32)?;
    let (end, _) = text.char_indices().nth(chars)?;
    Some(format!("{}… ({} characters)", &text[..end], text.chars().count()))
}

/// The same stretch of two values, in the middle of which they begin to differ, where one of them is longer than this.
fn cut_pair(pair: [Option<&str>; 2], known: Option<Cut>, chars: usize) -> Option<([Option<String>; 2], Cut)> {
    if pair.iter().flatten().all(|text| text.len() <= chars) {
        return None;
    }
    let [left_length, right_length] = pair.map(|text| text.map(|text| text.chars().count() as u64));
    if left_length.max(right_length)? <= chars as u64 {
        return None;
    }
    let same = match pair {
        [Some(left), Some(right)] => left.chars().zip(right.chars()).take_while(|(l, r)| l == r).count(),
        _ => 0,
    };
    let start = same.saturating_sub(chars / 2);
    let stretch = |text: &str| text.chars().skip(start).take(chars).collect();
    let known = known.unwrap_or(Cut {
        from: 0,
        left_length,
        right_length,
    });
    let cut = Cut {
        from: known.from + start as u64,
        ..known
    };
    Some((pair.map(|text| text.map(stretch)), cut))
}

#[cfg(test)]
#[path = "payload_tests.rs"]
mod tests;
