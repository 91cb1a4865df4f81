use super::*;
use crate::shown::{PAGE, SHOWN_COLUMNS};

fn change(left: &str, right: &str, columns: usize) -> String {
    Charset::Utf8.change([Some(left), Some(right)], ["string", "string"], columns)
}

/// Both texts of a change.
fn halves(change: &str) -> (&str, &str) {
    change.split_once(" → ").unwrap()
}

#[test]
fn what_fits_is_shown_whole() {
    assert_eq!(change("two", "Two", 20), "two → Two");
    assert_eq!(Charset::Utf8.change([None, Some("x")], ["int", "int"], 20), "null → x");
    assert_eq!(Charset::Utf8.change([Some("x"), None], ["int", "int"], 20), "x → null");
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
        "…e/same?session=17&user=jo&page=1 → …e/same?session=18&user=jo&page=1"
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
    assert_eq!(change("x", "x ", 72), "\"x\" → \"x \"");
    assert_eq!(change("é", "e\u{301}", 72), "\"\\u{e9}\" → \"e\\u{301}\"");
}

#[test]
fn the_string_null_and_the_empty_string_are_no_null() {
    let shown = |left, right| Charset::Utf8.change([left, right], ["string", "string"], 40);
    assert_eq!(shown(None, Some("null")), "null → \"null\"");
    assert_eq!(shown(Some("null"), None), "\"null\" → null");
    assert_eq!(shown(None, Some("")), "null → \"\"");
    assert_eq!(shown(Some(""), Some("x")), "\"\" → x");
}

#[test]
fn values_with_one_text_are_told_apart_by_their_types() {
    let shown = |types| Charset::Utf8.change([Some("0.1"), Some("0.1")], types, 60);
    assert_eq!(shown(["float", "double"]), "0.1 (float) → 0.1 (double)");
    assert_eq!(shown(["string", "string"]), "0.1 → 0.1 (shown alike)");
}

#[test]
fn a_value_of_any_length_is_not_read_to_its_end() {
    let long = "z".repeat(50_000_000);
    let shown = change(&long, &long[..long.len() - 1], 60);
    assert!(columns_of(&shown) <= 60);
}

/// A change in two cells.
fn cells(left: &str, right: &str, types: [&str; 2]) -> [String; 2] {
    PAGE.cells([Some(left), Some(right)], types, SHOWN_COLUMNS)
        .map(Option::unwrap)
}

#[test]
fn two_cells_that_differ_never_read_alike() {
    let digits = "0123456789".repeat(3000);
    let marks = "\u{202e}".repeat(100);
    let xs = "x".repeat(100);
    let pairs = [
        (digits.clone(), format!("{digits}!")),
        (format!("a{digits}"), format!("b{digits}")),
        ("x".repeat(50), "x".repeat(200)),
        ("x".to_owned(), "x ".to_owned()),
        ("a b".to_owned(), "a  b".to_owned()),
        ("é".to_owned(), "e\u{301}".to_owned()),
        ("a\u{a0}b".to_owned(), "a b".to_owned()),
        ("a\u{200b}b".to_owned(), "ab".to_owned()),
        ("a\nb".to_owned(), "a\\nb".to_owned()),
        ("\u{1}".to_owned(), "\u{2}".to_owned()),
        (String::new(), "\"\"".to_owned()),
        (format!("{marks}a"), format!("{marks}b")),
        // The first difference is an escape that takes more than the room that would be left for it.
        (format!("{xs}\u{202e}\u{202e}a"), format!("{xs}\u{202d}\u{202d}a")),
    ];
    for (left, right) in &pairs {
        let [one, other] = cells(left, right, ["string", "string"]);
        assert_ne!(one, other);
        assert!(!is_alike(&one, &other) || one.starts_with('"'), "{one} {other}");
        for shown in [&one, &other] {
            assert!(shown.chars().count() <= SHOWN_COLUMNS + 2, "{shown}");
            assert!(!shown.chars().any(char::is_control), "{shown}");
        }
    }
}

#[test]
fn cells_are_cut_around_their_first_difference() {
    let url = "https://example.org/a/path/that/is/rather/long/and/the/same?session=";
    let left = format!("{url}17&user=jo&page=1");
    let right = format!("{url}18&user=jo&page=1");
    assert_eq!(
        cells(&left, &right, ["string", "string"]),
        [
            "…and/the/same?session=17&user=jo&page=1",
            "…and/the/same?session=18&user=jo&page=1"
        ]
    );
}

#[test]
fn cells_tell_null_the_string_null_and_values_of_one_text_apart() {
    let null = PAGE.cells([None, Some("null")], ["string", "string"], SHOWN_COLUMNS);
    assert_eq!(null, [None, Some("\"null\"".to_owned())]);
    assert_eq!(
        cells("0.1", "0.1", ["float", "double"]),
        ["0.1 (float)", "0.1 (double)"]
    );
    assert_eq!(cells("a", "a", ["string", "string"]), ["a", "a (shown alike)"]);
}

#[test]
fn a_cell_has_room_for_characters_however_wide_they_are() {
    let wide = "日".repeat(SHOWN_COLUMNS);
    assert_eq!(PAGE.cut(&wide, SHOWN_COLUMNS), wide);
    assert_eq!(
        PAGE.cut(&(wide + "x"), SHOWN_COLUMNS),
        format!("{}…{}x", "日".repeat(20), "日".repeat(18))
    );
}
