//! Arrays and maps as text: JSON, with flat values as Spark's cast to string shows them.
//!
//! Numbers and booleans stand as they are, everything else in quotes, so also `NaN` and the infinities. As in Spark's
//! `to_json` a struct leaves out its null fields, arrays and maps keep their nulls, and the key of an entry is text.
//! Entries stand in the order of their keys, because their own order means nothing.

use crate::nested::bytes::{FlatValue, OwnBytes, own_array};
use crate::spark::show;
use crate::spark::zone::Zone;
use crate::types::nested::NestedType;
use crate::types::{Kind, LeafType};
use std::fmt::Write;

/// The JSON text of a value's own bytes.
pub fn json(own: &[u8], leaf: &LeafType, zone: Zone) -> String {
    let mut out = String::new();
    // Bytes that end too early, which nobody writes, show what they hold.
    let _ = put(&mut out, &mut OwnBytes(own), leaf, zone);
    out
}

fn put(out: &mut String, bytes: &mut OwnBytes<'_>, leaf: &LeafType, zone: Zone) -> Option<()> {
    let LeafType::Nested(nested) = leaf else {
        let (text, is_bare) = flat(bytes, leaf, zone)?;
        if is_bare {
            out.push_str(&text);
        } else {
            put_quoted(out, &text);
        }
        return Some(());
    };
    match nested.get() {
        NestedType::Array(element) => {
            out.push('[');
            let mut comma = "";
            while bytes.is_present()? {
                out.push_str(std::mem::replace(&mut comma, ","));
                put_nullable(out, bytes, element, zone)?;
            }
            out.push(']');
        }
        NestedType::Map(key, value) => {
            out.push('{');
            let mut comma = "";
            while bytes.is_present()? {
                out.push_str(std::mem::replace(&mut comma, ","));
                let mut text = String::new();
                if bytes.is_present()? {
                    match key {
                        LeafType::Nested(_) => put(&mut text, bytes, key, zone)?,
                        _ => text = flat(bytes, key, zone)?.0,
                    }
                } else {
                    text.push_str("null");
                }
                put_quoted(out, &text);
                out.push(':');
                put_nullable(out, bytes, value, zone)?;
            }
            out.push('}');
        }
        NestedType::Struct(fields) => {
            out.push('{');
            let mut comma = "";
            for (name, field) in fields {
                if bytes.is_present()? {
                    out.push_str(std::mem::replace(&mut comma, ","));
                    put_quoted(out, name);
                    out.push(':');
                    put(out, bytes, field, zone)?;
                }
            }
            out.push('}');
        }
        NestedType::Unknown(_) => return None,
    }
    Some(())
}

fn put_nullable(out: &mut String, bytes: &mut OwnBytes<'_>, leaf: &LeafType, zone: Zone) -> Option<()> {
    if bytes.is_present()? {
        return put(out, bytes, leaf, zone);
    }
    out.push_str("null");
    Some(())
}

/// A flat value's text, and whether it stands without quotes.
fn flat(bytes: &mut OwnBytes<'_>, leaf: &LeafType, zone: Zone) -> Option<(String, bool)> {
    let value = bytes.flat(leaf)?;
    let is_bare = match leaf.kind() {
        Kind::Boolean | Kind::Exact => true,
        Kind::Floating => matches!(value, FlatValue::Double(double) if double.is_finite()),
        _ => false,
    };
    let text = show::show(own_array(leaf, &[value]).as_ref(), 0, leaf, zone)?;
    Some((text, is_bare))
}

fn put_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_control_characters_are_escaped_as_in_spark() {
        let mut out = String::new();
        put_quoted(&mut out, "a\"\\\n\u{1}é");
        assert_eq!(out, "\"a\\\"\\\\\\n\\u0001é\"");
    }
}
