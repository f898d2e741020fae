//! What a session keeps and what a report costs, by the count of the allocator. One test: the count is of the process.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::time::Duration;

use posthaste_proto::reply::{Parser, ReplyLimits};
use posthaste_proto::sasl::{BuiltIn, Preference};
use posthaste_proto::session::{TlsInfo, TlsPolicy};
use posthaste_proto::{Config, ContentSpec, Credentials, Envelope, Event, Session, Step};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn kept() -> usize {
    dhat::HeapStats::get().curr_bytes
}

fn allocations() -> u64 {
    dhat::HeapStats::get().total_blocks
}

#[test]
fn memory() {
    let _profiler = dhat::Profiler::builder().testing().build();
    a_reply_costs_no_allocation();
    no_reply_keeps_more_than_its_limit();
    a_report_costs_three_allocations();
    a_hostile_server_cannot_make_a_session_large();
    a_hostile_server_cannot_make_a_login_large();
}

fn a_reply_costs_no_allocation() {
    let mut parser = Parser::new(ReplyLimits::default());
    let replies = b"250-mx.example.org at your service\r\n250-PIPELINING\r\n250 SIZE 1000\r\n250 2.1.5 recipient ok\r\n";
    let mut parse = |times: usize| {
        for _ in 0..times {
            let mut input: &[u8] = replies;
            while let Some(reply) = parser.parse(&mut input).unwrap() {
                assert_eq!(reply.code(), 250);
            }
        }
    };
    // The first ones make the parser's buffer.
    parse(2);
    let before = allocations();
    parse(100);
    assert_eq!(allocations(), before);
}

fn no_reply_keeps_more_than_its_limit() {
    for line in [
        &b"250-x\r\n"[..],
        b"250-",
        b"\r\n",
        &[b'x'; 1000],
        b"250-line of some length, and again\r\n",
    ] {
        let before = kept();
        let mut parser = Parser::new(ReplyLimits::default());
        let mut most = 0;
        for _ in 0..200_000 {
            let mut input = line;
            let ended = parser.parse(&mut input).is_err();
            most = most.max(kept() - before);
            if ended {
                break;
            }
        }
        assert!(
            most <= 64 * 1024,
            "{most} octets kept of {:?}",
            line.escape_ascii().to_string()
        );
    }
}

fn a_report_costs_three_allocations() {
    let mut session = session(20);
    let (mut taken, mut replies) = (0, replies(20));
    loop {
        let before = allocations();
        match session.poll(Duration::ZERO) {
            Step::Event(Event::Done { report }) => {
                taken += allocations() - before;
                assert_eq!(report.recipients.len(), 20);
                break;
            }
            Step::Write { bytes, .. } => {
                let n = bytes.len();
                session.written(n);
            }
            Step::Read { .. } => {
                let reply = replies.next().unwrap();
                let last = reply.contains("queued");
                let before = allocations();
                session.received(reply.as_bytes());
                if last {
                    taken += allocations() - before;
                }
            }
            Step::Content(handle) => handle.finish(),
            Step::Event(_) => {}
            Step::Idle | Step::Close { .. } | Step::StartTls { .. } | Step::Credentials(_) => {
                panic!("no report")
            }
        }
    }
    assert!(taken <= 3, "a report cost {taken} allocations");
}

fn a_hostile_server_cannot_make_a_session_large() {
    let floods: [&[u8]; 5] = [
        b"250-x\r\n",
        b"\r\n",
        b"250 ok\r\n",
        b"xxxxxxxxxxxxxxxxxxxxxxxx",
        b"250-PIPELINING XXXXXXXXXXXXXXX\r\n",
    ];
    for flood in floods {
        for after in 0..5 {
            let before = kept();
            let mut session = session(1);
            let mut most = 0;
            let mut replies = replies(1).take(after);
            for _ in 0..100_000 {
                match session.poll(Duration::ZERO) {
                    Step::Write { bytes, .. } => {
                        let n = bytes.len();
                        session.written(n);
                    }
                    Step::Read { .. } => match replies.next() {
                        Some(reply) => session.received(reply.as_bytes()),
                        None => session.received(flood),
                    },
                    Step::Content(handle) => {
                        handle.push(b"a line of content\r\n");
                    }
                    Step::Event(_) => {}
                    Step::Close { .. } => break,
                    Step::Idle => session.received(flood),
                    Step::StartTls { .. } | Step::Credentials(_) => panic!("neither was wanted"),
                }
                most = most.max(kept() - before);
            }
            assert!(
                most <= 1024 * 1024,
                "{most} octets kept of {:?}",
                flood.escape_ascii().to_string()
            );
        }
    }
}

fn a_hostile_server_cannot_make_a_login_large() {
    let long = format!("334 {}\r\n", "QUJD".repeat(4000));
    let floods: [&[u8]; 4] = [
        b"334 QUJD\r\n",
        long.as_bytes(),
        b"334-QUJD\r\n",
        b"334 cj14LHM9UUE9PSxpPTQwOTY=\r\n",
    ];
    for mechanism in BuiltIn::ALL {
        for flood in floods {
            let before = kept();
            let credentials = match mechanism.takes(&Credentials::new("ann", "secret")) {
                true => Credentials::new("ann", "secret"),
                false => Credentials::token("ann", "secret"),
            };
            let config = Config::new("client.example.org".parse().unwrap())
                .tls(TlsPolicy::Implicit)
                .entropy([1; 32])
                .mechanisms(Preference::only([*mechanism]))
                .credentials(credentials);
            let mut session = Session::new(config);
            let hello = format!("250-mx\r\n250 AUTH {mechanism}\r\n");
            let (mut heard, mut most) = (0, 0);
            for _ in 0..10_000 {
                match session.poll(Duration::ZERO) {
                    Step::Write { bytes, .. } => {
                        let n = bytes.len();
                        session.written(n);
                    }
                    Step::Read { .. } => {
                        heard += 1;
                        session.received(match heard {
                            1 => b"220 mx\r\n",
                            2 => hello.as_bytes(),
                            _ => flood,
                        });
                    }
                    Step::StartTls { .. } => session.tls_started(TlsInfo::default()),
                    Step::Event(_) => {}
                    Step::Close { .. } => break,
                    step => panic!("{step:?}"),
                }
                most = most.max(kept() - before);
            }
            assert!(
                most <= 1024 * 1024,
                "{most} octets kept of {mechanism} and {}",
                flood.escape_ascii()
            );
        }
    }
}

fn session(recipients: usize) -> Session {
    let config = Config::new("client.example.org".parse().unwrap()).tls(TlsPolicy::Never);
    let mut session = Session::new(config);
    let paths = (0..recipients).map(|n| format!("r{n}@example.net").parse().unwrap());
    let envelope = Envelope::new("ann@example.org".parse().unwrap(), paths).unwrap();
    session.submit(envelope, ContentSpec::seven_bit(0));
    session
}

/// One for each command of a session without PIPELINING.
fn replies(recipients: usize) -> impl Iterator<Item = String> {
    let rcpt = (0..recipients).map(|n| format!("250 2.1.5 <r{n}@example.net> recipient ok\r\n"));
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| format!("{word}\r\n"))
            .collect::<Vec<_>>()
    };
    let begin = words(&["220 mx ESMTP", "250 mx", "250 2.1.0 sender ok"]);
    begin
        .into_iter()
        .chain(rcpt)
        .chain(words(&["354 go", "250 2.0.0 Ok: queued as 4F2A1C0DE"]))
}
