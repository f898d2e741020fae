//! Where messages are kept.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

mod directory;
mod record;

pub use record::{Recipient, Record};

use directory::{Directory, Part};

/// A message that was accepted.
#[derive(Debug, Clone)]
pub struct Message {
    number: u32,
    record: Arc<Record>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Memory(Arc<[u8]>),
    File(PathBuf),
}

impl Message {
    /// Its number, from 1 in memory; in a directory, the number in its file names.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The envelope and what else is known of it.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The content, octet by octet as it came, dot-stuffing undone. Read from the file when the store is a directory.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn content(&self) -> io::Result<Vec<u8>> {
        match &self.content {
            Content::Memory(octets) => Ok(octets.to_vec()),
            Content::File(path) => std::fs::read(path),
        }
    }

    /// The file with the content, when the store is a directory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.content {
            Content::Memory(_) => None,
            Content::File(path) => Some(path),
        }
    }
}

/// All messages, and those who wait for the next one.
#[derive(Debug)]
pub(crate) struct Store {
    directory: Option<Directory>,
    messages: Mutex<Vec<Message>>,
    arrived: Condvar,
}

/// A message that is not complete. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub(crate) enum Draft {
    Memory(Vec<u8>),
    File(Part),
}

impl Store {
    pub(crate) const fn in_memory() -> Self {
        Self {
            directory: None,
            messages: Mutex::new(Vec::new()),
            arrived: Condvar::new(),
        }
    }

    pub(crate) fn in_directory(path: &Path) -> io::Result<Self> {
        let directory = Some(Directory::open(path)?);
        Ok(Self {
            directory,
            messages: Mutex::new(Vec::new()),
            arrived: Condvar::new(),
        })
    }

    pub(crate) fn begin(&self) -> io::Result<Draft> {
        match &self.directory {
            None => Ok(Draft::Memory(Vec::new())),
            Some(directory) => directory.begin().map(Draft::File),
        }
    }

    /// Keeps a complete message and returns its name.
    pub(crate) fn finish(&self, draft: Draft, record: Record) -> io::Result<String> {
        // Held while the files get their names, so that numbers follow the order of arrival.
        let mut messages = self.lock();
        let (number, content) = match (draft, &self.directory) {
            (Draft::Memory(octets), _) => {
                let last = messages.last().map_or(0, |message| message.number);
                (last + 1, Content::Memory(octets.into()))
            }
            (Draft::File(part), Some(directory)) => {
                let (number, path) = directory.finish(part, &record)?;
                (number, Content::File(path))
            }
            (Draft::File(_), None) => return Err(io::Error::other("a file without a directory")),
        };
        messages.push(Message {
            number,
            record: Arc::new(record),
            content,
        });
        drop(messages);
        self.arrived.notify_all();
        Ok(name(number))
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.lock().clone()
    }

    /// All messages as soon as there are `count`, or how many there are after `timeout`.
    pub(crate) fn wait_for(&self, count: usize, timeout: Duration) -> Result<Vec<Message>, usize> {
        // Some timeouts mean "forever" and do not fit into an Instant.
        let deadline = Instant::now().checked_add(timeout);
        let mut messages = self.lock();
        while messages.len() < count {
            let left = deadline.map_or(Duration::MAX, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return Err(messages.len());
            }
            // An hour at most: some systems cannot wait as long as a Duration can say.
            let wait = left.min(Duration::from_secs(3600));
            (messages, _) = self
                .arrived
                .wait_timeout(messages, wait)
                .unwrap_or_else(PoisonError::into_inner);
        }
        Ok(messages.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Message>> {
        // A list of complete messages is whole at any time, whoever panicked.
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Draft {
    pub(crate) fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(content) => content.write_all(octets),
            Self::File(part) => part.write(octets),
        }
    }
}

/// `0001`, the head of both file names.
fn name(number: u32) -> String {
    format!("{number:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_the_message_or_the_time() {
        let store = Arc::new(Store::in_memory());
        assert_eq!(store.wait_for(0, Duration::ZERO).unwrap().len(), 0);
        assert_eq!(store.wait_for(1, Duration::ZERO).unwrap_err(), 0);
        let waiter = std::thread::spawn({
            let store = Arc::clone(&store);
            move || store.wait_for(2, Duration::MAX).unwrap().len()
        });
        for _ in 0..2 {
            let mut draft = store.begin().unwrap();
            draft.write(b"x").unwrap();
            store.finish(draft, Record::default()).unwrap();
        }
        assert_eq!(waiter.join().unwrap(), 2);
        assert_eq!(store.messages()[1].number(), 2);
        assert_eq!(store.messages()[1].content().unwrap(), b"x");
    }
}
