use super::*;
use crate::ask::rules::Rules;

fn run() -> Run {
    Run {
        exclude: vec!["loaded_at".to_owned()],
        both_where: Some("ssn = '123'".to_owned()),
        ..Run::of("old/", "new/")
    }
}

fn with_rules(rules: &str) -> Map<String, Value> {
    let rules = Rules::from_json(rules, "options").expect("rules");
    resolved(&Run { rules, ..run() }).expect("options")
}

#[test]
fn options_that_were_not_given_have_their_defaults() {
    let options = resolved(&run()).expect("options");
    assert_eq!(options["exclude"], json!(["loaded_at"]));
    assert_eq!(options["where"], json!("ssn = '123'"));
    assert_eq!(options["samples"], json!(20));
    assert_eq!(options["duplicates"], json!("pair"));
    assert_eq!(options["time_zone"], json!("UTC"));
    assert_eq!(options["case_sensitive"], json!(false));
    assert_eq!(options["tolerance"], Value::Null);
    assert_eq!(options["columns"], Value::Null);
}

#[test]
fn every_option_that_shapes_the_answer_is_told() {
    let options = resolved(&run()).expect("options");
    let names: Vec<&str> = options.keys().map(String::as_str).collect();
    let expected = "columns exclude rename where left_where right_where tolerance text null_equals unordered duplicates samples \
                    report_rows mask case_sensitive time_zone";
    assert_eq!(names.join(" "), expected);
}

#[test]
fn under_a_mask_no_literal_is_told() {
    let options =
        with_rules(r#"{"mask": ["ssn"], "null_equals": {"ssn": "000", "n": {"$decimal": "1.5"}}, "tolerance": 0.5}"#);
    assert_eq!(options["mask"], json!(["ssn"]));
    assert_eq!(options["where"], json!(MASKED));
    assert_eq!(options["null_equals"], json!({"ssn": MASKED, "n": MASKED}));
    assert_eq!(options["tolerance"], json!(0.5));
    let options = with_rules(r#"{"mask": ["ssn"], "null_equals": {"$decimal": "1.5"}}"#);
    assert_eq!(options["null_equals"], json!(MASKED));
    let options = with_rules(r#"{"null_equals": {"ssn": "000"}, "mask": []}"#);
    assert_eq!(options["null_equals"], json!({"ssn": "000"}));
    assert_eq!(options["where"], json!("ssn = '123'"));
}

#[test]
fn numbers_and_tolerances_are_told_in_one_form_whoever_wrote_them() {
    for (written, told) in [
        ("1E-7", "0.0000001"),
        ("1E-8", "1e-8"),
        ("0.000000010", "1e-8"),
        ("1e+308", "1e+308"),
        ("10E307", "1e+308"),
        ("1.0", "1"),
        ("-0.50", "-0.5"),
        ("1.25e2", "125"),
        ("1250e-4", "0.125"),
        ("0.0", "0"),
        (
            "123456789012345678901234567890.5",
            "1.234567890123456789012345678905e+29",
        ),
        ("0.000001", "0.000001"),
    ] {
        assert_eq!(
            one_form(written).map(|number| number.to_string()).as_deref(),
            Some(told),
            "{written}"
        );
    }
    let options =
        with_rules(r#"{"tolerance": {"v": {"$tolerance": {"absolute": 0.10, "relative": null, "symmetric": false}}}}"#);
    assert_eq!(
        options["tolerance"].to_string(),
        r#"{"v":{"$tolerance":{"absolute":0.1}}}"#
    );
}
