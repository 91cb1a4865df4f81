use super::*;
use crate::document::Thresholds;
use crate::junit::tests::is_well_formed;
use crate::samples::{NASTY, changed, column, hostile, is_golden, same, told};

fn panel(document: &Document) -> String {
    notebook(document, &Look::default())
}

#[test]
fn whole_cells() {
    is_golden("notebook/equal.html", &panel(&same()));
    is_golden("notebook/changed.html", &panel(&changed()));
    is_golden("notebook/told.html", &panel(&told()));
    is_golden("notebook/hostile.html", &panel(&hostile(&[NASTY, "plain"], NASTY)));
}

#[test]
fn the_cell_is_well_formed_whatever_the_values() {
    let text = panel(&hostile(&[NASTY, "'\"&\u{1b}\u{202e}"], NASTY));
    assert!(is_well_formed(&text), "{text}");
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
    let text = panel(&document.concluded());
    assert!(text.contains("c19") && !text.contains("c20"), "{text}");
    assert!(text.ends_with("… and 1 more column</div>\n</div>"), "{text}");
}

#[test]
fn masked_keys_are_masked_in_examples() {
    let mut document = changed();
    document.keys.iter_mut().flatten().for_each(|key| key.masked = true);
    document.columns[0].samples[0].key = vec![("id".to_owned(), Some("SECRET".to_owned()))];
    document.columns[1].samples.clear();
    let text = panel(&document.concluded());
    assert!(
        text.contains("id=(masked): 2.00 → 2.25") && !text.contains("SECRET"),
        "{text}"
    );
}

#[test]
fn differences_within_the_thresholds_say_so() {
    let mut document = changed();
    document.thresholds = Some(Thresholds::default());
    let text = panel(&document.concluded());
    assert!(
        text.contains("background:#8a6100\">Different, within the thresholds</b>"),
        "{text}"
    );
}

#[test]
fn nothing_in_the_panel_runs_or_loads_anything() {
    let look = Look {
        report: Some(NASTY.to_owned()),
        ..Look::default()
    };
    let text = notebook(
        &hostile(
            &[NASTY, "<script>alert(1)</script>", "\" onload=\"x"],
            "<img src=x onerror=x>",
        ),
        &look,
    );
    assert!(is_well_formed(&text), "{text}");
    let tags: Vec<&str> = text
        .split('<')
        .skip(1)
        .filter_map(|tag| tag.split(['>', ' ']).next())
        .collect();
    let known = ["div", "b", "span", "table", "thead", "tbody", "tr", "th", "td", "a"];
    assert!(
        tags.iter().all(|tag| known.contains(&tag.trim_start_matches('/'))),
        "{tags:?}"
    );
    let attributes = text
        .split('<')
        .filter_map(|tag| tag.split_once('>'))
        .flat_map(|(tag, _)| tag.split('"').step_by(2));
    for attribute in attributes.filter(|attribute| attribute.ends_with('=')) {
        let name = attribute.trim_end_matches('=').rsplit(' ').next().unwrap_or_default();
        assert!(
            ["style", "title", "href", "target", "rel"].contains(&name),
            "{attribute}"
        );
    }
    assert!(!text.contains("url(") && !text.contains("<script"), "{text}");
}

#[test]
fn the_page_is_named_where_it_was_written() {
    let report = |path: &str| {
        let look = Look {
            report: Some(path.to_owned()),
            ..Look::default()
        };
        notebook(&same(), &look)
    };
    assert!(report("out/report.html").contains("report: <a href=\"out/report.html\" "));
    assert!(report("s3://lake/out/report.html").contains("report: s3://lake/out/report.html</div>"));
    assert!(!panel(&same()).contains("report"));
}

#[test]
fn a_few_rows_of_a_great_many_have_a_part_of_the_bar() {
    let mut document = changed();
    document.counts.identical = u64::MAX / 4;
    let text = panel(&document);
    assert_eq!(text.matches("min-width:4px").count(), 3, "{text}");
    assert!(
        text.contains("title=\"2 changed\" style=\"flex:1 1 0;min-width:4px"),
        "{text}"
    );
}
