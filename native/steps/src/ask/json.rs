//! JSON that callers write, read strictly.
//!
//! serde_json keeps the last of two members with one name, and derived readers take a list for a struct, member by member. In options
//! either would compare by something else than the caller wrote, so [`read`] refuses members that stand twice, at every depth, and
//! readers of options start from an object.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// The member by which serde_json hands over a number with all of its digits.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads a JSON text in which no object has two members of one name.
pub(crate) fn read(text: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice::<Strict>(text).map(|strict| strict.0)
}

/// Whether a JSON text may name masked columns: an error must not repeat anything of the text then. Of a text that cannot be read, not
/// even by this reader, the word is enough.
pub(crate) fn may_mask(text: &[u8]) -> bool {
    fn masks(value: &Value) -> bool {
        match value {
            Value::Object(members) => members.iter().any(|(name, value)| match name.as_str() {
                "mask" => !value.is_null() && value.as_array().is_none_or(|names| !names.is_empty()),
                _ => masks(value),
            }),
            Value::Array(elements) => elements.iter().any(masks),
            _ => false,
        }
    }
    // A letter may be written as an escape.
    let holds = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    read(text).map_or_else(|_| holds(b"mask") || holds(b"\\u"), |value| masks(&value))
}

/// A value without members that stand twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(element)) = elements.next_element()? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if name == NUMBER && members.is_empty() {
                let digits: String = entries.next_value()?;
                let number: Number = digits.parse().map_err(de::Error::custom)?;
                return Ok(Value::Number(number));
            }
            if members.contains_key(&name) {
                return Err(de::Error::custom(format!(
                    "the member {name} stands twice in one object"
                )));
            }
            let Strict(value) = entries.next_value()?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
