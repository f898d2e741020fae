//! `Wire`: lines out, replies in, at their limits.

#![allow(clippy::unwrap_used, reason = "a failed test is all that follows")]

use posthaste_proto::Secret;
use posthaste_proto::command::Command;
use posthaste_proto::reply::{ReplyError, ReplyLimits};
use posthaste_proto::wire::{CommandId, Heard, RawLine, RawLineError, SendError, Wire, WireLimits};

/// What was heard, in short: `g` the greeting, `N` the answer to line N (`N+` when more is awaited), `!` nobody asked.
fn hear(wire: &mut Wire, input: &str, ids: &[CommandId]) -> String {
    let mut input = input.as_bytes();
    let mut told = String::new();
    while let Some(heard) = wire.received(&mut input).unwrap() {
        told += &match heard {
            Heard::Greeting(reply) => format!("g{} ", reply.code()),
            Heard::Unsolicited(reply) => format!("!{} ", reply.code()),
            Heard::Answer { to, last, reply } => {
                let place = ids.iter().position(|id| *id == to).unwrap();
                format!("{place}{}{} ", if last { ":" } else { "+" }, reply.code())
            }
        };
    }
    assert!(input.is_empty());
    told
}

fn line(text: &str) -> RawLine {
    text.parse().unwrap()
}

fn write_all(wire: &mut Wire) -> Vec<u8> {
    let octets = wire.to_write().to_vec();
    wire.written(octets.len());
    octets
}

fn greeted() -> Wire {
    let mut wire = Wire::new(WireLimits::default());
    assert_eq!(hear(&mut wire, "220 mx\r\n", &[]), "g220 ");
    wire
}

#[test]
fn a_line_is_one_line() {
    for (octets, error) in [
        (&b"a\rb"[..], RawLineError::LineBreak { offset: 1 }),
        (b"a\n", RawLineError::LineBreak { offset: 1 }),
        (b"\r\n", RawLineError::LineBreak { offset: 0 }),
        (b"ab\0\n", RawLineError::Nul { offset: 2 }),
    ] {
        assert_eq!(RawLine::new(octets), Err(error), "{octets:?}");
    }
    assert_eq!(line("").octets(), b"");
    assert_eq!(RawLine::new(b"\xff\t").unwrap().octets(), b"\xff\t");
}

#[test]
fn secrets_do_not_print() {
    let command = Command::Auth {
        mechanism: "PLAIN".parse().unwrap(),
        initial_response: Some(Secret::from("\0ann\0hunter2")),
    };
    let raw = RawLine::from(&command);
    assert_eq!(raw.octets(), b"AUTH PLAIN AGFubgBodW50ZXIy");
    let mut wire = greeted();
    let shown = format!("{raw:?}");
    wire.send(raw).unwrap();
    assert!(
        !format!("{shown} {wire:?}").contains("AGFu"),
        "{shown} {wire:?}"
    );
}

#[test]
fn the_same_octets_are_lent_until_they_are_written() {
    let mut wire = greeted();
    wire.send(Command::Noop(None)).unwrap();
    assert_eq!(wire.to_write(), b"NOOP\r\n");
    assert_eq!(wire.to_write(), b"NOOP\r\n");
    wire.written(2);
    assert_eq!(wire.to_write(), b"OP\r\n");
    wire.send(line("HELP")).unwrap();
    assert_eq!(wire.to_write(), b"OP\r\nHELP\r\n");
    wire.written(1000);
    assert!(wire.to_write().is_empty());
    assert_eq!(wire.unanswered(), 2);
}

#[test]
fn a_reply_is_judged_at_its_first_octet() {
    let mut wire = greeted();
    let ids = [wire.send(line("NOOP")).unwrap()];
    wire.to_write();
    wire.written(5);
    assert!(!wire.expects_reply());
    // It begins one octet too early and ends in time.
    assert_eq!(hear(&mut wire, "25", &ids), "");
    assert_eq!(wire.unfinished().as_deref(), Some(&b"25"[..]));
    wire.written(1);
    assert!(wire.expects_reply());
    assert_eq!(hear(&mut wire, "0 early\r\n", &ids), "!250 ");
    assert_eq!(wire.unanswered(), 1);
    assert_eq!(hear(&mut wire, "250 ok\r\n", &ids), "0:250 ");
    assert_eq!(hear(&mut wire, "421 idle\r\n", &ids), "!421 ");
    assert!(wire.is_quiet());
}

#[test]
fn a_flight_may_be_answered_while_it_is_written() {
    let mut wire = greeted();
    let ids = ["A", "B", "C"].map(|text| wire.send(line(text)).unwrap());
    wire.to_write();
    wire.written(6);
    assert_eq!(
        hear(&mut wire, "250 a\r\n250-b\r\n250 b\r\n250 c\r\n", &ids),
        "0:250 1:250 !250 "
    );
    assert!(!wire.is_quiet());
}

#[test]
fn several_replies_to_one_line() {
    let mut wire = greeted();
    let data = wire.send(Command::Data).unwrap();
    write_all(&mut wire);
    assert_eq!(hear(&mut wire, "354 go\r\n", &[data]), "0:354 ");
    assert_eq!(wire.send_content(b"Subject: hi\r\n\r\n"), 15);
    wire.send_for(line("..hello"), 0).unwrap();
    let dot = wire.send_for(line("."), 3).unwrap();
    assert_eq!(write_all(&mut wire), b"Subject: hi\r\n\r\n..hello\r\n.\r\n");
    assert_eq!(wire.unanswered(), 3);
    assert_eq!(
        hear(
            &mut wire,
            "250 a\r\n452 b\r\n250 c\r\n250 d\r\n",
            &[data, dot]
        ),
        "1+250 1+452 1:250 !250 "
    );
}

#[test]
fn a_chunk_is_answered_when_its_last_octet_is_out() {
    let mut wire = greeted();
    let ids = [wire.send_chunk(b"a\r\nb\0", true, 1).unwrap()];
    assert_eq!(wire.to_write(), b"BDAT 5 LAST\r\na\r\nb\0");
    wire.written(17);
    assert!(!wire.expects_reply());
    wire.written(1);
    assert_eq!(hear(&mut wire, "250 ok\r\n", &ids), "0:250 ");
}

#[test]
fn commands_before_the_greeting() {
    let mut wire = Wire::new(WireLimits::default());
    let ids = [wire.send(line("EHLO me")).unwrap()];
    assert!(wire.expects_reply());
    assert_eq!(hear(&mut wire, "220 mx\r\n250 mx\r\n", &ids), "g220 !250 ");
    write_all(&mut wire);
    assert_eq!(hear(&mut wire, "250 mx\r\n", &ids), "0:250 ");
}

#[test]
fn limits_on_what_is_unanswered() {
    let mut wire = Wire::new(WireLimits {
        unanswered: 3,
        unanswered_octets: 20,
        ..WireLimits::default()
    });
    // The greeting does not count.
    let mut ids = vec![wire.send(line("A")).unwrap(), wire.send(line("B")).unwrap()];
    assert_eq!(
        wire.send_for(line("."), 2),
        Err(SendError::TooManyUnanswered(3))
    );
    ids.push(wire.send(line("C")).unwrap());
    assert_eq!(wire.send(line("D")), Err(SendError::TooManyUnanswered(3)));
    assert_eq!(write_all(&mut wire), b"A\r\nB\r\nC\r\n");
    assert_eq!(
        hear(&mut wire, "220 mx\r\n250 a\r\n250 b\r\n", &ids),
        "g220 0:250 1:250 "
    );
    // Three octets are unanswered; 17 more are the most.
    assert_eq!(
        wire.send(line("0123456789abcdef")),
        Err(SendError::TooManyOctets(20))
    );
    wire.send(line("0123456789abcde")).unwrap();
}

#[test]
fn content_waits_for_room() {
    let mut wire = Wire::new(WireLimits {
        send_buffer: 4096,
        ..WireLimits::default()
    });
    assert_eq!(hear(&mut wire, "220 mx\r\n", &[]), "g220 ");
    let content: Vec<u8> = (0..10_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
    let (mut given, mut sent) = (0, Vec::new());
    while given < content.len() {
        given += wire.send_content(&content[given..]);
        if given < content.len() {
            assert_eq!(wire.send_content(b"x"), 0);
            assert_eq!(
                wire.send_for(line("x"), 0),
                Err(SendError::BufferFull { free: 0 })
            );
        }
        sent.extend(write_all(&mut wire));
    }
    assert_eq!(sent, content);
    assert_eq!(
        wire.send_chunk(&content, true, 1),
        Err(SendError::BufferFull { free: 4096 - 17 })
    );
    assert!(wire.is_quiet());
}

#[test]
fn a_peer_that_answers_before_all_is_written_does_not_make_the_buffer_grow() {
    let mut wire = Wire::new(WireLimits {
        send_buffer: 4096,
        ..WireLimits::default()
    });
    assert_eq!(hear(&mut wire, "220 mx\r\n", &[]), "g220 ");
    let long = line(&"z".repeat(998));
    let mut ids = vec![wire.send(long.clone()).unwrap()];
    for place in 0..100 {
        // One line stays in part in the buffer whenever the next is queued.
        ids.push(wire.send(long.clone()).unwrap());
        assert!(wire.to_write().len() <= 2000);
        wire.written(1000);
        assert_eq!(hear(&mut wire, "250 ok\r\n", &ids), format!("{place}:250 "));
    }
    assert_eq!(write_all(&mut wire).len(), 1000);
    // The buffer has its first size still.
    assert_eq!(wire.send_content(&[b'x'; 10_000]), 4096);
}

#[test]
fn what_is_no_reply_is_an_error_for_good() {
    let mut wire = Wire::new(WireLimits {
        reply: ReplyLimits {
            line: 40,
            ..ReplyLimits::default()
        },
        ..WireLimits::default()
    });
    let mut long: &[u8] = &[b'2'; 50];
    assert_eq!(
        wire.received(&mut long).unwrap_err(),
        ReplyError::LineTooLong(40)
    );
    let mut good: &[u8] = b"220 mx\r\n";
    assert_eq!(
        wire.received(&mut good).unwrap_err(),
        ReplyError::LineTooLong(40)
    );
    let mut http: &[u8] = b"HTTP/1.1 400 Bad Request\r\n";
    let error = Wire::new(WireLimits::default())
        .received(&mut http)
        .unwrap_err();
    assert!(matches!(error, ReplyError::Malformed(_)), "{error}");
}
