use super::*;
use arrow::array::{BinaryViewBuilder, Int64Array};

fn texts(lengths: &[usize]) -> ArrayRef {
    let mut builder = BinaryViewBuilder::new();
    for &length in lengths {
        builder.append_value(vec![b'x'; length]);
    }
    Arc::new(builder.finish())
}

#[test]
fn rows_are_parted_by_the_bytes_of_either_column_and_a_large_row_stands_alone() {
    let (left, right) = (texts(&[10, 900, 20, 2000, 10]), texts(&[900, 20, 950, 10, 10]));
    assert_eq!(ranges_of(&[&left, &right], 1000), [0..2, 2..3, 3..4, 4..5]);
    assert_eq!(ranges_of(&[&left, &right], 100_000).first(), Some(&(0..5)));
    assert!(ranges_of(&[&texts(&[])], 1000).is_empty());
}

#[test]
fn values_that_occur_again_count_each_time_and_nulls_and_numbers_a_little() {
    let mut builder = BinaryViewBuilder::new().with_deduplicate_strings();
    (0..100).for_each(|_| builder.append_value(vec![b'x'; 1000]));
    builder.append_null();
    let array: ArrayRef = Arc::new(builder.finish());
    assert_eq!(value_bytes(&array), 100_016);
    assert_eq!(value_bytes(&(Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef)), 32);
}
