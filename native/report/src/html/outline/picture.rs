//! The rows as a picture: a bar of all rows there are, with what each side has of them above and below.

use crate::document::Document;
use crate::figures::{counted, grouped, percent};

/// What a part of the bar takes at least, in thousandths, so that one row in a billion is still seen.
const LEAST: f64 = 6.0;

pub(super) fn picture(document: &Document) -> String {
    let c = &document.counts;
    let kinds = [
        ("only left", "left", c.only_left),
        ("identical", "identical", c.identical),
        ("changed", "changed", c.changed),
        ("only right", "right", c.only_right),
    ];
    let all: u64 = kinds.iter().map(|kind| kind.2).sum();
    let share = |rows: u64| if all == 0 { 0.0 } else { rows as f64 / all as f64 };
    let widths = widths(kinds.map(|kind| kind.2));
    let mut bar = String::new();
    let mut at = 0.0;
    for ((_, class, _), width) in kinds.iter().zip(widths) {
        if width > 0.0 {
            bar.push_str(&format!(
                "<rect class=\"fill-{class}\" x=\"{:.2}%\" y=\"24\" width=\"{:.2}%\" height=\"40\"/>",
                at / 10.0,
                width / 10.0
            ));
            if *class == "changed" {
                bar.push_str(&format!(
                    "<rect fill=\"url(#hatch)\" x=\"{:.2}%\" y=\"24\" width=\"{:.2}%\" height=\"40\"/>",
                    at / 10.0,
                    width / 10.0
                ));
            }
        }
        at += width;
    }
    let left_end = (widths[0] + widths[1] + widths[2]) / 10.0;
    let right_start = widths[0] / 10.0;
    let label = format!(
        "{} in all: {}",
        counted(all, "row or pair of rows", "rows or pairs of rows"),
        kinds
            .map(|(kind, _, rows)| format!("{} {kind}", grouped(rows)))
            .join(", ")
    );
    let legend: String = kinds
        .iter()
        .map(|(kind, class, rows)| {
            format!(
                "<div class=\"kind-{class}\"><dt>{kind}</dt><dd><b>{}</b> <span>{}</span></dd></div>",
                grouped(*rows),
                percent(share(*rows))
            )
        })
        .collect();
    let mut out = format!(
        "<svg class=\"bar\" role=\"img\" aria-label=\"{label}\" width=\"100%\" height=\"88\"><defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"hatch\" width=\"2\" height=\"6\"/></pattern></defs>"
    );
    if all > 0 {
        out.push_str(&format!(
            "<text x=\"0\" y=\"12\">left: {}</text><rect class=\"span\" x=\"0\" y=\"18\" width=\"{left_end:.2}%\" height=\"3\"/>",
            counted(c.left, "row", "rows")
        ));
        out.push_str(&bar);
        out.push_str(&format!(
            "<rect class=\"span\" x=\"{right_start:.2}%\" y=\"67\" width=\"{:.2}%\" height=\"3\"/><text x=\"100%\" y=\"84\" text-anchor=\"end\">right: {}</text>",
            100.0 - right_start,
            counted(c.right, "row", "rows")
        ));
    } else {
        out.push_str("<text x=\"0\" y=\"50\">Neither side has a row.</text>");
    }
    out.push_str(&format!("</svg>\n<dl class=\"kinds\">{legend}</dl>\n"));
    out.push_str(&remarks(document));
    out
}

/// Thousandths of the bar for each kind: none for none, and at least a little for the others.
fn widths(rows: [u64; 4]) -> [f64; 4] {
    let all: u64 = rows.iter().sum();
    if all == 0 {
        return [0.0; 4];
    }
    let wanted = rows.map(|rows| match rows {
        0 => 0.0,
        rows => (rows as f64 / all as f64 * 1000.0).max(LEAST),
    });
    let sum: f64 = wanted.iter().sum();
    wanted.map(|width| width / sum * 1000.0)
}

/// What else there is to know of the rows.
fn remarks(document: &Document) -> String {
    let c = &document.counts;
    let mut out = Vec::new();
    if document.keys.is_none() {
        out.push("Without keys both sides were compared as multisets of whole rows: a row that changed is only left and only right.".to_owned());
    }
    for (what, left, right) in [
        ("Keys with several rows", c.duplicate_keys_left, c.duplicate_keys_right),
        ("Rows with a null in the key", c.null_keys_left, c.null_keys_right),
    ] {
        if left + right > 0 {
            out.push(format!("{what}: {} left, {} right.", grouped(left), grouped(right)));
        }
    }
    let relaxed = document.columns.iter().map(|column| column.relaxed).sum::<u64>();
    if relaxed > 0 {
        out.push(format!(
            "{} equal only within a tolerance, a text rule or another relaxation.",
            counted(relaxed, "cell is", "cells are")
        ));
    }
    match out.is_empty() {
        true => String::new(),
        false => format!("<p class=\"remark\">{}</p>\n", out.join(" ")),
    }
}
