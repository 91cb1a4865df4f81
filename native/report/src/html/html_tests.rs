use super::*;
use crate::samples::{NASTY, changed, hostile, is_golden, same};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::io::Read;

fn page(document: &Document) -> String {
    html(&Page {
        document,
        rows: None,
        run: None,
    })
    .unwrap()
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let start = text.find(before).unwrap() + before.len();
    let end = text[start..].find(after).unwrap();
    &text[start..start + end]
}

pub(super) fn unpacked(payload: &str) -> Value {
    let bytes = STANDARD.decode(payload).unwrap();
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn payload_of(page: &str) -> Value {
    unpacked(between(page, "id=\"payload\">", "</script>"))
}

/// The page without what is the same in all, and without its payload.
fn outline_of(page: &str) -> String {
    let script = SCRIPT.as_str();
    let payload = between(page, "id=\"payload\">", "</script>");
    let policy = between(page, "Content-Security-Policy\" content=\"", "\"");
    [
        (script, "…script…"),
        (STYLE, "…style…"),
        (payload, "…payload…"),
        (policy, "…policy…"),
    ]
    .iter()
    .fold(page.to_owned(), |page, (text, mark)| page.replace(text, mark))
}

#[test]
fn outlines_are_as_in_the_goldens() {
    let mut within = changed();
    within.thresholds = Some(crate::document::Thresholds {
        rows: Some(1.0),
        columns: vec![("name".to_owned(), 0.5)],
        schema: true,
    });
    let run = json!({"version": 1, "product": "spark-parity 0.1.0", "seconds": 12.34, "steps": [{"name": "fingerprint", "seconds": 3.25, "bytes": 2048}]});
    let documents = [
        ("equal", same()),
        ("different", changed()),
        ("within", within.concluded()),
    ];
    for (name, document) in documents {
        let page = html(&Page {
            document: &document,
            rows: None,
            run: (name == "different").then_some(&run),
        })
        .unwrap();
        is_golden(&format!("html/{name}.html"), &outline_of(&page));
    }
}

#[test]
fn the_policy_names_the_script_and_the_style_that_are_there() {
    let page = page(&changed());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    for (element, directive) in [("script", "script-src"), ("style", "style-src")] {
        let text = between(&page, &format!("<{element}>"), &format!("</{element}>"));
        let hash = STANDARD.encode(Sha256::digest(text.as_bytes()));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}'")), "{policy}");
    }
    assert!(policy.starts_with("default-src 'none';") && policy.ends_with("base-uri 'none'; form-action 'none'"));
    assert!(!policy.contains("unsafe"));
}

#[test]
fn nothing_is_styled_or_run_from_attributes() {
    let page = page(&hostile(&["a", "b"], "x"));
    let outline = outline_of(&page);
    for refused in [
        " style=",
        " onclick=",
        " onload=",
        " onerror=",
        "javascript:",
        "http://",
        "https://",
    ] {
        assert!(!outline.contains(refused), "{refused}");
    }
    assert_eq!(outline.matches("<script").count(), 2);
}

#[test]
fn hostile_names_and_values_stand_as_text() {
    let value = "</script><script>alert(1)</script><!--\u{202e}\u{0}";
    let document = hostile(&[value, NASTY, "", "{{payload}}"], value);
    let page = page(&document);
    let outline = outline_of(&page);
    assert_eq!(outline.matches("<script").count(), 2);
    assert!(outline.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
    assert!(outline.contains("{{payload}}") && !outline.contains('\u{202e}') && !outline.contains('\0'));
    assert_eq!(payload_of(&page)["document"]["columns"][0]["samples"][0]["left"], value);
}

#[test]
fn a_page_is_the_same_bytes_every_time() {
    let document = hostile(&["a", "b"], "x");
    assert_eq!(page(&document), page(&document));
}

#[test]
fn members_that_are_not_known_reach_the_page() {
    let mut json = changed().to_json();
    json["options"] = json!({"where": "a < 5", "keys": ["id"]});
    json["columns"][0]["distances"] = json!({
        "cells": 1, "least": 0.1, "greatest": 12345678901234567890.25_f64, "lower": [], "higher": [], "commonest": null,
    });
    let page = html_of_json(&json.to_string(), None, None).unwrap();
    assert!(page.contains("<code>a &lt; 5</code>"));
    let column = &payload_of(&page)["document"]["columns"][0];
    assert_eq!(column["distances"]["least"], "0.1");
}

#[test]
fn columns_and_causes_are_said_in_the_words_of_the_terminal() {
    let mut document = changed();
    let column = &mut document.columns[1];
    column.causes = vec![("scale:2".to_owned(), column.mismatches)];
    document.counts.duplicate_keys_left = 1;
    let mut rows = crate::rows::tests::rows();
    rows["changed"]["rows"][0]["cells"][0]["cause"] = json!("rounding:1");
    let page = html_of_json(&document.to_json().to_string(), Some(&rows.to_string()), None).unwrap();
    let words = &payload_of(&page)["words"];
    assert_eq!(words["columns"].as_array().unwrap().len(), document.columns.len());
    assert_eq!(words["columns"][1], "all times 100");
    for (cause, said) in [
        ("scale:2", "times 100"),
        ("scale", "a power of ten"),
        ("rounding:1", "rounded to 1 place"),
    ] {
        assert_eq!(words["causes"][cause], said);
    }
    let text = crate::Rendering::Text.of(&document, &crate::Look::default());
    assert!(text.contains("all times 100") && page.contains("<td>all times 100</td>"));
}

#[test]
fn figures_keep_all_their_digits() {
    let mut document = changed();
    document.columns[0].max_difference = crate::samples::exact(12_345_678_901_234_567_890_123, 2);
    let figure = &payload_of(&page(&document))["document"]["columns"][0]["max_difference"];
    assert_eq!(figure, "123456789012345678901.23");
}

#[test]
fn a_masked_column_is_counted_in_the_outline() {
    let mut document = changed();
    document.columns[1].masked = true;
    document.columns[1].samples.clear();
    let page = page(&document);
    assert!(page.contains("2 of 3 columns changed. 1 is masked: counted, never shown."));
}

#[test]
fn an_exceeded_limit_is_the_reason() {
    let mut document = changed();
    document.thresholds = Some(crate::document::Thresholds {
        rows: Some(0.5),
        columns: vec![("name".to_owned(), 1.0)],
        schema: false,
    });
    let document = document.concluded();
    let page = page(&document);
    assert_eq!(
        between(&page, "<p class=\"reason\">", "</p>"),
        "75.000 % of the rows differ, where at most 50.000 % may."
    );
    assert!(page.contains("<section id=\"verdict\" class=\"verdict different\""));
}

#[test]
fn slots_are_filled_once() {
    let filled = fill("<{{a}}|{{b}}>", |slot| match slot {
        "a" => "{{b}}",
        _ => "x",
    });
    assert_eq!(filled, "<{{b}}|x>");
}
