//! The schemas of frames: which columns each has, and by what names.

use crate::frames::columns::{self, Framed, Part};
use crate::frames::spark_types::{spark_field, spark_struct, spark_type};
use crate::plan::pair::LeafPair;
use crate::plan::run::RunPlan;
use crate::step::Once;
use crate::wire::block::{self, DRIVER};
use parity_kernels::domain::Side;
use parity_kernels::types::LeafType;
use parity_source::ParityError;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Key columns before columns of ours: a key that is called like one of these gets an underscore.
fn key_fields(plan: &RunPlan, ours: &[&str]) -> Vec<Value> {
    let keys = plan.plan.keys.iter().flatten();
    keys.map(|key| {
        let mut name = key.name.clone();
        while ours.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            name.push('_');
        }
        spark_field(&name, &json!(spark_type(&key.leaves[0])))
    })
    .collect()
}

/// Columns of a side that rows are made of: those that can be read and shown.
pub(super) fn row_columns(plan: &RunPlan, side: Side) -> Vec<Framed> {
    columns::columns(&columns::parts(&plan.sides[side.index()].columns))
}

/// Compared columns of a side as they stand in changed rows: by their left names, without those that only one side could show.
pub(super) fn value_columns(plan: &RunPlan, side: usize) -> Vec<Framed> {
    let columns = &plan.sides[0].columns;
    let pairs = &plan.plan.values;
    let places: HashMap<usize, usize> = pairs.iter().map(|pair| pair.columns[0]).zip(0..).collect();
    let parts = |side: usize| -> Vec<Part<'_>> {
        let numbered = pairs.iter().enumerate();
        let parts = numbered.map(|(number, pair)| {
            let column = &columns[pair.columns[0]];
            Part {
                parent: column.parent.and_then(|parent| places.get(&parent).copied()),
                name: &column.field,
                number,
                leaf: Some(&pair.leaves[side]),
            }
        });
        parts.collect()
    };
    let of_both = [columns::columns(&parts(0)), columns::columns(&parts(1))];
    let shown = |name: &str| {
        of_both
            .iter()
            .all(|columns| columns.iter().any(|column| column.name == name))
    };
    let own = of_both[side].iter().filter(|column| shown(&column.name));
    own.cloned().collect()
}

/// A key of duplicate keys has one type for both sides: its own, or text where the sides differ.
pub(super) fn duplicate_key_type(key: &LeafPair) -> Option<&LeafType> {
    (key.leaves[0] == key.leaves[1]).then_some(&key.leaves[0])
}

/// The Spark schemas of all frames, as JSON.
pub fn schemas(plan: &[u8]) -> Result<Once, ParityError> {
    let plan = RunPlan::from_bytes(plan)?;
    let rows = |side: Side| {
        let columns = row_columns(&plan, side);
        spark_struct(&columns.iter().map(Framed::spark_field).collect::<Vec<_>>())
    };
    let values = |side: usize| {
        let columns = value_columns(&plan, side);
        spark_struct(&columns.iter().map(Framed::spark_field).collect::<Vec<_>>())
    };
    let string = json!("string");
    let strings = json!({"type": "array", "elementType": "string", "containsNull": false});
    let mut changed = key_fields(&plan, &["columns", "left", "right"]);
    changed.push(spark_field("columns", &strings));
    changed.push(spark_field("left", &values(0)));
    changed.push(spark_field("right", &values(1)));
    let mut differences = key_fields(&plan, &["column", "left", "right", "cause"]);
    differences.extend(["column", "left", "right", "cause"].map(|name| spark_field(name, &string)));
    let mut duplicates = vec![spark_field("side", &string)];
    let keys = plan.plan.keys.iter().flatten();
    for (field, key) in key_fields(&plan, &["side", "rows"]).into_iter().zip(keys) {
        let kind = duplicate_key_type(key).map_or("string".to_owned(), spark_type);
        duplicates.push(spark_field(field["name"].as_str().unwrap_or_default(), &json!(kind)));
    }
    duplicates.push(spark_field("rows", &json!("long")));
    let all = json!({
        "only_left": rows(Side::Left),
        "only_right": rows(Side::Right),
        "changed": spark_struct(&changed),
        "differences": spark_struct(&differences),
        "duplicates": spark_struct(&duplicates),
    });
    let mut block = block::begin(DRIVER, 0);
    block.extend_from_slice(all.to_string().as_bytes());
    Ok(Once::of(vec![block]))
}
