//! The tree of a file's schema: where structs, arrays and maps are, and by which levels they are told.
//!
//! Fields of structs become columns of their own. An array or a map is one column with everything below it. Old writers
//! spell arrays and maps in several ways; they are read as Spark reads them.

use crate::footer::flat_types::flat_type;
use crate::footer::julian::JulianWriter;
use crate::footer::schema::{FileColumn, Node, NodeKind, StoredColumn, StructPlace};
use crate::footer::spark_schema::{SparkSchema, SparkType};
use crate::settings::ReadSettings;
use parity_kernels::domain::values::Stored;
use parity_kernels::types::LeafType;
use parity_kernels::types::nested::{Nested, NestedType};
use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::file::metadata::ParquetMetaData;
use parquet::schema::types::Type;
use std::sync::Arc;

/// Levels of structs, arrays and maps in a column that is an array or a map: its values are read, compared and shown by
/// a call within a call for each level.
const MAX_LEVELS: usize = 256;

/// The columns of a file.
pub(crate) fn columns(metadata: &ParquetMetaData, julian: JulianWriter, settings: ReadSettings) -> Vec<FileColumn> {
    let mut builder = Builder {
        julian,
        settings,
        next_leaf: 0,
    };
    let spark = SparkSchema::of(metadata.file_metadata().key_value_metadata(), settings);
    let mut columns = Vec::new();
    for field in metadata.file_metadata().schema_descr().root_schema().get_fields() {
        let node = builder.field(field, 0, 0, spark.row().field(field.name()));
        flatten(None, field.name().to_owned(), node, &mut columns);
    }
    columns
}

/// Adds a field, and where it is a struct the fields below it.
fn flatten(parent: Option<usize>, name: String, node: Node, columns: &mut Vec<FileColumn>) {
    let refused = || match (&node.kind, &node.leaf) {
        (NodeKind::Struct(_), _) => None,
        (_, LeafType::Nested(nested)) if nested.has_unknown() => Some(node.leaf.to_string()),
        _ if node.is_deeper(MAX_LEVELS) => Some(format!("nested more than {MAX_LEVELS} levels deep")),
        _ => None,
    };
    let stored = match (&node.kind, refused()) {
        (NodeKind::Struct(_), _) => {
            // A leaf with a value for each row tells it at less expense.
            let mut told = None;
            node.each_leaf(&mut |number, rep| {
                if told.is_none_or(|(_, least)| rep < least) {
                    told = Some((number, rep));
                }
            });
            match (told, &node.leaf) {
                (Some((number, _)), LeafType::Nested(nested)) => Ok(StoredColumn::Struct(StructPlace {
                    leaf: LeafType::Struct(nested.clone()),
                    number,
                    def: node.def,
                })),
                _ => Err(node.leaf.to_string()),
            }
        }
        (_, Some(name)) => Err(name),
        (
            NodeKind::Leaf {
                number,
                stored: Some(stored),
                ..
            },
            None,
        ) => Ok(StoredColumn::Flat(*number, stored.clone())),
        _ => Ok(StoredColumn::Nested(Arc::new(node.clone()))),
    };
    let number = columns.len();
    columns.push(FileColumn { parent, name, stored });
    if let NodeKind::Struct(fields) = node.kind {
        for (name, field) in fields {
            flatten(Some(number), name, field, columns);
        }
    }
}

struct Builder {
    julian: JulianWriter,
    settings: ReadSettings,
    next_leaf: usize,
}

impl Builder {
    /// A field under a parent with these levels, and what Spark's schema says of it.
    fn field(&mut self, field: &Type, parent_def: i16, rep: i16, spark: SparkType<'_>) -> Node {
        match repetition(field) {
            // Repeated without being called a list: an array that is never null.
            Repetition::REPEATED => {
                let element = self.present(field, parent_def + 1, rep + 1, spark.element());
                array(parent_def, rep + 1, element)
            }
            Repetition::OPTIONAL => self.present(field, parent_def + 1, rep, spark),
            Repetition::REQUIRED => self.present(field, parent_def, rep, spark),
        }
    }

    /// A field with its own levels.
    fn present(&mut self, field: &Type, def: i16, rep: i16, spark: SparkType<'_>) -> Node {
        let info = field.get_basic_info();
        let Type::PrimitiveType {
            physical_type,
            type_length,
            scale,
            precision,
            ..
        } = field
        else {
            return self.group(field, def, rep, spark);
        };
        let number = self.next_leaf;
        self.next_leaf += 1;
        let leaf = flat_type(
            *physical_type,
            info.logical_type_ref(),
            info.converted_type(),
            *type_length,
            (*precision, *scale),
        )
        .map(|leaf| {
            let is_annotated = info.logical_type_ref().is_some() || info.converted_type() != ConvertedType::NONE;
            let leaf = spark.of_leaf(leaf);
            self.settings.leaf(leaf, *physical_type, is_annotated, spark.name())
        });
        let stored = leaf.as_ref().ok().map(|leaf| Stored {
            leaf: leaf.clone(),
            julian: self.julian.for_leaf(*physical_type, leaf),
        });
        Node {
            leaf: leaf.unwrap_or_else(unknown),
            def,
            kind: NodeKind::Leaf { number, stored, rep },
        }
    }

    fn group(&mut self, group: &Type, def: i16, rep: i16, spark: SparkType<'_>) -> Node {
        let info = group.get_basic_info();
        let (logical, converted) = (info.logical_type_ref(), info.converted_type());
        let is_list = matches!(logical, Some(LogicalType::List)) || converted == ConvertedType::LIST;
        let is_map = matches!(logical, Some(LogicalType::Map))
            || matches!(converted, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE);
        match group.get_fields() {
            [repeated] if is_list && repetition(repeated) == Repetition::REPEATED => {
                let element = if is_element(group, repeated) {
                    self.present(repeated, def + 1, rep + 1, spark.element())
                } else {
                    self.field(&repeated.get_fields()[0], def + 1, rep + 1, spark.element())
                };
                array(def, rep + 1, element)
            }
            [entry] if is_map && entry.is_group() && repetition(entry) == Repetition::REPEATED => {
                match entry.get_fields() {
                    [key, value] => {
                        let key = self.field(key, def + 1, rep + 1, spark.key());
                        let value = self.field(value, def + 1, rep + 1, spark.value());
                        Node {
                            leaf: LeafType::Nested(Nested::new(NestedType::Map(key.leaf.clone(), value.leaf.clone()))),
                            def,
                            kind: NodeKind::Map {
                                rep: rep + 1,
                                key: Box::new(key),
                                value: Box::new(value),
                            },
                        }
                    }
                    _ => self.refused(group, "map without values", def, rep, spark),
                }
            }
            _ if is_list => self.refused(group, "array of an unknown layout", def, rep, spark),
            _ if is_map => self.refused(group, "map of an unknown layout", def, rep, spark),
            fields => {
                let fields: Vec<(String, Node)> = fields
                    .iter()
                    .map(|field| {
                        let node = self.field(field, def, rep, spark.field(field.name()));
                        (field.name().to_owned(), node)
                    })
                    .collect();
                let types = fields
                    .iter()
                    .map(|(name, node)| (name.clone(), node.leaf.clone()))
                    .collect();
                let leaf = match logical {
                    Some(LogicalType::Variant(_)) => unknown("variant".to_owned()),
                    _ => LeafType::Nested(Nested::new(NestedType::Struct(types))),
                };
                if fields.is_empty() || matches!(logical, Some(LogicalType::Variant(_))) {
                    // Nothing in it is a column.
                    let kind = NodeKind::Leaf {
                        number: self.next_leaf.saturating_sub(1),
                        stored: None,
                        rep,
                    };
                    let leaf = if fields.is_empty() {
                        unknown("struct<>".to_owned())
                    } else {
                        leaf
                    };
                    return Node { leaf, def, kind };
                }
                Node {
                    leaf,
                    def,
                    kind: NodeKind::Struct(fields),
                }
            }
        }
    }

    /// A group that cannot be compared. Its leaves are counted all the same.
    fn refused(&mut self, group: &Type, name: &str, def: i16, rep: i16, spark: SparkType<'_>) -> Node {
        for field in group.get_fields() {
            self.field(field, def, rep, spark);
        }
        Node {
            leaf: unknown(name.to_owned()),
            def,
            kind: NodeKind::Leaf {
                number: self.next_leaf.saturating_sub(1),
                stored: None,
                rep,
            },
        }
    }
}

fn unknown(name: String) -> LeafType {
    LeafType::Nested(Nested::new(NestedType::Unknown(name)))
}

fn array(def: i16, rep: i16, element: Node) -> Node {
    Node {
        leaf: LeafType::Nested(Nested::new(NestedType::Array(element.leaf.clone()))),
        def,
        kind: NodeKind::Array {
            rep,
            element: Box::new(element),
        },
    }
}

fn repetition(field: &Type) -> Repetition {
    let info = field.get_basic_info();
    if info.has_repetition() {
        info.repetition()
    } else {
        Repetition::REQUIRED
    }
}

/// Whether the repeated field of a list is its element, and not a group around it: what old writers did, by Spark's
/// rules.
fn is_element(list: &Type, repeated: &Type) -> bool {
    !repeated.is_group()
        || repeated.get_fields().len() != 1
        || repeated.name() == "array"
        || repeated.name() == format!("{}_tuple", list.name())
}
