//! How an export fails: one policy for all of them.
//!
//! An error of a comparison becomes `ParityException` with its code and hint. What a method of `TaskIo` threw comes out
//! as it went in. A panic becomes code `INTERNAL` with its text: it never crosses into the JVM.

use jni::errors::{Error, ErrorPolicy};
use jni::objects::{JClass, JThrowable};
use jni::refs::Global;
use jni::{Env, JValue, jni_sig, jni_str};
use parity_source::ParityError;
use std::any::Any;

/// Why an export has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error of the comparison.
    Parity(ParityError),
    /// What the JVM threw at us.
    Thrown(Global<JThrowable<'static>>),
    /// The JVM refused a call; an exception may be pending.
    Jni(Error),
}

impl From<ParityError> for Failure {
    fn from(error: ParityError) -> Self {
        Failure::Parity(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Jni(error)
    }
}

/// A defect, in words.
pub(crate) fn internal(message: impl Into<String>) -> Failure {
    Failure::Parity(ParityError::internal(message))
}

/// Throws in Java. It captures the class `org.sparkparity.Native`, whose methods make the exceptions.
pub(crate) struct Throw;

impl<T: Default> ErrorPolicy<T, Failure> for Throw {
    type Captures<'local: 'method, 'method> = &'method JClass<'local>;

    fn on_error<'local: 'method, 'method>(
        env: &mut Env<'local>,
        native: &mut &'method JClass<'local>,
        failure: Failure,
    ) -> Result<T, Error> {
        if !env.exception_check() {
            let thrown = match failure {
                Failure::Parity(error) => throw(env, native, &error),
                Failure::Thrown(thrown) => env.throw(&thrown),
                Failure::Jni(error) => throw(env, native, &ParityError::internal(error.to_string())),
            };
            // Having thrown is told as an error too.
            debug_assert!(matches!(thrown, Err(Error::JavaException)));
        }
        Ok(T::default())
    }

    fn on_panic<'local: 'method, 'method>(
        env: &mut Env<'local>,
        native: &mut &'method JClass<'local>,
        payload: Box<dyn Any + Send>,
    ) -> Result<T, Error> {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("a panic without a text")
            .to_owned();
        Self::on_error(env, native, internal(text))
    }
}

fn throw(env: &mut Env<'_>, native: &JClass<'_>, error: &ParityError) -> Result<(), Error> {
    let code = env.new_string(error.code.text())?;
    let message = env.new_string(&error.message)?;
    let hint = env.new_string(error.hint.as_deref().unwrap_or_default())?;
    let exception = env
        .call_static_method(
            native,
            jni_str!("exception"),
            jni_sig!("(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/lang/Throwable;"),
            &[JValue::Object(&code), JValue::Object(&message), JValue::Object(&hint)],
        )?
        .l()?;
    let exception = env.cast_local::<JThrowable<'_>>(exception)?;
    env.throw(&exception)
}
