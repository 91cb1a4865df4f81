use super::*;

#[test]
fn json_is_read_as_serde_json_reads_it() {
    let text = r#"{"a": [1, -2, 0.1, 1e400, 123456789012345678901234567890, true, null, "x\"\u00e9"], "b": {"c": {}, "d": []}}"#;
    let expected: Value = serde_json::from_str(text).unwrap();
    assert_eq!(read(text.as_bytes()).unwrap(), expected);
    assert_eq!(read(text.as_bytes()).unwrap().to_string(), expected.to_string());
}

#[test]
fn a_member_that_stands_twice_is_refused_at_every_depth() {
    for text in [
        r#"{"a": 1, "a": 1}"#,
        r#"{"a": {"b": 1, "c": 2, "b": 3}}"#,
        r#"[{"b": 1, "\u0062": 3}]"#,
    ] {
        assert!(
            read(text.as_bytes()).unwrap_err().to_string().contains("stands twice"),
            "{text}"
        );
    }
}

#[test]
fn what_follows_the_value_is_refused() {
    assert!(read(b"{} {}").is_err());
}

#[test]
fn a_mask_is_seen_also_in_a_text_that_cannot_be_read() {
    for (text, expected) in [
        (r#"{"run": {"rules": {"mask": ["a"]}}}"#, true),
        (r#"{"run": {"rules": {"mask": null}}}"#, false),
        (r#"{"mask": [], "text": ["mask"]}"#, false),
        (r#"{"mask": "a"}"#, true),
        (r#"{"mask": ["a"], "mask": []}"#, true),
        (r#"{"mask": ["a"}"#, true),
        (r#"{"m\u0061sk": ["a"}"#, true),
        (r#"{"text": ["a"}"#, false),
    ] {
        assert_eq!(may_mask(text.as_bytes()), expected, "{text}");
    }
}
