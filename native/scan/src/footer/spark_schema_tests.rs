use super::*;

const INTEGERS: [LeafType; 2] = [
    LeafType::Integer { bits: 32, signed: true },
    LeafType::Integer { bits: 64, signed: true },
];

fn schema(text: &str) -> SparkSchema {
    SparkSchema::of(
        Some(&vec![
            KeyValue::new("writer".to_owned(), "a test".to_owned()),
            KeyValue::new(KEY.to_owned(), text.to_owned()),
        ]),
        ReadSettings::DEFAULT,
    )
}

fn one(kind: &str) -> SparkSchema {
    let field = format!(r#"{{"name":"a.b","type":{kind},"nullable":true,"metadata":{{}}}}"#);
    schema(&format!(r#"{{"type":"struct","fields":[{field}]}}"#))
}

fn name(kind: SparkType<'_>, stored: LeafType) -> String {
    kind.of_leaf(stored).to_string()
}

#[test]
fn an_interval_is_one_where_it_is_stored_as_spark_stores_it() {
    let [int, bigint] = INTEGERS;
    let (months, micros) = (one(r#""interval year""#), one(r#""interval day to second""#));
    assert_eq!(name(months.row().field("a.b"), int.clone()), "interval year");
    assert_eq!(name(months.row().field("a.b"), bigint.clone()), "bigint");
    assert_eq!(
        name(micros.row().field("a.b"), bigint.clone()),
        "interval day to second"
    );
    assert_eq!(name(micros.row().field("a.b"), int), "int");
    assert_eq!(name(micros.row().field("a.b"), LeafType::Binary), "binary");
    assert_eq!(name(micros.row().field("A.b"), bigint), "bigint");
    let unsigned = LeafType::Integer {
        bits: 64,
        signed: false,
    };
    assert_eq!(name(micros.row().field("a.b"), unsigned), "decimal(20,0)");
}

#[test]
fn intervals_inside_others_are_found() {
    let [int, bigint] = INTEGERS;
    let array = r#"{"type":"array","elementType":"interval month","containsNull":true}"#;
    let map = format!(r#"{{"type":"map","keyType":"interval hour","valueType":{array},"valueContainsNull":true}}"#);
    let within = format!(r#"{{"type":"struct","fields":[{{"name":"m","type":{map}}}]}}"#);
    let own = one(&format!(r#"{{"type":"udt","class":"a.B","sqlType":{within}}}"#));
    let map = own.row().field("a.b").field("m");
    assert_eq!(name(map.key(), bigint.clone()), "interval hour");
    assert_eq!(name(map.value().element(), int.clone()), "interval month");
    assert_eq!(name(map.element(), int), "int");
    let own = one(r#"{"type":"udt","class":"a.B","sqlType":"interval day"}"#);
    assert_eq!(name(own.row().field("a.b"), bigint), "interval day");
}

#[test]
fn a_schema_that_cannot_be_read_says_nothing() {
    let texts = [
        "",
        "interval day",
        r#"{"fields": "interval day"}"#,
        "[\"interval day\"]",
    ];
    for own in texts
        .map(schema)
        .into_iter()
        .chain([SparkSchema::of(None, ReadSettings::DEFAULT)])
    {
        assert_eq!(name(own.row().field("a.b"), INTEGERS[1].clone()), "bigint");
    }
}
