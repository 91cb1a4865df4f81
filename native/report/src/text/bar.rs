//! The rows as a bar of characters, and what its parts mean.

use super::Page;
use super::paint::Paint;
use crate::figures::grouped;
use crate::findings::kinds;
use crate::shown::Charset;

/// Columns that the bar takes at most.
const BAR_COLUMNS: usize = 60;
/// The marks of the kinds of rows, in the order of [`kinds`]. Rows that differ catch the eye.
const MARKS: [[&str; 4]; 2] = [["▒", "░", "█", "▓"], ["<", "-", "#", ">"]];
const PAINTS: [Paint; 4] = [Paint::OnlyLeft, Paint::Identical, Paint::Changed, Paint::OnlyRight];

impl Page<'_> {
    /// The bar, and below it every kind of rows with its number.
    pub(super) fn write_rows(&mut self) {
        let kinds = kinds(self.document);
        let marks = match self.look.charset {
            Charset::Utf8 => MARKS[0],
            Charset::Ascii => MARKS[1],
        };
        let columns = parts(kinds.map(|(_, rows)| rows), BAR_COLUMNS.min(self.width - 4));
        let painted = |kind: usize, mark: &str| self.painted(PAINTS[kind], mark);
        let bar: String = (0..4)
            .map(|kind| painted(kind, &marks[kind].repeat(columns[kind])))
            .collect();
        let legend = kinds.iter().enumerate().map(|(kind, (name, rows))| match rows {
            0 => format!("0 {name}"),
            _ => format!("{} {} {name}", painted(kind, marks[kind]), grouped(*rows)),
        });
        let legend: Vec<String> = legend.collect();
        if kinds.iter().any(|(_, rows)| *rows > 0) {
            self.line(&format!("  {bar}"));
        }
        self.flow("  ", legend, "  ");
        for remark in crate::findings::remarks(self.document) {
            self.words(&remark);
        }
        self.line("");
    }
}

/// How many of `columns` each number of rows gets: as many as its share, and at least one where there is a row, so that
/// neither a part nor the whole ever looks like none.
fn parts(rows: [u64; 4], columns: usize) -> [usize; 4] {
    let all: u128 = rows.iter().map(|&rows| u128::from(rows)).sum();
    if all == 0 {
        return [0; 4];
    }
    // In parts of a column, so that nothing is rounded before the end.
    let wanted = rows.map(|rows| u128::from(rows) * columns as u128);
    let mut parts = wanted.map(|wanted| match wanted {
        0 => 0,
        wanted => ((wanted / all) as usize).max(1),
    });
    let missing = |parts: &[usize; 4], part: usize| wanted[part] as i128 - parts[part] as i128 * all as i128;
    while parts.iter().sum::<usize>() < columns {
        let part = (0..4).max_by_key(|&part| missing(&parts, part)).unwrap_or_default();
        parts[part] += 1;
    }
    while parts.iter().sum::<usize>() > columns {
        let large = (0..4).filter(|&part| parts[part] > 1);
        let part = large.min_by_key(|&part| missing(&parts, part)).unwrap_or_default();
        parts[part] -= 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_bar_as_their_shares_are() {
        assert_eq!(parts([1, 1, 1, 1], 60), [15; 4]);
        assert_eq!(parts([0, 3, 1, 0], 60), [0, 45, 15, 0]);
        assert_eq!(parts([0, 0, 0, 7], 60), [0, 0, 0, 60]);
        assert_eq!(parts([0; 4], 60), [0; 4]);
        assert_eq!(parts([2, 1, 1, 1], 4), [1; 4]);
    }

    #[test]
    fn one_row_of_a_great_many_is_seen_and_so_are_all_others() {
        assert_eq!(parts([1, u64::MAX / 4, 1, 1], 60), [1, 57, 1, 1]);
        assert_eq!(parts([u64::MAX / 4, 1, 0, 0], 60), [59, 1, 0, 0]);
        assert_eq!(parts([0, u64::MAX, u64::MAX, 0], 60), [0, 30, 30, 0]);
    }
}
