use super::*;
use crate::error::Code;
use serde_json::{Value, json};

fn planned(run: &Value) -> Result<Run, ParityError> {
    #[derive(Deserialize)]
    struct Args {
        run: Run,
    }
    Run::args::<Args>(json!({"run": run}).to_string().as_bytes()).map(|args| args.run)
}

fn with(name: &str, value: Value) -> Value {
    let mut run = serde_json::to_value(Run::of("left", "right")).unwrap();
    run[name] = value;
    run
}

#[test]
fn a_run_is_what_was_written() {
    let run = Run {
        keys: Some(vec![("a".to_owned(), Some("b".to_owned()))]),
        rules: Rules::from_json(r#"{"tolerance": 0.10, "mask": ["v"]}"#, "rules").unwrap(),
        ..Run::of("left", "right")
    };
    let written = serde_json::to_value(&run).unwrap();
    assert_eq!(serde_json::to_value(planned(&written).unwrap()).unwrap(), written);
    // What is the driver's business alone.
    assert!(planned(&with("output", json!("folder"))).is_ok());
}

#[test]
fn malformed_and_unknown_members_of_a_run_are_bad_options() {
    for run in [
        json!([]),
        json!(null),
        with("no_such_member", json!(1)),
        with("rules", json!([1])),
        with("rules", json!({"no_such_rule": 1})),
        with("samples", json!(-1)),
        with("samples", json!(1.5)),
        with("keys", json!([["a"]])),
        with("keys", json!("a")),
        with("columns", json!("a")),
        with("duplicates", json!("perhaps")),
    ] {
        let error = planned(&run).unwrap_err();
        assert_eq!((error.code, error.hint.is_some()), (Code::BadOption, true), "{run}");
    }
    let twice = br#"{"run": {"rules": {}, "rules": {"tolerance": 1}}}"#;
    assert_eq!(Run::args::<Value>(twice).unwrap_err().code, Code::BadOption);
}

#[test]
fn nothing_of_a_malformed_run_is_repeated_where_columns_are_masked() {
    let mut run = with("rules", json!({"mask": ["v"]}));
    run["SECRET"] = json!("SECRET");
    let error = planned(&run).unwrap_err();
    assert!(
        !error.message.contains("SECRET") && error.message.contains("mask"),
        "{error}"
    );
}

#[test]
fn an_empty_list_of_columns_compares_nothing_and_is_refused() {
    for (caller, name) in [(Caller::Python, "columns"), (Caller::CommandLine, "--column")] {
        let run = Run {
            columns: Some(Vec::new()),
            caller,
            ..Run::of("left", "right")
        };
        let error = run.options().unwrap_err();
        assert_eq!(
            (error.code, error.message.contains(name)),
            (Code::BadOption, true),
            "{error}"
        );
    }
}

#[test]
fn a_seed_that_is_no_number_is_a_bad_option() {
    let run = planned(&with("seed", json!("x"))).unwrap();
    assert_eq!(run.options().unwrap_err().code, Code::BadOption);
}
