use super::super::packed::tests::unpacked as unpacked_rows;
use super::super::tests::unpacked;
use super::*;
use crate::rows::{Listed, Rows};

/// Values that hardly compress.
fn noise(seed: usize, length: usize) -> String {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let letters = (0..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + (state % 90) as u8)
    });
    letters.collect()
}

fn document(columns: usize, samples: usize, length: usize) -> Value {
    let columns = (0..columns).map(|c| {
        let samples = (0..samples).map(|s| {
            let seed = c * 1000 + s;
            json!({"key": {"id": s.to_string()}, "left": noise(seed, length), "right": noise(seed + 500, length)})
        });
        json!({"name": format!("column {c}"), "samples": samples.collect::<Vec<Value>>()})
    });
    json!({"columns": columns.collect::<Vec<Value>>(), "samples": {}})
}

/// The payload with rows of a document that counts as many.
fn with_rows(document: Value, rows: &Rows, bound: usize) -> String {
    let mut counted = crate::samples::changed();
    counted.counts.only_left = rows.only_left.total;
    counted.counts.only_right = rows.only_right.total;
    counted.counts.changed = 0;
    counted.columns = vec![counted.columns[0].clone(); document["columns"].as_array().unwrap().len()];
    let text = serde_json::to_string(rows).unwrap();
    let rows = RowsJson::of(&text, &counted).unwrap();
    within(document, &counted, Some(&rows), Some(&json!({"seconds": 1})), bound).unwrap()
}

fn rows(count: usize, columns: usize, length: usize) -> Rows {
    let one_sided = |start: usize| Listed {
        total: count as u64,
        rows: (0..count)
            .map(|r| OneSidedRow {
                key: vec![Some(r.to_string())],
                values: (0..columns)
                    .map(|c| Some(noise(start + r * columns + c, length)))
                    .collect(),
            })
            .collect(),
    };
    Rows {
        limit: count as u64,
        only_left: one_sided(1),
        only_right: one_sided(7_000_000),
        ..Rows::default()
    }
}

#[test]
fn what_fits_is_whole() {
    let payload = unpacked(&with_rows(document(3, 4, 50), &rows(5, 3, 20), bound(3)));
    assert_eq!(payload["document"], document(3, 4, 50));
    assert_eq!(
        unpacked_rows(payload["rows"].clone()),
        serde_json::to_value(rows(5, 3, 20)).unwrap()
    );
    assert_eq!(payload["run"]["seconds"], 1);
    assert_eq!(payload["cut"], json!({"characters": null, "samples": null}));
}

#[test]
fn rows_are_left_out_where_there_is_no_room_the_same_share_of_each_kind() {
    let bound = 300_000;
    let text = with_rows(document(10, 5, 20), &rows(400, 10, 60), bound);
    assert!(text.len() <= bound, "{}", text.len());
    assert!(text.len() > bound / 10 * 9, "{}", text.len());
    let rows = &unpacked(&text)["rows"];
    let shown = ["only_left", "only_right"].map(|kind| rows[kind]["count"].as_u64().unwrap());
    assert!(shown[0] > 20 && shown[0].abs_diff(shown[1]) < shown[0], "{shown:?}");
    assert_eq!(rows["only_left"]["total"], 400);
    assert_eq!(rows["limit"], 400);
}

#[test]
fn long_values_are_cut_before_samples_and_samples_before_columns() {
    let bound = 400_000;
    let text = within(document(30, 20, 4_000), &crate::samples::changed(), None, None, bound).unwrap();
    assert!(text.len() <= bound, "{}", text.len());
    let payload = unpacked(&text);
    assert_eq!(payload["document"]["columns"].as_array().unwrap().len(), 30);
    let characters = payload["cut"]["characters"].as_u64().unwrap() as usize;
    let sample = &payload["document"]["columns"][0]["samples"][0];
    assert_eq!(sample["left"].as_str().unwrap().chars().count(), characters);
    assert_eq!(sample["cut"]["left_length"], 4_000);
}

#[test]
fn a_page_of_noise_stays_below_its_bound() {
    for columns in [1, 200, 400] {
        let bound = bound(columns);
        let text = with_rows(document(columns, 20, 300), &rows(100, columns, 30), bound);
        assert!(text.len() <= bound, "{columns}: {} of {bound}", text.len());
    }
    assert!(bound(200) + 200 * LISTED_COLUMN <= 2_000_000 - STATIC_PART);
    assert!(bound(5_000) + 5_000 * LISTED_COLUMN <= 15_000_000 - STATIC_PART);
    assert_eq!(bound(100_000), bound(50_000).min(bound(100_000)));
}

#[test]
fn two_values_are_cut_around_their_first_difference() {
    let long = |middle: &str| format!("{}{middle}{}", "é".repeat(500), "z".repeat(500));
    let (left, right) = (long("left"), long("rght"));
    let ([left, _], cut) = cut_pair([Some(&left), Some(&right)], None, 100).unwrap();
    assert_eq!((cut.from, cut.left_length), (450, Some(1004)));
    let left = left.unwrap();
    assert_eq!(left.chars().count(), 100);
    assert!(left.starts_with("éé") && left.contains("left"));
    let known = Cut {
        from: 7,
        left_length: Some(90_000),
        right_length: None,
    };
    let (_, cut) = cut_pair([Some(&long("x")), None], Some(known), 100).unwrap();
    assert_eq!((cut.from, cut.left_length, cut.right_length), (7, Some(90_000), None));
}

#[test]
fn a_text_that_is_cut_says_how_long_it_was() {
    let said = format!("{}… (200 characters)", "ü".repeat(64));
    assert_eq!(cut_text(&"ü".repeat(200), 64), Some(said));
    assert_eq!(cut_text(&"ü".repeat(80), 64), None);
}
