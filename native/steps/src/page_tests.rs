use super::*;
use crate::{Kind, open};
use parity_source::Sources;
use parity_source::batches::Builder;

const RESULT: &str = include_str!("../../report/src/goldens/document.json");

fn page(blocks: &[(u32, &str)]) -> Result<String, ParityError> {
    let nowhere = Sources::both(Builder::new(Vec::new(), 0, 0).finish());
    let mut step = open(Kind::Page, &[], b"{}", nowhere)?;
    for (order, text) in blocks {
        let mut block = block::begin(DRIVER, *order);
        block.extend_from_slice(text.as_bytes());
        step.feed(&block)?;
    }
    let blocks = step.next()?.expect("a block");
    assert!(step.next()?.is_none());
    Ok(String::from_utf8(block::payload(&blocks[0])?.to_vec()).expect("text"))
}

#[test]
fn a_page_is_made_of_the_document_and_of_the_run() {
    let alone = page(&[(DOCUMENT, RESULT)]).unwrap();
    assert!(alone.starts_with("<!doctype html>") || alone.starts_with("<!DOCTYPE html>"));
    let with_run = page(&[(RUN, r#"{"product": "spark-parity 9.9"}"#), (DOCUMENT, RESULT)]).unwrap();
    assert!(with_run.contains("spark-parity 9.9") && !alone.contains("spark-parity 9.9"));
}

#[test]
fn what_is_no_document_and_what_is_no_run_is_an_error_with_a_code() {
    for (blocks, said) in [
        (vec![(DOCUMENT, r#"{"version": 2}"#)], "version 2"),
        (vec![(DOCUMENT, "{")], "not JSON"),
        (vec![(DOCUMENT, RESULT), (RUN, "[]")], "not a JSON object"),
    ] {
        let error = page(&blocks).expect_err("an error");
        assert_eq!(error.code, Code::BadDocument);
        assert!(error.message.contains(said), "{}", error.message);
    }
}
