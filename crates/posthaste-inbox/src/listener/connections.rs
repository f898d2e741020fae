use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The connections that are open, for a bound on their number and for ending them from outside.
#[derive(Debug, Clone)]
pub(crate) struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    open: Mutex<Open>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Open {
    streams: HashMap<u64, TcpStream>,
    next: u64,
    stopped: bool,
}

/// A connection's place; given back when dropped.
#[derive(Debug)]
pub(super) struct Entry {
    inner: Arc<Inner>,
    key: u64,
}

impl Connections {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Inner {
            most,
            open: Mutex::default(),
            changed: Condvar::new(),
        }))
    }

    /// A place for a connection; none when all are taken or the end has come.
    pub(super) fn enter(&self, stream: &TcpStream) -> Option<Entry> {
        let mut open = self.0.lock();
        if open.stopped || open.streams.len() >= self.0.most {
            return None;
        }
        let clone = stream.try_clone().ok()?;
        let key = open.next;
        open.next += 1;
        open.streams.insert(key, clone);
        Some(Entry {
            inner: Arc::clone(&self.0),
            key,
        })
    }

    pub(crate) fn are_stopped(&self) -> bool {
        self.0.lock().stopped
    }

    /// Lets no more connections in, and lets those that are open end: first what they read, so that they can say
    /// goodbye, and when that takes long, everything.
    pub(crate) fn stop(&self) {
        let mut open = self.0.lock();
        open.stopped = true;
        self.0.changed.notify_all();
        for (shutdown, patience) in [(Shutdown::Read, 1), (Shutdown::Both, 5)] {
            for stream in open.streams.values() {
                // Fails when the client has closed already, which is just as well.
                let _: io::Result<()> = stream.shutdown(shutdown);
            }
            let deadline = Instant::now() + Duration::from_secs(patience);
            while !open.streams.is_empty() {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                (open, _) = self
                    .0
                    .changed
                    .wait_timeout(open, left)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Waits until a connection ends or all are stopped, `most` at the longest.
    pub(super) fn wait_for_change(&self, most: Duration) {
        let open = self.0.lock();
        if !open.stopped {
            let _ = self.0.changed.wait_timeout(open, most);
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Open> {
        // Every change is one step: a panic elsewhere leaves nothing half done.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.inner.lock().streams.remove(&self.key);
        self.inner.changed.notify_all();
    }
}
