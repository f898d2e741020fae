//! Where the content of a message comes from.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};

use posthaste_proto::ContentSpec;
use posthaste_proto::content::{ContentSize, Encoding};

/// Gives the content of one message, piece by piece. Line ends are CRLF.
pub trait Source {
    /// Puts the next octets into `into` (never empty) and says how many; 0 at the end.
    ///
    /// `encoding` is what the session chose among the offers; it stays the same for one message.
    ///
    /// # Errors
    ///
    /// The message is not delivered, nor any part of it.
    fn read(&mut self, encoding: Encoding, into: &mut [u8]) -> io::Result<usize>;
}

/// A ready-made message (RFC 5322), header and body.
///
/// Lines end with CRLF: a CR or LF that stands alone ends the transaction, with its offset in the error. Content outside
/// ASCII needs a server with 8BITMIME, and with SMTPUTF8 when it is in the header; otherwise nothing is sent.
pub struct Raw<'a> {
    spec: ContentSpec,
    octets: Octets<'a>,
}

enum Octets<'a> {
    Bytes {
        bytes: Cow<'a, [u8]>,
        given: usize,
    },
    Reader {
        reader: Box<dyn Read + 'a>,
        size: ContentSize,
        given: u64,
    },
}

impl<'a> Raw<'a> {
    /// A message in memory. What it needs of the server is found by looking.
    pub fn bytes(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let bytes = bytes.into();
        let size = ContentSize::Exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Self {
            spec: ContentSpec::new(needs(&bytes), size),
            octets: Octets::Bytes { bytes, given: 0 },
        }
    }

    /// A message from a reader, which can be read only once. Octets above 127 in what was said to be 7-bit, or another
    /// length than was said, end the transaction.
    pub fn reader(reader: impl Read + 'a, encoding: Encoding, size: ContentSize) -> Self {
        Self {
            spec: ContentSpec::new(encoding, size),
            octets: Octets::Reader {
                reader: Box::new(reader),
                size,
                given: 0,
            },
        }
    }

    /// What the session is told about it.
    pub fn spec(&self) -> &ContentSpec {
        &self.spec
    }
}

impl Source for Raw<'_> {
    fn read(&mut self, encoding: Encoding, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.octets {
            Octets::Bytes { bytes, given } => {
                let mut rest = bytes.get(*given..).unwrap_or_default();
                let n = rest.read(into)?;
                *given += n;
                Ok(n)
            }
            Octets::Reader {
                reader,
                size,
                given,
            } => {
                let n = reader.read(into)?;
                *given += u64::try_from(n).unwrap_or(u64::MAX);
                let kept = match *size {
                    ContentSize::Exact(size) => *given == size || (*given < size && n > 0),
                    ContentSize::AtMost(size) => *given <= size,
                    ContentSize::Unknown => true,
                };
                if !kept {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the content has another length than was said",
                    ));
                }
                let read = into.get(..n).unwrap_or_default();
                if !encoding.eight_bit && !encoding.binary && !read.is_ascii() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the content was said to be 7-bit and has octets above 127",
                    ));
                }
                Ok(n)
            }
        }
    }
}

/// 7-bit, or 8-bit lines; UTF-8 in the header is told apart by where the first empty line is.
fn needs(bytes: &[u8]) -> Encoding {
    if bytes.is_ascii() {
        return Encoding::SEVEN_BIT;
    }
    let header_end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap_or(bytes.len());
    let (header, body) = bytes.split_at(header_end);
    Encoding {
        eight_bit: !body.is_ascii() || !header.is_ascii(),
        binary: false,
        utf8_headers: !header.is_ascii(),
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw")
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_found_by_looking() {
        assert_eq!(needs(b"Subject: x\r\n\r\nbody"), Encoding::SEVEN_BIT);
        assert_eq!(
            needs("Subject: x\r\n\r\nb\u{f6}dy".as_bytes()),
            Encoding::EIGHT_BIT
        );
        assert!(needs("Subject: \u{f6}\r\n\r\nbody".as_bytes()).utf8_headers);
    }

    #[test]
    fn a_reader_that_breaks_its_word_fails() {
        let mut raw = Raw::reader(
            "\u{f6}".as_bytes(),
            Encoding::SEVEN_BIT,
            ContentSize::Unknown,
        );
        let error = raw.read(Encoding::SEVEN_BIT, &mut [0; 16]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);

        for said in [2, 4] {
            let mut raw = Raw::reader(&b"abc"[..], Encoding::SEVEN_BIT, ContentSize::Exact(said));
            let all =
                (0..4).try_for_each(|_| raw.read(Encoding::SEVEN_BIT, &mut [0; 16]).map(drop));
            assert!(all.is_err(), "{said}");
        }
    }
}
