//! Any text is options that mean one thing, or a refusal: as the JSON object of `--options`, and as the JSON run that the JVM hands over.
//! Accepted options mean the same when they are written and read again, and a comparison with them ends with a result or with an error
//! that is not INTERNAL.
//!
//! Half of the inputs are tokens in any order; the other half are objects put together from them, which are JSON in any case.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parity_engine::run::compare;
use parity_scan::files::source::LocalSource;
use parity_scan::parquet::ParquetSource;
use parity_source::{Code, ParityError, Sources};
use parity_steps::ask::catalog::{self, Entry};
use parity_steps::ask::rules::Rules;
use parity_steps::ask::run::Run;
use parity_steps::{Kind, open};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Map, Value};
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

const TOKENS: [&str; 64] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "0.1",
    "1e-9",
    "1e400",
    "-0.0",
    "12345678901234567890123",
    "\"\"",
    "\"*\"",
    "\"tolerance\"",
    "\"text\"",
    "\"null_equals\"",
    "\"unordered\"",
    "\"thresholds\"",
    "\"mask\"",
    "\"absolute\"",
    "\"relative\"",
    "\"symmetric\"",
    "\"time\"",
    "\"$tolerance\"",
    "\"$decimal\"",
    "\"$date\"",
    "\"$ts\"",
    "\"$ts_ntz\"",
    "\"type:double\"",
    "\"type:decimal\"",
    "\"type:interval\"",
    "\"type:int\"",
    "\"id\"",
    "\"n\"",
    "\"d\"",
    "\"s\"",
    "\"t\"",
    "\"l\"",
    "\"trim\"",
    "\"ignore_case\"",
    "\"normalize\"",
    "\"collapse_spaces\"",
    "\"rows\"",
    "\"columns\"",
    "\"schema\"",
    "\"2 seconds\"",
    "\"PT1H\"",
    "\"2024-01-31\"",
    "\"2024-01-31T12:00:00Z\"",
    "\"1.50\"",
    "\"keys\"",
    "\"exclude\"",
    "\"rename\"",
    "\"where\"",
    "\"duplicates\"",
    "\"fail\"",
    "\"samples\"",
    "\"n > 0 or s is null\"",
];

/// Two small files that differ.
static FILES: LazyLock<[PathBuf; 2]> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("parity-fuzz-options-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for two files");
    [0, 1].map(|side| {
        let path = folder.join(format!("{side}.parquet"));
        write(File::create(&path).expect("a file"), side);
        path
    })
});

fn write(file: File, side: i32) {
    let schema = "message m { required int32 id; optional int32 n; optional double d; optional binary s (UTF8); optional int32 t (DATE);
        optional group l (LIST) { repeated group list { optional int32 element; } } }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    let (present, mut number) = ([1, 1, 0], 0);
    while let Some(mut column) = group.next_column().expect("a column") {
        match number {
            0 => column.typed::<Int32Type>().write_batch(&[1, 1, 2], None, None),
            2 => column
                .typed::<DoubleType>()
                .write_batch(&[0.5, f64::from(side)], Some(&present), None),
            3 => {
                let texts = [
                    ByteArray::from("a "),
                    ByteArray::from(if side == 0 { "B" } else { "b" }),
                ];
                column
                    .typed::<ByteArrayType>()
                    .write_batch(&texts, Some(&present), None)
            }
            5 => column
                .typed::<Int32Type>()
                .write_batch(&[1, 2 + side], Some(&[3, 3, 0, 1]), Some(&[0, 1, 0, 0])),
            _ => column
                .typed::<Int32Type>()
                .write_batch(&[7, 8 + side], Some(&present), None),
        }
        .expect("values");
        column.close().expect("a column");
        number += 1;
    }
    group.close().expect("a row group");
    writer.close().expect("a file");
}

/// Tokens in any order, with any letters between them.
fn tokens(bytes: &[u8]) -> String {
    let token = |byte: &u8| match TOKENS.get(usize::from(byte.wrapping_sub(128))) {
        Some(token) => (*token).to_owned(),
        None => char::from(*byte).to_string(),
    };
    bytes.iter().map(token).collect()
}

/// A value that is JSON.
fn value(bytes: &mut &[u8], levels: usize) -> Value {
    let Some(&byte) = bytes.split_off_first() else {
        return Value::Null;
    };
    let scalars = &TOKENS[6..];
    match byte {
        0..64 if levels > 0 => {
            let members = (0..byte % 4).map(|_| (name(bytes), value(bytes, levels - 1)));
            Value::Object(members.collect())
        }
        64..96 if levels > 0 => Value::Array((0..byte % 4).map(|_| value(bytes, levels - 1)).collect()),
        _ => serde_json::from_str(scalars[usize::from(byte) % scalars.len()]).unwrap_or_default(),
    }
}

fn name(bytes: &mut &[u8]) -> String {
    let names = &TOKENS[17..];
    let byte = bytes.split_off_first().copied().unwrap_or_default();
    names[usize::from(byte) % names.len()].trim_matches('"').to_owned()
}

/// An object of rules, sometimes with a member that does not exist.
fn rules(bytes: &mut &[u8]) -> Value {
    let mut members = Map::new();
    for rule in catalog::rules().filter_map(Entry::rule) {
        if bytes.first().is_some_and(|byte| byte % 2 == 0) {
            members.insert(rule.to_owned(), value(bytes, 4));
        }
    }
    if bytes.first().is_some_and(|byte| byte % 16 == 1) {
        members.insert(name(bytes), value(bytes, 2));
    }
    Value::Object(members)
}

/// The text of a run, whose members are mostly right.
fn run_text(bytes: &mut &[u8]) -> String {
    let mut run = serde_json::to_value(Run::of("left", "right")).expect("a run is JSON");
    run["rules"] = rules(bytes);
    let names = [
        "keys",
        "columns",
        "exclude",
        "rename",
        "where",
        "left_where",
        "duplicates",
        "samples",
        "zone",
        "seed",
        "caller",
        "split_bytes",
        "partition_rows",
        "case_sensitive",
        "partition_types",
        "output",
        "no_such_member",
    ];
    for name in names {
        if bytes.first().is_some_and(|byte| byte % 8 == 0) {
            run[name] = value(bytes, 3);
        }
    }
    run.to_string()
}

fn of_paths(mut run: Run) -> Run {
    let [left, right] = FILES.each_ref().map(|path| path.to_string_lossy().into_owned());
    (run.left, run.right) = (vec![left], vec![right]);
    run
}

fn check(text: &str, error: &ParityError) {
    assert_ne!(error.code, Code::Internal, "{error}: {text}");
    assert!(error.hint.is_some(), "{error} has no hint: {text}");
}

/// Compares with options that were accepted.
fn compared(text: &str, run: Run) {
    if let Err(error) = compare(&of_paths(run), 1) {
        check(text, &error);
    }
}

fn as_options(text: &str) {
    let rules = match Rules::from_json(text, "--options") {
        Ok(rules) => rules,
        Err(error) => {
            assert_eq!(error.code, Code::BadOption, "{text}");
            return check(text, &error);
        }
    };
    let Ok(Value::Object(members)) = serde_json::from_str(text) else {
        panic!("this is no object: {text}");
    };
    let is_known = |name: &String| catalog::rules().any(|entry| entry.rule() == Some(name));
    assert!(members.keys().all(is_known), "{text}");
    let again = serde_json::to_string(&rules).expect("rules are JSON");
    assert_eq!(Rules::from_json(&again, "--options").as_ref(), Ok(&rules), "{text}");
    for keys in [Some(vec![("id".to_owned(), None)]), None] {
        compared(
            text,
            Run {
                keys,
                rules: rules.clone(),
                ..Run::of("", "")
            },
        );
    }
}

fn as_run(text: &str) {
    // The JVM hands over what is JSON, one object.
    let Ok(Value::Object(_)) = serde_json::from_str(text) else {
        return;
    };
    let args = format!("{{\"side\": 0, \"run\": {text}}}");
    let read = serde_json::from_str::<Run>(text);
    match open(
        Kind::Plan,
        &[],
        format!("{{\"cores\": 1, \"run\": {text}}}").as_bytes(),
        Sources::both(ParquetSource::new(Arc::new(LocalSource))),
    ) {
        Ok(_) => compared(text, read.unwrap_or_else(|e| panic!("{e}: {text}"))),
        Err(error) => check(&args, &error),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes;
    match bytes.split_off_first() {
        Some(choice) if choice % 4 == 0 => as_options(&tokens(bytes)),
        Some(choice) if choice % 4 == 1 => as_options(&rules(&mut bytes).to_string()),
        Some(choice) if choice % 4 == 2 => as_run(&run_text(&mut bytes)),
        Some(_) => as_run(&tokens(bytes)),
        None => {}
    }
});
