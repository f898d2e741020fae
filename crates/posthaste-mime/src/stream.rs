//! The octets of a message, pulled piece by piece.

use core::{error, fmt};
use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use crate::{
    encoding::{Encoding, Transfer, base64, quoted_printable},
    message::Message,
    part::{Leaf, Segment},
    source::{Source, SourceId},
};

/// Octets that are encoded at once; what comes out of them is the largest buffer there is.
const BLOCK: usize = 512 * base64::LINE_IN;

/// The octets of a message under one [`Encoding`], pulled by whoever sends them. It opens no file and does not
/// block; [`MessageStream::reader`] does both.
///
/// ```
/// # use posthaste_mime::{Attachment, Encoding, Message, Pull, Stamp};
/// # let message = Message::builder().from("ann@example.org").to("bo@example.org").text("Hi.\n")
/// #     .attach(Attachment::external(7, Some(3))).build(&Stamp::fixed(0))?;
/// let mut octets = Vec::new();
/// let mut stream = message.stream(&Encoding::SEVEN_BIT);
/// loop {
///     match stream.next(4096)? {
///         Pull::Bytes(bytes) => octets.extend_from_slice(bytes),
///         Pull::Source { room, .. } => {
///             // Read at most `room` octets of that source.
///             assert!(room >= 3);
///             stream.supply(b"abc");
///             stream.source_ended();
///         }
///         Pull::Done => break,
///     }
/// }
/// assert!(octets.windows(4).any(|window| window == b"YWJj"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MessageStream {
    message: Message,
    segments: Vec<Segment>,
    /// The segment that is being written, and how much of its octets is.
    index: usize,
    position: usize,
    /// Encoded octets, and how many of them were lent.
    buffer: Vec<u8>,
    lent: usize,
    base64: base64::LineEncoder,
    quoted: quoted_printable::Encoder,
    /// Octets that the source may still supply before the next pull, and those that it has.
    room: usize,
    supplied: u64,
    ended: bool,
    error: Option<StreamError>,
}

/// What a pull gives.
#[derive(Debug, PartialEq, Eq)]
pub enum Pull<'a> {
    /// The next octets of the message, at most as many as there was room for. They are not given again.
    Bytes(&'a [u8]),
    /// Octets of a source are needed: [`supply`](MessageStream::supply) at most `room` of them, or say
    /// [`source_ended`](MessageStream::source_ended). Asked again until one of them is done.
    Source {
        /// Which source, see [`Message::source`].
        id: SourceId,
        /// How many octets of it are taken.
        room: usize,
    },
    /// That was all.
    Done,
}

impl MessageStream {
    pub(crate) fn new(
        message: Message,
        segments: Vec<Segment>,
        error: Option<StreamError>,
    ) -> Self {
        Self {
            message,
            segments,
            index: 0,
            position: 0,
            buffer: Vec::new(),
            lent: 0,
            base64: base64::LineEncoder::new(),
            quoted: quoted_printable::Encoder::default(),
            room: 0,
            supplied: 0,
            ended: false,
            error,
        }
    }

    /// The next step, with at most `room` octets. No room gives no octets.
    ///
    /// # Errors
    ///
    /// When the message cannot be written in this encoding, or a source was not as long as it said. The same
    /// error comes from then on: what was written so far is no message and must not be delivered.
    pub fn next(&mut self, room: usize) -> Result<Pull<'_>, StreamError> {
        let bytes = match self.advance()? {
            Ready::Done => return Ok(Pull::Done),
            Ready::Source(id) => {
                self.room = BLOCK;
                return Ok(Pull::Source { id, room: BLOCK });
            }
            Ready::Buffer => {
                let bytes = &self.buffer[self.lent..];
                let bytes = &bytes[..bytes.len().min(room)];
                self.lent += bytes.len();
                bytes
            }
            Ready::Segment => {
                let bytes = match &self.segments[self.index] {
                    Segment::Octets(octets) => octets.as_bytes(),
                    Segment::Body { leaf, .. } => leaf.octets().unwrap_or_default(),
                };
                let bytes = &bytes[self.position..];
                let bytes = &bytes[..bytes.len().min(room)];
                self.position += bytes.len();
                bytes
            }
        };
        Ok(Pull::Bytes(bytes))
    }

    /// Octets of the source that the last pull asked for, at most as many as it had room for. May be called
    /// several times for one pull.
    ///
    /// Octets that were not asked for are an error of the next pull.
    pub fn supply(&mut self, octets: &[u8]) {
        if octets.len() > self.room {
            self.fail(StreamError::NotAsked);
            return;
        }
        self.room -= octets.len();
        self.supplied += octets.len() as u64;
        if let Some(length) = self.source_length()
            && self.supplied > length
        {
            self.fail(StreamError::Longer { expected: length });
            return;
        }
        self.base64.push(octets, &mut self.buffer);
    }

    /// The source that the last pull asked for has no more octets.
    pub fn source_ended(&mut self) {
        if !self.at_source() || self.ended {
            self.fail(StreamError::NotAsked);
            return;
        }
        match self.source_length() {
            Some(expected) if expected != self.supplied => {
                self.fail(StreamError::Shorter {
                    expected,
                    found: self.supplied,
                });
            }
            Some(_) | None => {
                self.base64.finish(&mut self.buffer);
                self.ended = true;
                self.room = 0;
            }
        }
    }

    /// The message whose octets these are.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// As an [`io::Read`] that opens the sources by itself.
    #[must_use]
    pub fn reader(self) -> MessageReader {
        MessageReader {
            stream: self,
            open: None,
            scratch: Vec::new(),
        }
    }

    fn advance(&mut self) -> Result<Ready, StreamError> {
        loop {
            if let Some(error) = &self.error {
                return Err(error.clone());
            }
            if self.lent < self.buffer.len() {
                return Ok(Ready::Buffer);
            }
            self.buffer.clear();
            self.lent = 0;
            match self.segments.get(self.index) {
                None => return Ok(Ready::Done),
                Some(Segment::Octets(octets)) if self.position < octets.len() => {
                    return Ok(Ready::Segment);
                }
                Some(Segment::Octets(_)) => self.next_segment(),
                Some(Segment::Body { leaf, transfer }) => {
                    let (leaf, transfer) = (Arc::clone(leaf), *transfer);
                    if let Some(ready) = self.advance_body(&leaf, transfer) {
                        return Ok(ready);
                    }
                }
            }
        }
    }

    /// Fills the buffer, or leaves the segment, or says what is ready without the buffer.
    fn advance_body(&mut self, leaf: &Leaf, transfer: Transfer) -> Option<Ready> {
        let Some(octets) = leaf.octets() else {
            if self.ended {
                self.next_segment();
                return None;
            }
            return Some(Ready::Source(leaf.id));
        };
        match transfer {
            Transfer::SevenBit | Transfer::EightBit if self.position < octets.len() => {
                return Some(Ready::Segment);
            }
            Transfer::QuotedPrintable if self.position < octets.len() => {
                self.position = self
                    .quoted
                    .encode(octets, self.position, &mut self.buffer, BLOCK);
            }
            Transfer::Base64 if !self.ended => {
                let rest = &octets[self.position..];
                let block = &rest[..rest.len().min(BLOCK)];
                self.base64.push(block, &mut self.buffer);
                self.position += block.len();
                if self.position == octets.len() {
                    self.base64.finish(&mut self.buffer);
                    self.ended = true;
                }
            }
            Transfer::SevenBit
            | Transfer::EightBit
            | Transfer::QuotedPrintable
            | Transfer::Base64 => {
                self.next_segment();
            }
        }
        None
    }

    fn next_segment(&mut self) {
        self.index += 1;
        self.position = 0;
        self.base64 = base64::LineEncoder::new();
        self.quoted = quoted_printable::Encoder::default();
        self.supplied = 0;
        self.ended = false;
    }

    fn current_source(&self) -> Option<&Source> {
        match self.segments.get(self.index) {
            Some(Segment::Body { leaf, .. }) => leaf.source(),
            Some(Segment::Octets(_)) | None => None,
        }
    }

    fn at_source(&self) -> bool {
        self.current_source().is_some()
    }

    fn source_length(&self) -> Option<u64> {
        self.current_source().and_then(Source::length)
    }

    /// The first error stays.
    fn fail(&mut self, error: StreamError) {
        self.error.get_or_insert(error);
    }
}

enum Ready {
    /// Encoded octets.
    Buffer,
    /// Octets of the segment itself.
    Segment,
    Source(SourceId),
    Done,
}

/// A message as an [`io::Read`], with every source opened when its turn comes. Holds one source open and some
/// tens of KiB.
///
/// A [`StreamError`] stands inside of the [`io::Error`].
pub struct MessageReader {
    stream: MessageStream,
    open: Option<(SourceId, Box<dyn Read + Send>)>,
    scratch: Vec<u8>,
}

impl MessageReader {
    /// Writes the whole rest to `out`, without another copy of it, and says how many octets that was.
    ///
    /// # Errors
    ///
    /// Those of the source, of the stream, and of `out`.
    pub fn write_to(&mut self, out: &mut (impl Write + ?Sized)) -> io::Result<u64> {
        let mut written = 0;
        loop {
            match self.stream.next(usize::MAX)? {
                Pull::Bytes(bytes) => {
                    out.write_all(bytes)?;
                    written += bytes.len() as u64;
                }
                Pull::Source { id, room } => self.supply(id, room)?,
                Pull::Done => return Ok(written),
            }
        }
    }

    fn supply(&mut self, id: SourceId, room: usize) -> io::Result<()> {
        let reader = match &mut self.open {
            Some((open, reader)) if *open == id => reader,
            _ => {
                let source = self
                    .stream
                    .message
                    .source(id)
                    .ok_or(StreamError::NotAsked)?;
                &mut self.open.insert((id, source.open()?)).1
            }
        };
        self.scratch.resize(room, 0);
        match reader.read(&mut self.scratch) {
            Ok(0) => {
                self.open = None;
                self.stream.source_ended();
                Ok(())
            }
            Ok(count) => {
                self.stream
                    .supply(self.scratch.get(..count).unwrap_or_default());
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Read for MessageReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match self.stream.next(buffer.len())? {
                Pull::Bytes(bytes) => {
                    buffer[..bytes.len()].copy_from_slice(bytes);
                    return Ok(bytes.len());
                }
                Pull::Source { id, room } => self.supply(id, room)?,
                Pull::Done => return Ok(0),
            }
        }
    }
}

impl fmt::Debug for MessageReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageReader")
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// Why a message ends before its end. What was written so far must not be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamError {
    /// An address in the header is not ASCII, and the encoding has no UTF-8 in header fields.
    NeedsUtf8 {
        /// The addr-spec.
        address: String,
    },
    /// An attached message has 8-bit lines, and the encoding has none.
    NeedsEightBit,
    /// A source ended early: a file became shorter after it was attached.
    Shorter {
        /// How many octets it had.
        expected: u64,
        /// How many there were.
        found: u64,
    },
    /// A source gave more octets than it said: a file became longer after it was attached.
    Longer {
        /// How many octets it had.
        expected: u64,
    },
    /// A misuse: octets or the end of a source that the last pull did not ask for.
    NotAsked,
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsUtf8 { address } => {
                write!(
                    f,
                    "{address} is not ASCII: the message can only go where SMTPUTF8 is offered"
                )
            }
            Self::NeedsEightBit => f.write_str(
                "an attached message has 8-bit lines: it can only go where 8BITMIME is offered",
            ),
            Self::Shorter { expected, found } => {
                write!(
                    f,
                    "an attachment of {expected} octets ended after {found}: it was changed meanwhile"
                )
            }
            Self::Longer { expected } => {
                write!(
                    f,
                    "an attachment of {expected} octets became longer: it was changed meanwhile"
                )
            }
            Self::NotAsked => {
                f.write_str("octets of a source were supplied that the stream did not ask for")
            }
        }
    }
}

impl error::Error for StreamError {}

impl From<StreamError> for io::Error {
    fn from(error: StreamError) -> Self {
        let kind = match error {
            StreamError::Shorter { .. } => io::ErrorKind::UnexpectedEof,
            StreamError::NeedsUtf8 { .. } | StreamError::NeedsEightBit => {
                io::ErrorKind::Unsupported
            }
            StreamError::Longer { .. } => io::ErrorKind::InvalidData,
            StreamError::NotAsked => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
    }
}

/// For [`Message::stream`]: what stands against writing the message in this encoding.
pub(crate) fn obstacle(message: &Message, encoding: &Encoding) -> Option<StreamError> {
    if !encoding.utf8_headers
        && let Some(mailbox) = message
            .header_mailboxes()
            .find(|mailbox| !mailbox.is_ascii())
    {
        return Some(StreamError::NeedsUtf8 {
            address: mailbox.addr_spec().to_owned(),
        });
    }
    (message.needs().eight_bit && !encoding.eight_bit).then_some(StreamError::NeedsEightBit)
}
