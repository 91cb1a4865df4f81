use super::*;
use crate::document::Thresholds;
use crate::samples::{NASTY, changed, column, hostile, is_golden, same};

#[test]
fn whole_pages() {
    is_golden("markdown/equal.md", &markdown(&same()));
    is_golden("markdown/changed.md", &markdown(&changed()));
    is_golden("markdown/hostile.md", &markdown(&hostile(&[NASTY, "plain"], NASTY)));
}

#[test]
fn tables_keep_their_columns_whatever_the_values() {
    let text = markdown(&hostile(&[NASTY, "plain"], NASTY));
    for row in text.lines().filter(|line| line.starts_with('|')) {
        let bars = row.replace("\\|", "").matches('|').count();
        assert!(bars == 3 || bars == 5, "{row}");
    }
}

#[test]
fn lists_are_cut_and_say_how_much_is_missing() {
    let mut document = changed();
    document.columns = (0..50)
        .map(|n| column(&format!("c{n}"), "int", &[("1", "2")]))
        .collect();
    document.schema.only_left = (0..22).map(|n| format!("l{n}")).collect();
    let text = markdown(&document.clone().concluded());
    assert!(text.contains("`c19`") && !text.contains("`c20`"), "{text}");
    assert!(text.ends_with("\n\n… and 30 more columns.\n"), "{text}");
    assert!(text.contains("`l19` and 2 more\n"), "{text}");
    document.columns.truncate(21);
    assert!(markdown(&document.concluded()).ends_with("… and 1 more column.\n"));
}

#[test]
fn code_holds_anything() {
    assert_eq!(code("a|b"), "`a\\|b`");
    assert_eq!(code("a``b`c"), "```a``b`c```");
    assert_eq!(code("`a"), "`` `a ``");
    assert_eq!(code(""), "`  `");
    assert_eq!(code(" "), "`   `");
    assert_eq!(code("a\nb\u{202e}"), "`a\\nb\\u{202e}`");
}

#[test]
fn sentences_stay_on_their_line_and_format_nothing() {
    assert_eq!(escaped("a \n\t b *c* <d> #1\0"), "a b \\*c\\* \\<d\\> \\#1\\\\0");
}

#[test]
fn masked_keys_are_masked_in_examples() {
    let mut document = changed();
    document.keys.iter_mut().flatten().for_each(|key| key.masked = true);
    document.columns[0].samples[0].key = vec![("id".to_owned(), Some("SECRET".to_owned()))];
    document.columns[1].samples.clear();
    let text = markdown(&document.concluded());
    assert!(text.contains("`id` = `(masked)`: `2.00` → `2.25`"), "{text}");
    assert!(!text.contains("SECRET"), "{text}");
}

#[test]
fn differences_within_the_thresholds_say_so() {
    let mut document = changed();
    document.thresholds = Some(Thresholds::default());
    assert!(markdown(&document.concluded()).starts_with("### Different, within the thresholds: `old` and `new`\n"));
}
