//! The native library of the JVM side: the exports of `org.sparkparity.Native`, one to one.
//!
//! A handle is a number in a table of open steps ([`steps`]), never an address: a stale one is an error and not a
//! crash. A step is used by one thread at a time, the one that runs the task. Arrays cross by copy; rows cross as
//! Arrow's C data structs at addresses that the caller owns, and live until the caller releases them.

mod allocator;
mod callbacks;
mod copies;
mod failure;
mod ledger;
mod memory;
mod source;
mod steps;
mod task_io;

use arrow::array::{Array, StructArray};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use callbacks::Callbacks;
use failure::{Failure, Throw, internal};
use jni::objects::{JByteArray, JClass, JLongArray, JObject, JObjectArray, JString};
use jni::sys::{jboolean, jlong};
use jni::{Env, EnvUnowned};
use parity_source::{Code, ParityError, budget};
use parity_steps::ask::caller::Caller;
use parity_steps::ask::catalog::Opt;
use parity_steps::wire::guard::Masking;
use std::sync::Arc;
use steps::STEPS;

/// The name and shape of these exports; `abi` in build.gradle says the same.
const ABI: u32 = 1;

/// Runs an export.
fn export<'l, T: Default>(
    mut env: EnvUnowned<'l>,
    native: &JClass<'l>,
    body: impl FnOnce(&mut Env<'l>) -> Result<T, Failure>,
) -> T {
    env.with_env(body).resolve_with::<Throw, _>(|| native)
}

/// A block that no array of the JVM can hold.
fn too_large(len_bytes: usize) -> ParityError {
    ParityError::new(
        Code::OutOfResources,
        format!(
            "rows of {} MiB have to be exchanged at once; Spark takes 2 GiB",
            len_bytes >> 20
        ),
        format!(
            "leave the largest columns out with {}",
            Caller::Python.spell(Opt::Exclude)
        ),
    )
}

/// `static native String version()`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_sparkparity_Native_version<'l>(env: EnvUnowned<'l>, native: JClass<'l>) -> JObject<'l> {
    export(env, &native, |env| {
        allocator::keep_freed_memory();
        if memory::set_budget(env).is_err() {
            // The library works without a budget, too.
            env.exception_clear();
        }
        Ok(env
            .new_string(format!("{} abi {ABI}", env!("CARGO_PKG_VERSION")))?
            .into())
    })
}

/// `static native long open(String step, byte[] plan, byte[] args, TaskIo io)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_sparkparity_Native_open<'l>(
    env: EnvUnowned<'l>,
    native: JClass<'l>,
    step: JString<'l>,
    plan: JByteArray<'l>,
    args: JByteArray<'l>,
    io: JObject<'l>,
) -> jlong {
    export(env, &native, |env| {
        let step = step.try_to_string(env)?;
        let plan = env.convert_byte_array(&plan)?;
        let args = env.convert_byte_array(&args)?;
        let masking = Masking::of(&args)?;
        let callbacks = Arc::new(Callbacks::new(env, &native, &io, masking.is_any())?);
        STEPS.open(&step, &plan, &args, masking, callbacks)
    })
}

/// `static native void feed(long handle, byte[] block)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_sparkparity_Native_feed<'l>(
    env: EnvUnowned<'l>,
    native: JClass<'l>,
    handle: jlong,
    block: JByteArray<'l>,
) {
    export(env, &native, |env| {
        STEPS.with(handle, |step| {
            let len_bytes = block.len(env)? as u64;
            budget::ensure(2 * len_bytes).map_err(ParityError::from)?;
            let block = env.convert_byte_array(&block)?;
            Ok(step.feed(&block)?)
        })
    });
}

/// `static native byte[][] next(long handle)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_sparkparity_Native_next<'l>(
    env: EnvUnowned<'l>,
    native: JClass<'l>,
    handle: jlong,
) -> JObject<'l> {
    export(env, &native, |env| {
        STEPS.with(handle, |step| {
            let Some(blocks) = step.next()? else {
                return Ok(JObject::null());
            };
            let result = JObjectArray::<JByteArray<'_>>::new(env, blocks.len(), JByteArray::null())?;
            for (index, block) in blocks.into_iter().enumerate() {
                if i32::try_from(block.len()).is_err() {
                    return Err(too_large(block.len()).into());
                }
                let block = env.byte_array_from_slice(&block)?;
                result.set_element(env, index, &block)?;
                env.delete_local_ref(block);
            }
            Ok(result.into())
        })
    })
}

/// `static native boolean nextBatch(long handle, long arrayAddress, long schemaAddress)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_sparkparity_Native_nextBatch<'l>(
    env: EnvUnowned<'l>,
    native: JClass<'l>,
    handle: jlong,
    array_address: jlong,
    schema_address: jlong,
) -> jboolean {
    export(env, &native, |_| {
        STEPS.with(handle, |step| {
            let Some(batch) = step.next_batch()? else {
                return Ok(false);
            };
            let (array, schema) = to_ffi(&StructArray::from(batch).to_data())
                .map_err(|error| internal(format!("a batch cannot be exported: {error}")))?;
            // SAFETY: the caller owns the memory of two structs at these addresses, which hold nothing now.
            unsafe {
                (array_address as *mut FFI_ArrowArray).write_unaligned(array);
                (schema_address as *mut FFI_ArrowSchema).write_unaligned(schema);
            }
            Ok(true)
        })
    })
}

/// `static native void releaseBatch(long arrayAddress, long schemaAddress)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_sparkparity_Native_releaseBatch<'l>(
    env: EnvUnowned<'l>,
    native: JClass<'l>,
    array_address: jlong,
    schema_address: jlong,
) {
    export(env, &native, |_| {
        ledger::between(|| {
            // SAFETY: the structs at these addresses are those of `nextBatch`, or zero. Moving them out calls their
            // release callbacks where there are any; what stays behind says that it was released.
            unsafe {
                let array = array_address as *mut FFI_ArrowArray;
                drop(array.read_unaligned());
                array.write_unaligned(FFI_ArrowArray::empty());
                let schema = schema_address as *mut FFI_ArrowSchema;
                drop(schema.read_unaligned());
                schema.write_unaligned(FFI_ArrowSchema::empty());
            }
        });
        Ok(())
    });
}

/// `static native long[] close(long handle)`
#[unsafe(no_mangle)]
pub extern "system" fn Java_org_sparkparity_Native_close<'l>(
    env: EnvUnowned<'l>,
    native: JClass<'l>,
    handle: jlong,
) -> JLongArray<'l> {
    export(env, &native, |env| {
        let metrics = STEPS.close(handle);
        let result = JLongArray::new(env, metrics.len())?;
        result.set_region(env, 0, &metrics)?;
        Ok(result)
    })
}
