//! The budget of an executor's native memory, all tasks together.
//!
//! An allocation that is refused aborts the process, and here the process is an executor with the tasks of others in
//! it. So the library takes no more than what is left of the memory that the JVM may take once its heap and a reserve
//! are full.

use crate::failure::Failure;
use jni::{Env, jni_sig, jni_str};
use parity_source::budget;

/// Memory that is left for the JVM beside its heap: code, threads, classes, network buffers.
const RESERVE_BYTES: u64 = 384 << 20;
/// Memory that the library may take in any case: the design of one task.
const LEAST_BYTES: u64 = 256 << 20;

/// What to do where the budget is spent, in the words of Spark and of Python.
const HINT: &str = "give the process more memory or fewer threads (spark.executor.memoryOverhead, \
     spark.executor.cores), or leave the largest columns out with exclude";

/// Sets the budget of this process.
pub(crate) fn set_budget(env: &mut Env<'_>) -> Result<(), Failure> {
    let Some(available_bytes) = budget::available_bytes() else {
        return Ok(());
    };
    let class = env.find_class(jni_str!("java/lang/Runtime"))?;
    let runtime = env
        .call_static_method(&class, jni_str!("getRuntime"), jni_sig!("()Ljava/lang/Runtime;"), &[])?
        .l()?;
    let heap_bytes = env
        .call_method(&runtime, jni_str!("maxMemory"), jni_sig!("()J"), &[])?
        .j()?;
    let heap_bytes = u64::try_from(heap_bytes).unwrap_or_default();
    budget::install(limit_bytes(available_bytes, heap_bytes), HINT);
    Ok(())
}

fn limit_bytes(available_bytes: u64, heap_bytes: u64) -> u64 {
    available_bytes
        .saturating_sub(heap_bytes)
        .saturating_sub(RESERVE_BYTES)
        .max(LEAST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heap_and_a_reserve_are_left_to_the_jvm() {
        assert_eq!(limit_bytes(8 << 30, 4 << 30), (4 << 30) - RESERVE_BYTES);
        assert_eq!(limit_bytes(1 << 30, 1 << 30), LEAST_BYTES);
    }
}
