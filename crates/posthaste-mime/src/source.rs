//! Where the octets of an attachment come from.

use core::fmt;
use std::{fs::File, io, path::PathBuf, sync::Arc};

/// Names a source within its message. Given out by [`Pull::Source`](crate::Pull::Source).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub(crate) usize);

/// A function that opens a source from its beginning.
pub(crate) type Opener = Arc<dyn Fn() -> io::Result<Box<dyn io::Read + Send>> + Send + Sync>;

/// Where the octets of an attachment come from that are not in memory. It can be read again for another
/// [`stream`](crate::Message::stream) of the same message.
#[derive(Clone)]
#[non_exhaustive]
pub enum Source {
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// How many octets it had when it was attached.
        length: u64,
    },
    /// A function that opens it, see [`Attachment::reader`](crate::Attachment::reader).
    Open {
        /// The function.
        open: Reader,
        /// How many octets it gives, if that is known.
        length: Option<u64>,
    },
    /// Octets that the driver of the stream supplies by itself.
    External {
        /// By what the driver knows it.
        key: u64,
        /// How many octets it gives, if that is known.
        length: Option<u64>,
    },
}

impl Source {
    /// How many octets there are, if that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::File { length, .. } => Some(*length),
            Self::Open { length, .. } | Self::External { length, .. } => *length,
        }
    }

    /// Opens it from its beginning.
    ///
    /// # Errors
    ///
    /// What opening the file gave, or [`io::ErrorKind::Unsupported`] for [`Source::External`].
    pub fn open(&self) -> io::Result<Box<dyn io::Read + Send>> {
        match self {
            Self::File { path, .. } => Ok(Box::new(File::open(path)?)),
            Self::Open { open, .. } => (open.0)(),
            Self::External { key, .. } => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("source {key} is external: whoever pulls the stream has to supply it"),
            )),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, length } => write!(f, "File({}, {length} octets)", path.display()),
            Self::Open { length, .. } => write!(f, "Open({length:?} octets)"),
            Self::External { key, length } => write!(f, "External({key}, {length:?} octets)"),
        }
    }
}

/// The function inside of [`Source::Open`].
#[derive(Clone)]
pub struct Reader(pub(crate) Opener);

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}
