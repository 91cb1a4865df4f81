//! The methods of `org.sparkparity.TaskIo`, called from the thread that called us.

use crate::failure::Failure;
use crate::task_io::{Entry, Filled, Refusal, TaskIo};
use jni::errors::Error;
use jni::ids::JMethodID;
use jni::objects::{JByteBuffer, JClass, JLongArray, JObject, JObjectArray, JString, JThrowable};
use jni::refs::Global;
use jni::signature::{Primitive, ReturnType};
use jni::sys::jvalue;
use jni::{Env, JValue, JavaVM, jni_sig, jni_str};
use parity_source::Code;
use std::sync::{Mutex, PoisonError};

/// A `TaskIo` object.
#[derive(Debug)]
pub(crate) struct Callbacks {
    io: Global<JObject<'static>>,
    /// `org.sparkparity.Native`, found by the caller's class loader: looking a class up by name could meet another one.
    native: Global<JClass<'static>>,
    methods: Methods,
    /// Whether what a method throws shows too much: columns are masked, and paths may hold their values.
    hides: bool,
    /// What the last method threw.
    thrown: Mutex<Option<Global<JThrowable<'static>>>>,
}

/// Looked up once: a lookup costs more than most of the calls.
#[derive(Debug)]
struct Methods {
    local_path: JMethodID,
    look: JMethodID,
    list: JMethodID,
    open: JMethodID,
    check: JMethodID,
    submit: JMethodID,
    wait: JMethodID,
    free: JMethodID,
    memory: JMethodID,
    copies: JMethodID,
    copy_to: JMethodID,
    is_killed: JMethodID,
}

const LONG: ReturnType = ReturnType::Primitive(Primitive::Long);
const VOID: ReturnType = ReturnType::Primitive(Primitive::Void);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal {
            code: Code::Internal,
            message: error.to_string(),
        }
    }
}

impl Callbacks {
    pub(crate) fn new(env: &mut Env<'_>, native: &JClass<'_>, io: &JObject<'_>, hides: bool) -> Result<Self, Failure> {
        let class = env.get_object_class(io)?;
        let text = jni_sig!("(Ljava/lang/String;)Ljava/lang/String;");
        let listing = jni_sig!("(Ljava/lang/String;)[Ljava/lang/Object;");
        let methods = Methods {
            local_path: env.get_method_id(&class, jni_str!("localPath"), &text)?,
            look: env.get_method_id(&class, jni_str!("look"), &listing)?,
            list: env.get_method_id(&class, jni_str!("list"), &listing)?,
            open: env.get_method_id(
                &class,
                jni_str!("open"),
                jni_sig!("(Ljava/lang/String;JJLjava/lang/String;)J"),
            )?,
            check: env.get_method_id(&class, jni_str!("check"), jni_sig!("(J)V"))?,
            submit: env.get_method_id(&class, jni_str!("submit"), jni_sig!("(JJI)J"))?,
            wait: env.get_method_id(&class, jni_str!("await"), jni_sig!("(J)Ljava/nio/ByteBuffer;"))?,
            free: env.get_method_id(&class, jni_str!("free"), jni_sig!("(J)V"))?,
            memory: env.get_method_id(&class, jni_str!("memory"), jni_sig!("(J)J"))?,
            copies: env.get_method_id(&class, jni_str!("copies"), jni_sig!("()Ljava/lang/String;"))?,
            copy_to: env.get_method_id(&class, jni_str!("copyTo"), jni_sig!("()Ljava/lang/String;"))?,
            is_killed: env.get_method_id(&class, jni_str!("isKilled"), jni_sig!("()Z"))?,
        };
        Ok(Callbacks {
            io: env.new_global_ref(io)?,
            native: env.new_global_ref(native)?,
            methods,
            hides,
            thrown: Mutex::default(),
        })
    }

    /// What the last method threw.
    pub(crate) fn take_thrown(&self) -> Option<Global<JThrowable<'static>>> {
        self.thrown.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Runs calls in a frame of their own. An exception becomes a refusal, and is kept to be thrown again.
    fn calls<T>(&self, body: impl FnOnce(&mut Env<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        JavaVM::singleton()?.attach_current_thread(|env| {
            let result = body(env);
            let Some(thrown) = env.exception_occurred() else {
                // A step that can go on does not fail for an earlier reason.
                self.take_thrown();
                return result;
            };
            env.exception_clear();
            let refusal = self.describe(env, &thrown)?;
            // What ends a task must reach Spark as it is, and shows no path.
            let is_kept = !self.hides || matches!(refusal.code, Code::Cancelled | Code::Internal);
            let kept = is_kept.then(|| env.new_global_ref(&thrown)).transpose()?;
            *self.thrown.lock().unwrap_or_else(PoisonError::into_inner) = kept;
            Err(refusal)
        })
    }

    /// Code and text of an exception.
    fn describe(&self, env: &mut Env<'_>, thrown: &JThrowable<'_>) -> Result<Refusal, Error> {
        let described = env
            .call_static_method(
                &self.native,
                jni_str!("describe"),
                jni_sig!("(Ljava/lang/Throwable;)[Ljava/lang/String;"),
                &[JValue::Object(thrown)],
            )?
            .l()?;
        let described = env.cast_local::<JObjectArray<'_, JString<'_>>>(described)?;
        let code = described.get_element(env, 0)?.try_to_string(env)?;
        Ok(Refusal {
            code: Code::of(&code).unwrap_or(Code::Internal),
            message: described.get_element(env, 1)?.try_to_string(env)?,
        })
    }

    /// Calls a method of the object with arguments that fit it.
    fn call<'l>(
        &self,
        env: &mut Env<'l>,
        method: JMethodID,
        returns: ReturnType,
        arguments: &[jvalue],
    ) -> Result<jni::objects::JValueOwned<'l>, Error> {
        // SAFETY: the method is one of the object's class, looked up with the signature that each caller follows.
        unsafe { env.call_method_unchecked(&self.io, method, returns, arguments) }
    }

    /// What a method without arguments says, or null.
    fn told(&self, method: JMethodID) -> Result<Option<String>, Refusal> {
        self.calls(|env| {
            let told = self.call(env, method, ReturnType::Object, &[])?.l()?;
            if told.is_null() {
                return Ok(None);
            }
            let told = env.cast_local::<JString<'_>>(told)?;
            Ok(Some(told.try_to_string(env)?))
        })
    }

    /// Paths, and for each a length (-1 for a folder), a time, and a mark or null.
    fn entries(&self, path: &str, method: JMethodID) -> Result<Option<Vec<Entry>>, Refusal> {
        self.calls(|env| {
            let path = env.new_string(path)?;
            let found = self
                .call(env, method, ReturnType::Array, &[JValue::Object(&path).as_jni()])?
                .l()?;
            if found.is_null() {
                return Ok(None);
            }
            let found = env.cast_local::<JObjectArray<'_, JObject<'_>>>(found)?;
            let paths = found.get_element(env, 0)?;
            let paths = env.cast_local::<JObjectArray<'_, JString<'_>>>(paths)?;
            let numbers = found.get_element(env, 1)?;
            let numbers = env.cast_local::<JLongArray<'_>>(numbers)?;
            let etags = found.get_element(env, 2)?;
            let etags = env.cast_local::<JObjectArray<'_, JString<'_>>>(etags)?;
            let mut values = vec![0i64; numbers.len(env)?];
            numbers.get_region(env, 0, &mut values)?;
            let mut entries = Vec::with_capacity(values.len() / 2);
            for (index, number) in values.chunks_exact(2).enumerate() {
                let path = paths.get_element(env, index)?;
                let etag = etags.get_element(env, index)?;
                entries.push(Entry {
                    path: path.try_to_string(env)?,
                    len_bytes: u64::try_from(number[0]).ok(),
                    modified_ms: number[1],
                    etag: (!etag.is_null()).then(|| etag.try_to_string(env)).transpose()?,
                });
                env.delete_local_ref(path);
                env.delete_local_ref(etag);
            }
            Ok(Some(entries))
        })
    }
}

fn long(value: i64) -> jvalue {
    JValue::Long(value).as_jni()
}

impl TaskIo for Callbacks {
    fn local_path(&self, path: &str) -> Result<Option<String>, Refusal> {
        self.calls(|env| {
            let path = env.new_string(path)?;
            let local = self
                .call(
                    env,
                    self.methods.local_path,
                    ReturnType::Object,
                    &[JValue::Object(&path).as_jni()],
                )?
                .l()?;
            if local.is_null() {
                return Ok(None);
            }
            let local = env.cast_local::<JString<'_>>(local)?;
            Ok(Some(local.try_to_string(env)?))
        })
    }

    fn look(&self, path: &str) -> Result<Option<Entry>, Refusal> {
        Ok(self.entries(path, self.methods.look)?.and_then(|mut found| found.pop()))
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Refusal> {
        Ok(self.entries(folder, self.methods.list)?.unwrap_or_default())
    }

    fn open(&self, path: &str, len_bytes: u64, modified_ms: i64, etag: Option<&str>) -> Result<i64, Refusal> {
        self.calls(|env| {
            let path = env.new_string(path)?;
            let etag = match etag {
                Some(etag) => env.new_string(etag)?,
                None => JString::null(),
            };
            let arguments = [
                JValue::Object(&path).as_jni(),
                long(len_bytes as i64),
                long(modified_ms),
                JValue::Object(&etag).as_jni(),
            ];
            Ok(self.call(env, self.methods.open, LONG, &arguments)?.j()?)
        })
    }

    fn check(&self, file: i64) -> Result<(), Refusal> {
        self.calls(|env| Ok(self.call(env, self.methods.check, VOID, &[long(file)])?.v()?))
    }

    fn submit(&self, file: i64, offset: u64, len_bytes: i32) -> Result<i64, Refusal> {
        let arguments = [long(file), long(offset as i64), JValue::Int(len_bytes).as_jni()];
        self.calls(|env| Ok(self.call(env, self.methods.submit, LONG, &arguments)?.j()?))
    }

    fn wait(&self, request: i64) -> Result<Box<dyn Filled>, Refusal> {
        self.calls(|env| {
            let buffer = self
                .call(env, self.methods.wait, ReturnType::Object, &[long(request)])?
                .l()?;
            let buffer = env.cast_local::<JByteBuffer<'_>>(buffer)?;
            Ok(Box::new(JavaBuffer {
                address: env.get_direct_buffer_address(&buffer)?,
                len_bytes: env.get_direct_buffer_capacity(&buffer)?,
                _buffer: env.new_global_ref(&buffer)?,
            }) as Box<dyn Filled>)
        })
    }

    fn free(&self, request: i64) -> Result<(), Refusal> {
        self.calls(|env| Ok(self.call(env, self.methods.free, VOID, &[long(request)])?.v()?))
    }

    fn memory(&self, used_bytes: i64) -> Result<i64, Refusal> {
        self.calls(|env| Ok(self.call(env, self.methods.memory, LONG, &[long(used_bytes)])?.j()?))
    }

    fn copies(&self) -> Result<Option<String>, Refusal> {
        self.told(self.methods.copies)
    }

    fn copy_to(&self) -> Result<Option<String>, Refusal> {
        self.told(self.methods.copy_to)
    }

    fn is_killed(&self) -> Result<bool, Refusal> {
        self.calls(|env| {
            let returns = ReturnType::Primitive(Primitive::Boolean);
            Ok(self.call(env, self.methods.is_killed, returns, &[])?.z()?)
        })
    }
}

/// A direct buffer of the JVM. The reference keeps its memory; `TaskIo` neither reuses nor disposes of a buffer that
/// was given out and not freed.
struct JavaBuffer {
    address: *const u8,
    len_bytes: usize,
    _buffer: Global<JByteBuffer<'static>>,
}

// SAFETY: nobody writes to the memory any more once its read has ended, so any thread may read it.
unsafe impl Send for JavaBuffer {}
// SAFETY: the same.
unsafe impl Sync for JavaBuffer {}

impl AsRef<[u8]> for JavaBuffer {
    fn as_ref(&self) -> &[u8] {
        if self.len_bytes == 0 {
            return &[];
        }
        debug_assert!(!self.address.is_null());
        // SAFETY: address and capacity of a direct buffer that lives as long as the reference does.
        unsafe { std::slice::from_raw_parts(self.address, self.len_bytes) }
    }
}
