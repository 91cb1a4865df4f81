use super::*;
use crate::document::{ColumnResult, Thresholds};
use crate::samples::{NASTY, changed, column, hostile, is_golden, same, told};

#[test]
fn whole_pages() {
    is_golden("markdown/equal.md", &markdown(&same()));
    is_golden("markdown/changed.md", &markdown(&changed()));
    is_golden("markdown/told.md", &markdown(&told()));
    is_golden("markdown/hostile.md", &markdown(&hostile(&[NASTY, "plain"], NASTY)));
}

#[test]
fn tables_keep_their_columns_whatever_the_values() {
    let text = markdown(&hostile(&[NASTY, "plain"], NASTY));
    for row in text.lines().filter(|line| line.starts_with('|')) {
        let bars = row.replace("\\|", "").matches('|').count();
        assert!(bars == 8 || bars == 6, "{row}");
    }
}

#[test]
fn lists_are_cut_and_say_how_much_is_missing() {
    let mut document = changed();
    document.columns = (0..150)
        .map(|n| column(&format!("c{n}"), "int", &[("1", "2")]))
        .collect();
    document.schema.only_left = (0..22).map(|n| format!("l{n}")).collect();
    let text = markdown(&document.clone().concluded());
    let (listed, folded) = text
        .split_once("\n\n<details><summary>80 more columns</summary>\n\n")
        .unwrap();
    assert!(listed.contains("`c19`") && !listed.contains("`c20`"), "{text}");
    assert!(
        folded.contains("`c20`") && folded.contains("`c99`") && !folded.contains("`c100`"),
        "{text}"
    );
    assert!(text.ends_with("\n\n</details>\n\n… and 50 more columns.\n"), "{text}");
    assert!(text.contains("`l19` and 2 more\n"), "{text}");
    document.columns.truncate(101);
    assert!(markdown(&document.clone().concluded()).ends_with("… and 1 more column.\n"));
    document.columns.truncate(20);
    let text = markdown(&document.concluded());
    assert!(text.contains("`c19`") && !text.contains("more column"), "{text}");
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
    assert_eq!(sentence("a \n\t b *c* <d> ~$&\0"), "a b \\*c\\* \\<d\\> \\~\\$\\&\\\\0");
}

#[test]
fn no_sentence_notifies_anybody_or_links_anywhere() {
    for text in [
        "@everyone",
        "see #1",
        "https://example.org",
        "www.example.org",
        "a@b.org `x`",
    ] {
        let shown = sentence(text);
        assert!(shown.starts_with('`') && shown.ends_with('`'), "{shown}");
    }
}

/// The characters of a page, which GitHub takes.
fn characters_of(text: &str) -> usize {
    let characters = text.chars().count();
    assert!(characters <= LIMIT, "{characters}");
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert!([8, 6, 5].contains(&bars), "{line}");
    }
    characters
}

#[test]
fn a_page_is_cut_in_steps_to_what_github_takes_and_says_so() {
    let page = |characters: usize, keys: usize| {
        let text = |n: usize| format!("{n}{}", "`".repeat(characters));
        let mut document = hostile(&[NASTY], NASTY);
        document.warnings = vec![text(0); 40];
        document.schema.only_left = (0..100).map(text).collect();
        let mut column = document.columns[0].clone();
        column.causes = vec![(text(0), 1)];
        column.samples[0].key = (0..keys).map(|n| (text(n), Some(text(0)))).collect();
        column.samples[0].right = Some(text(1));
        document.columns = (0..5000)
            .map(|n| ColumnResult {
                name: text(n),
                ..column.clone()
            })
            .collect();
        document.concluded()
    };
    let said = |characters, keys| {
        let document = page(characters, keys);
        let text = markdown(&document);
        characters_of(&text);
        text.lines()
            .last()
            .filter(|line| line.starts_with("*To fit"))
            .map(str::to_owned)
    };
    assert_eq!(said(1, 1), None);
    assert!(markdown(&page(1, 1)).ends_with("… and 4,900 more columns.\n"));
    let cut = |what: &str| Some(format!("*To fit 65,536 characters, {what}.*"));
    assert_eq!(said(1000, 1), cut("examples and long names are shortened"));
    assert_eq!(said(1000, 10), cut("examples are left out and long names shortened"));
}

#[test]
fn no_page_is_longer_than_github_takes_whatever_the_names_and_values() {
    const PIECES: [&str; 12] = [
        "`",
        "|",
        "\\",
        "<d>",
        "@a",
        "\u{202e}",
        "\u{10ffff}",
        "😀",
        "\n",
        "name",
        "https://x",
        "*",
    ];
    let mut state = 11_u64;
    let mut next = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut longest = 0;
    for _ in 0..5 {
        let mut text = || {
            let piece = PIECES[next(PIECES.len())].repeat(1 + next(4));
            format!("{piece}{}", PIECES[next(PIECES.len())]).repeat(1 + next(300))
        };
        let mut document = hostile(&[NASTY], NASTY);
        let column = document.columns[0].clone();
        document.sides.iter_mut().for_each(|side| side.path = text());
        document.warnings = (0..30).map(|_| text()).collect();
        document.schema.only_left = (0..300).map(|_| text()).collect();
        document.schema.only_right = (0..300).map(|_| text()).collect();
        document.schema.type_changes = (0..300)
            .map(|_| TypeChange {
                name: text(),
                left_type: text(),
                right_type: text(),
            })
            .collect();
        document.columns = (0..5000_u64)
            .map(|n| {
                let mut column = ColumnResult {
                    name: text(),
                    mismatches: 2 + n,
                    causes: vec![(text(), 2 + n)],
                    ..column.clone()
                };
                let sample = &mut column.samples[0];
                sample.key = (0..12).map(|_| (text(), Some(text()))).collect();
                sample.left = Some(text());
                sample.right = Some(text());
                column
            })
            .collect();
        longest = longest.max(characters_of(&markdown(&document.concluded())));
    }
    assert!(longest > LIMIT / 8, "{longest}");
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
