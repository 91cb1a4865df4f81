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

/// What seals, where something does.
type Seals = Option<Arc<Secret>>;

fn secret(letter: &str) -> Seals {
    Some(Arc::new(Secret::from_text(&format!("{}=", letter.repeat(43))).unwrap()))
}

/// Copies of three reads of a file, of which the second and third follow each other.
fn written(path: &Path, attempt: u64, secret: Seals) -> Vec<u8> {
    let content = content();
    let mut writer = Writer::create(path, 1 << 30, attempt, secret).unwrap();
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
    for secret in [None, secret("A")] {
        let path = place("back");
        let content = written(&path, 3, secret.clone());
        let copies = Copies::open(&path, secret).unwrap();
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
}

#[test]
fn no_damaged_byte_is_given_and_no_index_believed_that_is_damaged() {
    for secret in [None, secret("A")] {
        let path = place("damaged");
        let content = written(&path, 3, secret.clone());
        let bytes = std::fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(7_001).chain(bytes.len() - 80..bytes.len()) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&path, &damaged).unwrap();
            let Some(copies) = Copies::open(&path, secret.clone()) else {
                continue;
            };
            let of = copies.of("s3a://b/a", &stamp("1")).unwrap();
            for range in [10..70_000, 200_000..900_001] {
                if let Some(read) = of.read(&(range.start as u64..range.end as u64)) {
                    assert_eq!(read[..], content[range], "{at}");
                }
            }
        }
        for len_bytes in [0, 5, 24, 32, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..len_bytes]).unwrap();
            assert!(Copies::open(&path, secret.clone()).is_none());
        }
        std::fs::remove_file(&path).unwrap();
        assert!(Copies::open(&path, secret).is_none());
    }
}

#[test]
fn sealed_copies_tell_nothing_and_open_with_the_secret_of_their_run_only() {
    let path = place("sealed");
    let content = written(&path, 3, secret("A"));
    let sealed = std::fs::read(&path).unwrap();
    let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    for at in (0..content.len()).step_by(50_001) {
        assert!(!holds(&sealed, &content[at..content.len().min(at + 32)]));
        assert!(!holds(
            &sealed,
            &xxh3_64(&content[10..10 + STRETCH_BYTES as usize]).to_le_bytes()
        ));
    }
    assert!(!holds(&sealed, b"s3a://b/a"));
    assert!(Copies::open(&path, secret("E")).is_none());
    assert!(Copies::open(&path, None).is_none());
    // Copies that are not sealed are not believed where they should be.
    let mut tail = sealed[sealed.len() - TAIL_BYTES as usize..].to_vec();
    assert_eq!(tail[24..], 3u64.to_le_bytes());
    tail[24] = 4;
    std::fs::write(&path, [&sealed[..sealed.len() - TAIL_BYTES as usize], &tail].concat()).unwrap();
    assert!(Copies::open(&path, secret("A")).is_none(), "of another attempt");
    written(&path, 3, None);
    assert!(Copies::open(&path, secret("A")).is_none());
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_sealed_stretch_opens_in_its_own_place_only() {
    let path = place("moved");
    let content = written(&path, 3, secret("A"));
    let sealed = std::fs::read(&path).unwrap();
    let stretch = STRETCH_BYTES as usize + SEAL_BYTES;
    // The second read begins behind the first one's two stretches, and has four whole ones.
    let second = 70_000 - 10 + 2 * SEAL_BYTES;
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let copies = Copies::open(&path, secret("A")).unwrap();
        copies.of("s3a://b/a", &stamp("1")).unwrap().read(&(200_000..500_000))
    };
    assert_eq!(read(&sealed).unwrap()[..], content[200_000..500_000]);
    let mut moved = sealed.clone();
    moved.copy_within(second + stretch..second + 2 * stretch, second);
    assert!(read(&moved).is_none(), "from elsewhere in the file");
    written(&path, 4, secret("A"));
    let other = std::fs::read(&path).unwrap();
    assert_ne!(other[second..second + 32], sealed[second..second + 32]);
    let mut mixed = sealed.clone();
    mixed[second..second + stretch].copy_from_slice(&other[second..second + stretch]);
    assert!(
        read(&mixed).is_none(),
        "from the same place in the file of another attempt"
    );
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn what_there_is_no_room_for_is_not_copied() {
    for (secret, seal_bytes) in [(None, 0), (secret("A"), SEAL_BYTES as u64)] {
        let path = place("room");
        let mut writer = Writer::create(&path, 100 + 2 * seal_bytes, 1, secret.clone()).unwrap();
        for start in [0, 60, 120] {
            writer
                .copy("a", &stamp("1"), start, &[7; 60][..60 - start as usize / 3])
                .unwrap();
        }
        writer.finish().unwrap();
        let copies = Copies::open(&path, secret).unwrap();
        let of = copies.of("a", &stamp("1")).unwrap();
        assert_eq!(
            [of.hold(&(0..60)), of.hold(&(60..100)), of.hold(&(120..140))],
            [true, true, false]
        );
        std::fs::remove_file(&path).unwrap();
    }
    assert!(Writer::create(Path::new("/nowhere/at/all"), 100, 1, None).is_err());
}
