//! The result as text for a terminal.

use crate::document::{ColumnResult, Document, KeyText, exact_literal};
use parity_kernels::compare::Distance;
use std::fmt::Write;

/// Columns that are listed with their examples.
const LISTED_COLUMNS: usize = 20;
/// Names that are listed of the columns on one side.
const LISTED_NAMES: usize = 10;
/// What stands for a masked value.
pub const MASKED: &str = "(masked)";
/// Characters of a value that are shown.
pub const SHOWN_CHARACTERS: usize = 40;

/// The readable summary. `seconds` is how long the comparison took, where that is known.
pub fn summary(document: &Document, seconds: Option<f64>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_summary(&mut out, document, seconds);
    out
}

fn write_summary(out: &mut String, document: &Document, seconds: Option<f64>) -> std::fmt::Result {
    let c = &document.counts;
    let verdict = match (document.equal(), document.passed()) {
        (true, _) => "EQUAL",
        (false, true) => "DIFFERENT, within the thresholds",
        (false, false) => "DIFFERENT",
    };
    match seconds {
        Some(seconds) => writeln!(out, "{verdict}  ({seconds:.1} s)")?,
        None => writeln!(out, "{verdict}")?,
    }
    for warning in &document.warnings {
        writeln!(out, "note: {}", one_line(warning))?;
    }
    writeln!(out)?;
    for (label, side, rows) in [
        ("left ", &document.sides[0], c.left),
        ("right", &document.sides[1], c.right),
    ] {
        let files = if side.files == 1 { "file" } else { "files" };
        writeln!(
            out,
            "  {label}  {}  ({} {files}, {}, {} rows)",
            one_line(&side.path),
            side.files,
            size(side.bytes),
            grouped(rows)
        )?;
    }
    let keys = match &document.keys {
        None => "none: rows were compared as multisets".to_owned(),
        Some(keys) => keys
            .iter()
            .map(|key| {
                if key.left == key.right {
                    cut(&key.left)
                } else {
                    format!("{} = {}", cut(&key.left), cut(&key.right))
                }
            })
            .collect::<Vec<_>>()
            .join(", "),
    };
    writeln!(out, "  keys   {keys}")?;
    writeln!(out)?;
    write_rows(out, document)?;
    write_schema(out, document)?;
    write_columns(out, document)?;
    write_relaxed(out, document)?;
    for (title, rows) in [
        ("only left", &document.samples.only_left),
        ("only right", &document.samples.only_right),
    ] {
        if let Some(first) = rows.first() {
            let more = if rows.len() > 1 {
                format!("   and {} more in the document", rows.len() - 1)
            } else {
                String::new()
            };
            writeln!(
                out,
                "  {title:<11}e.g. {}{more}",
                key_text(&seen(first, |name| document.is_masked(name)))
            )?;
        }
    }
    Ok(())
}

fn write_rows(out: &mut String, document: &Document) -> std::fmt::Result {
    let c = &document.counts;
    let mut rows = vec![
        ("matched", c.matched),
        ("  identical", c.identical),
        ("  changed", c.changed),
        ("only left", c.only_left),
        ("only right", c.only_right),
    ];
    let extra = [
        ("keys with several rows, left", c.duplicate_keys_left),
        ("keys with several rows, right", c.duplicate_keys_right),
        ("rows with a null in the key, left", c.null_keys_left),
        ("rows with a null in the key, right", c.null_keys_right),
    ];
    rows.extend(extra.into_iter().filter(|&(_, n)| n > 0));
    let label_width = rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    let width = rows.iter().map(|&(_, n)| grouped(n).len()).max().unwrap_or(0);
    for (label, n) in rows {
        writeln!(out, "  {label:<label_width$}  {:>width$}", grouped(n))?;
    }
    writeln!(out)
}

fn write_schema(out: &mut String, document: &Document) -> std::fmt::Result {
    let s = &document.schema;
    for (title, names) in [
        ("columns only left", &s.only_left),
        ("columns only right", &s.only_right),
    ] {
        if !names.is_empty() {
            writeln!(out, "  {title}: {}", listed(names))?;
        }
    }
    for change in s.type_changes.iter().take(LISTED_NAMES) {
        writeln!(
            out,
            "  type of {}: {} became {}",
            cut(&change.name),
            change.left_type,
            change.right_type
        )?;
    }
    if s.type_changes.len() > LISTED_NAMES {
        writeln!(out, "  and {} more type changes", s.type_changes.len() - LISTED_NAMES)?;
    }
    if !(s.only_left.is_empty() && s.only_right.is_empty() && s.type_changes.is_empty()) {
        writeln!(out)?;
    }
    Ok(())
}

fn write_relaxed(out: &mut String, document: &Document) -> std::fmt::Result {
    let relaxed: u64 = document.columns.iter().map(|column| column.relaxed).sum();
    if relaxed > 0 {
        let columns = document.columns.iter().filter(|column| column.relaxed > 0).count();
        let (cells, verb) = if relaxed == 1 {
            ("cell", "differs")
        } else {
            ("cells", "differ")
        };
        writeln!(
            out,
            "  {} {cells} in {columns} {} {verb} within a relaxation only",
            grouped(relaxed),
            if columns == 1 { "column" } else { "columns" }
        )?;
    }
    Ok(())
}

fn write_columns(out: &mut String, document: &Document) -> std::fmt::Result {
    let columns = document.mismatched_columns();
    let compared = document.columns.len();
    if columns.is_empty() {
        if compared > 0 && document.counts.matched > 0 {
            writeln!(out, "  no cell differs in {compared} compared columns")?;
        }
        return Ok(());
    }
    writeln!(out, "  {} of {compared} compared columns differ", columns.len())?;
    let shown: Vec<&ColumnResult> = columns.iter().take(LISTED_COLUMNS).copied().collect();
    let name_width = shown.iter().map(|c| cut(&c.name).chars().count()).max().unwrap_or(0);
    let width = shown.iter().map(|c| grouped(c.mismatches).len()).max().unwrap_or(0);
    for column in shown {
        let name = cut(&column.name);
        let pad = " ".repeat(name_width - name.chars().count());
        let rate = percent(document.rate(column));
        write!(
            out,
            "    {name}{pad}  {:>width$}  {rate:>8}",
            grouped(column.mismatches)
        )?;
        if let Some(sample) = column.samples.first() {
            let value = |v: &Option<String>| v.as_deref().map_or("null".to_owned(), cut);
            write!(
                out,
                "  {}: {} became {}",
                key_text(&seen(&sample.key, |name| document.is_masked(name))),
                value(&sample.left),
                value(&sample.right)
            )?;
        }
        if column.masked {
            write!(out, "  {MASKED}")?;
        }
        if let Some((distance, scale)) = column.max_difference {
            let text = match distance {
                Distance::Exact(units) => exact_literal(units, scale),
                Distance::Double(value) => value.to_string(),
            };
            write!(out, "  (at most {text}{} apart)", distance_unit(column, &text))?;
        }
        writeln!(out)?;
    }
    if columns.len() > LISTED_COLUMNS {
        writeln!(
            out,
            "    and {} more columns in the document",
            columns.len() - LISTED_COLUMNS
        )?;
    }
    writeln!(out)
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

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED_NAMES).map(|name| cut(name)).collect();
    let more = names.len().saturating_sub(LISTED_NAMES);
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
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

/// A key on one line.
pub fn key_text(key: &KeyText) -> String {
    let parts: Vec<String> = key
        .iter()
        .take(LISTED_NAMES)
        .map(|(name, text)| format!("{}={}", cut(name), text.as_deref().map_or("null".to_owned(), cut)))
        .collect();
    parts.join(", ")
}

/// A text on one line, at most [`SHOWN_CHARACTERS`] long.
pub fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN_CHARACTERS {
        text.chars().map(visible).collect()
    } else {
        text.chars()
            .take(SHOWN_CHARACTERS - 1)
            .map(visible)
            .chain(['…'])
            .collect()
    }
}

/// A text of any length without line breaks and control characters.
pub fn one_line(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn visible(c: char) -> char {
    if c.is_control() { '\u{fffd}' } else { c }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn percent(rate: f64) -> String {
    let percent = rate * 100.0;
    // A difference is never shown as none, nor as all when it is not.
    if percent > 0.0 && percent < 0.001 {
        "<0.001 %".to_owned()
    } else if percent < 100.0 && percent > 99.999 {
        ">99.999 %".to_owned()
    } else {
        format!("{percent:.3} %")
    }
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_shares_never_round_to_nothing() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(percent(0.000_000_1), "<0.001 %");
        assert_eq!(percent(0.999_999_9), ">99.999 %");
        assert_eq!(percent(0.5), "50.000 %");
    }

    #[test]
    fn long_values_are_cut_and_line_breaks_do_not_break_lines() {
        assert_eq!(cut(&"x".repeat(50)).chars().count(), SHOWN_CHARACTERS);
        assert_eq!(cut("a\nb"), "a\u{fffd}b");
    }
}
