//! The commands that await a reply, in the order in which they were queued.

use alloc::collections::VecDeque;

/// One queue for the whole session: replies have no names, so their order is all there is.
#[derive(Debug)]
pub(crate) struct Pipeline<T> {
    awaited: VecDeque<Awaited<T>>,
    answered: u64,
    octets: usize,
}

#[derive(Debug)]
struct Awaited<T> {
    what: T,
    /// Where the command ends, in octets since the session began.
    end: u64,
    /// Octets of the command.
    octets: usize,
}

impl<T: Copy> Pipeline<T> {
    pub(crate) const fn new() -> Self {
        Self {
            awaited: VecDeque::new(),
            answered: 0,
            octets: 0,
        }
    }

    /// A command of so many octets, the last of which is number `end`, awaits its reply.
    pub(crate) fn push(&mut self, what: T, end: u64, octets: usize) {
        self.octets += octets;
        self.awaited.push_back(Awaited { what, end, octets });
    }

    /// The command whose reply comes next.
    pub(crate) fn front(&self) -> Option<T> {
        self.awaited.front().map(|awaited| awaited.what)
    }

    /// Is there a command whose last octet was written, so that a reply may begin?
    pub(crate) fn expects_reply(&self, sent: u64) -> bool {
        self.awaited
            .front()
            .is_some_and(|awaited| awaited.end <= sent)
    }

    /// Takes the command that a reply answers: the oldest, once its last octet is written.
    pub(crate) fn answer(&mut self, sent: u64) -> Option<T> {
        let awaited = self.awaited.pop_front_if(|awaited| awaited.end <= sent)?;
        self.octets -= awaited.octets;
        self.answered += 1;
        Some(awaited.what)
    }

    /// Where those end that are like this.
    pub(crate) fn ends(&self, test: impl Fn(T) -> bool) -> impl Iterator<Item = u64> {
        self.awaited
            .iter()
            .filter(move |awaited| test(awaited.what))
            .map(|awaited| awaited.end)
    }

    /// Are all of those that end behind `place` like this?
    pub(crate) fn all_behind(&self, place: u64, test: impl Fn(T) -> bool) -> bool {
        let behind = self.awaited.iter().rev().take_while(|it| it.end > place);
        behind.map(|it| it.what).all(test)
    }

    /// Forgets those that end behind `place`: they were taken back.
    pub(crate) fn forget_behind(&mut self, place: u64) {
        while let Some(awaited) = self.awaited.pop_back_if(|awaited| awaited.end > place) {
            self.octets -= awaited.octets;
        }
    }

    /// Forgets all of it.
    pub(crate) fn clear(&mut self) {
        self.awaited.clear();
        self.octets = 0;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.awaited.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.awaited.len()
    }

    /// Octets of the commands that await a reply.
    pub(crate) fn octets(&self) -> usize {
        self.octets
    }

    /// How many replies were matched so far: names the wait for the next one.
    pub(crate) fn answered(&self) -> u64 {
        self.answered
    }

    /// Is one of those that await a reply like this?
    pub(crate) fn any(&self, test: impl Fn(T) -> bool) -> bool {
        self.awaited.iter().any(|awaited| test(awaited.what))
    }
}
