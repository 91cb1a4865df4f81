use super::*;
use crate::samples::{changed, exact, hostile, same};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn exact_distances_keep_all_their_digits() {
    let literal = |units: i128, scale| exact(units, scale).unwrap().to_string();
    assert_eq!(literal(5, 0), "5");
    assert_eq!(literal(1, 2), "0.01");
    assert_eq!(literal(1050, 3), "1.05");
    assert_eq!(literal(1000, 3), "1");
    let digits: i128 = "12345678901234567890123456789012345678".parse().unwrap();
    assert_eq!(literal(digits, 18), "12345678901234567890.123456789012345678");
    assert_eq!(literal(digits, 0), digits.to_string());
    assert_eq!(distance_number(Distance::Double(f64::INFINITY), 0), None);
}

#[test]
fn counts_that_do_not_add_up_are_found() {
    let counts = Counts {
        left: 3,
        right: 2,
        matched: 2,
        identical: 1,
        changed: 1,
        only_left: 1,
        ..Counts::default()
    };
    assert_eq!(counts.unreconciled(), None);
    let wrong = Counts { identical: 2, ..counts };
    assert_eq!(wrong.unreconciled().unwrap(), "matched = identical + changed: 2 and 3");
}

#[test]
fn columns_of_which_no_row_was_matched_have_shown_nothing() {
    let within = |rows: Option<f64>| {
        let mut document = changed();
        document.counts.matched = 0;
        document.columns.iter_mut().for_each(|column| column.mismatches = 0);
        document.thresholds = Some(Thresholds {
            rows,
            columns: vec![("name".to_owned(), 1.0)],
            schema: false,
        });
        document.concluded().passed
    };
    assert!(!within(None));
    assert!(within(Some(1.0)));
}

fn read(json: &Value) -> Result<Document, Unreadable> {
    Document::from_json(&json.to_string())
}

#[test]
fn documents_read_back_are_written_the_same() {
    for document in [same(), changed(), hostile(&["a", "b"], "\u{0}\u{ffff}\"\\😀")] {
        let json = document.to_json();
        let back = read(&json).unwrap();
        assert_eq!(back, document);
        assert_eq!(back.to_json().to_string(), json.to_string());
    }
}

#[test]
fn what_a_document_says_is_not_worked_out_again() {
    let mut json = changed().to_json();
    json["passed"] = json!(true);
    json["columns"][0]["rate"] = json!(0.125);
    json["mismatched_columns"] = json!(["amount"]);
    let document = read(&json).unwrap();
    assert!(document.passed && !document.equal);
    assert_eq!(document.columns[0].rate, 0.125);
    assert_eq!(document.worst_columns()[0].name, "amount");
    assert_eq!(document.to_json(), json);
}

#[test]
fn a_document_of_another_version_is_refused_in_a_sentence() {
    let mut json = same().to_json();
    for found in [json!(2), json!(0), json!(1.5)] {
        json["version"] = found.clone();
        let error = read(&json).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the result document has version {found}, and this spark-parity reads version 1")
        );
        assert!(
            error
                .hint()
                .starts_with("read it with the version of spark-parity that wrote it")
        );
    }
    // Whatever else is in it.
    assert!(matches!(read(&json!({"version": 7})), Err(Unreadable::Version(_))));
}

#[test]
fn an_error_document_is_refused_with_its_code() {
    let error = read(&json!({"version": 1, "error": {"code": "PATH_NOT_FOUND", "message": "x", "hint": "y"}}));
    let said = error.unwrap_err().to_string();
    assert_eq!(said, "the document holds no result but the error PATH_NOT_FOUND");
}

#[test]
fn members_that_are_not_known_are_passed_over() {
    let document = changed();
    let mut json = document.to_json();
    fn add(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(add),
            Value::Object(members) => {
                members.values_mut().for_each(add);
                members.insert("of_a_later_version".to_owned(), json!({"x": [1, null]}));
            }
            _ => {}
        }
    }
    let later = |part: &Value| {
        let mut part = part.clone();
        add(&mut part);
        part
    };
    for name in ["left", "right", "keys", "schema"] {
        json[name] = later(&json[name]);
    }
    // Names of the data are members of keys and causes, so these get none.
    json["counts"]["sampled"] = json!(3);
    json["columns"][0]["totals"] = json!([1]);
    json["samples"]["by_region"] = json!({});
    json["new"] = json!(true);
    assert_eq!(read(&json).unwrap(), document);
}

#[test]
fn a_malformed_document_is_refused_with_the_name_of_the_member() {
    let cases: [(&str, Option<Value>, &str); 14] = [
        ("/version", None, "version is missing"),
        ("/version", Some(json!("1")), "version is text instead of a number"),
        ("/equal", Some(json!(1)), "equal is a number instead of true or false"),
        ("/left/path", Some(json!(null)), "left.path is null instead of text"),
        ("/counts/changed", None, "counts.changed is missing"),
        (
            "/counts/changed",
            Some(json!(-1)),
            "counts.changed is a number instead of a count",
        ),
        ("/counts", Some(json!([])), "counts is a list instead of an object"),
        ("/keys/0/left", None, "keys[0].left is missing"),
        ("/columns", Some(json!({})), "columns is an object instead of a list"),
        (
            "/columns/1/rate",
            Some(json!("SECRET")),
            "columns[1].rate is text instead of a number",
        ),
        (
            "/columns/1/samples/0/key/id",
            Some(json!(7)),
            "columns[1].samples[0].key.id is a number instead of text",
        ),
        (
            "/columns/0/max_difference",
            Some(json!("1")),
            "columns[0].max_difference is text instead of a number",
        ),
        (
            "/samples/changed/0/columns/1",
            Some(json!(true)),
            "samples.changed[0].columns[1] is true or false instead of text",
        ),
        (
            "/thresholds",
            Some(json!({"rows": "x"})),
            "thresholds.rows is text instead of a number",
        ),
    ];
    for (place, value, said) in cases {
        let mut json = changed().to_json();
        match value {
            Some(value) => *json.pointer_mut(place).unwrap() = value,
            None => {
                let (parent, name) = place.rsplit_once('/').unwrap();
                json.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
            }
        }
        let error = read(&json).unwrap_err().to_string();
        assert_eq!(error, format!("the result document is malformed: {said}"));
    }
    for text in ["", "{", "nonsense", "{\"version\": 1} x", "{\"a\": \"\\ud800\"}"] {
        assert!(
            matches!(Document::from_json(text), Err(Unreadable::NotJson(_))),
            "{text}"
        );
    }
    assert_eq!(
        Document::from_json("[]").unwrap_err().to_string(),
        "the result document is malformed: the whole is a list instead of an object"
    );
}

/// Any text, often with what JSON has to escape.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,6}", "[\"\\\\\u{0}-\u{1f}\u{2028}😀é]{0,4}"]
}

/// Names, each of them once.
fn names<T: std::fmt::Debug + Clone>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<(String, T)>> {
    vec((text(), of), 0..4).prop_map(|mut named| {
        let mut seen = std::collections::HashSet::new();
        named.retain(|(name, _)| seen.insert(name.clone()));
        named
    })
}

fn key() -> impl Strategy<Value = KeyText> {
    names(option::of(text()))
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..=1.0, proptest::num::f64::NORMAL, Just(0.0)]
}

fn distance() -> impl Strategy<Value = Option<Number>> {
    prop_oneof![
        Just(None),
        finite().prop_map(|value| distance_number(Distance::Double(value), 0)),
        (any::<i128>(), 0..39i32).prop_map(|(units, scale)| exact(units.saturating_abs(), scale)),
    ]
}

fn sample() -> impl Strategy<Value = CellSample> {
    let cut = (any::<u64>(), [option::of(any::<u64>()), option::of(any::<u64>())]);
    let cut = option::of(cut.prop_map(|(from, lengths)| CellCut { from, lengths }));
    let all = (
        key(),
        option::of(text()),
        option::of(text()),
        cut,
        option::of(any::<u64>()),
    );
    all.prop_map(|(key, left, right, cut, row)| CellSample {
        key,
        left,
        right,
        cut,
        row,
    })
}

fn powers() -> impl Strategy<Value = Powers> {
    vec((any::<i32>(), any::<u64>()), 0..3)
}

type Profile = (Option<Distances>, Option<Changes>, Option<Texts>);

fn profile() -> impl Strategy<Value = Profile> {
    let commonest = option::of((text(), any::<u64>()));
    let distances = (any::<u64>(), distance(), distance(), powers(), powers(), commonest);
    let distances = distances.prop_map(|(cells, least, greatest, lower, higher, commonest)| Distances {
        cells,
        least,
        greatest,
        lower,
        higher,
        commonest,
    });
    let change = (sample(), any::<u64>()).prop_map(|(cell, cells)| Change {
        left: cell.left,
        right: cell.right,
        cut: cell.cut,
        cells,
    });
    let changes = (option::of(any::<u64>()), vec(change, 0..3)).prop_map(|(distinct, top)| Changes { distinct, top });
    let texts = (any::<u64>(), powers(), powers(), powers());
    let texts = texts.prop_map(|(cells, from, left_length, right_length)| Texts {
        cells,
        from,
        left_length,
        right_length,
    });
    (option::of(distances), option::of(changes), option::of(texts))
}

fn columns() -> impl Strategy<Value = Vec<ColumnResult>> {
    let types = vec!["double", "string", "decimal(38,18)"];
    let counts = [any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>()];
    let column = (
        (proptest::sample::select(types), text(), counts, finite()),
        (distance(), names(any::<u64>()), vec(sample(), 0..3), any::<bool>()),
        profile(),
    );
    let column = column.prop_map(
        |((left, right, counts, rate), (max_difference, causes, samples, masked), (distances, changes, texts))| {
            let [mismatches, null_left, null_right, relaxed] = counts;
            ColumnResult {
                left_type: left.to_owned(),
                right_type: right,
                mismatches,
                rate,
                null_left,
                null_right,
                max_difference,
                relaxed,
                causes,
                samples,
                masked,
                distances,
                changes,
                texts,
                ..ColumnResult::default()
            }
        },
    );
    names(column).prop_map(|named| {
        let columns = named.into_iter();
        columns.map(|(name, column)| ColumnResult { name, ..column }).collect()
    })
}

fn thresholds() -> impl Strategy<Value = Option<Thresholds>> {
    let all = (option::of(finite()), names(finite()), any::<bool>());
    option::of(all.prop_map(|(rows, columns, schema)| Thresholds { rows, columns, schema }))
}

fn documents() -> impl Strategy<Value = Document> {
    let side =
        || (text(), any::<u64>(), any::<u64>()).prop_map(|(path, files, bytes)| SideFiles { path, files, bytes });
    let key_column = (text(), text(), any::<bool>());
    let key_column = key_column.prop_map(|(left, right, masked)| KeyColumn { left, right, masked });
    let change = (text(), text(), text());
    let change = change.prop_map(|(name, left_type, right_type)| TypeChange {
        name,
        left_type,
        right_type,
    });
    let schema = (vec(text(), 0..3), vec(text(), 0..3), vec(change, 0..3));
    let changed = (key(), vec(text(), 0..3), option::of(any::<u64>()));
    let changed = changed.prop_map(|(key, columns, row)| ChangedSample { key, columns, row });
    let values = || vec(option::of(vec(option::of(text()), 0..3)), 0..3);
    let duplicate = (any::<bool>(), key(), any::<u64>());
    let duplicate = duplicate.prop_map(|(is_left, key, rows)| DuplicateKey {
        side: if is_left { Side::Left } else { Side::Right },
        key,
        rows,
    });
    let samples = (
        vec(key(), 0..3),
        vec(key(), 0..3),
        vec(changed, 0..3),
        [values(), values()],
        vec(duplicate, 0..3),
    );
    let options = names(text()).prop_map(|named| {
        let members = named.into_iter();
        members
            .map(|(name, value)| (name, serde_json::Value::from(value)))
            .collect()
    });
    let counts = proptest::array::uniform11(any::<u64>());
    (
        (
            any::<bool>(),
            any::<bool>(),
            side(),
            side(),
            option::of(vec(key_column, 0..3)),
            counts,
        ),
        (
            schema,
            columns(),
            vec(text(), 0..3),
            samples,
            thresholds(),
            options,
            vec(text(), 0..3),
        ),
    )
        .prop_map(
            |(
                (equal, passed, left, right, keys, n),
                (schema, columns, worst, samples, thresholds, options, warnings),
            )| {
                Document {
                    equal,
                    passed,
                    sides: [left, right],
                    keys,
                    counts: Counts {
                        left: n[0],
                        right: n[1],
                        matched: n[2],
                        identical: n[3],
                        changed: n[4],
                        only_left: n[5],
                        only_right: n[6],
                        duplicate_keys_left: n[7],
                        duplicate_keys_right: n[8],
                        null_keys_left: n[9],
                        null_keys_right: n[10],
                    },
                    schema: SchemaDifference {
                        common: worst.clone(),
                        only_left: schema.0,
                        only_right: schema.1,
                        type_changes: schema.2,
                    },
                    columns,
                    mismatched_columns: worst,
                    samples: RowSamples {
                        only_left: samples.0,
                        only_right: samples.1,
                        changed: samples.2,
                        values: samples.3,
                        duplicates: samples.4,
                    },
                    thresholds,
                    options,
                    warnings,
                }
            },
        )
}

proptest! {
    #[test]
    fn any_document_is_read_back_as_it_was(document in documents()) {
        let json = document.to_json().to_string();
        let back = Document::from_json(&json).unwrap();
        prop_assert_eq!(&back, &document);
        prop_assert_eq!(back.to_json().to_string(), json);
    }
}
