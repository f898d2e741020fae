//! A message in a message: what may not be encoded must not hold a boundary of what is around it.

#![allow(clippy::unwrap_used)] // Tests may fail loudly.

use mail_parser::{MessageParser, MimeHeaders, PartType};
use posthaste_mime::{Attachment, Encoding, Message, Size, Stamp};

/// A text and, attached, `inner`.
fn around(inner: &[u8]) -> Vec<u8> {
    let message = Message::builder()
        .from("ann@example.org")
        .text("outer")
        .html("<p>outer")
        .attach(Attachment::bytes(inner).media_type("message/rfc822"))
        .attach(Attachment::bytes("last").file_name("last.bin"))
        .build(&Stamp::fixed(0))
        .unwrap();
    let octets = message.to_bytes(&Encoding::SEVEN_BIT).unwrap();
    assert_eq!(
        message.size(&Encoding::SEVEN_BIT),
        Size::Exact(octets.len() as u64)
    );
    octets
}

/// The boundaries that the outer header section and parts declare, in the order in which they are written.
fn boundaries(octets: &[u8]) -> Vec<String> {
    let text = core::str::from_utf8(octets).unwrap();
    text.split("boundary=\"")
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0.to_owned())
        .collect()
}

/// Reads the message with one attached message and gives that back.
#[track_caller]
fn attached(octets: &[u8]) -> Vec<u8> {
    let parsed = MessageParser::default().parse(octets).unwrap();
    assert_eq!(parsed.attachment_count(), 2);
    assert_eq!(
        parsed.attachment(1).unwrap().attachment_name(),
        Some("last.bin")
    );
    assert_eq!(parsed.attachment(1).unwrap().contents(), b"last");
    let PartType::Message(inner) = &parsed.attachment(0).unwrap().body else {
        panic!("no message is attached")
    };
    inner.raw_message().to_vec()
}

#[test]
fn a_message_of_the_same_stamp_can_be_attached_again_and_again() {
    let mut message = around(b"Subject: innermost\r\n\r\nHi.\r\n");
    for _ in 0..12 {
        let outer = around(&message);
        assert_eq!(
            outer,
            around(&message),
            "the same stamp gives the same octets"
        );
        assert_eq!(
            String::from_utf8_lossy(&attached(&outer)).trim_end(),
            String::from_utf8_lossy(&message).trim_end()
        );
        // No line of the inner message begins with a boundary of the outer one.
        let own = boundaries(&outer);
        let inner = core::str::from_utf8(&message).unwrap();
        for boundary in &own[..2] {
            let delimiter = format!("--{boundary}");
            assert!(!inner.lines().any(|line| line.starts_with(&delimiter)));
            assert!(boundary.len() <= 70);
        }
        // None of them all is the beginning of another.
        for (number, one) in own.iter().enumerate() {
            for (other_number, other) in own.iter().enumerate() {
                assert!(
                    number == other_number || !one.starts_with(other.as_str()),
                    "{one} {other}"
                );
            }
        }
        message = outer;
    }
}

#[test]
fn a_line_that_only_begins_with_a_boundary_counts() {
    let usual = around(b"\r\nHi.\r\n");
    for boundary in boundaries(&usual) {
        for line in [
            format!("--{boundary}"),
            format!("--{boundary}--"),
            format!("--{boundary}and more"),
            format!("--{boundary}\t "),
        ] {
            let inner = format!("Subject: forged\r\n\r\nbefore\r\n{line}\r\n\r\nafter\r\n");
            let outer = around(inner.as_bytes());
            assert_ne!(boundaries(&outer), boundaries(&usual));
            assert_eq!(
                String::from_utf8_lossy(&attached(&outer)).trim_end(),
                inner.trim_end()
            );
        }
    }
}

#[test]
fn who_knows_the_stamp_cannot_use_all_boundaries_up() {
    let usual = around(b"\r\nHi.\r\n");
    // What the next boundaries will be can be known, so all of them are written, a message's worth.
    let mut inner = String::from("Subject: forged\r\n\r\n");
    for _ in 0..3 {
        for boundary in boundaries(&around(inner.as_bytes())) {
            inner.push_str(&format!("--{boundary}\r\n"));
        }
    }
    let outer = around(inner.as_bytes());
    assert_ne!(boundaries(&outer), boundaries(&usual));
    assert_eq!(
        String::from_utf8_lossy(&attached(&outer)).trim_end(),
        inner.trim_end()
    );
}
