//! 7bit and 8bit (RFC 2045 sections 2.7, 2.8, 6.2): lines that go as they are.

use super::{Transfer, line::Scan};

/// How content goes that may not be encoded; `None` when it cannot go at all.
pub(crate) fn transfer(scan: Scan) -> Option<Transfer> {
    match (scan.lines, scan.high) {
        (false, _) => None,
        (true, 0) => Some(Transfer::SevenBit),
        (true, _) => Some(Transfer::EightBit),
    }
}
