//! Reading what the command line names: to its end, and never without one.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, IsTerminal, Read};
use std::path::Path;

/// What may be read at once, and what to do about more of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    octets: u64,
    /// Follows a colon.
    advice: &'static str,
}

impl Limit {
    /// A password.
    pub(crate) const SECRET: Self = Self {
        octets: 1 << 20,
        advice: "this is more than 1 MiB, and no password",
    };
    /// A file of certificates. Those of all authorities of the world have a quarter of this.
    pub(crate) const CERTIFICATES: Self = Self {
        octets: 1 << 20,
        advice: "this is more than 1 MiB: name a file that holds only the certificates to be trusted",
    };
    /// A text or HTML.
    pub(crate) const TEXT: Self = Self {
        octets: 64 << 20,
        advice: "this is more than 64 MiB: attach it with -a FILE",
    };
    /// An attachment that is no regular file.
    pub(crate) const PIPE: Self = Self {
        octets: 256 << 20,
        advice: "more than 256 MiB came out of it: write them to a regular file and attach that",
    };
    /// An attached message, which is looked through before it is sent.
    pub(crate) const MESSAGE: Self = Self {
        octets: 256 << 20,
        advice: "this is more than 256 MiB, too much for a message in a message: add \
                 ;type=application/octet-stream",
    };
}

/// Opens what is to be read: a regular file, a pipe, a terminal, or the empty device. A folder is refused, and so are
/// other devices, which may have no end.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    // Before it is opened: a folder cannot be opened everywhere, and its own words are of reading.
    if fs::metadata(path)?.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "this is a folder"));
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if is_device(&metadata) && !file.is_terminal() {
        return Err(io::Error::new(
            ErrorKind::Unsupported,
            "this is a device: name a file or a pipe",
        ));
    }
    Ok((file, metadata))
}

/// Reads a file to its end, if that comes within the limit.
pub(crate) fn file(path: &Path, limit: Limit) -> io::Result<Vec<u8>> {
    to_end(&mut open(path)?.0, limit)
}

/// Reads to the end, if that comes within the limit.
///
/// # Errors
///
/// [`ErrorKind::FileTooLarge`] when it does not, and those of the reader.
pub(crate) fn to_end(reader: &mut (impl Read + ?Sized), limit: Limit) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    reader.take(limit.octets + 1).read_to_end(&mut octets)?;
    if u64::try_from(octets.len()).unwrap_or(u64::MAX) > limit.octets {
        return Err(io::Error::new(ErrorKind::FileTooLarge, limit.advice));
    }
    Ok(octets)
}

/// A device that may go on for ever. `/dev/null` ends at once, and people use it as an empty file.
#[cfg(unix)]
fn is_device(metadata: &Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    let kind = metadata.file_type();
    let is_null = || fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == metadata.rdev());
    kind.is_block_device() || (kind.is_char_device() && !is_null())
}

#[cfg(not(unix))]
fn is_device(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_not_read_for_ever() {
        let small = Limit {
            octets: 5,
            advice: "too much",
        };
        assert_eq!(to_end(&mut &b"12345"[..], small).unwrap(), b"12345");
        let error = to_end(&mut io::repeat(b'x'), small).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::FileTooLarge, "too much".to_owned())
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn devices_are_told_from_files() {
        for device in ["/dev/zero", "/dev/full", "/dev/urandom"] {
            let error = open(Path::new(device)).unwrap_err();
            assert!(
                error.to_string().starts_with("this is a device"),
                "{device}"
            );
        }
        assert_eq!(file(Path::new("/dev/null"), Limit::TEXT).unwrap(), b"");
        let error = open(Path::new("/dev")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
    }
}
