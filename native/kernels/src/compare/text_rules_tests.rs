use super::*;
use crate::generated;
use arrow::array::{BinaryArray, DictionaryArray, Int32Array};
use proptest::prelude::*;

const NONE: TextRules = TextRules {
    trim: false,
    collapse_spaces: false,
    ignore_case: false,
    normalize: false,
};
const TRIM: TextRules = TextRules { trim: true, ..NONE };
const COLLAPSE: TextRules = TextRules {
    collapse_spaces: true,
    ..NONE
};
const CASE: TextRules = TextRules {
    ignore_case: true,
    ..NONE
};
const NORMALIZE: TextRules = TextRules {
    normalize: true,
    ..NONE
};
const ALL: TextRules = TextRules {
    trim: true,
    collapse_spaces: true,
    ignore_case: true,
    normalize: true,
};

fn after(rules: TextRules, text: &str) -> String {
    String::from_utf8(rules.apply(text.as_bytes()).into_owned()).unwrap()
}

#[test]
fn trimming_takes_unicode_white_space_off_both_ends() {
    for (text, trimmed) in [
        ("", ""),
        (" \t\u{b}\u{c}\r\n", ""),
        (" a b ", "a b"),
        ("\u{a0}\u{2003}\u{3000}ä\u{85}\u{2028}", "ä"),
        // Neither separators of information nor a zero-width space are White_Space.
        ("\u{1c}a\u{1f}", "\u{1c}a\u{1f}"),
        ("\u{200b}ä\u{feff}", "\u{200b}ä\u{feff}"),
    ] {
        assert_eq!(after(TRIM, text), trimmed, "{text:?}");
    }
}

#[test]
fn every_run_of_white_space_becomes_one_space() {
    for (text, collapsed) in [
        ("a b", "a b"),
        ("a\tb", "a b"),
        ("\u{b}a \t\r\n b  ", " a b "),
        ("ä\u{a0}\u{2003} b\u{3000}", "ä b "),
        ("   ", " "),
    ] {
        assert_eq!(after(COLLAPSE, text), collapsed, "{text:?}");
    }
}

#[test]
fn case_folding_is_full_and_knows_no_locale() {
    for (text, folded) in [
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("ẞ", "ss"),
        ("ﬁﬃ", "fiffi"),
        ("İI", "i\u{307}i"),
        ("ıi", "ıi"),
        ("ΣΊΣΥΦΟΣ ς", "σίσυφοσ σ"),
        ("ΐ", "\u{3b9}\u{308}\u{301}"),
        // Cherokee folds to its capitals.
        ("Ꭰꭰ", "ᎠᎠ"),
        ("𐐀Ⅷ", "𐐨ⅷ"),
    ] {
        assert_eq!(after(CASE, text), folded, "{text:?}");
    }
}

#[test]
fn normalization_composes() {
    assert_eq!(after(NORMALIZE, "e\u{301}"), "é");
    assert_eq!(after(NORMALIZE, "\u{212b}\u{2126}"), "ÅΩ");
    assert_eq!(after(NORMALIZE, "q\u{307}\u{323}"), "q\u{323}\u{307}");
    assert_eq!(after(NORMALIZE, "\u{1112}\u{1161}\u{11ab}"), "한");
    assert_eq!(after(NORMALIZE, "ﬁ²"), "ﬁ²", "not compatibility");
}

#[test]
fn rules_apply_in_their_order() {
    assert_eq!(after(ALL, " \u{a0}ÉCOLE\t E\u{301}cole "), "école école");
    // Folding leaves a decomposed letter, which is composed afterwards.
    assert_eq!(after(ALL, "ǰ"), "ǰ");
    assert_eq!(after(NONE, " A\u{301} "), " A\u{301} ");
}

#[test]
fn invalid_bytes_stay_and_part_the_text() {
    let applied = |rules: TextRules, text: &[u8]| rules.apply(text).into_owned();
    assert_eq!(applied(ALL, b" A\xff B  C\xfe "), b"a\xff b c\xfe");
    assert_eq!(applied(ALL, b"\xff  A  "), b"\xff a");
    assert_eq!(applied(TRIM, b"  \xff  "), b"\xff");
    assert_eq!(applied(COLLAPSE, b" \t\xff\t "), b" \xff ");
    // A surrogate is no text, and a combining mark does not reach across invalid bytes.
    assert_eq!(applied(ALL, b"E\xed\xa0\x80\xcc\x81"), b"e\xed\xa0\x80\xcc\x81");
    assert_eq!(applied(CASE, b"\xc3A\xc3\x84\xe2\x82"), b"\xc3a\xc3\xa4\xe2\x82");
}

#[test]
fn text_that_the_rules_leave_alone_is_not_copied() {
    for text in ["", "plain text", "grün", "é"] {
        assert!(matches!(ALL.apply(text.as_bytes()), Cow::Borrowed(_)), "{text}");
    }
    assert!(matches!(ALL.apply(b"  trimmed  "), Cow::Borrowed(b"trimmed")));
    let column: ArrayRef = Arc::new(BinaryViewArray::from_iter([
        Some(&b"a"[..]),
        None,
        Some("ö".as_bytes()),
    ]));
    assert!(Arc::ptr_eq(&ALL.apply_to(&column), &column));
    assert!(ALL.apply(b"").is_empty() && NONE.is_empty() && !TRIM.is_empty());
}

#[test]
fn columns_keep_their_nulls_and_lose_their_dictionary() {
    let texts = [
        Some("  A"),
        None,
        Some("a\u{a0}"),
        Some("b"),
        Some("a much longer Text, beyond a view"),
    ];
    let plain: ArrayRef = Arc::new(BinaryViewArray::from_iter(texts.map(|t| t.map(str::as_bytes))));
    let expected: ArrayRef = Arc::new(BinaryViewArray::from_iter(
        [
            Some("a"),
            None,
            Some("a"),
            Some("b"),
            Some("a much longer text, beyond a view"),
        ]
        .map(|t| t.map(str::as_bytes)),
    ));
    assert_eq!(&ALL.apply_to(&plain), &expected);
    for spare in [0, 5] {
        // With more texts than rows only those in use are looked at.
        let mut words: Vec<&[u8]> = texts.iter().flatten().map(|t| t.as_bytes()).collect();
        words.extend(std::iter::repeat_n(&b"unused"[..], spare));
        let keys = Int32Array::from(vec![Some(0), None, Some(1), Some(2), Some(3)]);
        let dictionary = DictionaryArray::new(keys, Arc::new(BinaryArray::from_iter_values(words)));
        let dictionary: ArrayRef = Arc::new(dictionary);
        assert_eq!(&ALL.apply_to(&dictionary), &expected);
    }
}

proptest! {
    #![proptest_config(generated::cases(2000))]

    #[test]
    fn ascii_takes_a_short_way_to_the_same_text(
        text in "[ -~\t\n\u{b}\u{c}\r\u{1c}]{0,12}", bits in 0_u8..16,
    ) {
        let rules = TextRules { trim: bits & 1 != 0, collapse_spaces: bits & 2 != 0, ignore_case: bits & 4 != 0, normalize: bits & 8 != 0 };
        let stretch = if rules.trim { text.trim() } else { &text };
        prop_assert_eq!(after(rules, &text), rules.apply_to_stretch(stretch).into_owned());
    }

    #[test]
    fn invalid_bytes_beside_a_text_change_nothing_in_it(text in "\\PC{0,8}", bits in 0_u8..8) {
        let rules = TextRules { trim: false, collapse_spaces: bits & 1 != 0, ignore_case: bits & 2 != 0, normalize: bits & 4 != 0 };
        let mut bytes = text.clone().into_bytes();
        bytes.push(0xff);
        let mut expected = after(rules, &text).into_bytes();
        expected.push(0xff);
        prop_assert_eq!(rules.apply(&bytes).into_owned(), expected);
    }
}
