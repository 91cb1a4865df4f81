//! The open steps.

use crate::callbacks::Callbacks;
use crate::failure::{Failure, internal};
use crate::ledger::Ledger;
use crate::source::Source;
use parity_scan::parquet::ParquetSource;
use parity_source::{ParityError, Sources};
use parity_steps::wire::guard::Masking;
use parity_steps::{Kind, Step};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, TryLockError};

/// The open steps of the whole process: a handle means the same everywhere in it.
pub(crate) static STEPS: LazyLock<Steps> = LazyLock::new(Steps::default);

/// Steps by their handles.
#[derive(Default)]
pub(crate) struct Steps {
    /// The last handle; none is used twice.
    last: AtomicI64,
    open: Mutex<HashMap<i64, Arc<Mutex<Open>>>>,
}

/// An open step and what belongs to it.
struct Open {
    step: Box<dyn Step>,
    source: Arc<Source>,
    callbacks: Arc<Callbacks>,
    ledger: Arc<Ledger>,
}

impl Steps {
    /// Opens a step.
    pub(crate) fn open(
        &self,
        step: &str,
        plan: &[u8],
        args: &[u8],
        masking: Masking,
        callbacks: Arc<Callbacks>,
    ) -> Result<i64, Failure> {
        let ledger = Arc::new(Ledger::default());
        let source = Arc::new(Source::new(Arc::clone(&callbacks) as _, Arc::clone(&ledger), masking));
        let running = ledger.enter();
        let step = parity_steps::open(
            Kind::named(step)?,
            plan,
            args,
            Sources::both(ParquetSource::new(Arc::clone(&source) as _)),
        )
        .map_err(|error| thrown_or(&callbacks, error.into()));
        ledger.leave(&running);
        let open = Open {
            step: step?,
            source,
            callbacks,
            ledger,
        };
        let handle = self.last.fetch_add(1, Relaxed) + 1;
        self.table().insert(handle, Arc::new(Mutex::new(open)));
        Ok(handle)
    }

    /// Runs an export of a step.
    pub(crate) fn with<T>(
        &self,
        handle: i64,
        body: impl FnOnce(&mut dyn Step) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let open = self.table().get(&handle).map(Arc::clone);
        let open = open.ok_or_else(|| internal(format!("step {handle} is not open")))?;
        let mut open = open.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => internal(format!("step {handle} is used by two threads")),
            TryLockError::Poisoned(_) => internal(format!("step {handle} failed before")),
        })?;
        let open = &mut *open;
        open.callbacks.take_thrown();
        let running = open.ledger.enter();
        let result = body(&mut *open.step).and_then(|value| {
            open.source.settle().map_err(ParityError::from)?;
            Ok(value)
        });
        open.ledger.leave(&running);
        result.map_err(|failure| thrown_or(&open.callbacks, failure))
    }

    /// Ends a step, if there is one, and gives its metrics.
    pub(crate) fn close(&self, handle: i64) -> [i64; 7] {
        let Some(open) = self.table().remove(&handle) else {
            return Ledger::default().metrics(0);
        };
        // Where another thread is in the step, it ends when that thread leaves it.
        let Some(open) = Arc::into_inner(open) else {
            return Ledger::default().metrics(0);
        };
        let open = open.into_inner().unwrap_or_else(PoisonError::into_inner);
        let metrics = open.ledger.metrics(open.step.rows());
        drop(open.step);
        open.source.finish_copies();
        // The JVM frees whatever it cannot be told about.
        let _ = open.source.settle();
        metrics
    }

    fn table(&self) -> MutexGuard<'_, HashMap<i64, Arc<Mutex<Open>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The exception that made a step fail, if one did.
fn thrown_or(callbacks: &Callbacks, failure: Failure) -> Failure {
    match (failure, callbacks.take_thrown()) {
        (Failure::Parity(_), Some(thrown)) => Failure::Thrown(thrown),
        (failure, _) => failure,
    }
}
