use super::*;

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
    let values = Charset::Utf8.key_values(&key, 60);
    assert_eq!(values, format!("7, {}…{}, null", "u".repeat(20), "u".repeat(19)));
    assert_eq!(Charset::Utf8.key_values(&key, 20), "7, uuuuuu…uuuuu, …");
    assert_eq!(Charset::Utf8.key_values(&key[..1].to_vec(), 60), "id=7");
    let wide: KeyText = (0..30).map(|n| (format!("c{n}"), Some("1".to_owned()))).collect();
    assert!(Charset::Utf8.key(&wide, 500).ends_with("c9=1, …"));
}

#[test]
fn nothing_that_is_shown_breaks_its_line_or_acts_on_the_terminal() {
    assert_eq!(Charset::Utf8.line("a\nb\t\u{1b}[31m"), "a\\nb\\t\\u{1b}[31m");
    assert_eq!(Charset::Utf8.line("x\u{202e}y\u{200f}"), "x\\u{202e}y\\u{200f}");
    assert_eq!(Charset::Utf8.line("e\u{301} 日本 😀 \"'\\"), "e\u{301} 日本 😀 \"'\\");
    assert_eq!(Charset::Ascii.line("fünf…\n"), "f\\u{fc}nf\\u{2026}\\n");
    for form in [PAGE, Charset::Utf8.on_terminal(), Charset::Ascii.on_terminal()] {
        assert_eq!(form.line("\0\r"), "\\0\\r");
        assert_eq!(Form { literal: true, ..form }.line("\0\""), "\\0\\\"");
    }
}

#[test]
fn wide_characters_take_two_columns_and_combining_ones_none() {
    assert_eq!(columns_of("日本"), 4);
    assert_eq!(columns_of("e\u{301}"), 1);
    let text = "日本語".repeat(20);
    assert!(columns_of(&Charset::Utf8.cut(&text, 21)) <= 21);
}
