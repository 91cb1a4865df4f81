use super::*;
use std::collections::HashMap;

const MIB: u64 = 1 << 20;

/// A file system with one file, which notes what is asked of it.
#[derive(Debug, Default)]
struct Fake {
    content: Vec<u8>,
    state: Mutex<FakeState>,
    copies: Option<String>,
    copy_to: Option<String>,
}

#[derive(Debug, Default)]
struct FakeState {
    requests: HashMap<i64, (u64, i32)>,
    /// Every request ever made.
    asked: Vec<(u64, i32)>,
    last: i64,
    killed: bool,
    /// What the next waits give.
    failures: Vec<Code>,
    granted: Option<i64>,
    accounted: Vec<i64>,
}

impl Fake {
    fn of(len_bytes: u64) -> Arc<Self> {
        Arc::new(Fake {
            content: (0..len_bytes).map(|i| (i % 251) as u8).collect(),
            ..Fake::default()
        })
    }

    fn asked(&self) -> Vec<(u64, i32)> {
        lock(&self.state).asked.clone()
    }

    fn open_requests(&self) -> usize {
        lock(&self.state).requests.len()
    }
}

fn refusal(code: Code) -> Refusal {
    Refusal {
        code,
        message: "the line was cut".to_owned(),
    }
}

impl TaskIo for Fake {
    fn local_path(&self, path: &str) -> Result<Option<String>, Refusal> {
        Ok(path.strip_prefix("file:").map(str::to_owned))
    }

    fn look(&self, path: &str) -> Result<Option<Entry>, Refusal> {
        Ok(Some(Entry {
            path: path.to_owned(),
            len_bytes: Some(self.content.len() as u64),
            modified_ms: 7,
            etag: Some("e7".to_owned()),
        }))
    }

    fn list(&self, _folder: &str) -> Result<Vec<Entry>, Refusal> {
        Err(refusal(Code::PathNotFound))
    }

    fn open(&self, _path: &str, _len_bytes: u64, modified_ms: i64, _etag: Option<&str>) -> Result<i64, Refusal> {
        if modified_ms == 7 {
            Ok(1)
        } else {
            Err(refusal(Code::SourceChanged))
        }
    }

    fn check(&self, _file: i64) -> Result<(), Refusal> {
        Ok(())
    }

    fn submit(&self, _file: i64, offset: u64, len_bytes: i32) -> Result<i64, Refusal> {
        let mut state = lock(&self.state);
        state.last += 1;
        let id = state.last;
        state.requests.insert(id, (offset, len_bytes));
        state.asked.push((offset, len_bytes));
        Ok(id)
    }

    fn wait(&self, request: i64) -> Result<Box<dyn Filled>, Refusal> {
        let mut state = lock(&self.state);
        if let Some(code) = state.failures.pop() {
            return Err(refusal(code));
        }
        let (offset, len_bytes) = state.requests[&request];
        let start = offset as usize;
        Ok(Box::new(self.content[start..start + len_bytes as usize].to_vec()))
    }

    fn free(&self, request: i64) -> Result<(), Refusal> {
        assert!(lock(&self.state).requests.remove(&request).is_some(), "freed twice");
        Ok(())
    }

    fn memory(&self, used_bytes: i64) -> Result<i64, Refusal> {
        let mut state = lock(&self.state);
        state.accounted.push(used_bytes);
        Ok(state.granted.unwrap_or(used_bytes))
    }

    fn copies(&self) -> Result<Option<String>, Refusal> {
        Ok(self.copies.clone())
    }

    fn copy_to(&self) -> Result<Option<String>, Refusal> {
        Ok(self.copy_to.clone())
    }

    fn is_killed(&self) -> Result<bool, Refusal> {
        Ok(lock(&self.state).killed)
    }
}

struct Opened {
    fake: Arc<Fake>,
    source: Source,
    ledger: Arc<Ledger>,
    file: Box<dyn FileBytes>,
}

fn opened(len_bytes: u64) -> Opened {
    let fake = Fake::of(len_bytes);
    let ledger = Arc::new(Ledger::default());
    ledger.enter();
    let source = Source::new(Arc::clone(&fake) as _, Arc::clone(&ledger), Masking::None);
    let listed = source.look("s3a://bucket/a.parquet").unwrap().unwrap();
    assert_eq!(listed.name, "a.parquet");
    let file = source.open(&listed.path, &listed.stamp.unwrap()).unwrap();
    Opened {
        fake,
        source,
        ledger,
        file,
    }
}

impl Opened {
    fn read(&self, range: Range<u64>) -> Bytes {
        let bytes = self.file.read(range.clone()).unwrap();
        assert!(bytes[..] == self.fake.content[range.start as usize..range.end as usize]);
        bytes
    }
}

#[test]
fn adjacent_announced_ranges_become_one_request_and_are_served_without_a_copy() {
    let o = opened(10 * MIB);
    o.file.announce(&[0..100, 100..300, 300 + GAP_BYTES..MIB]);
    assert_eq!(o.fake.asked(), [(0, MIB as i32)]);
    let first = o.read(0..100);
    let second = o.read(100..300);
    assert_eq!(second.as_ptr() as usize, first.as_ptr() as usize + 100);
    o.read(300 + GAP_BYTES..MIB);
    assert_eq!(o.fake.asked().len(), 1);
}

#[test]
fn ranges_far_apart_or_backwards_are_requests_of_their_own() {
    let o = opened(10 * MIB);
    o.file.announce(&[0..100, 101 + GAP_BYTES..102 + GAP_BYTES, 50..60]);
    assert_eq!(o.fake.asked(), [(0, 100), (101 + GAP_BYTES, 1), (50, 10)]);
}

#[test]
fn a_large_range_is_several_requests_and_a_read_across_them_is_whole() {
    let o = opened(20 * MIB);
    o.file.announce(&[0..20 * MIB]);
    let mebibytes = |ranges: [(u64, u64); 5]| ranges.map(|(start, count)| (start * MIB, (count * MIB) as i32));
    assert_eq!(o.fake.asked(), mebibytes([(0, 1), (1, 2), (3, 4), (7, 8), (15, 5)]));
    o.read(0..2 * MIB);
    o.read(6 * MIB..16 * MIB);
    // Overlaps what was read before: windows begin where a page does.
    o.read(14 * MIB..20 * MIB);
    assert_eq!(
        o.fake.asked().len(),
        6,
        "only bytes of an ended request are asked for again"
    );
}

#[test]
fn first_requests_are_small_where_the_task_waits_for_them() {
    let pieces: Vec<Range<u64>> = (0..40).map(|n| n * MIB / 2..(n + 1) * MIB / 2).collect();
    let sizes = |first_bytes| {
        let requests = requests(&pieces, 100 * MIB, first_bytes);
        assert!(
            requests
                .iter()
                .zip(requests.iter().skip(1))
                .all(|(a, b)| a.end == b.start)
        );
        requests
            .iter()
            .map(|range| (range.end - range.start) / MIB)
            .collect::<Vec<u64>>()
    };
    assert_eq!(sizes(FIRST_BYTES), [1, 2, 4, 8, 5]);
    assert_eq!(sizes(REQUEST_BYTES), [8, 8, 4]);
    // The file that comes next is asked for while the task still has bytes of this one.
    let o = opened(20 * MIB);
    o.file.announce(&[0..MIB]);
    let listed = o.source.look("s3a://bucket/a.parquet").unwrap().unwrap();
    let next = o.source.open(&listed.path, &listed.stamp.unwrap()).unwrap();
    next.announce(&[0..20 * MIB]);
    assert_eq!(o.fake.asked()[1], (0, 8 * MIB as i32));
}

#[test]
fn reading_ahead_stops_at_the_window_and_goes_on_when_buffers_are_given_back() {
    let o = opened(100 * MIB);
    o.file.announce(&[0..100 * MIB]);
    // 1, 2, 4, 8, 8 and 8 MiB; one more would be too much.
    assert_eq!(o.fake.asked().len(), 6);
    let held = o.read(0..MIB / 2);
    drop(o.read(7 * MIB..8 * MIB));
    o.read(8 * MIB..9 * MIB);
    assert_eq!(o.fake.asked().len(), 6, "a slice still holds the first buffer");
    drop(held);
    o.read(9 * MIB..10 * MIB);
    assert_eq!(o.fake.asked().len(), 7);
    assert_eq!(o.fake.open_requests(), 4);
}

#[test]
fn ranges_that_are_left_out_are_given_back() {
    let o = opened(100 * MIB);
    o.file.announce(&[0..MIB, 10 * MIB..11 * MIB, 20 * MIB..21 * MIB]);
    o.read(20 * MIB..21 * MIB);
    o.source.settle().unwrap();
    assert_eq!(o.fake.open_requests(), 1);
}

#[test]
fn a_new_announcement_replaces_the_old_one() {
    let o = opened(100 * MIB);
    o.file.announce(&[0..MIB]);
    o.file.announce(&[50 * MIB..51 * MIB]);
    o.read(50 * MIB..51 * MIB);
    assert_eq!(o.fake.asked(), [(0, MIB as i32), (50 * MIB, MIB as i32)]);
    o.file.announce(&[]);
    o.source.settle().unwrap();
    assert_eq!(o.fake.open_requests(), 0);
}

#[test]
fn what_was_not_announced_is_read_when_it_is_asked_for() {
    let o = opened(MIB);
    assert!(o.read(5..5).is_empty());
    o.read(MIB - 8..MIB);
    assert_eq!(o.fake.asked(), [(MIB - 8, 8)]);
    o.source.settle().unwrap();
    assert_eq!(o.fake.open_requests(), 0);
}

#[test]
fn bytes_beyond_the_end_are_a_corrupt_file() {
    let o = opened(100);
    assert_eq!(o.file.read(90..101).unwrap_err().code(), Code::CorruptFile);
}

#[test]
fn a_cut_read_is_tried_again() {
    let o = opened(MIB);
    o.file.announce(&[0..MIB]);
    lock(&o.fake.state).failures = vec![Code::PathUnreadable; 2];
    o.read(0..100);
    assert_eq!(o.fake.asked(), [(0, MIB as i32); 3]);
    assert_eq!(o.ledger.metrics(0)[1..3], [MIB as i64, 1]);
}

#[test]
fn a_read_that_is_cut_each_time_says_why_and_leaves_nothing_behind() {
    let o = opened(MIB);
    lock(&o.fake.state).failures = vec![Code::PathUnreadable; 1 + PAUSES_MS.len()];
    let error = o.file.read(0..100).unwrap_err();
    assert_eq!(error.code(), Code::PathUnreadable);
    assert!(error.to_string().contains("the line was cut"), "{error}");
    o.source.settle().unwrap();
    assert_eq!(o.fake.open_requests(), 0);
}

#[test]
fn a_cancelled_read_is_not_tried_again() {
    let o = opened(MIB);
    lock(&o.fake.state).failures = vec![Code::Cancelled];
    assert_eq!(o.file.read(0..100).unwrap_err(), ScanError::Cancelled);
    assert_eq!(o.fake.asked().len(), 1);
}

#[test]
fn a_killed_task_reads_nothing_more_from_anywhere() {
    let folder = std::env::temp_dir().join(format!("spark-parity-jni-{}", std::process::id()));
    std::fs::write(&folder, b"0123456789").unwrap();
    let o = opened(MIB);
    let given = format!("file:{}", folder.display());
    let listed = o.source.look(&given).unwrap().unwrap();
    assert_eq!(listed.path, given);
    let local = o.source.open(&listed.path, &listed.stamp.unwrap()).unwrap();
    assert_eq!(local.read(2..5).unwrap()[..], *b"234");
    lock(&o.fake.state).killed = true;
    assert_eq!(local.read(2..5).unwrap_err(), ScanError::Cancelled);
    assert_eq!(o.file.read(0..100).unwrap_err(), ScanError::Cancelled);
    assert!(o.fake.asked().is_empty());
    std::fs::remove_file(&folder).unwrap();
}

#[test]
fn another_file_than_the_listed_one_is_refused() {
    let o = opened(MIB);
    let stamp = Stamp {
        len_bytes: MIB,
        modified_ns: 8_000_000,
        identity: 0,
        etag: None,
    };
    let error = o.source.open("s3a://bucket/a.parquet", &stamp).unwrap_err();
    assert_eq!(error.code(), Code::SourceChanged);
    assert_eq!(o.source.list("s3a://bucket").unwrap_err().code(), Code::PathNotFound);
}

#[test]
fn memory_is_accounted_for_in_steps_and_a_refusal_shortens_the_window() {
    let o = opened(100 * MIB);
    let before = lock(&o.fake.state).accounted.len();
    let native = std::hint::black_box(vec![1u8; 20 << 20]);
    lock(&o.fake.state).granted = Some(0);
    o.file.announce(&[0..100 * MIB]);
    assert_eq!(lock(&o.fake.state).accounted.len(), before + 1);
    assert_eq!(o.fake.asked().len(), 3);
    drop(native);
    lock(&o.fake.state).granted = None;
    o.read(0..MIB);
    assert_eq!(o.fake.asked().len(), 6);
}

/// A source with one file, of which copies lie and are to be made there.
fn with_copies(
    len_bytes: u64,
    masking: Masking,
    copies: Option<&str>,
    copy_to: Option<String>,
) -> (Arc<Fake>, Source, Box<dyn FileBytes>) {
    let fake = Arc::into_inner(Fake::of(len_bytes)).unwrap();
    let fake = Arc::new(Fake {
        copies: copies.map(str::to_owned),
        copy_to,
        ..fake
    });
    let ledger = Arc::new(Ledger::default());
    ledger.enter();
    let source = Source::new(Arc::clone(&fake) as _, ledger, masking);
    let listed = source.look("s3a://bucket/a.parquet").unwrap().unwrap();
    let file = source.open(&listed.path, &listed.stamp.unwrap()).unwrap();
    (fake, source, file)
}

#[test]
fn what_was_copied_is_asked_of_no_store_again() {
    let path = std::env::temp_dir().join(format!("spark-parity-jni-copies-{}", std::process::id()));
    let path = path.display().to_string();
    let len_bytes = 30 * MIB;
    let (fake, source, file) = with_copies(len_bytes, Masking::None, None, Some(format!("{}:7:{path}", 1 << 30)));
    file.announce(&[0..20 * MIB]);
    file.read(0..20 * MIB).unwrap();
    file.read(25 * MIB..26 * MIB).unwrap();
    assert_eq!(fake.asked().len(), 6);
    source.finish_copies();

    let (fake, _, file) = with_copies(len_bytes, Masking::None, Some(&path), None);
    file.announce(&[MIB..2 * MIB, 21 * MIB..22 * MIB]);
    for range in [MIB..2 * MIB, 7 * MIB + 3..9 * MIB, 25 * MIB..26 * MIB] {
        let (start, end) = (range.start as usize, range.end as usize);
        assert_eq!(file.read(range).unwrap()[..], fake.content[start..end]);
    }
    // Only what was announced and not copied.
    assert_eq!(fake.asked(), [(21 * MIB, MIB as i32)]);
    file.read(21 * MIB..22 * MIB).unwrap();
    file.read(22 * MIB..22 * MIB + 5).unwrap();
    assert_eq!(fake.asked().len(), 2);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_disk_that_takes_nothing_and_copies_that_are_gone_change_nothing() {
    for copy_to in ["/nowhere/at/all", "/dev/full"] {
        let told = Some(format!("1000000:7:{copy_to}"));
        let (fake, source, file) = with_copies(MIB, Masking::None, Some("/nowhere/either"), told);
        assert_eq!(file.read(5..10).unwrap()[..], fake.content[5..10]);
        source.finish_copies();
    }
}

#[test]
fn copies_of_a_masked_run_are_sealed_or_not_made() {
    let place = |name: &str| {
        let path = std::env::temp_dir().join(format!("spark-parity-jni-{name}-{}", std::process::id()));
        path.display().to_string()
    };
    let sealed = Masking::Sealed(Arc::new(Secret::from_text(&format!("{}=", "A".repeat(43))).unwrap()));
    let holds = |path: &str, fake: &Fake| {
        let part = &fake.content[MIB as usize..][..40];
        std::fs::read(path).unwrap().windows(40).any(|bytes| bytes == part)
    };
    for (name, masking, is_plain) in [("plain", Masking::None, true), ("sealed", sealed.clone(), false)] {
        let path = place(name);
        let told = Some(format!("{}:7:{path}", 1 << 30));
        let (fake, source, file) = with_copies(4 * MIB, masking.clone(), None, told);
        file.read(0..3 * MIB).unwrap();
        source.finish_copies();
        assert_eq!(holds(&path, &fake), is_plain);

        let (fake, _, file) = with_copies(4 * MIB, masking, Some(&path), None);
        assert_eq!(file.read(5..2 * MIB).unwrap()[..], fake.content[5..2 * MIB as usize]);
        assert!(fake.asked().is_empty());
        // What was sealed says nothing to a run without the secret, nor the other way.
        let other = if is_plain { sealed.clone() } else { Masking::None };
        let (fake, _, file) = with_copies(4 * MIB, other, Some(&path), None);
        assert_eq!(file.read(5..2 * MIB).unwrap()[..], fake.content[5..2 * MIB as usize]);
        assert_eq!(fake.asked().len(), 1);
        std::fs::remove_file(&path).unwrap();
    }
    let path = place("secretless");
    let (_, source, file) = with_copies(MIB, Masking::Secretless, None, Some(format!("{}:7:{path}", 1 << 30)));
    file.read(0..MIB).unwrap();
    source.finish_copies();
    assert!(!Path::new(&path).exists());
}
