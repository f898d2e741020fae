//! A session driven in memory: what it writes and what happens, in order.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::sync::Arc;

use posthaste_inbox::Config;
use posthaste_inbox::session::{Session, Step};

/// Numbers that are the same every time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

/// Which store call fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreFault {
    Begin,
    Content,
    End,
}

pub(crate) struct Driven {
    pub(crate) session: Session,
    pub(crate) output: Vec<u8>,
    pub(crate) events: Vec<String>,
    pub(crate) store_fault: Option<StoreFault>,
    /// Most octets of a Write that go out at once.
    pub(crate) write_at_most: usize,
    /// Answer StartTls at once.
    pub(crate) tls: bool,
    content: Vec<u8>,
    messages: usize,
    closed: bool,
}

impl Driven {
    pub(crate) fn new(config: Config, tls: Option<&str>) -> Self {
        Self::of(Session::new(Arc::new(config), tls.map(Into::into)))
    }

    pub(crate) fn of(session: Session) -> Self {
        let mut driven = Self {
            session,
            output: Vec::new(),
            events: Vec::new(),
            store_fault: None,
            write_at_most: usize::MAX,
            tls: true,
            content: Vec::new(),
            messages: 0,
            closed: false,
        };
        driven.run();
        driven
    }

    pub(crate) fn feed(&mut self, octets: &[u8]) {
        self.session.received(octets);
        self.run();
    }

    /// Feeds in pieces; `piece` says how long the next one is.
    pub(crate) fn feed_in_pieces(
        &mut self,
        mut octets: &[u8],
        mut piece: impl FnMut(usize) -> usize,
    ) {
        while !octets.is_empty() {
            let (head, tail) = octets.split_at(piece(octets.len()).clamp(1, octets.len()));
            self.feed(head);
            octets = tail;
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.output.clone()).expect("replies are UTF-8")
    }

    /// Does what the session says until it wants to read or is over.
    pub(crate) fn run(&mut self) {
        loop {
            let first = format!("{:?}", self.session.poll());
            let step = self.session.poll();
            assert_eq!(
                first,
                format!("{step:?}"),
                "asked twice, the session says the same"
            );
            match step {
                Step::Write(octets) => {
                    let n = octets.len().min(self.write_at_most);
                    self.output.extend_from_slice(&octets[..n]);
                    self.session.written(n);
                }
                Step::Read => return,
                Step::StartTls => {
                    if !self.tls {
                        return;
                    }
                    self.events.push("tls".into());
                    self.session.tls_started("TLSv1.3");
                }
                Step::Begin(_) if self.store_fault == Some(StoreFault::Begin) => {
                    self.session.store_failed()
                }
                Step::Begin(_) => {
                    self.content.clear();
                    self.session.stored();
                }
                Step::Content(_) if self.store_fault == Some(StoreFault::Content) => {
                    self.session.store_failed()
                }
                Step::Content(octets) => {
                    self.content.extend_from_slice(octets);
                    self.session.stored();
                }
                Step::End(_) if self.store_fault == Some(StoreFault::End) => {
                    self.session.store_failed()
                }
                Step::End(envelope) => {
                    let recipients: Vec<_> = envelope
                        .recipients
                        .iter()
                        .map(|(path, _)| path.to_string())
                        .collect();
                    assert_eq!(envelope.size, self.content.len() as u64);
                    self.events.push(format!(
                        "message <{}> <{}> {}",
                        envelope.reverse_path,
                        recipients.join(","),
                        self.content.escape_ascii()
                    ));
                    self.messages += 1;
                    let name = self.messages.to_string();
                    self.session.accepted(&name);
                }
                Step::Abort => {
                    self.events.push("abort".into());
                    self.session.stored();
                }
                Step::Close => {
                    if !self.closed {
                        self.events.push("close".into());
                        self.closed = true;
                    }
                    return;
                }
            }
        }
    }
}
