use super::*;
use crate::again::{self, Mark};
use crate::plan::LeafPlan;
use arrow::array::{BinaryViewArray, BooleanArray, Int64Array};
use parity_kernels::compare::relaxation::Before;
use parity_kernels::digest::entry::{Entry, Shape};
use parity_kernels::digest::hash::{LeafSeed, Role};
use parity_kernels::domain::Domain;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;
use parity_kernels::types::nested::{Nested, NestedType};

const ROWS: i64 = 20_000;

fn long() -> LeafType {
    LeafType::Integer { bits: 64, signed: true }
}

/// A key, its text (null where it is a multiple of seven) and a column without a type, in two splits and several
/// batches.
fn builder() -> Builder {
    let unknown = Err(crate::column::NoType::Unsupported("a geometry".to_owned()));
    let columns = vec![
        Column::new("id".to_owned(), Ok(long())),
        Column::new("text".to_owned(), Ok(LeafType::String)),
        Column::new("place".to_owned(), unknown),
    ];
    let mut builder = Builder::new(columns, 2, 1234);
    for ids in [0..ROWS, ROWS..ROWS + 3] {
        builder.split();
        let text = |id: i64| (id % 7 != 0).then(|| format!("a text of row {id}"));
        let ids: Vec<i64> = ids.collect();
        let texts: BinaryViewArray = ids.iter().map(|&id| text(id).map(String::into_bytes)).collect();
        builder
            .add(&[Some(Arc::new(Int64Array::from(ids))), Some(Arc::new(texts)), None])
            .unwrap();
    }
    builder
}

fn plan() -> SidePlan {
    let leaf = |column, leaf: LeafType, role| LeafPlan {
        column,
        domain: Domain::of(&leaf, &leaf),
        leaf,
        seed: LeafSeed::new(1, role, 0, None),
        group: 0,
        before: Before::default(),
    };
    SidePlan {
        keys: vec![leaf(0, long(), Role::Key)],
        values: vec![leaf(1, LeafType::String, Role::Value)],
        zone: Zone::UTC,
        shape: Shape {
            is_keyed: true,
            is_word: true,
            groups: 1,
        },
        partitions: 3,
        filter: None,
    }
}

fn open(batches: &Batches, split: usize) -> Arc<dyn OpenSplit> {
    let cut = batches.cut(0).unwrap();
    let of = SplitOf {
        side: Side::Left,
        number: split as u32,
        bytes: &cut.splits[split].bytes,
        shared: &cut.shared,
        columns: batches.columns(),
    };
    batches.open(&of).unwrap()
}

fn entries(open: &Arc<dyn OpenSplit>) -> Vec<Entry> {
    let mut work = Arc::clone(open).fingerprint(&plan()).unwrap();
    let mut entries = Vec::new();
    while let Some(portion) = work.next(10_000).unwrap() {
        entries.extend(portion.entries());
    }
    entries
}

fn numbers(values: &ArrayRef) -> Vec<i64> {
    use arrow::array::AsArray;
    values.as_primitive::<arrow::datatypes::Int64Type>().values().to_vec()
}

#[test]
fn rows_are_fetched_across_batches_and_by_portions() {
    let batches = builder().finish();
    assert_eq!((batches.rows(), batches.len_bytes()), (ROWS as u64 + 3, 1234));
    let open = open(&batches, 0);
    let rows: Vec<u32> = (0..ROWS as u32).step_by(1001).collect();
    let expected: Vec<i64> = rows.iter().map(|&row| i64::from(row)).collect();
    assert_eq!(numbers(&open.fetch(0, &rows).unwrap()), expected);
    let mut cursor = Cursor::default();
    let mut found = Vec::new();
    while found.len() < rows.len() {
        let some = open.fetch_some(&mut cursor, 0, &rows[found.len()..], 48).unwrap();
        assert!((1..=3).contains(&some.len()), "{}", some.len());
        found.extend(numbers(&some));
    }
    assert_eq!(found, expected);
    assert_eq!(open.fetch(1, &[7, 8]).unwrap().null_count(), 1);
    assert!(open.fetch(2, &[0]).is_err());
    assert!(open.fetch(0, &[]).unwrap().is_empty());
}

#[test]
fn a_split_in_another_order_has_the_same_entries_under_other_numbers() {
    let held = entries(&open(&builder().finish(), 0));
    let batches = builder().reordering().finish();
    assert!(!batches.cut(0).unwrap().rows_hold);
    let [first, second] = [open(&batches, 0), open(&batches, 0)];
    for open in [&first, &second] {
        let mut moved = entries(open);
        assert_ne!(moved, held);
        // A row's number leads to the row, in the very order of this opening.
        let own = |entry: &Entry| numbers(&open.fetch(0, &[entry.row]).unwrap())[0];
        assert_eq!(entries(open)[5], moved[5]);
        assert!((0..ROWS).contains(&own(&moved[5])));
        let mut marks: Vec<_> = held.iter().map(Mark::of).collect();
        let mut moved_marks: Vec<_> = moved.drain(..).map(|entry| Mark::of(&entry)).collect();
        marks.sort();
        moved_marks.sort();
        assert_eq!(marks, moved_marks);
    }
    assert_ne!(entries(&first), entries(&second));
}

#[test]
fn rows_are_found_again_by_their_marks() {
    let batches = builder().reordering().finish();
    let before = open(&batches, 0);
    let known: Vec<(u32, Mark)> = entries(&before).iter().map(|e| (e.row, Mark::of(e))).collect();
    let again = again::find(open(&batches, 0), &plan(), &known, "a query").unwrap();
    let rows: Vec<u32> = (0..ROWS as u32).step_by(37).collect();
    for column in [0, 1] {
        let expected = before.fetch(column, &rows).unwrap();
        assert_eq!(&again.fetch(column, &rows).unwrap(), &expected);
        let mut done = 0;
        while done < rows.len() {
            let some = again
                .fetch_some(&mut Cursor::default(), column, &rows[done..], 5000)
                .unwrap();
            assert_eq!(&some, &expected.slice(done, some.len()));
            done += some.len();
        }
    }
}

#[test]
fn a_row_that_is_not_there_again_is_a_change_of_the_source() {
    let batches = builder().reordering().finish();
    let of_the_other: Vec<(u32, Mark)> = entries(&open(&batches, 1))
        .iter()
        .map(|e| (e.row, Mark::of(e)))
        .collect();
    let error = again::find(open(&batches, 0), &plan(), &of_the_other, "a query")
        .err()
        .unwrap();
    assert_eq!(error.code, Code::SourceChanged);
    assert!(error.message.contains("a query"), "{}", error.message);
}

#[test]
fn a_struct_tells_whether_something_is_in_it() {
    let columns = {
        let mut outer = Column::new(
            "s".to_owned(),
            Ok(LeafType::Struct(Nested::new(NestedType::Struct(vec![(
                "a".to_owned(),
                long(),
            )])))),
        );
        outer.below = vec![1];
        let field = Column::field(0, &outer, "a".to_owned(), Ok(long()));
        vec![outer, field]
    };
    let mut builder = Builder::new(columns, 1, 0);
    builder.split();
    let there: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(true), None]));
    let field: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, None]));
    builder.add(&[Some(Arc::clone(&there)), Some(field)]).unwrap();
    let open = open(&builder.finish(), 0);
    assert_eq!(&open.fetch_there(0, &[0, 1, 2]).unwrap(), &there);
    let filled: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]));
    assert_eq!(&open.fetch(0, &[0, 1, 2]).unwrap(), &filled);
}
