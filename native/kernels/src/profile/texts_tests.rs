use super::*;
use crate::generated;
use proptest::prelude::*;

#[test]
fn what_both_have_in_common_at_the_ends_is_left_out() {
    for (left, right, expected) in [
        ("Berlin", "Bern", (3, [2, 0])),
        ("abc", "abXc", (2, [0, 1])),
        ("aa", "aaa", (2, [0, 1])),
        ("", "x", (0, [0, 1])),
        ("same tail", "other tail", (0, [4, 5])),
        // `é` and `è` begin with the same byte, `é` and U+0129 end with the same one: characters change as a whole.
        ("né", "nè", (1, [1, 1])),
        ("né", "n\u{129}", (1, [1, 1])),
        ("ééé", "éé", (2, [1, 0])),
    ] {
        assert_eq!(
            change(left.as_bytes(), right.as_bytes()),
            expected,
            "{left:?} {right:?}"
        );
    }
    assert_eq!(change(b"a\x80b", b"a\xffb"), (0, [1, 2]));
}

#[test]
fn lengths_go_by_powers_of_two() {
    let mut lengths = Lengths::default();
    for characters in [0, 1, 2, 3, 4, 1 << 19, 1 << 30] {
        lengths.add(characters);
    }
    assert_eq!(lengths.powers(), [(0, 1), (1, 1), (2, 2), (3, 1), (20, 2)]);
}

proptest! {
    #![proptest_config(generated::cases(1000))]

    #[test]
    fn of_valid_text_the_change_is_what_characters_say(left in "[aé€😀]{0,6}", right in "[aé€😀]{0,6}") {
        let (l, r): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
        let from = l.iter().zip(&r).take_while(|(a, b)| a == b).count();
        let (l, r) = (&l[from..], &r[from..]);
        let tail = l.iter().rev().zip(r.iter().rev()).take_while(|(a, b)| a == b).count();
        let expected = (from, [l.len() - tail, r.len() - tail]);
        prop_assert_eq!(change(left.as_bytes(), right.as_bytes()), expected);
    }
}
