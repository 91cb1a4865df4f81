//! How the values of a column changed, in a few words: what all or most changed cells have in common, or how far apart
//! they are.
//!
//! The words are facts about all changed cells, never about the samples. They may repeat texts of the document, so a
//! renderer escapes them like a value.

use crate::causes;
use crate::document::{CellSample, Change, ColumnResult};
use parity_kernels::spark::text::double_text;

/// A column of no more different changes than these is said to have few.
const FEW_CHANGES: u64 = 20;
/// The digits of a floating point distance that are worth reading.
const DIGITS: usize = 6;

/// How the values of a column changed.
#[derive(Debug, Default)]
pub struct Nature<'a> {
    /// In words, where there is something to say that one example does not show.
    pub words: Option<String>,
    /// The changed cell that shows it best.
    pub example: Option<&'a CellSample>,
}

/// Something that changed cells have in common.
struct Fact<'a> {
    words: String,
    cells: u64,
    shown_by: Option<ShownBy<'a>>,
}

/// Which changed cells show a fact, where samples tell that.
enum ShownBy<'a> {
    NullOn(usize),
    Change(&'a Change),
}

impl ShownBy<'_> {
    fn holds(&self, sample: &CellSample) -> bool {
        match self {
            ShownBy::NullOn(side) => [&sample.left, &sample.right][*side].is_none(),
            ShownBy::Change(change) => sample.left == change.left && sample.right == change.right,
        }
    }
}

/// How the values of a column changed. Nothing is said of a masked column, nor of one without a changed cell.
pub fn nature(column: &ColumnResult) -> Nature<'_> {
    if column.masked || column.mismatches == 0 {
        return Nature::default();
    }
    let facts = facts(column);
    let all = facts.iter().find(|fact| fact.cells == column.mismatches);
    let most = || facts.iter().find(|fact| fact.cells > column.mismatches / 2);
    let fact = all.or_else(most);
    let words = fact.map(|fact| match column.mismatches {
        1 => fact.words.clone(),
        cells if cells == fact.cells => format!("all {}", fact.words),
        _ => format!("mostly {}", fact.words),
    });
    let shown_by = fact.and_then(|fact| fact.shown_by.as_ref());
    let telling = |shown_by: &ShownBy<'_>| column.samples.iter().find(|sample| shown_by.holds(sample));
    Nature {
        words: words.or_else(|| spread(column)).or_else(|| some(column)),
        example: shown_by.and_then(telling).or(column.samples.first()),
    }
}

/// What changed cells have in common, the more telling facts first.
fn facts(column: &ColumnResult) -> Vec<Fact<'_>> {
    let mut facts = Vec::new();
    let mut add = |words: String, cells: u64, shown_by| {
        facts.push(Fact { words, cells, shown_by });
    };
    // One cell shows that it is null.
    if column.mismatches > 1 {
        let nulls = [column.null_left, column.null_right];
        for (side, (name, cells)) in ["left", "right"].into_iter().zip(nulls).enumerate() {
            add(format!("null on the {name}"), cells, Some(ShownBy::NullOn(side)));
        }
    }
    for (cause, cells) in &column.causes {
        if is_telling(cause) {
            add(causes::words(cause), *cells, None);
        }
    }
    let distances = column.distances.as_ref();
    if let Some((difference, cells)) = distances.and_then(|distances| distances.commonest.as_ref()) {
        add(difference.clone(), *cells, None);
    }
    let top = column.changes.as_ref().and_then(|changes| changes.top.first());
    if let Some(top) = top.filter(|_| column.mismatches > 1) {
        let shown_by = ShownBy::Change(top);
        // The example says which change it is.
        if column.samples.iter().any(|sample| shown_by.holds(sample)) {
            add("alike".to_owned(), top.cells, Some(shown_by));
        }
    }
    if let Some(texts) = column.texts.as_ref().filter(|_| column.mismatches > 1) {
        let [left, right] = [&texts.left_length, &texts.right_length].map(|lengths| match lengths[..] {
            [(power, _)] => Some(power),
            _ => None,
        });
        match (left, right) {
            (Some(0), _) => add("text added".to_owned(), texts.cells, None),
            (_, Some(0)) => add("text removed".to_owned(), texts.cells, None),
            (Some(1), Some(1)) => add("one character".to_owned(), texts.cells, None),
            _ => (),
        }
    }
    facts
}

/// How much the changed cells have to do with each other, where none of their facts holds for most of them.
fn spread(column: &ColumnResult) -> Option<String> {
    let distinct = column.changes.as_ref().and_then(|changes| changes.distinct);
    if let Some(few) = distinct.filter(|&few| few > 1 && few <= FEW_CHANGES && few * 5 <= column.mismatches) {
        return Some(format!("{few} different changes"));
    }
    let distance = distance_text(column)?;
    if column.mismatches == 1 {
        return Some(format!("{distance} apart"));
    }
    let all = column.distances.as_ref();
    let all = all.filter(|distances| distances.cells == column.mismatches);
    Some(match all.map(|all| (all.lower.is_empty(), all.higher.is_empty())) {
        Some((true, false)) => format!("all higher, by at most {distance}"),
        Some((false, true)) => format!("all lower, by at most {distance}"),
        _ => format!("at most {distance} apart"),
    })
}

/// What explains some of the changed cells, where neither their facts nor their distances say more.
fn some(column: &ColumnResult) -> Option<String> {
    let telling = column.causes.iter().filter(|(cause, _)| is_telling(cause));
    // Of causes that explain as many cells it is the first.
    let (cause, _) = telling.rev().max_by_key(|(_, cells)| *cells)?;
    Some(format!("partly {}", causes::words(cause)))
}

/// Whether a cause says more than that a value differs or is null.
fn is_telling(cause: &str) -> bool {
    !["other", "null_left", "null_right"].contains(&cause)
}

/// The largest distance in a column, as values are shown, and what it counts; one that no double can hold is left out.
fn distance_text(column: &ColumnResult) -> Option<String> {
    let literal = column.max_difference.as_ref()?.to_string();
    let text = match column.is_floating() {
        true => {
            let distance: f64 = literal.parse().ok()?;
            // Double arithmetic leaves digits behind that no value has: 0.010000000000000009.
            let short: f64 = format!("{distance:.*e}", DIGITS - 1).parse().ok()?;
            let about = if short == distance { "" } else { "about " };
            let shown = double_text(Some(short).filter(|short| short.is_finite())?);
            format!("{about}{shown}")
        }
        false => literal,
    };
    let unit = distance_unit(column, &text);
    Some(text + unit)
}

/// What a column's largest difference counts.
fn distance_unit(column: &ColumnResult, distance: &str) -> &'static str {
    let types = match (column.left_type.as_str(), column.right_type.as_str()) {
        // Text was read as the other type.
        ("string", other) | (other, "string") => (other, other),
        types => types,
    };
    match types {
        ("date", "date") if distance == "1" => " day",
        ("date", "date") => " days",
        (left, _) if left.starts_with("time") || left == "date" => " s",
        _ => "",
    }
}

#[cfg(test)]
#[path = "nature_tests.rs"]
mod tests;
