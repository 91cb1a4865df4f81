use super::*;
use crate::document::Thresholds;
use crate::junit::tests::is_well_formed;
use crate::samples::{NASTY, changed, column, hostile, is_golden, same};

#[test]
fn whole_cells() {
    is_golden("notebook/equal.html", &notebook(&same()));
    is_golden("notebook/changed.html", &notebook(&changed()));
    is_golden("notebook/hostile.html", &notebook(&hostile(&[NASTY, "plain"], NASTY)));
}

#[test]
fn the_cell_is_well_formed_whatever_the_values() {
    let text = notebook(&hostile(&[NASTY, "'\"&\u{1b}\u{202e}"], NASTY));
    assert!(is_well_formed(&format!("<div>{text}</div>")), "{text}");
    assert!(
        !text.contains("<d>") && !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text}"
    );
    assert_eq!(
        escaped("<a href=\"x\" b='y'>&"),
        "&lt;a href=&quot;x&quot; b=&#x27;y&#x27;&gt;&amp;"
    );
}

#[test]
fn lists_are_cut_and_say_how_much_is_missing() {
    let mut document = changed();
    document.columns = (0..21)
        .map(|n| column(&format!("c{n}"), "int", &[("1", "2")]))
        .collect();
    let text = notebook(&document.concluded());
    assert!(text.contains("c19") && !text.contains("c20"), "{text}");
    assert!(text.ends_with("<p>… and 1 more column</p>"), "{text}");
}

#[test]
fn masked_keys_are_masked_in_examples() {
    let mut document = changed();
    document.keys.iter_mut().flatten().for_each(|key| key.masked = true);
    document.columns[0].samples[0].key = vec![("id".to_owned(), Some("SECRET".to_owned()))];
    document.columns[1].samples.clear();
    let text = notebook(&document.concluded());
    assert!(
        text.contains("id=(masked): 2.00 → 2.25") && !text.contains("SECRET"),
        "{text}"
    );
}

#[test]
fn differences_within_the_thresholds_say_so() {
    let mut document = changed();
    document.thresholds = Some(Thresholds::default());
    assert!(notebook(&document.concluded()).starts_with("<b>Different, within the thresholds</b>\n"));
}
