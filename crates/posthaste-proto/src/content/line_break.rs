//! Line ends (RFC 5321 section 2.3.8): CR and LF stand together or not at all.

use core::fmt;

/// A CR or an LF stands alone. The octet's place, counted from 0 over the whole content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BareLineBreak(pub u64);

/// Looks at a content piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineBreaks {
    /// The last octet was CR.
    pub(super) after_cr: bool,
    /// Octets of content so far.
    pub(super) octets: u64,
}

impl LineBreaks {
    pub(crate) const fn new() -> Self {
        Self {
            after_cr: false,
            octets: 0,
        }
    }

    /// Every CR is followed by LF, and every LF follows CR. Written so that the compiler makes vector code of it.
    pub(crate) fn check(&mut self, content: &[u8]) -> Result<(), BareLineBreak> {
        let (Some(&first), Some(&last)) = (content.first(), content.last()) else {
            return Ok(());
        };
        if self.after_cr != (first == b'\n') {
            return Err(BareLineBreak(if self.after_cr {
                self.octets - 1
            } else {
                self.octets
            }));
        }
        let next = content.get(1..).unwrap_or_default();
        let pairs = next.len();
        let (octets, rest) = content.get(..pairs).unwrap_or_default().as_chunks::<64>();
        let (nexts, next_rest) = next.as_chunks::<64>();
        let mut differ = [0; 64];
        for (octets, nexts) in octets.iter().zip(nexts) {
            for ((differ, octet), next) in differ.iter_mut().zip(octets).zip(nexts) {
                *differ |= u8::from(*octet == b'\r') ^ u8::from(*next == b'\n');
            }
        }
        let stray = |(octet, next): (&u8, &u8)| (*octet == b'\r') != (*next == b'\n');
        if differ != [0; 64] || rest.iter().zip(next_rest).any(stray) {
            let at = content.iter().zip(next).position(stray).unwrap_or_default();
            let is_cr = content.get(at) == Some(&b'\r');
            let at = if is_cr { at } else { at + 1 };
            return Err(BareLineBreak(self.octets + at as u64));
        }
        self.after_cr = last == b'\r';
        self.octets += content.len() as u64;
        Ok(())
    }

    /// The content is whole: a CR at its end stands alone.
    pub(crate) const fn end(&self) -> Result<(), BareLineBreak> {
        if self.after_cr {
            Err(BareLineBreak(self.octets - 1))
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for BareLineBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a CR or LF stands alone at octet {}", self.0)
    }
}

impl core::error::Error for BareLineBreak {}
