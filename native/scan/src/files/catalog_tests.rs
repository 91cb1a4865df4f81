use super::*;
use serde_json::json;

fn field(name: &str, kind: &Value) -> Value {
    json!({"name": name, "type": kind, "nullable": true, "metadata": {}})
}

fn structure(fields: &[Value]) -> Value {
    json!({"type": "struct", "fields": fields})
}

#[test]
fn types_are_read_from_sparks_json_and_structs_become_columns() {
    let inner = structure(&[field("x", &json!("integer")), field("y", &json!("string"))]);
    let list = json!({"type": "array", "elementType": inner, "containsNull": true});
    let map = json!({"type": "map", "keyType": "string", "valueType": "decimal(10,2)", "valueContainsNull": true});
    let schema = structure(&[
        field("a", &json!("short")),
        field("s", &inner),
        field("l", &list),
        field("m", &map),
        field("i", &json!("interval day to second")),
        field("v", &json!("void")),
    ]);
    let found: Vec<(Option<usize>, String, String)> = columns(&schema)
        .into_iter()
        .map(|column| {
            let kind = column
                .leaf
                .map_or_else(|refused| format!("refused {refused}"), |leaf| leaf.to_string());
            (column.parent, column.name, kind)
        })
        .collect();
    let expected = [
        (None, "a", "smallint"),
        (None, "s", "struct<x:int,y:string>"),
        (Some(1), "x", "int"),
        (Some(1), "y", "string"),
        (None, "l", "array<struct<x:int,y:string>>"),
        (None, "m", "map<string,decimal(10,2)>"),
        (None, "i", "interval day to second"),
        (None, "v", "void"),
    ];
    let expected = expected.map(|(parent, name, kind)| (parent, name.to_owned(), kind.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn a_default_is_a_value_of_its_columns_type() {
    let default = |kind: &str, text: &str| {
        let mut field = field("a", &json!(kind));
        field["default"] = json!(text);
        columns(&structure(&[field])).remove(0).default
    };
    assert_eq!(default("byte", "-7"), Some(PartitionValue::Long(-7)));
    assert_eq!(default("decimal(5,2)", "150"), Some(PartitionValue::Decimal(150)));
    assert_eq!(default("double", "NaN").map(|value| value != value.clone()), Some(true));
    assert_eq!(default("boolean", "true"), Some(PartitionValue::Boolean(true)));
    assert_eq!(default("date", "3"), Some(PartitionValue::Date(3)));
    assert_eq!(default("binary", "x"), None);
}
