//! The send buffer: octets are lent until they are reported written.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroize;

/// A buffer of fixed size for content, which grows only for commands, and those are bounded elsewhere.
///
/// Octets are counted from the beginning of the session, so that a command can be remembered by where it ends.
pub(crate) struct Output {
    buffer: Vec<u8>,
    /// How long the buffer is without commands that made it longer.
    size: usize,
    /// What waits to be written is `buffer[start..end]`.
    start: usize,
    end: usize,
    /// Octets that were reported written.
    sent: u64,
    /// Octets that were lent at some time, and so may have reached the peer.
    lent: u64,
    /// How many of the last octets are kept back, because more content will follow.
    held_back: usize,
    /// The octets hold a secret: wiped when they are written.
    secret: bool,
    /// Counts how often everything that could go was gone.
    flushes: u64,
    flushing: bool,
}

impl Output {
    const SMALLEST: usize = 4096;

    pub(crate) fn new(size: usize) -> Self {
        let size = size.max(Self::SMALLEST);
        Self {
            buffer: alloc::vec![0; size],
            size,
            start: 0,
            end: 0,
            sent: 0,
            lent: 0,
            held_back: 0,
            secret: false,
            flushes: 0,
            flushing: false,
        }
    }

    /// Queues octets, to be written without further ado.
    pub(crate) fn push(&mut self, octets: &[u8]) {
        self.make_room(octets.len());
        self.buffer[self.end..self.end + octets.len()].copy_from_slice(octets);
        self.end += octets.len();
        self.flush();
    }

    /// Queues octets that are wiped from the buffer once they are written.
    pub(crate) fn push_secret(&mut self, octets: &[u8]) {
        self.secret = true;
        self.push(octets);
    }

    /// Queues octets that stay, with whatever is kept back already, until they are released.
    pub(crate) fn hold(&mut self, octets: &[u8]) {
        self.make_room(octets.len());
        self.buffer[self.end..self.end + octets.len()].copy_from_slice(octets);
        self.end += octets.len();
        self.held_back += octets.len();
    }

    /// Puts `header` in the place of the `reserved` octets at `place` (counted from the beginning of the session), which were
    /// not lent yet; what stands behind them moves up.
    pub(crate) fn replace(&mut self, place: u64, reserved: usize, header: &[u8]) {
        let at = self.index(place);
        self.buffer[at..at + header.len()].copy_from_slice(header);
        self.buffer
            .copy_within(at + reserved..self.end, at + header.len());
        let gone = reserved - header.len();
        self.end -= gone;
        self.held_back = self.held_back.saturating_sub(gone);
    }

    /// Takes back everything from `place` on, unless some of it was lent.
    pub(crate) fn withdraw(&mut self, place: u64) -> bool {
        let unlent = place >= self.lent;
        if unlent {
            self.end = self.index(place);
            self.held_back = 0;
        }
        unlent
    }

    /// The last `n` octets of those that wait.
    pub(crate) fn last(&self, n: usize) -> &[u8] {
        &self.buffer[self.end.saturating_sub(n).max(self.start)..self.end]
    }

    /// The last `n` octets are forgotten; they must not have been lent.
    pub(crate) fn take_off(&mut self, n: usize) {
        self.end -= n;
        self.held_back = self.held_back.saturating_sub(n);
    }

    /// The free part of the buffer, after which `reserve` octets stay free.
    pub(crate) fn space(&mut self, reserve: usize) -> &mut [u8] {
        let free = self.free(reserve);
        &mut self.buffer[self.end..self.end + free]
    }

    /// The buffer, and where its free part begins.
    pub(crate) fn raw(&mut self) -> (&mut [u8], usize) {
        (&mut self.buffer, self.end)
    }

    /// `length` octets were put into the free part; the last `hold_back` of all stay until more comes.
    pub(crate) fn filled(&mut self, length: usize, hold_back: usize) {
        self.end += length;
        self.held_back = hold_back;
    }

    pub(crate) fn free(&self, reserve: usize) -> usize {
        (self.buffer.len() - self.end).saturating_sub(reserve)
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn capacity(&self) -> usize {
        self.buffer.len()
    }

    /// From now on everything that is not kept back is to be written.
    pub(crate) fn start_block(&mut self) {
        self.flushing = true;
    }

    /// Nothing is kept back any more.
    pub(crate) fn flush(&mut self) {
        self.held_back = 0;
        self.flushing = true;
    }

    pub(crate) fn has_work(&self) -> bool {
        self.flushing && self.end - self.start > self.held_back
    }

    /// What is to be written now. From here on it may have reached the peer.
    pub(crate) fn lend(&mut self) -> &[u8] {
        let waiting = self.end.saturating_sub(self.held_back).max(self.start);
        self.lent = self.lent.max(self.sent + (waiting - self.start) as u64);
        &self.buffer[self.start..waiting]
    }

    /// The first `n` octets of what was lent left for the peer. More than was lent is not believed.
    pub(crate) fn written(&mut self, n: usize) {
        let n = n
            .min(self.end - self.start)
            .min(usize::try_from(self.lent - self.sent).unwrap_or(usize::MAX));
        if self.secret {
            self.buffer[self.start..self.start + n].zeroize();
        }
        self.start += n;
        self.sent += n as u64;
        if !self.has_work() {
            self.flushing = false;
            self.flushes += 1;
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            self.secret &= self.end > 0;
        }
    }

    /// Where the octets queued last end.
    pub(crate) fn queued(&self) -> u64 {
        self.sent + (self.end - self.start) as u64
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    pub(crate) fn lent(&self) -> u64 {
        self.lent
    }

    pub(crate) fn flushes(&self) -> u64 {
        self.flushes
    }

    /// Where octet number `place` of the session stands in the buffer.
    fn index(&self, place: u64) -> usize {
        let ahead = usize::try_from(place.saturating_sub(self.sent)).unwrap_or(usize::MAX);
        self.start.saturating_add(ahead).min(self.end)
    }

    fn make_room(&mut self, octets: usize) {
        if self.end + octets > self.buffer.len() && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            let waiting = self.end - self.start;
            if self.secret {
                self.buffer[waiting..self.end].zeroize();
            }
            self.end = waiting;
            self.start = 0;
        }
        if self.end + octets > self.buffer.len() {
            if self.secret {
                // Growing would leave a copy behind, so the old buffer is wiped first.
                let mut larger = alloc::vec![0; self.end + octets];
                larger[..self.end].copy_from_slice(&self.buffer[..self.end]);
                self.buffer.zeroize();
                self.buffer = larger;
            } else {
                self.buffer.resize(self.end + octets, 0);
            }
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.secret {
            self.buffer.zeroize();
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({} octets waiting)", self.end - self.start)
    }
}
