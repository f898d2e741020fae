//! The lines of one reply: what each of them is, and what is known of all.

use super::line::Line;
use super::scan::Word;
use super::{MalformedReply, Quirk, Quirks, ReplyCode, ReplyError, ReplyLimits};

/// What is known of the lines that are whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    pub(super) code: Option<ReplyCode>,
    /// Octets of the first line, line end included.
    pub(super) first: usize,
    /// What a line begins with behind which more follow, as a number: three digits and a hyphen. 0 when there was none.
    begin: u32,
    pub(super) octets: usize,
    count: usize,
    pub(super) quirks: Quirks,
    pub(super) failed: Option<ReplyError>,
}

/// What a line was.
pub(super) enum Added {
    /// Blank, before the reply.
    Blank,
    /// One that more follow.
    More,
    /// The last of its reply.
    Last(ReplyCode),
}

/// [`Lines::failed`] says why. It stands for the error where results are made for each line.
pub(super) struct Failed;

impl Added {
    pub(super) fn last(self) -> Option<ReplyCode> {
        match self {
            Self::Last(code) => Some(code),
            Self::Blank | Self::More => None,
        }
    }
}

impl Lines {
    /// Adds one line, LF taken off.
    #[inline(always)]
    pub(super) fn add(&mut self, line: &[u8], limit: usize) -> Result<Added, Failed> {
        let length = line.len() + 1;
        self.octets += length;
        self.count += 1;
        if self.count > limit {
            return Err(self.fail(ReplyError::TooManyLines(limit)));
        }
        let line = match line.split_last() {
            Some((b'\r', line)) => line,
            Some(_) | None => {
                self.quirks.insert(Quirk::BareLf);
                line
            }
        };
        // A line like those before needs no second look.
        if let (Some(code), true) = (self.code, self.begin != 0) {
            let differing = first_four(line) ^ self.begin;
            if differing == 0 {
                return Ok(Added::More);
            }
            if differing == u32::from_le_bytes([0, 0, 0, b'-' ^ b' ']) {
                return Ok(Added::Last(code));
            }
        }
        if line.is_empty() && self.code.is_none() {
            self.quirks.insert(Quirk::BlankLine);
            return Ok(Added::Blank);
        }
        let Some(parsed) = Line::parse(line) else {
            return Err(self.fail(ReplyError::Malformed(MalformedReply(line.to_vec()))));
        };
        match self.code {
            Some(first) if first != parsed.code => {
                let then = parsed.code;
                return Err(self.fail(ReplyError::CodesDisagree { first, then }));
            }
            Some(_) => {}
            None => {
                self.code = Some(parsed.code);
                self.first = length;
            }
        }
        if parsed.bare {
            self.quirks.insert(Quirk::BareCode);
        }
        if parsed.more {
            self.begin = first_four(line);
            Ok(Added::More)
        } else {
            Ok(Added::Last(parsed.code))
        }
    }

    /// Adds those of `lines` about which there is nothing to be said, and gives back what is behind them.
    #[inline(always)]
    pub(super) fn add_alike<'a>(&mut self, lines: &'a [u8], limits: ReplyLimits) -> &'a [u8] {
        // In so many octets no limit can be met: the shortest line has six.
        let safe = limits
            .line
            .min(limits.reply.saturating_sub(self.octets))
            .min((limits.lines - self.count).saturating_mul(6));
        let (octets, count) = alike(lines.get(..safe).unwrap_or(lines), self.begin);
        self.octets += octets;
        self.count += count;
        lines.get(octets..).unwrap_or_default()
    }

    /// Codes and line ends are ASCII: what is not stands in the text.
    #[inline(always)]
    pub(super) fn look_at(&mut self, ascii: bool) {
        if !ascii {
            self.quirks.insert(Quirk::EightBit);
        }
    }

    #[cold]
    pub(super) fn fail(&mut self, error: ReplyError) -> Failed {
        self.failed = Some(error);
        Failed
    }

    pub(super) fn clear(&mut self) {
        self.code = None;
        self.begin = 0;
        self.octets = 0;
        self.count = 0;
        self.quirks = Quirks::default();
    }
}

/// How many octets, and lines, begin like the one before, are ASCII and end with CR LF, as nearly all are that more follow.
#[inline(never)]
fn alike(lines: &[u8], begin: u32) -> (usize, usize) {
    let (mut octets, mut count) = (0, 0);
    if first_four(lines) != begin {
        return (octets, count);
    }
    let border = u64::from_le_bytes(*b"\r\n\0\0\0\0\0\0") | u64::from(begin) << 16;
    let (words, _) = lines.as_chunks();
    let mut index = 0;
    while let Some(mut ends) = words.get(index).and_then(|word| Word::of(word).ends()) {
        while !ends.is_empty() {
            // From the CR to what the next line begins with.
            let end = index * 8 + ends.first();
            let around = lines.get(end.wrapping_sub(1)..);
            let Some(around) = around.and_then(<[u8]>::first_chunk) else {
                return (octets, count);
            };
            let differing = Word::of(around).0 ^ border;
            if differing << 48 != 0 {
                return (octets, count);
            }
            octets = end + 1;
            count += 1;
            if differing << 16 != 0 {
                return (octets, count);
            }
            ends = ends.others();
        }
        index += 1;
    }
    (octets, count)
}

/// The first four octets as a number; 0 when there are not so many.
#[inline(always)]
fn first_four(line: &[u8]) -> u32 {
    line.first_chunk()
        .map_or(0, |octets| u32::from_le_bytes(*octets))
}
