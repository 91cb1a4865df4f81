//! The columns that differ most as a table: how many cells, their share, what changed, and an example.
//!
//! An example stands at the end of its line where it fits there, or in place of what changed where nothing is said of
//! that, else on a line of its own.

use super::Page;
use super::paint::Paint;
use crate::findings::Mismatched;
use crate::shown::{SHOWN_COLUMNS, columns_of};

/// Columns before a line of the table, and before an example on a line of its own.
const INDENT: usize = 4;
const EXAMPLE_INDENT: usize = 8;
/// Columns between two cells.
const GAP: usize = 2;
/// Columns of a name at least, where what changed takes the rest.
const LEAST_NAME: usize = 10;
/// An example is cut for this much room at the end of its line, and goes below where there is less.
const ENOUGH_FOR_AN_EXAMPLE: usize = 40;
/// Columns of a change that is not cut: two values of the usual length.
const CHANGE_COLUMNS: usize = 2 * SHOWN_COLUMNS + 8;
const HEAD: [&str; 5] = ["column", "cells", "share", "what changed", "example"];

/// The columns that each cell of a line takes; nothing changed that words tell where `what` is 0.
struct Widths {
    name: usize,
    cells: usize,
    share: usize,
    what: usize,
    example: usize,
}

impl Page<'_> {
    /// A line for each of these columns.
    pub(super) fn write_table(&mut self, listed: &[Mismatched<'_>]) {
        let widths = self.widths(listed);
        let what = |each: &Mismatched<'_>| {
            let what = each.what.as_deref();
            what.map_or(String::new(), |what| self.look.charset.cut(what, widths.what))
        };
        let rows: Vec<(String, Option<String>, Option<String>)> = listed
            .iter()
            .map(|each| {
                let name = self.look.charset.cut(&each.column.name, widths.name);
                let line = widths.line([&name, &each.mismatches, &each.share, &what(each)]);
                if let Some(beside) = self.example(each, widths.example, widths.example < ENOUGH_FOR_AN_EXAMPLE) {
                    return (line, Some(beside), None);
                }
                if each.what.is_none() && widths.what > 0 {
                    let room = widths.what + GAP + widths.example;
                    if let Some(earlier) = self.example(each, room, true) {
                        let line = line.trim_end();
                        return (format!("{line}{:GAP$}{earlier}", ""), None, None);
                    }
                }
                (line, None, self.example(each, self.width - EXAMPLE_INDENT, false))
            })
            .collect();
        let example = if rows.iter().any(|(_, beside, _)| beside.is_some()) {
            HEAD[4]
        } else {
            ""
        };
        let what = if widths.what < HEAD[3].len() { "" } else { HEAD[3] };
        let head = widths.line([HEAD[0], HEAD[1], HEAD[2], what]) + example;
        self.line(&self.painted(Paint::Faint, head.trim_end()));
        for (line, beside, below) in rows {
            self.line(&(line + beside.as_deref().unwrap_or_default()));
            if let Some(below) = below {
                self.line(&format!("{:EXAMPLE_INDENT$}{below}", ""));
            }
        }
    }

    fn widths(&self, listed: &[Mismatched<'_>]) -> Widths {
        let widest =
            |head: usize, texts: &mut dyn Iterator<Item = usize>| texts.fold(columns_of(HEAD[head]), usize::max);
        let cells = widest(1, &mut listed.iter().map(|each| each.mismatches.len()));
        let share = widest(2, &mut listed.iter().map(|each| each.share.len()));
        let whats = listed.iter().filter_map(|each| each.what.as_deref());
        let whats: Vec<usize> = whats.map(|what| columns_of(&self.look.charset.line(what))).collect();
        let what = match whats.is_empty() {
            true => 0,
            false => widest(3, &mut whats.into_iter()),
        };
        let rest = self.width.saturating_sub(INDENT + 2 * GAP + cells + share);
        let mut names = listed.iter().map(|each| columns_of(&self.name(&each.column.name)));
        let name = widest(0, &mut names);
        let (name, what) = match what {
            0 => (name.min(rest), 0),
            what => {
                let name = name.min(rest.saturating_sub(GAP + what).max(LEAST_NAME)).min(rest);
                (name, what.min(rest.saturating_sub(name + GAP)))
            }
        };
        let taken = name + if what > 0 { GAP + what } else { 0 } + GAP;
        Widths {
            name,
            cells,
            share,
            what,
            example: rest.saturating_sub(taken),
        }
    }

    /// A changed cell with its key, whose names stand above the table, in this room; `None` where it does not fit, or would have to be cut and is to be
    /// `whole`.
    fn example(&self, each: &Mismatched<'_>, room: usize, whole: bool) -> Option<String> {
        let (column, sample) = (each.column, each.example?);
        let types = [column.left_type.as_str(), column.right_type.as_str()];
        let values = [sample.left.as_deref(), sample.right.as_deref()];
        let change = |columns| self.look.charset.change(values, types, columns);
        let fits = |key: &str, change: &str| columns_of(key) + GAP + columns_of(change) <= room;
        let seen = self.seen(&sample.key);
        let key = self.look.charset.key_values(&seen, usize::MAX);
        let uncut = change(CHANGE_COLUMNS);
        if fits(&key, &uncut) {
            return Some(format!("{key}: {uncut}"));
        }
        if whole {
            return None;
        }
        // The key first gives way, for it is in the document, then the values do, each up to a half.
        let for_key = room.saturating_sub(GAP + columns_of(&uncut)).max(room / 2);
        let key = self.look.charset.key_values(&seen, for_key);
        let cut = change(room.saturating_sub(GAP + columns_of(&key)));
        if fits(&key, &cut) {
            return Some(format!("{key}: {cut}"));
        }
        Some(self.look.charset.cut(&change(room), room))
    }
}

impl Widths {
    /// The first cells of a line, with the gap before an example.
    fn line(&self, [name, cells, share, what]: [&str; 4]) -> String {
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(columns_of(text)));
        let mut line = format!(
            "{:INDENT$}{name}{}{:GAP$}{}{cells}{:GAP$}{}{share}{:GAP$}",
            "",
            pad(name, self.name),
            "",
            pad(cells, self.cells),
            "",
            pad(share, self.share),
            "",
        );
        if self.what > 0 {
            line.push_str(&format!("{what}{}{:GAP$}", pad(what, self.what), ""));
        }
        line
    }
}
