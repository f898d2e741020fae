//! Parts of a message (RFC 2046): the leaves hold content, the multiparts hold parts.

pub(crate) mod attachment;
mod boundary;
pub(crate) mod multipart;

use std::sync::Arc;

use self::multipart::Multipart;
use crate::{
    encoding::{Encoding, Transfer, base64, line, quoted_printable},
    header::{ContentId, FileName, MediaType, content_disposition::Disposition},
    source::{Source, SourceId},
};

/// A node of the tree.
#[derive(Debug)]
pub(crate) enum Part {
    Leaf(Arc<Leaf>),
    Multipart(Multipart),
}

/// A part that holds content.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) id: SourceId,
    pub(crate) media: MediaType,
    pub(crate) content: Content,
    pub(crate) disposition: Option<Disposition>,
    pub(crate) name: Option<FileName>,
    pub(crate) content_id: Option<ContentId>,
}

#[derive(Debug)]
pub(crate) enum Content {
    /// Text with CRLF line ends.
    Text(Text),
    /// Octets in memory, always in base64.
    Octets(Arc<Vec<u8>>),
    /// Lines that may not be encoded; seven or eight bits.
    AsItIs {
        octets: Arc<Vec<u8>>,
        transfer: Transfer,
    },
    /// Octets from elsewhere, always in base64.
    Source(Source),
}

/// A text body, and what was found out about it once.
#[derive(Debug)]
pub(crate) struct Text {
    octets: String,
    /// How it goes when it need not be encoded.
    plain: Option<Transfer>,
    /// How it goes when it must be encoded, and how long it is then.
    encoded: (Transfer, u64),
}

impl Leaf {
    /// A body of the message: `subtype` is `plain` or `html`.
    pub(crate) fn text(id: SourceId, subtype: &str, text: &str, seed: &str) -> Self {
        Self {
            id,
            media: MediaType::text(subtype, "utf-8"),
            content: Content::Text(Text::new(text, seed)),
            disposition: None,
            name: None,
            content_id: None,
        }
    }

    /// The content transfer encoding under `encoding`.
    pub(crate) fn transfer(&self, encoding: &Encoding) -> Transfer {
        match &self.content {
            Content::Text(text) => text
                .plain
                .filter(|plain| *plain == Transfer::SevenBit || encoding.eight_bit)
                .unwrap_or(text.encoded.0),
            Content::AsItIs { transfer, .. } => *transfer,
            Content::Octets(_) | Content::Source(_) => Transfer::Base64,
        }
    }

    /// How long the content is in `transfer`, which this leaf chose; `None` when that is not known.
    pub(crate) fn encoded_len(&self, transfer: Transfer) -> Option<u64> {
        match &self.content {
            Content::Text(text) if transfer == text.encoded.0 => Some(text.encoded.1),
            Content::Text(text) => Some(text.octets.len() as u64),
            Content::AsItIs { octets, .. } => Some(octets.len() as u64),
            Content::Octets(octets) => base64::encoded_len(octets.len() as u64),
            Content::Source(source) => source.length().and_then(base64::encoded_len),
        }
    }

    /// The content, if it is in memory.
    pub(crate) fn octets(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Text(text) => Some(text.octets.as_bytes()),
            Content::Octets(octets) | Content::AsItIs { octets, .. } => Some(octets),
            Content::Source(_) => None,
        }
    }

    /// The content, if it is written as it is whatever is in it. Text is encoded when it holds a boundary.
    pub(crate) fn as_it_is(&self) -> Option<&[u8]> {
        match &self.content {
            Content::AsItIs { octets, .. } => Some(octets),
            Content::Text(_) | Content::Octets(_) | Content::Source(_) => None,
        }
    }

    /// Where the content comes from, if it is not in memory.
    pub(crate) fn source(&self) -> Option<&Source> {
        match &self.content {
            Content::Source(source) => Some(source),
            Content::Text(_) | Content::Octets(_) | Content::AsItIs { .. } => None,
        }
    }

    /// Whether the content, encoded, ends where a line begins, so that no line end has to follow it.
    fn ends_a_line(&self, transfer: Transfer) -> bool {
        transfer == Transfer::Base64
            || self
                .octets()
                .is_some_and(|octets| octets.is_empty() || octets.ends_with(b"\r\n"))
    }

    fn write_header(&self, out: &mut String, transfer: Transfer) {
        let name = self.name.as_ref().map(FileName::as_str);
        self.media.write(out, name);
        out.push_str("Content-Transfer-Encoding: ");
        out.push_str(transfer.name());
        out.push_str("\r\n");
        if let Some(id) = &self.content_id {
            out.push_str(&format!("Content-ID: {id}\r\n"));
        }
        if let Some(disposition) = self.disposition {
            disposition.write(out, name);
        }
    }
}

impl Text {
    fn new(text: &str, seed: &str) -> Self {
        let octets = line::canonical(text);
        let scan = line::scan(octets.as_bytes());
        // Whoever knows the seed could write a boundary; encoded, it cannot be one.
        let safe = scan.lines
            && !scan.fragile
            && memchr::memmem::find(octets.as_bytes(), seed.as_bytes()).is_none();
        let plain = safe.then_some(if scan.high == 0 {
            Transfer::SevenBit
        } else {
            Transfer::EightBit
        });
        let base64 = base64::encoded_len(octets.len() as u64).unwrap_or(u64::MAX);
        let quoted = quoted_printable::encoded_len(octets.as_bytes()) as u64;
        let encoded = if scan.high * 3 > octets.len() || base64 < quoted {
            (Transfer::Base64, base64)
        } else {
            (Transfer::QuotedPrintable, quoted)
        };
        Self {
            octets,
            plain,
            encoded,
        }
    }
}

/// A message, cut into what is made beforehand and what is made while it is streamed.
#[derive(Debug)]
pub(crate) enum Segment {
    Octets(String),
    Body { leaf: Arc<Leaf>, transfer: Transfer },
}

impl Part {
    /// The segments of this part, behind `head`, which holds the fields of the message.
    pub(crate) fn plan(&self, encoding: &Encoding, head: String) -> Vec<Segment> {
        let mut plan = Plan {
            encoding: *encoding,
            head,
            segments: Vec::new(),
        };
        self.write(&mut plan);
        if let Self::Leaf(leaf) = self
            && !leaf.ends_a_line(leaf.transfer(encoding))
        {
            plan.head.push_str("\r\n");
        }
        plan.flush();
        plan.segments
    }

    /// Every leaf, in the order in which it is written.
    pub(crate) fn leaves<'a>(&'a self, out: &mut Vec<&'a Arc<Leaf>>) {
        match self {
            Self::Leaf(leaf) => out.push(leaf),
            Self::Multipart(multipart) => multipart.parts.iter().for_each(|part| part.leaves(out)),
        }
    }

    fn write(&self, plan: &mut Plan) {
        match self {
            Self::Leaf(leaf) => {
                let transfer = leaf.transfer(&plan.encoding);
                leaf.write_header(&mut plan.head, transfer);
                plan.head.push_str("\r\n");
                plan.flush();
                plan.segments.push(Segment::Body {
                    leaf: Arc::clone(leaf),
                    transfer,
                });
            }
            Self::Multipart(multipart) => {
                let root = multipart.parts.first().map(Self::essence);
                let root = root.as_deref().filter(|_| multipart.subtype == "related");
                MediaType::multipart(multipart.subtype, &multipart.boundary, root)
                    .write(&mut plan.head, None);
                if self.is_eight_bit(&plan.encoding) {
                    plan.head.push_str("Content-Transfer-Encoding: 8bit\r\n");
                }
                plan.head.push_str("\r\n");
                for part in &multipart.parts {
                    plan.delimiter(&multipart.boundary, "");
                    part.write(plan);
                    // The line end before a delimiter belongs to the delimiter. base64 and the close delimiter
                    // of an inner multipart end in one already.
                    if part.is_open(&plan.encoding) {
                        plan.head.push_str("\r\n");
                    }
                }
                plan.delimiter(&multipart.boundary, "--");
            }
        }
    }

    fn is_open(&self, encoding: &Encoding) -> bool {
        match self {
            Self::Leaf(leaf) => leaf.transfer(encoding) != Transfer::Base64,
            Self::Multipart(_) => false,
        }
    }

    fn is_eight_bit(&self, encoding: &Encoding) -> bool {
        match self {
            Self::Leaf(leaf) => leaf.transfer(encoding) == Transfer::EightBit,
            Self::Multipart(multipart) => multipart
                .parts
                .iter()
                .any(|part| part.is_eight_bit(encoding)),
        }
    }

    /// `type/subtype`.
    fn essence(&self) -> String {
        match self {
            Self::Leaf(leaf) => leaf.media.essence().to_owned(),
            Self::Multipart(multipart) => format!("multipart/{}", multipart.subtype),
        }
    }
}

/// Segments in the making.
struct Plan {
    encoding: Encoding,
    head: String,
    segments: Vec<Segment>,
}

impl Plan {
    fn delimiter(&mut self, boundary: &str, end: &str) {
        self.head.push_str(&format!("--{boundary}{end}\r\n"));
    }

    fn flush(&mut self) {
        if !self.head.is_empty() {
            self.segments
                .push(Segment::Octets(core::mem::take(&mut self.head)));
        }
    }
}
