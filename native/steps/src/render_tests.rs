use super::*;
use crate::{Kind, open};
use parity_source::Sources;
use parity_source::batches::Builder;

const DOCUMENT: &str = include_str!("../../report/src/goldens/document.json");

/// What the step gives for a document.
fn rendered(args: &str, document: &str) -> Result<Map<String, Value>, ParityError> {
    let mut step = open(
        Kind::Render,
        &[],
        args.as_bytes(),
        Sources::both(Builder::new(Vec::new(), 0, 0).finish()),
    )?;
    let mut fed = block::begin(DRIVER, 0);
    fed.extend_from_slice(document.as_bytes());
    step.feed(&fed)?;
    let blocks = step.next()?.expect("a block");
    assert!(step.next()?.is_none());
    Ok(serde_json::from_slice(block::payload(&blocks[0])?).expect("a JSON object"))
}

#[test]
fn all_renderings_are_made_unless_some_are_named() {
    let texts = rendered("{}", DOCUMENT).unwrap();
    let names: Vec<&str> = Rendering::ALL.iter().map(|rendering| rendering.name()).collect();
    assert_eq!(texts.keys().collect::<Vec<_>>(), names);
    let some = rendered(r#"{"as": ["markdown"]}"#, DOCUMENT).unwrap();
    assert_eq!(some.len(), 1);
    assert_eq!(some["markdown"], texts["markdown"]);
}

#[test]
fn the_look_is_that_of_the_text_wherever_it_stands() {
    let args = r#"{"look": {"width": 60, "rest": "members", "seconds": 1.5}}"#;
    let texts = rendered(args, DOCUMENT).unwrap();
    let document = Document::from_json(DOCUMENT).unwrap();
    let look = Look {
        width: 60,
        rest: parity_report::Rest::Members,
        seconds: Some(1.5),
        ..Look::default()
    };
    for rendering in Rendering::ALL {
        assert_eq!(texts[rendering.name()], rendering.of(&document, &look));
    }
}

#[test]
fn a_document_that_cannot_be_read_is_an_error_with_a_code() {
    for (document, said) in [
        (
            r#"{"version": 2}"#,
            "the result document has version 2, and this spark-parity reads version 1",
        ),
        ("{", "is not JSON"),
        (r#"{"version": 1}"#, "equal is missing"),
    ] {
        let error = rendered("{}", document).expect_err("an error");
        assert_eq!(error.code, Code::BadDocument);
        assert!(error.message.contains(said), "{error}");
        assert!(error.hint.is_some());
    }
}
