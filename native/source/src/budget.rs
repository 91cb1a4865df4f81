//! How much memory this process may take, and the question before much of it is taken.
//!
//! An allocation that is refused ends a Rust program. So whatever a file or its data sizes asks here first
//! ([`ensure`]): values, pages, blocks, entries. The answer is an error with a code, which ends the comparison and
//! nothing else. The allocator of the program tells what it gives out and takes back ([`count`]), so nobody else has to
//! give anything back here.
//!
//! Without [`install`] there is no limit: a library does not know what else its process does.

use crate::{Code, ParityError};
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use thiserror::Error;

/// What the program may take, and what its user does for more.
#[derive(Clone, Copy, Debug)]
struct Budget {
    limit_bytes: u64,
    hint: &'static str,
}

static BUDGET: OnceLock<Budget> = OnceLock::new();
static HELD_BYTES: AtomicI64 = AtomicI64::new(0);

/// A thread tells the process of its allocations once they come to this many bytes.
const TOLD_BYTES: i64 = 64 << 10;
/// Sizes up to this are not worth the question.
const SMALL_BYTES: u64 = 64 << 10;

thread_local! {
    static UNTOLD_BYTES: Cell<i64> = const { Cell::new(0) };
}

/// Sets the limit of this process, once. `hint` says what its user does for more memory.
pub fn install(limit_bytes: u64, hint: &'static str) {
    let _ = BUDGET.set(Budget { limit_bytes, hint });
}

/// Counts what the allocator gives out, or takes back. Allocates nothing and never panics.
#[inline]
pub fn count(bytes: i64) {
    let untold = UNTOLD_BYTES.get() + bytes;
    if untold.abs() < TOLD_BYTES {
        UNTOLD_BYTES.set(untold);
    } else {
        UNTOLD_BYTES.set(0);
        HELD_BYTES.fetch_add(untold, Relaxed);
    }
}

/// Bytes that all threads have allocated and not freed, about.
pub fn held_bytes() -> u64 {
    u64::try_from(HELD_BYTES.load(Relaxed)).unwrap_or_default()
}

/// Asks for this many bytes before they are taken.
pub fn ensure(bytes: u64) -> Result<(), OverBudget> {
    match BUDGET.get() {
        Some(budget) if bytes > SMALL_BYTES => within(budget, held_bytes(), bytes),
        _ => Ok(()),
    }
}

/// The same for a count of values of `each` bytes.
pub fn ensure_rows(rows: usize, each: usize) -> Result<(), OverBudget> {
    ensure((rows as u64).saturating_mul(each as u64))
}

fn within(budget: &Budget, held_bytes: u64, bytes: u64) -> Result<(), OverBudget> {
    if held_bytes.saturating_add(bytes) <= budget.limit_bytes {
        return Ok(());
    }
    Err(OverBudget {
        wanted_bytes: bytes,
        held_bytes,
        limit_bytes: budget.limit_bytes,
        hint: budget.hint,
    })
}

/// More memory is wanted than the process may take.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "{} more memory is wanted than this process may take: {} of {} are in use",
    mebibytes(*wanted_bytes), mebibytes(*held_bytes), mebibytes(*limit_bytes)
)]
pub struct OverBudget {
    /// Bytes that were asked for.
    pub wanted_bytes: u64,
    /// Bytes in use.
    pub held_bytes: u64,
    /// Bytes that may be in use.
    pub limit_bytes: u64,
    /// What to do, in the words of whoever set the limit.
    pub hint: &'static str,
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

impl From<OverBudget> for ParityError {
    fn from(error: OverBudget) -> Self {
        ParityError::new(Code::OutOfResources, error.to_string(), error.hint)
    }
}

/// The least of what may limit the memory of this process, by what Linux says: its resource limits, its control groups,
/// and the memory of the machine. `None` where nothing of it can be read.
pub fn available_bytes() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let resources = read("/proc/self/limits");
    let groups = read("/proc/self/cgroup").map_or_else(Vec::new, |groups| group_limits(&groups));
    let machine = read("/proc/meminfo").and_then(|info| memory_total(&info));
    let limits = resources.iter().flat_map(|limits| resource_limits(limits));
    let groups = groups.iter().filter_map(|path| read(path)?.trim().parse().ok());
    limits.chain(groups).chain(machine).min()
}

/// The soft limits of address space and data in `/proc/self/limits`.
fn resource_limits(limits: &str) -> Vec<u64> {
    let limit = |name: &str| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    ["Max address space", "Max data size"]
        .into_iter()
        .filter_map(limit)
        .collect()
}

/// The files that say how much memory the groups in `/proc/self/cgroup` may take: those of the group and of all groups
/// that it is in.
fn group_limits(groups: &str) -> Vec<String> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|controller| controller == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        // In a container the path may be one of the host; its own group is then the root.
        let mut path = path.trim_end_matches('/');
        files.push(format!("{root}/{file}"));
        while let Some((above, _)) = path.rsplit_once('/') {
            files.push(format!("{root}{path}/{file}"));
            path = above;
        }
    }
    files
}

fn memory_total(info: &str) -> Option<u64> {
    let line = info.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_the_limit_is_an_error_with_its_code() {
        let budget = |limit_bytes| Budget {
            limit_bytes,
            hint: "give it more",
        };
        assert_eq!(within(&budget(1000), 400, 600), Ok(()));
        let error = within(&budget(1000), 401, 600).unwrap_err();
        let error = ParityError::from(error);
        assert_eq!(error.code, Code::OutOfResources);
        assert_eq!(error.hint.as_deref(), Some("give it more"));
        assert!(within(&budget(u64::MAX), u64::MAX, u64::MAX).is_ok());
    }

    #[test]
    fn what_is_counted_is_held_until_it_is_freed() {
        let before = held_bytes();
        count(64 << 20);
        assert!(held_bytes() >= before + (60 << 20));
        count(-(64 << 20));
        assert!(held_bytes() <= before + (4 << 20));
    }

    #[test]
    fn limits_of_the_process_are_read_and_unlimited_is_none() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max data size             unlimited            unlimited            bytes     \n\
                      Max address space         524288000            unlimited            bytes     \n";
        assert_eq!(resource_limits(limits), [524_288_000]);
        assert_eq!(
            memory_total("MemTotal:       24000 kB\nMemFree: 1 kB\n"),
            Some(24_576_000)
        );
    }

    #[test]
    fn groups_of_both_versions_are_looked_at_up_to_their_root() {
        assert_eq!(
            group_limits("0::/a/b\n"),
            [
                "/sys/fs/cgroup/memory.max",
                "/sys/fs/cgroup/a/b/memory.max",
                "/sys/fs/cgroup/a/memory.max"
            ]
        );
        assert_eq!(
            group_limits("4:cpu:/x\n9:memory:/c\n"),
            [
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/c/memory.limit_in_bytes"
            ]
        );
    }
}
