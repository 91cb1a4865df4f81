use super::*;
use arrow::array::{AsArray, BinaryViewArray, BooleanArray, Int64Array};
use arrow::compute::{filter, take};
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use parity_kernels::nested::bytes::{ABSENT, PRESENT, put_entries, put_flat};
use parity_kernels::types::interval::Interval;
use parity_kernels::types::nested::Nested;

const INT: LeafType = LeafType::Integer { bits: 32, signed: true };

fn nested(nested: NestedType) -> LeafType {
    LeafType::Nested(Nested::new(nested))
}

fn framed(parts: &[(&str, LeafType)]) -> Vec<Framed> {
    let place = |name: &str| parts.iter().position(|(other, _)| *other == name);
    let parts: Vec<Part<'_>> = parts
        .iter()
        .enumerate()
        .map(|(number, (text, leaf))| {
            let (above, name) = text
                .rsplit_once('.')
                .map_or((None, *text), |(above, name)| (Some(above), name));
            Part {
                parent: above.and_then(place),
                name,
                number,
                leaf: Some(leaf),
            }
        })
        .collect();
    columns(&parts)
}

#[test]
fn a_struct_is_put_together_from_its_fields_and_null_where_it_is() {
    let of_one = LeafType::Struct(Nested::new(NestedType::Struct(vec![("x".to_owned(), INT)])));
    let columns = framed(&[("s", of_one), ("s.x", INT), ("v", INT)]);
    assert_eq!(columns.len(), 2);
    assert_eq!(columns[0].spark_field()["type"]["fields"][0]["type"], json!("integer"));
    let own: [ArrayRef; 2] = [
        Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
        Arc::new(Int64Array::from(vec![Some(5), None, None])),
    ];
    let values = columns[0]
        .values(&mut |number| Ok(Arc::clone(&own[number])), Zone::UTC)
        .unwrap();
    let values = values.as_struct();
    assert_eq!([0, 1, 2].map(|row| values.is_null(row)), [false, true, false]);
    assert_eq!(values.column(0).as_primitive::<Int32Type>().value(0), 5);
    assert!(values.column(0).is_null(2));
}

#[test]
fn arrays_are_built_from_their_bytes() {
    let columns = framed(&[("a", nested(NestedType::Array(INT)))]);
    let mut bytes = vec![PRESENT, PRESENT];
    put_flat(&mut bytes, &Int64Array::from(vec![7]), 0);
    bytes.extend([PRESENT, ABSENT, ABSENT]);
    let own: ArrayRef = Arc::new(BinaryViewArray::from(vec![
        Some(bytes.as_slice()),
        None,
        Some(&[ABSENT]),
    ]));
    let values = columns[0].values(&mut |_| Ok(Arc::clone(&own)), Zone::UTC).unwrap();
    let lists = values.as_list::<i32>();
    assert_eq!(lists.value_type(), DataType::Int32);
    assert_eq!([0, 1, 2].map(|row| lists.is_null(row)), [false, true, false]);
    assert_eq!([0, 1, 2].map(|row| lists.value_length(row)), [2, 0, 0]);
    assert_eq!(lists.value(0).as_primitive::<Int32Type>().value(0), 7);
    assert!(lists.value(0).is_null(1));
    let cut: ArrayRef = Arc::new(BinaryViewArray::from(vec![Some(&bytes[..4])]));
    assert!(columns[0].values(&mut |_| Ok(Arc::clone(&cut)), Zone::UTC).is_err());
}

#[test]
fn maps_are_built_from_their_bytes_and_survive_a_selection() {
    let ints = nested(NestedType::Array(INT));
    let columns = framed(&[("m", nested(NestedType::Map(LeafType::String, ints)))]);
    assert_eq!(
        columns[0].spark_field()["type"],
        json!({
            "type": "map",
            "keyType": "string",
            "valueType": {"type": "array", "elementType": "integer", "containsNull": true},
            "valueContainsNull": true,
        })
    );
    let entry = |key: &str, value: &[u8]| {
        let mut entry = vec![PRESENT];
        put_flat(&mut entry, &BinaryViewArray::from_iter_values([key.as_bytes()]), 0);
        entry.extend_from_slice(value);
        entry
    };
    let mut of_seven = vec![PRESENT, PRESENT, PRESENT];
    put_flat(&mut of_seven, &Int64Array::from(vec![7]), 0);
    of_seven.push(ABSENT);
    let mut bytes = Vec::new();
    put_entries(&mut bytes, vec![entry("k", &of_seven), entry("l", &[ABSENT])]);
    let own: ArrayRef = Arc::new(BinaryViewArray::from(vec![
        None,
        Some(bytes.as_slice()),
        Some(&[ABSENT]),
    ]));
    let values = columns[0].values(&mut |_| Ok(Arc::clone(&own)), Zone::UTC).unwrap();
    let kept = filter(values.as_ref(), &BooleanArray::from(vec![true, true, false])).unwrap();
    let taken = take(values.as_ref(), &Int64Array::from(vec![2, 1]), None).unwrap();
    assert_eq!([0, 1, 2].map(|row| values.is_null(row)), [true, false, false]);
    for (values, row, rows) in [(&values, 1, 3), (&kept, 1, 2), (&taken, 1, 2)] {
        let maps = values.as_map();
        assert_eq!((maps.len(), maps.value_length(row)), (rows, 2));
        let entries = maps.value(row);
        let keys = entries.column(0).as_binary::<i32>();
        assert_eq!([keys.value(0), keys.value(1)], [b"k", b"l"]);
        let lists = entries.column(1).as_list::<i32>();
        assert_eq!(lists.value(0).as_primitive::<Int32Type>().values(), &[7]);
        assert!(lists.is_null(1));
    }
    assert_eq!(values.as_map().value_length(2), 0);
    let mut of_null = Vec::new();
    put_entries(&mut of_null, vec![vec![ABSENT, ABSENT]]);
    let own: ArrayRef = Arc::new(BinaryViewArray::from(vec![Some(of_null.as_slice())]));
    let refused = columns[0].values(&mut |_| Ok(Arc::clone(&own)), Zone::UTC).unwrap_err();
    assert_eq!(refused.code, Code::CorruptFile);
}

#[test]
fn intervals_are_integers_as_wide_as_spark_holds_them() {
    let interval = |name| LeafType::Interval(Interval::parse(name).unwrap());
    let (months, micros) = (interval("interval year"), interval("interval day to second"));
    let columns = framed(&[
        ("m", months.clone()),
        ("d", micros),
        ("a", nested(NestedType::Array(months))),
    ]);
    let own: ArrayRef = Arc::new(Int64Array::from(vec![Some(-14), None]));
    let mut bytes = vec![PRESENT, PRESENT];
    put_flat(&mut bytes, &Int64Array::from(vec![-14]), 0);
    bytes.push(ABSENT);
    let lists: ArrayRef = Arc::new(arrow::array::BinaryViewArray::from(vec![bytes.as_slice(), &bytes]));
    let given = [Arc::clone(&own), own, lists];
    let types = columns.iter().map(|column| column.spark_field()["type"].clone());
    let of_array = json!({"type": "array", "elementType": "interval year", "containsNull": true});
    assert!(types.eq([json!("interval year"), json!("interval day to second"), of_array]));
    let values = columns.iter().map(|column| {
        let values = column.values(&mut |number| Ok(Arc::clone(&given[number])), Zone::UTC);
        values.unwrap()
    });
    let values: Vec<ArrayRef> = values.collect();
    assert_eq!(
        values[0].as_primitive::<Int32Type>().iter().collect::<Vec<_>>(),
        [Some(-14), None]
    );
    assert_eq!(
        values[1].as_primitive::<Int64Type>().iter().collect::<Vec<_>>(),
        [Some(-14), None]
    );
    assert_eq!(
        values[2].as_list::<i32>().value(1).as_primitive::<Int32Type>().value(0),
        -14
    );
}

#[test]
fn a_column_with_an_unknown_type_anywhere_in_it_stays_out() {
    let unknown = nested(NestedType::Array(nested(NestedType::Unknown("interval".to_owned()))));
    let of_it = LeafType::Struct(Nested::new(NestedType::Struct(vec![("u".to_owned(), unknown.clone())])));
    let map = nested(NestedType::Map(INT, INT));
    let columns = framed(&[
        ("s", of_it),
        ("s.u", unknown.clone()),
        ("m", nested(NestedType::Map(INT, unknown))),
        ("a", nested(NestedType::Array(map))),
        ("v", INT),
    ]);
    assert_eq!(
        columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
        ["a", "v"]
    );
}
