use super::*;
use arrow::array::BinaryViewArray;

const BOTH_TEXT: [&LeafType; 2] = [&LeafType::String; 2];

fn pair(left: &[u8], right: &[u8], leaves: [&LeafType; 2]) -> ([Option<String>; 2], Option<Cut>) {
    let [left, right] = [left, right].map(|value| BinaryViewArray::from_iter_values([value]));
    show_pair([&left, &right], 0, leaves, Zone::UTC)
}

#[test]
fn values_of_the_shown_length_are_shown_whole() {
    let (left, right) = ("é".repeat(SHOWN_CHARACTERS), "x".repeat(SHOWN_CHARACTERS));
    let (texts, cut) = pair(left.as_bytes(), right.as_bytes(), BOTH_TEXT);
    assert_eq!(texts, [Some(left), Some(right)]);
    assert_eq!(cut, None);
}

#[test]
fn longer_values_are_shown_around_their_first_difference_and_say_how_long_they_are() {
    let half = SHOWN_CHARACTERS / 2;
    for filling in ["a", "é"] {
        let same = filling.repeat(2 * SHOWN_CHARACTERS);
        let left = format!("{same}LEFT{}", filling.repeat(SHOWN_CHARACTERS + 3));
        let (texts, cut) = pair(left.as_bytes(), format!("{same}RIGHT").as_bytes(), BOTH_TEXT);
        let cut = cut.unwrap();
        assert_eq!(cut.from as usize, 2 * SHOWN_CHARACTERS - half);
        assert_eq!(
            cut.lengths,
            [3 * SHOWN_CHARACTERS + 7, 2 * SHOWN_CHARACTERS + 5].map(|length| Some(length as u64))
        );
        let [left, right] = texts.map(Option::unwrap);
        assert_eq!(left.chars().count(), SHOWN_CHARACTERS);
        assert!(left.starts_with(&format!("{}LEFT", filling.repeat(half))));
        assert_eq!(right, format!("{}RIGHT", filling.repeat(half)));
    }
}

#[test]
fn a_long_value_beside_null_is_shown_from_its_beginning() {
    let text = "x".repeat(SHOWN_CHARACTERS + 1);
    let [left, right] = [Some(text.as_bytes()), None].map(|value| BinaryViewArray::from_iter([value]));
    let (texts, cut) = show_pair([&left, &right], 0, BOTH_TEXT, Zone::UTC);
    assert_eq!(texts, [Some("x".repeat(SHOWN_CHARACTERS)), None]);
    assert_eq!(cut.unwrap().lengths, [Some(SHOWN_CHARACTERS as u64 + 1), None]);
}

#[test]
fn long_bytes_are_cut_where_their_digits_are() {
    let mut left = vec![0xab; SHOWN_CHARACTERS];
    let mut right = left.clone();
    right[SHOWN_CHARACTERS - 9] = 0xac;
    let shown = |bytes: &[u8], from: usize| {
        let digits = text::binary_text(bytes);
        let end = digits.len().min(from + SHOWN_CHARACTERS);
        Some(digits[from..end].to_owned())
    };
    let (texts, cut) = pair(&left, &right, [&LeafType::Binary; 2]);
    // The first half of the byte is the same.
    let from = 2 * (SHOWN_CHARACTERS - 9) + 1 - SHOWN_CHARACTERS / 2;
    assert_eq!(cut.unwrap().from as usize, from);
    assert_eq!(texts, [shown(&left, from), shown(&right, from)]);
    left.truncate(3);
    let (texts, cut) = pair(&left, &right, [&LeafType::Binary; 2]);
    assert_eq!(cut.unwrap().lengths, [Some(6), Some(2 * SHOWN_CHARACTERS as u64)]);
    assert_eq!(texts, [shown(&left, 0), shown(&right, 0)]);
}

#[test]
fn a_long_key_says_how_long_it_is() {
    let keys = BinaryViewArray::from_iter_values(["k".repeat(SHOWN_CHARACTERS), "k".repeat(2 * SHOWN_CHARACTERS)]);
    let shown = |row| show_key(&keys, row, &LeafType::String, Zone::UTC).unwrap();
    assert_eq!(shown(0), "k".repeat(SHOWN_CHARACTERS));
    assert_eq!(
        shown(1),
        format!(
            "{}\u{2026} ({} characters)",
            "k".repeat(SHOWN_CHARACTERS),
            2 * SHOWN_CHARACTERS
        )
    );
}
