use super::*;

fn change(left: &str, right: &str, columns: usize) -> String {
    Charset::Utf8.change(Some(left), Some(right), ["string", "string"], columns)
}

/// Both texts of a change.
fn halves(change: &str) -> (&str, &str) {
    change.split_once(" became ").unwrap()
}

#[test]
fn what_fits_is_shown_whole() {
    assert_eq!(change("two", "Two", 20), "two became Two");
    assert_eq!(
        Charset::Utf8.change(None, Some("x"), ["int", "int"], 20),
        "null became x"
    );
    assert_eq!(
        Charset::Utf8.change(Some("x"), None, ["int", "int"], 20),
        "x became null"
    );
}

#[test]
fn long_values_are_cut_around_their_first_difference() {
    let url = "https://example.org/a/path/that/is/rather/long/and/the/same?session=";
    let shown = change(
        &format!("{url}17&user=jo&page=1"),
        &format!("{url}18&user=jo&page=1"),
        72,
    );
    assert_eq!(
        shown,
        "…same?session=17&user=jo&page=1 became …same?session=18&user=jo&page=1"
    );
    let long = "x".repeat(300);
    let shown = change(&format!("{long}a{long}"), &format!("{long}b{long}"), 60);
    let (left, right) = halves(&shown);
    assert!(
        left.starts_with('…') && left.ends_with('…') && left.contains('a'),
        "{shown}"
    );
    assert!(
        right.starts_with('…') && right.ends_with('…') && right.contains('b'),
        "{shown}"
    );
    assert!(columns_of(&shown) <= 60);
}

#[test]
fn a_value_that_goes_on_where_the_other_ends_is_cut_around_that_end() {
    let long = "y".repeat(200);
    let shown = change(&long, &format!("{long}!"), 60);
    let (left, right) = halves(&shown);
    assert!(left.ends_with('y') && right.ends_with("y!"), "{shown}");
    let shown = change(&long[..50], &long, 60);
    let (left, right) = halves(&shown);
    assert!(left.ends_with('y') && right.ends_with('…'), "{shown}");
    assert_ne!(left, right);
}

#[test]
fn a_change_never_shows_the_same_text_twice() {
    let long = "0123456789".repeat(30);
    let pairs = [
        (format!("{long}a"), format!("{long}b")),
        (format!("a{long}"), format!("b{long}")),
        (format!("{long}a{long}"), format!("{long}{long}")),
        ("x".to_owned(), "x ".to_owned()),
        ("a b".to_owned(), "a  b".to_owned()),
        ("é".to_owned(), "e\u{301}".to_owned()),
        ("a\u{a0}b".to_owned(), "a b".to_owned()),
        ("a\u{200b}b".to_owned(), "ab".to_owned()),
        ("a\u{1}".to_owned(), "a\u{2}".to_owned()),
        ("a\nb".to_owned(), "a\\nb".to_owned()),
        ("\r".to_owned(), "\n".to_owned()),
        (String::new(), "\"\"".to_owned()),
    ];
    for (left, right) in &pairs {
        for columns in [30, 72, 88] {
            let shown = change(left, right, columns);
            let (l, r) = halves(&shown);
            assert_ne!(l, r);
            assert!(!is_alike(l, r) || l.contains('"'), "{shown}");
            assert!(columns_of(&shown) <= columns, "{columns}: {shown}");
        }
    }
    assert_eq!(change("x", "x ", 72), "\"x\" became \"x \"");
    assert_eq!(change("é", "e\u{301}", 72), "\"\\u{e9}\" became \"e\\u{301}\"");
}

#[test]
fn the_string_null_and_the_empty_string_are_no_null() {
    let shown = |left, right| Charset::Utf8.change(left, right, ["string", "string"], 40);
    assert_eq!(shown(None, Some("null")), "null became \"null\"");
    assert_eq!(shown(Some("null"), None), "\"null\" became null");
    assert_eq!(shown(None, Some("")), "null became \"\"");
    assert_eq!(shown(Some(""), Some("x")), "\"\" became x");
}

#[test]
fn values_with_one_text_are_told_apart_by_their_types() {
    let shown = |types| Charset::Utf8.change(Some("0.1"), Some("0.1"), types, 60);
    assert_eq!(shown(["float", "double"]), "0.1 (float) became 0.1 (double)");
    assert_eq!(shown(["string", "string"]), "0.1 became 0.1 (shown alike)");
}

#[test]
fn names_and_keys_are_cut_in_the_middle() {
    let name = "customer_shipping_address_postal_code_of_the_second_order";
    assert_eq!(Charset::Utf8.cut(name, 20), "customer_s…ond_order");
    assert_eq!(Charset::Ascii.cut(name, 20), "customer_...nd_order");
    let key = vec![
        ("id".to_owned(), Some("7".to_owned())),
        ("url".to_owned(), Some("u".repeat(100))),
        ("day".to_owned(), None),
    ];
    assert_eq!(
        Charset::Utf8.key(&key, 60),
        format!("id=7, url={}…{}, day=null", "u".repeat(20), "u".repeat(19))
    );
    assert_eq!(Charset::Utf8.key(&key, 25), "id=7, url=uuuuuu…uuuuu, …");
    let wide: KeyText = (0..30).map(|n| (format!("c{n}"), Some("1".to_owned()))).collect();
    assert!(Charset::Utf8.key(&wide, 500).ends_with("c9=1, …"));
}

#[test]
fn nothing_that_is_shown_breaks_its_line_or_acts_on_the_terminal() {
    assert_eq!(Charset::Utf8.line("a\nb\t\u{1b}[31m"), "a\\nb\\t\\u{1b}[31m");
    assert_eq!(Charset::Utf8.line("x\u{202e}y\u{200f}"), "x\\u{202e}y\\u{200f}");
    assert_eq!(Charset::Utf8.line("e\u{301} 日本 😀 \"'\\"), "e\u{301} 日本 😀 \"'\\");
    assert_eq!(Charset::Ascii.line("fünf…\n"), "f\\u{fc}nf\\u{2026}\\n");
}

#[test]
fn wide_characters_take_two_columns_and_combining_ones_none() {
    assert_eq!(columns_of("日本"), 4);
    assert_eq!(columns_of("e\u{301}"), 1);
    let text = "日本語".repeat(20);
    assert!(columns_of(&Charset::Utf8.cut(&text, 21)) <= 21);
}

#[test]
fn a_value_of_any_length_is_not_read_to_its_end() {
    let long = "z".repeat(50_000_000);
    let shown = change(&long, &long[..long.len() - 1], 60);
    assert!(columns_of(&shown) <= 60);
}
