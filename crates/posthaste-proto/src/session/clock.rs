//! Deadlines: fixed when their wait begins, whatever happens while it lasts.

use core::time::Duration;

use super::config::Timeouts;
use super::step::{Deadline, Timer};

/// The wait that is under way.
#[derive(Debug)]
pub(super) struct Clock {
    wait: Option<(Wait, Deadline)>,
    /// The wait for a reply, which goes on while something else is written.
    reply: Option<(Wait, Deadline)>,
    /// The deadline has passed and one more read, which does not block, was allowed.
    last_read_given: bool,
}

/// Names a wait. While the name stays the same, so does its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// For reply number so-and-so.
    Reply(u64),
    /// For the buffer to be gone for the so-and-so-many-th time.
    Write(u64),
    /// For content from this octet on.
    Source(u64),
    Tls,
    /// For credentials, asked for the first or the second time.
    Credentials(u8),
    /// For the rest of a reply that nobody asked for.
    Unasked,
    /// For the peer's last words.
    LastWords,
    Close,
}

impl Clock {
    pub(super) const fn new() -> Self {
        Self {
            wait: None,
            reply: None,
            last_read_given: false,
        }
    }

    /// The deadline of this wait, which begins now unless it has begun before.
    pub(super) fn deadline(
        &mut self,
        wait: Wait,
        timer: Timer,
        now: Duration,
        timeouts: &Timeouts,
    ) -> Deadline {
        if let Some((current, deadline)) = self.wait
            && current == wait
        {
            return deadline;
        }
        self.last_read_given = false;
        if let Some((current, deadline)) = self.reply
            && current == wait
        {
            self.wait = self.reply;
            return deadline;
        }
        let mut deadline = Deadline {
            at: now.saturating_add(timeouts.of(timer)),
            timer,
        };
        // Closing has its own limit: after the total has run out, it still takes place.
        if let Some(total) = timeouts.total
            && wait != Wait::Close
            && wait != Wait::LastWords
            && total < deadline.at
        {
            deadline = Deadline {
                at: total,
                timer: Timer::Total,
            };
        }
        self.wait = Some((wait, deadline));
        if let Wait::Reply(_) = wait {
            self.reply = self.wait;
        }
        deadline
    }

    /// True once for each wait: after a deadline has passed, what is already there may still be read.
    pub(super) fn allow_last_read(&mut self) -> bool {
        !core::mem::replace(&mut self.last_read_given, true)
    }
}
