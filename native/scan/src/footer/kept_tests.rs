use super::*;
use crate::files::source::Stamp;
use parity_kernels::spark::zone::Zone;
use std::sync::Arc;

fn file(number: u64) -> FoundFile {
    FoundFile {
        path: "far://bucket/a.parquet".to_owned(),
        stamp: Stamp {
            len_bytes: number,
            modified_ns: 0,
            identity: 0,
            etag: None,
        },
        folders: String::new(),
    }
}

/// A footer that takes this many bytes.
fn kept(options: ReadOptions, len_bytes: usize) -> Kept {
    let schema = parquet::schema::types::Type::group_type_builder("schema")
        .build()
        .unwrap();
    let schema = Arc::new(parquet::schema::types::SchemaDescriptor::new(Arc::new(schema)));
    let file = parquet::file::metadata::FileMetaData::new(1, 0, None, None, schema, None);
    Kept {
        options,
        footer: Footer {
            metadata: Arc::new(parquet::file::metadata::ParquetMetaData::new(file, Vec::new())),
            columns: Vec::new(),
        },
        len_bytes,
    }
}

const OPTIONS: ReadOptions = ReadOptions::new(false, Zone::UTC);

#[test]
fn the_oldest_footers_go() {
    let mut footers = Footers::default();
    for number in 0..5 {
        footers.keep(&file(number), kept(OPTIONS, 30), 100);
    }
    assert_eq!(footers.order, [file(2), file(3), file(4)]);
    assert_eq!((footers.of_files.len(), footers.len_bytes), (3, 90));
    // Kept again, it takes the place of what it was.
    footers.keep(&file(3), kept(OPTIONS, 40), 100);
    assert_eq!((footers.order.len(), footers.len_bytes), (3, 100));
}

#[test]
fn a_footer_is_that_of_one_content_read_one_way() {
    let mut other = file(7);
    other.stamp.etag = Some("another".to_owned());
    keep(&file(7), OPTIONS, &kept(OPTIONS, 0).footer);
    assert!(footer(&file(7), OPTIONS).is_some());
    assert!(footer(&other, OPTIONS).is_none());
    assert!(footer(&file(7), ReadOptions::new(true, Zone::UTC)).is_none());
}
