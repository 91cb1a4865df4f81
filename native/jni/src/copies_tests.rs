use super::*;
use std::path::PathBuf;

fn place(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("spark-parity-copies-{name}-{}", std::process::id()))
}

fn stamp(etag: &str) -> Stamp {
    Stamp {
        len_bytes: 1 << 20,
        modified_ns: 7,
        identity: 0,
        etag: Some(etag.to_owned()),
    }
}

fn content() -> Vec<u8> {
    (0..1_000_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

/// Copies of three reads of a file, of which the second and third follow each other.
fn written(path: &Path) -> Vec<u8> {
    let content = content();
    let mut writer = Writer::create(path, 1 << 30).unwrap();
    for range in [10..70_000, 200_000..500_000, 500_000..900_001] {
        let bytes = &content[range.clone()];
        writer
            .copy("s3a://b/a", &stamp("1"), range.start as u64, bytes)
            .unwrap();
    }
    writer.finish().unwrap();
    content
}

#[test]
fn bytes_come_back_wherever_a_read_begins_and_ends() {
    let path = place("back");
    let content = written(&path);
    let copies = Copies::open(&path).unwrap();
    let of = copies.of("s3a://b/a", &stamp("1")).unwrap();
    for range in [
        10..70_000,
        11..12,
        65_540..65_552,
        200_000..900_001,
        499_999..500_001,
        265_536..265_537,
    ] {
        let wanted = range.start as u64..range.end as u64;
        assert!(of.hold(&wanted));
        assert_eq!(of.read(&wanted).unwrap()[..], content[range]);
    }
    for missing in [0..20, 69_999..70_001, 100_000..100_001, 900_000..900_002] {
        assert!(!of.hold(&missing) && of.read(&missing).is_none(), "{missing:?}");
    }
    assert!(copies.of("s3a://b/a", &stamp("2")).is_none());
    assert!(copies.of("s3a://b/c", &stamp("1")).is_none());
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn no_damaged_byte_is_given_and_no_index_believed_that_is_damaged() {
    let path = place("damaged");
    let content = written(&path);
    let bytes = std::fs::read(&path).unwrap();
    for at in (0..bytes.len()).step_by(7_001).chain(bytes.len() - 60..bytes.len()) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&path, &damaged).unwrap();
        let Some(copies) = Copies::open(&path) else {
            continue;
        };
        let of = copies.of("s3a://b/a", &stamp("1")).unwrap();
        for range in [10..70_000, 200_000..900_001] {
            if let Some(read) = of.read(&(range.start as u64..range.end as u64)) {
                assert_eq!(read[..], content[range], "{at}");
            }
        }
    }
    for len_bytes in [0, 5, 24, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..len_bytes]).unwrap();
        assert!(Copies::open(&path).is_none());
    }
    std::fs::remove_file(&path).unwrap();
    assert!(Copies::open(&path).is_none());
}

#[test]
fn what_there_is_no_room_for_is_not_copied() {
    let path = place("room");
    let mut writer = Writer::create(&path, 100).unwrap();
    for start in [0, 60, 120] {
        writer
            .copy("a", &stamp("1"), start, &[7; 60][..60 - start as usize / 3])
            .unwrap();
    }
    writer.finish().unwrap();
    let copies = Copies::open(&path).unwrap();
    let of = copies.of("a", &stamp("1")).unwrap();
    assert_eq!(
        [of.hold(&(0..60)), of.hold(&(60..100)), of.hold(&(120..140))],
        [true, true, false]
    );
    std::fs::remove_file(&path).unwrap();
    assert!(Writer::create(Path::new("/nowhere/at/all"), 100).is_err());
}
