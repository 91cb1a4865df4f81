use super::*;
use crate::document::{ColumnResult, Thresholds};
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
        assert!(bars == 8 || bars == 6, "{row}");
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
fn characters(document: Document) -> usize {
    let text = markdown(&document.concluded());
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
    let page = |pieces: usize, keys: usize| {
        let texts: Vec<String> = ["`|", "|`a", "``|", "\u{202e}|"]
            .iter()
            .map(|piece| piece.repeat(pieces))
            .collect();
        let mut document = hostile(&[NASTY], NASTY);
        document.warnings = vec![texts[0].clone(); 40];
        document.schema.only_left = (0..100).map(|n| format!("{}{n}", texts[1])).collect();
        document.sides[0].path = texts[2].clone();
        let mut column = document.columns[0].clone();
        column.samples[0].key = (0..keys)
            .map(|n| (format!("{n}{}", texts[3]), Some(texts[0].clone())))
            .collect();
        column.samples[0].right = Some(texts[1].clone());
        document.columns = (0..5000)
            .map(|n| ColumnResult {
                name: format!("{}{n}", texts[n % 4]),
                ..column.clone()
            })
            .collect();
        document.concluded()
    };
    let said = |document: &Document| {
        let text = markdown(document);
        text.lines()
            .last()
            .filter(|line| line.starts_with("*To fit"))
            .map(str::to_owned)
    };
    let small = page(1, 1);
    assert_eq!(said(&small), None);
    assert!(markdown(&small).contains("… and 4,980 more columns."));
    let mut steps: Vec<Option<String>> = [(1, 1), (10, 10), (20, 10), (1000, 10)]
        .iter()
        .map(|&(pieces, keys)| said(&page(pieces, keys)))
        .collect();
    steps.dedup();
    assert!(steps.len() >= 3, "{steps:?}");
    characters(page(100_000, 40));
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
    for _ in 0..20 {
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
        longest = longest.max(characters(document));
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
