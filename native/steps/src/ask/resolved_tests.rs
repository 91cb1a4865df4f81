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
