//! What goes out: one command at a time, or as many as PIPELINING (RFC 2920) and the limits allow.

use alloc::vec::Vec;

use super::Session;
use super::config::{Dialect, RecipientPolicy};
use super::event::TransactionId;
use super::framing::Framing;
use super::report::Fate;
use super::state::{Asked, State, Turn};
use super::transaction::{Next, Transaction, find};
use crate::capability::Capabilities;
use crate::command;
use crate::error::Cause;

impl Session {
    /// Queues whatever can be asked now. Does nothing when nothing can.
    pub(super) fn advance(&mut self) {
        while self.state == State::Open
            && !self.write_dead
            && !self.quit_sent
            && self.advance_once()
        {}
    }

    /// The transaction that has something left to send: those before it only wait for their final reply.
    pub(super) fn sending(&self) -> Option<&Transaction> {
        self.transactions
            .iter()
            .find(|transaction| transaction.next != Next::AwaitEnd)
    }

    pub(super) fn transaction(&mut self, id: TransactionId) -> Option<&mut Transaction> {
        find(&mut self.transactions, id)
    }

    fn advance_once(&mut self) -> bool {
        if self.input.hears_unasked() {
            return false;
        }
        match self.sending() {
            None => self.ask_for_nothing_else(),
            Some(transaction) if transaction.next == Next::Begin => {
                let id = transaction.id;
                self.begin(id)
            }
            Some(transaction) => {
                let id = transaction.id;
                self.ask_next(id)
            }
        }
    }

    /// A transaction's turn comes: alone, or behind the terminator of the one before.
    fn begin(&mut self, id: TransactionId) -> bool {
        let server = self.capabilities.as_ref().unwrap_or(&Capabilities::NONE);
        let waiting = !self.awaited.is_empty();
        if waiting && !server.pipelining {
            return false;
        }
        // Behind a terminator nobody knows yet whether that transaction has ended, and some servers keep its sender.
        let mut reset = Vec::new();
        if self.reset_needed || waiting {
            command::encode_rset(&mut reset);
        }
        let fits = self.fits(reset.len());
        let may_join = self.may_join();
        let encrypted = self.tls.is_some();
        let Some(transaction) = find(&mut self.transactions, id) else {
            return false;
        };
        match transaction.choose(server, encrypted, self.config.chunking) {
            Err(refusal) => {
                transaction.decide(&Fate::NotSent(Cause::LocalRefusal(refusal)));
            }
            Ok(()) if !fits => return false,
            // Content that rides with its commands is gathered before any of them is written. Nothing else may wait for that.
            Ok(()) if transaction.may_ride(may_join) && waiting => return false,
            Ok(()) => {
                self.allowance
                    .take(&server.limits, self.config.recipients, transaction);
            }
        }
        if transaction.is_decided() {
            self.finish_transaction(id);
            return true;
        }
        transaction.next = Next::Mail;
        if !reset.is_empty() {
            self.ask(Asked::Reset, &reset);
            self.reset_needed = false;
        }
        true
    }

    /// The next command of a transaction that has begun, if it can go now.
    fn ask_next(&mut self, id: TransactionId) -> bool {
        let waiting = !self.awaited.is_empty();
        if waiting && !self.may_pipeline() {
            return false;
        }
        let policy = self.config.recipients;
        let mut line = core::mem::take(&mut self.scratch);
        line.clear();
        let owed = self.awaits(id);
        let Some(transaction) = self.transaction(id) else {
            self.scratch = line;
            return false;
        };
        // Answered refused, or no longer wanted: nothing is added to what is under way.
        let stopped = transaction.mail_refused() || transaction.cancelled;
        if transaction.next == Next::Data && !stopped && transaction.framing.chunks().is_some() {
            self.scratch = line;
            return self.begin_chunks(id, owed);
        }
        let next = match transaction.next {
            Next::Begin | Next::AwaitData | Next::Content | Next::AwaitEnd => None,
            Next::Mail => {
                command::encode_mail(
                    &mut line,
                    transaction.envelope.reverse_path(),
                    &transaction.parameters,
                );
                Some((Turn::Mail, transaction.rcpt_from(0)))
            }
            Next::Rcpt(_) | Next::Data if stopped => None,
            Next::Rcpt(index) => transaction.envelope.recipients().get(index).map(|path| {
                command::encode_rcpt(&mut line, path, &transaction.rcpt_parameters(index));
                (Turn::Rcpt(index), transaction.rcpt_from(index + 1))
            }),
            Next::Data if policy != RecipientPolicy::AtLeastOne && owed => None,
            Next::Data => {
                command::encode_data(&mut line);
                Some((Turn::Data, Next::AwaitData))
            }
        };
        let next = next.filter(|_| self.fits(line.len()));
        if let Some((turn, next)) = next {
            if let Some(transaction) = self.transaction(id) {
                transaction.next = next;
            }
            self.ask(Asked::Turn(id, turn), &line);
        }
        self.scratch = line;
        next.is_some()
    }

    /// Does the server take commands before it has answered those before them?
    pub(super) fn may_pipeline(&self) -> bool {
        self.capabilities
            .as_ref()
            .is_some_and(|server| server.pipelining)
    }

    /// May a command of so many octets join those that are unanswered?
    pub(super) fn fits(&self, octets: usize) -> bool {
        let limits = &self.config.limits;
        self.awaited.is_empty()
            || self.awaited.len() < limits.unanswered
                && self.awaited.octets() + octets <= limits.unanswered_octets
    }

    /// Is a reply owed to this transaction?
    pub(super) fn awaits(&self, id: TransactionId) -> bool {
        self.awaited
            .any(|asked| matches!(asked, Asked::Turn(of, _) if of == id))
    }

    /// NOOP and QUIT, when no transaction has anything left to send. QUIT may ride behind the last terminator.
    fn ask_for_nothing_else(&mut self) -> bool {
        let pipelining = self.may_pipeline();
        if self.awaited.is_empty() && core::mem::take(&mut self.noop_wanted) {
            self.ask_plainly(Asked::Noop, command::encode_noop);
        } else if self.quit_wanted && (self.awaited.is_empty() || pipelining && !self.noop_wanted) {
            self.send_quit();
        }
        false
    }

    /// The content is whole: the terminator follows it in the same buffer.
    pub(super) fn finish_content(&mut self, id: TransactionId) {
        let Some(transaction) = find(&mut self.transactions, id) else {
            return;
        };
        let Framing::Dots(dots) = &transaction.framing else {
            return self.finish_chunks(id);
        };
        match dots.terminator() {
            Ok(terminator) => self.output.push(terminator),
            Err(at) => return self.fail(Cause::BareLineBreak(at.0)),
        }
        self.await_final(id);
    }

    /// The last octets of the content are queued: what decides is the final reply.
    pub(super) fn await_final(&mut self, id: TransactionId) {
        let dialect = self.config.dialect;
        let end = self.output.queued();
        let Some(transaction) = find(&mut self.transactions, id) else {
            return;
        };
        transaction.end = Some(end);
        transaction.next = Next::AwaitEnd;
        match dialect {
            Dialect::Smtp => self
                .awaited
                .push(Asked::Turn(id, Turn::Final(None)), end, 0),
            Dialect::Lmtp => {
                for index in transaction.accepted() {
                    self.awaited
                        .push(Asked::Turn(id, Turn::Final(Some(index))), end, 0);
                }
            }
        }
    }
}
