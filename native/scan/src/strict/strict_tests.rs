//! What pages and footers may not hold.

use super::decompress::Decompressor;
use super::header::{PageHeader, PageKind};
use super::runs::{self, Counted};
use super::thrift::Reader;
use super::values::{self, Levels, Shape};
use super::{Depth, MAX_LEVELS, check_offset_index, facts};
use parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, Type, ZstdLevel};
use parquet::compression::{CodecOptions, create_codec};

fn counted(equal: usize, first: u32) -> Counted {
    Counted { equal, first, rest: 0 }
}

fn shape(physical: Type) -> Shape {
    Shape {
        physical,
        type_length: 3,
    }
}

fn is_sound(physical: Type, encoding: Encoding, bytes: &[u8], count: usize, dictionary: Option<u32>) -> bool {
    values::check(shape(physical), encoding, bytes, count, dictionary).is_ok()
}

#[test]
fn levels_in_runs_are_counted_and_must_end_where_their_page_does() {
    let count = |bytes: &[u8], largest, wanted| {
        let levels = Levels {
            bytes,
            in_runs: true,
            count: 16,
            largest,
        };
        levels.count(wanted)
    };
    // Sixteen times 1; eight times 1 and a group of 0, 1, 0, 1, ….
    assert_eq!(count(&[0x20, 1], 1, 1).unwrap(), counted(16, 1));
    assert_eq!(count(&[0x10, 1, 3, 0xaa], 1, 1).unwrap(), counted(12, 1));
    assert_eq!(count(&[0x10, 1, 3, 0xaa], 1, 0).unwrap(), counted(4, 1));
    for (bytes, why) in [
        (&[0x20, 0x81][..], "a level of 129"),
        (&[0x1e, 1], "fifteen levels"),
        (&[0x22, 1], "seventeen levels"),
        (&[0x20, 1, 0], "a byte more"),
        (&[0x20], "a run without its value"),
        (&[0x10, 1, 5, 0xaa, 0xaa], "a group of eight too many"),
        (&[0x10, 1, 5, 0xaa], "the same without its bytes"),
        (&[0x10, 1, 0, 1, 0x10, 1], "an empty run"),
        (&[0x10, 1, 1, 0x10, 1], "an empty run of packed levels"),
        (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "a number without an end"),
        (&[], "nothing"),
    ] {
        assert!(count(bytes, 1, 1).is_err(), "{why}");
    }
    // Packed levels of two bits, the largest of which is 2: 0, 1, 2, 0 … and 3.
    let packed = [5, 0b0010_0100, 0b0010_0100, 0b0010_0100, 0b0010_0100];
    assert_eq!(count(&packed, 2, 2).unwrap(), counted(4, 0));
    assert!(count(&[5, 0b0010_0100, 0b0010_0100, 0b0010_0100, 0b0011_0100], 2, 2).is_err());
}

#[test]
fn padding_of_the_last_group_is_fine_and_is_not_looked_at() {
    let count = |bytes: &[u8], count| runs::count(bytes, 2, count, 2, Some(2));
    // Three levels of a group; the five others are 3.
    assert_eq!(count(&[3, 0b1110_0110, 0xff], 3).unwrap(), counted(2, 2));
    // Its bytes may end with the last level.
    assert_eq!(count(&[3, 0b1110_0110], 3).unwrap(), counted(2, 2));
    assert!(count(&[3, 0b1110_0110], 5).is_err());
    // 32 groups may be filled up, but not two or 64.
    assert!(count(&[&[65][..], &[0; 64]].concat(), 3).is_ok());
    assert!(count(&[&[65][..], &[0; 63]].concat(), 3).is_err());
    assert!(count(&[5, 0, 0, 0, 0], 3).is_err());
    assert!(count(&[&[0x81, 1][..], &[0; 128]].concat(), 3).is_err());
}

#[test]
fn dictionary_indices_need_a_dictionary_that_has_them() {
    let sound = |bytes: &[u8], dictionary| is_sound(Type::INT64, Encoding::RLE_DICTIONARY, bytes, 8, dictionary);
    assert!(sound(&[2, 0x10, 2], Some(3)));
    assert!(!sound(&[2, 0x10, 2], Some(2)), "beyond its dictionary");
    assert!(!sound(&[2, 0x10, 2], None), "no dictionary");
    assert!(!sound(&[33, 0x10, 2, 0, 0, 0, 0], Some(3)), "wide indices");
    assert!(!sound(&[2, 0x10, 2, 0], Some(3)), "a byte more");
    assert!(!sound(&[2, 0x0e, 2], Some(3)), "seven indices");
    assert!(!sound(&[0, 0x10], Some(0)), "an empty dictionary");
    assert!(sound(&[0, 0x10], Some(1)), "indices of no bits");
}

#[test]
fn values_have_the_bytes_that_their_number_calls_for() {
    for (physical, encoding, bytes, count) in [
        (Type::INT32, Encoding::PLAIN, 8, 2),
        (Type::INT64, Encoding::BYTE_STREAM_SPLIT, 16, 2),
        (Type::INT96, Encoding::PLAIN, 24, 2),
        (Type::FIXED_LEN_BYTE_ARRAY, Encoding::PLAIN, 6, 2),
        (Type::BOOLEAN, Encoding::PLAIN, 2, 9),
    ] {
        let sound = |bytes: usize| is_sound(physical, encoding, &vec![0; bytes], count, None);
        assert!(
            sound(bytes) && !sound(bytes - 1) && !sound(bytes + 1),
            "{physical} {encoding}"
        );
    }
    // What fastparquet writes behind values, and nothing else.
    assert!(is_sound(Type::INT32, Encoding::PLAIN, &[0; 16], 2, None));
    assert!(!is_sound(Type::INT32, Encoding::PLAIN, &[1; 16], 2, None));
    let text = |bytes: &[u8]| is_sound(Type::BYTE_ARRAY, Encoding::PLAIN, bytes, 2, None);
    assert!(text(b"\x01\0\0\0a\0\0\0\0"));
    for bytes in [
        &b"\x02\0\0\0a\0\0\0\0"[..],
        b"\x01\0\0\0a\0\0\0\0b",
        b"\x01\0\0\0a\0\0\0",
        b"\x01\0\0\0a\xff\xff\xff\xff",
    ] {
        assert!(!text(bytes), "{bytes:?}");
    }
    let truth = |bytes: &[u8]| is_sound(Type::BOOLEAN, Encoding::RLE, bytes, 8, None);
    assert!(truth(&[2, 0, 0, 0, 0x10, 1]));
    assert!(!truth(&[3, 0, 0, 0, 0x10, 1]) && !truth(&[1, 0, 0, 0, 0x10, 1]) && !truth(&[2, 0, 0, 0, 0x10, 2]));
    assert!(!is_sound(
        Type::DOUBLE,
        Encoding::DELTA_BINARY_PACKED,
        &[0; 16],
        2,
        None
    ));
}

/// A block of deltas as writers make it: 128 values in four parts, the first number and then steps of `step`.
fn deltas(count: u8, first: u8, step: u8) -> Vec<u8> {
    let mut bytes = vec![0x80, 1, 4, count, first * 2];
    if count > 1 {
        bytes.extend([step * 2, 0, 0, 0, 0]);
    }
    bytes
}

#[test]
fn deltas_are_as_many_as_there_are_values_and_no_byte_is_left() {
    let sound = |bytes: &[u8]| is_sound(Type::INT32, Encoding::DELTA_BINARY_PACKED, bytes, 3, None);
    assert!(sound(&deltas(3, 5, 1)));
    assert!(!sound(&deltas(4, 5, 1)) && !sound(&deltas(2, 5, 1)));
    assert!(!sound(&[&deltas(3, 5, 1)[..], &[0]].concat()), "a byte more");
    assert!(!sound(&[0x80, 1, 4, 3, 10, 2, 33, 0, 0, 0]), "deltas of 33 bits");
    assert!(!sound(&[0x80, 1, 4, 3, 10, 2, 8, 0, 0, 0]), "a part without its bytes");
    assert!(!sound(&[0x80, 1, 0, 3, 10]), "no parts");
    assert!(!sound(&[0x81, 1, 4, 3, 10]), "a block of 129");
    // The widths of parts without values mean nothing.
    assert!(sound(&[0x80, 1, 4, 3, 10, 2, 0, 9, 9, 9]));
    let packed = [&[0x80, 1, 4, 3, 10, 2, 1, 0, 0, 0][..], &[3, 0, 0, 0]].concat();
    assert!(sound(&packed));
}

#[test]
fn byte_strings_with_delta_lengths_fill_their_page() {
    let lengths = |data: &[u8]| {
        let bytes = [&deltas(3, 1, 1)[..], data].concat();
        is_sound(Type::BYTE_ARRAY, Encoding::DELTA_LENGTH_BYTE_ARRAY, &bytes, 3, None)
    };
    assert!(lengths(b"abbccc"));
    assert!(!lengths(b"abbcc") && !lengths(b"abbcccc"));
    let prefixed = |physical, prefixes: Vec<u8>, data: &[u8]| {
        let bytes = [&prefixes[..], &deltas(3, 3, 0), data].concat();
        is_sound(physical, Encoding::DELTA_BYTE_ARRAY, &bytes, 3, None)
    };
    assert!(prefixed(Type::BYTE_ARRAY, deltas(3, 0, 3), b"abcdefghi"));
    assert!(
        !prefixed(Type::BYTE_ARRAY, deltas(3, 0, 4), b"abcdefghi"),
        "more than there is"
    );
    assert!(!prefixed(Type::BYTE_ARRAY, deltas(3, 0, 3), b"abcdefghij"));
    assert!(prefixed(Type::FIXED_LEN_BYTE_ARRAY, deltas(3, 0, 0), b"abcdefghi"));
    assert!(
        !prefixed(Type::FIXED_LEN_BYTE_ARRAY, deltas(3, 0, 1), b"abcdefghi"),
        "a longer one"
    );
    // A negative length.
    let bytes = [0x80, 1, 4, 3, 1, 0, 0, 0, 0, 0];
    assert!(!is_sound(
        Type::BYTE_ARRAY,
        Encoding::DELTA_LENGTH_BYTE_ARRAY,
        &bytes,
        3,
        None
    ));
}

#[test]
fn more_lengths_than_bytes_could_hold_take_no_memory() {
    // 2^31 - 1 empty strings in a block of 2^31 - 128 and one of the same size.
    let head = [0x80, 0xff, 0xff, 0xff, 0x07, 1, 0xff, 0xff, 0xff, 0xff, 0x07, 0];
    let bytes = [&head[..], &[0, 0, 0, 0]].concat();
    let count = i32::MAX as usize;
    assert!(!is_sound(
        Type::BYTE_ARRAY,
        Encoding::DELTA_LENGTH_BYTE_ARRAY,
        &bytes,
        count,
        None
    ));
    assert!(!is_sound(
        Type::BYTE_ARRAY,
        Encoding::DELTA_BYTE_ARRAY,
        &bytes,
        count,
        None
    ));
}

/// Fields of a page header: of a data page with 16 values.
const HEADER: [u8; 17] = [
    0x15, 0, 0x15, 0x40, 0x15, 0x20, 0x2c, 0x15, 0x20, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0,
];

#[test]
fn a_page_header_is_read_to_its_end_and_no_further() {
    let header = PageHeader::read(&[&HEADER[..], &[9, 9]].concat()).unwrap();
    assert_eq!(
        (header.header_bytes, header.uncompressed_bytes, header.compressed_bytes),
        (17, 32, 16)
    );
    assert!(matches!(
        header.page,
        PageKind::Data {
            values: 16,
            encoding: Encoding::PLAIN,
            ..
        }
    ));
    for (place, byte, why) in [
        (1, 8, "an unknown type"),
        (1, 4, "a dictionary page without its part"),
        (3, 0x41, "a negative size"),
        (8, 0x21, "a negative count"),
        (10, 2, "an encoding that was never used"),
        (10, 40, "an unknown encoding"),
        (7, 0x16, "a number of the wrong width"),
        (6, 0x25, "a part that is a number"),
        (16, 0x15, "no end"),
    ] {
        let mut bytes = HEADER;
        bytes[place] = byte;
        assert!(PageHeader::read(&bytes).is_err(), "{why}");
    }
    for end in 0..HEADER.len() {
        assert!(PageHeader::read(&HEADER[..end]).is_err(), "{end} bytes");
    }
}

#[test]
fn a_size_that_compressed_bytes_cannot_give_is_refused_before_it_is_taken() {
    let content: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).collect();
    for compression in [
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ] {
        let mut codec = create_codec(compression, &CodecOptions::default()).unwrap().unwrap();
        let mut compressed = Vec::new();
        codec.compress(&content, &mut compressed).unwrap();
        let page = |plain: &[u8], len_bytes| {
            Decompressor::new(compression)
                .unwrap()
                .page(plain, &compressed, len_bytes)
        };
        assert_eq!(page(&[], content.len()).unwrap(), content, "{compression}");
        assert_eq!(
            page(b"ab", content.len() + 2).unwrap()[..3],
            [b'a', b'b', 0],
            "{compression}"
        );
        for len_bytes in [1, content.len() - 1, content.len() + 1, i32::MAX as usize] {
            assert!(page(&[], len_bytes).is_err(), "{compression}: {len_bytes}");
        }
    }
}

#[test]
fn pages_that_shrink_a_thousandfold_and_more_are_read() {
    let content = vec![7; 40 << 20];
    for compression in [
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
    ] {
        let mut codec = create_codec(compression, &CodecOptions::default()).unwrap().unwrap();
        let mut compressed = Vec::new();
        codec.compress(&content, &mut compressed).unwrap();
        let page = Decompressor::new(compression)
            .unwrap()
            .page(&[], &compressed, content.len());
        assert!(
            page.is_ok_and(|page| page == content),
            "{compression}: {} bytes",
            compressed.len()
        );
    }
}

#[test]
fn lists_and_strings_of_metadata_lie_within_their_bytes() {
    // A field 1: a list of two numbers; a string of three bytes.
    let walked = |bytes: &[u8]| Reader::new(bytes).skip_element(12);
    assert!(walked(&[0x19, 0x25, 2, 4, 0]).is_ok());
    assert!(walked(&[0x18, 3, b'a', b'b', b'c', 0]).is_ok());
    for (bytes, why) in [
        (&[0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x07, 0][..], "2^31 numbers"),
        (&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0], "2^31 structs"),
        (&[0x18, 0xff, 0xff, 0xff, 0xff, 0x0f, 0], "a string of 2^32"),
        (&[0x1b, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x55, 0], "a map of 2^32"),
        (&[0x1d, 0], "no known kind"),
        (&[0x1c], "no end"),
    ] {
        assert!(walked(bytes).is_err(), "{why}");
    }
    assert!(walked(&[0x1c; 1000]).is_err(), "a thousand structs in each other");
}

#[test]
fn fields_hold_what_their_numbers_call_for() {
    // One page at 4 with 9 bytes, from row 0 on; a field that nobody knows.
    let index = [0x19, 0x1c, 0x16, 8, 0x15, 18, 0x16, 0, 0, 0xe5, 2, 0];
    assert!(check_offset_index(&index).is_ok());
    for (place, byte, why) in [
        (0, 0x15, "a number in place of the list"),
        (1, 0x15, "numbers"),
        (2, 0x15, "32 bits for 64"),
    ] {
        let mut bytes = index;
        bytes[place] = byte;
        assert!(check_offset_index(&bytes).is_err(), "{why}");
    }
}

/// A footer that holds this schema: the children of each element.
fn footer(children: impl IntoIterator<Item = i8>) -> Vec<u8> {
    let elements: Vec<Vec<u8>> = children
        .into_iter()
        .map(|children| vec![0x48, 1, b'a', 0x15, (children << 1 ^ children >> 7).cast_unsigned(), 0])
        .collect();
    let mut bytes = vec![0x29, 0xfc];
    let mut len = elements.len();
    while len >= 0x80 {
        bytes.push((len & 0x7f) as u8 | 0x80);
        len >>= 7;
    }
    bytes.push(len as u8);
    bytes.extend(elements.concat());
    bytes.push(0);
    bytes
}

#[test]
fn a_schema_is_a_tree_that_ends_with_its_last_column() {
    let sound = facts(&footer([2, 0, 1, 0])).unwrap();
    assert!(!sound.is_encrypted);
    assert_eq!(sound.depth, Depth::Levels(2));
    for (children, why) in [
        (&[2, 0][..], "a column too few"),
        (&[1, 0, 0], "a column too many"),
        (&[-1], "fewer than none"),
        (&[100, 0], "more than there are"),
    ] {
        assert!(facts(&footer(children.iter().copied())).is_err(), "{why}");
    }
    let deep = |levels: usize| facts(&footer(std::iter::repeat_n(1, levels).chain([0]))).unwrap().depth;
    assert_eq!(deep(MAX_LEVELS), Depth::Levels(MAX_LEVELS));
    assert_eq!(deep(MAX_LEVELS + 1), Depth::TooDeep("a".to_owned()));
    assert_eq!(deep(10_000), Depth::TooDeep("a".to_owned()));
    let wide = footer([60].into_iter().chain([2, 0, 0].repeat(60)));
    assert_eq!(facts(&wide).unwrap().depth, Depth::Levels(2));
}

#[test]
fn a_footer_that_ends_too_early_or_claims_endless_values_is_damaged() {
    let whole = footer([2, 0, 1, 0]);
    assert!((0..whole.len()).all(|end| facts(&whole[..end]).is_err()));
    // Lists in lists, and a map of as many truth values as 63 bits can count.
    assert!(facts(&[[0x39].as_slice(), &[0x19; 1000]].concat()).is_err());
    let endless = [
        0xab, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x11, 1, 1, 0,
    ];
    assert!(facts(&endless).is_err());
}

#[test]
fn a_footer_with_encrypted_columns_says_so() {
    // Field 8 of the footer: how the file is encrypted.
    assert!(facts(&[0x8c, 0, 0]).unwrap().is_encrypted);
    // A row group with a column that has a field 8, or 9: how it is encrypted, and what of it is.
    for field in [&[0x6c, 0][..], &[0x78, 1, 7]] {
        // Behind field 2, where it lies in the file.
        let bytes = [&[0x49, 0x1c, 0x19, 0x1c, 0x26, 8][..], field, &[0, 0, 0]].concat();
        assert!(facts(&bytes).unwrap().is_encrypted, "{field:?}");
    }
}

#[test]
fn a_field_of_a_footer_that_holds_something_else_is_damaged_at_every_level() {
    let schema = |element: [u8; 3]| [&[0x29, 0x1c][..], &element, &[0]].concat();
    let group = |group: &[u8]| [&[0x49, 0x1c][..], group, &[0]].concat();
    let column = |column: &[u8]| group(&[&[0x19, 0x1c][..], column, &[0]].concat());
    let metadata = |metadata: [u8; 3]| column(&[&[0x3c][..], &metadata, &[0]].concat());
    for (sound, damaged, what) in [
        (vec![0x15, 2, 0], vec![0x16, 2, 0], "a version of 64 bits"),
        (schema([0x35, 2, 0]), schema([0x36, 2, 0]), "a repetition of 64 bits"),
        (
            group(&[0x26, 2, 0]),
            group(&[0x25, 2, 0]),
            "bytes of a row group in 32 bits",
        ),
        (
            column(&[0x26, 2, 0]),
            column(&[0x25, 2, 0]),
            "a place of a column in 32 bits",
        ),
        (
            metadata([0x56, 2, 0]),
            metadata([0x55, 2, 0]),
            "values of a column in 32 bits",
        ),
    ] {
        assert!(facts(&sound).is_ok() && facts(&damaged).is_err(), "{what}");
    }
}
