use super::*;
use crate::samples::{changed, is_golden};

/// Where each rendering stands in the list. A new one is missing here until it has a place in it.
fn place(rendering: Rendering) -> usize {
    match rendering {
        Rendering::Text => 0,
        Rendering::Markdown => 1,
        Rendering::Junit => 2,
        Rendering::Notebook => 3,
    }
}

#[test]
fn every_rendering_is_listed_under_its_name_and_described() {
    let described = include_str!("../../../docs/result-document.md");
    for (at, rendering) in Rendering::ALL.into_iter().enumerate() {
        assert_eq!(place(rendering), at);
        let name = serde_json::to_string(&rendering).unwrap();
        assert_eq!(name, format!("\"{}\"", rendering.name()));
        assert!(described.contains(&format!("\n| `{}` | ", rendering.name())), "{name}");
    }
}

#[test]
fn renderings_are_the_same_from_the_document_as_it_was_written() {
    let document = changed();
    let json = document.to_json().to_string();
    is_golden("document.json", &json);
    let read = Document::from_json(&json).unwrap();
    for rendering in Rendering::ALL {
        let look = Look::default();
        assert_eq!(rendering.of(&read, &look), rendering.of(&document, &look));
    }
}
