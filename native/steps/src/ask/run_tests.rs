use super::*;
use crate::ask::catalog::{CATALOG, DRIVER_MEMBERS};
use parity_source::Code;
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

#[test]
fn the_members_of_a_run_are_those_of_the_catalog_and_of_drivers() {
    // The refusal of an unknown member lists the known ones.
    let refusal = planned(&with("no_such_member", json!(1))).unwrap_err().message;
    let known = refusal
        .split("expected one of")
        .nth(1)
        .unwrap()
        .split('`')
        .skip(1)
        .step_by(2);
    let mut known: Vec<&str> = known.collect();
    let of_callers = CATALOG
        .iter()
        .filter(|entry| entry.rule().is_none())
        .filter_map(|entry| entry.member);
    let mut described: Vec<&str> = of_callers.chain(DRIVER_MEMBERS).collect();
    known.sort_unstable();
    described.sort_unstable();
    assert_eq!(known, described);
}

#[test]
fn the_defaults_of_a_run_are_those_of_the_catalog() {
    let run = serde_json::to_value(Run::of("left", "right")).unwrap();
    for entry in CATALOG {
        // Drivers alone know the output, and paths have no default.
        let member = entry
            .member
            .filter(|name| !name.contains('.') && run.get(name).is_some());
        let Some(member) = member.filter(|name| !matches!(*name, "left" | "right")) else {
            continue;
        };
        let is_empty = matches!(&run[member], Value::Array(list) if list.is_empty())
            || matches!(&run[member], Value::Object(members) if members.is_empty());
        assert!(
            run[member] == entry.default() || entry.default().is_null() && is_empty,
            "{entry:?}"
        );
    }
}

#[test]
fn every_option_that_is_written_as_json_is_read() {
    for entry in crate::ask::catalog::rules() {
        let name = entry.rule().unwrap();
        // A list of lists is nothing that any option takes.
        let rules = Rules::from_json(&json!({name: [[]]}).to_string(), "rules").unwrap();
        for caller in [Caller::CommandLine, Caller::Python] {
            let run = Run {
                keys: Some(vec![("k".to_owned(), None)]),
                rules: rules.clone(),
                caller,
                ..Run::of("left", "right")
            };
            let error = run.options().unwrap_err();
            let is_named = error.message.starts_with(&caller.spell(entry.option));
            assert_eq!((error.code, is_named), (Code::BadOption, true), "{error}");
        }
    }
}
