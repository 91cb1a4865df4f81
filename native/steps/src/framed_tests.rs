use super::*;
use arrow::array::{AsArray, BooleanArray, Int64Array};
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use parity_kernels::interval::Interval;
use parity_kernels::nested::Nested;
use parity_kernels::nested_bytes::{ABSENT, PRESENT, put_flat};

const INT: LeafType = LeafType::Integer { bits: 32, signed: true };

fn nested(nested: NestedType) -> LeafType {
    LeafType::Nested(Nested::new(nested))
}

fn path(text: &str) -> Vec<String> {
    text.split('.').map(str::to_owned).collect()
}

fn framed(parts: &[(&str, LeafType)]) -> Vec<Framed> {
    let paths: Vec<Vec<String>> = parts.iter().map(|(text, _)| path(text)).collect();
    let parts: Vec<Part<'_>> = paths
        .iter()
        .zip(parts)
        .enumerate()
        .map(|(number, (path, (_, leaf)))| (path.as_slice(), number, Ok(*leaf)))
        .collect();
    columns(&parts, |(path, _, _)| path[0].clone())
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
    let own: ArrayRef = Arc::new(arrow::array::BinaryViewArray::from(vec![
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
    let cut: ArrayRef = Arc::new(arrow::array::BinaryViewArray::from(vec![Some(&bytes[..4])]));
    assert!(columns[0].values(&mut |_| Ok(Arc::clone(&cut)), Zone::UTC).is_err());
}

#[test]
fn intervals_are_integers_as_wide_as_spark_holds_them() {
    let interval = |name| LeafType::Interval(Interval::parse(name).unwrap());
    let (months, micros) = (interval("interval year"), interval("interval day to second"));
    let columns = framed(&[("m", months), ("d", micros), ("a", nested(NestedType::Array(months)))]);
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
fn a_column_with_a_map_anywhere_in_it_stays_out() {
    let map = nested(NestedType::Map(INT, INT));
    let of_map = LeafType::Struct(Nested::new(NestedType::Struct(vec![("m".to_owned(), map)])));
    let columns = framed(&[
        ("s", of_map),
        ("s.m", map),
        ("a", nested(NestedType::Array(map))),
        ("v", INT),
    ]);
    assert_eq!(
        columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
        ["v"]
    );
}
