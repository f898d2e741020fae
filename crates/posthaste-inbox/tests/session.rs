//! What a transcript cannot say of the session: injection, bounds, secrets.

mod common;

use std::num::NonZeroU32;
use std::sync::Arc;

use common::{Dice, Driven};
use posthaste_inbox::session::{Session, Step};
use posthaste_inbox::{Config, Extension, Reply, Stage};

const HELLO: &[u8] = b"EHLO c\r\n";

fn in_data(config: Config) -> Driven {
    let mut driven = Driven::new(config, None);
    driven.feed(b"HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    assert!(
        driven
            .text()
            .ends_with("\r\n354 end with <CRLF>.<CRLF>\r\n")
    );
    driven.output.clear();
    driven
}

#[test]
fn nothing_injected_behind_starttls_is_ever_obeyed() {
    let injected = b"STARTTLS\r\nEHLO evil\r\nMAIL FROM:<eve@b>\r\nRCPT TO:<c@d>\r\n";
    for split in 0..=injected.len() {
        let mut driven = Driven::new(Config::new().starttls(true), None);
        driven.feed(HELLO);
        driven.output.clear();
        // The 220 is out and the handshake has not begun: octets that come now are in clear.
        driven.tls = false;
        driven.feed(&injected[..split]);
        driven.feed(&injected[split..]);
        let text = driven.text();
        assert!(
            text == "554 5.5.1 octets came behind STARTTLS\r\n"
                || text == "220 2.0.0 ready for TLS\r\n",
            "split {split}: {text}"
        );
        assert_eq!(driven.events, ["close"], "split {split}");
        driven.session.tls_started("TLSv1.3");
        assert_eq!(driven.session.poll(), Step::Close);
    }
}

#[test]
fn tls_makes_the_session_forget() {
    let mut driven = Driven::new(
        Config::new()
            .starttls(true)
            .auth("ann", "secret")
            .auth_in_clear(),
        None,
    );
    driven.feed(HELLO);
    driven.feed(b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n");
    driven.feed(b"STARTTLS\r\n");
    driven.output.clear();
    driven.feed(b"MAIL FROM:<a@b>\r\nEHLO c\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\n");
    let text = driven.text();
    assert!(text.starts_with("503 5.5.1 EHLO first\r\n250-"), "{text}");
    assert!(!text.contains("STARTTLS"), "{text}");
    assert!(text.ends_with("235 2.7.0 authenticated\r\n"), "{text}");
}

#[test]
fn a_client_that_reads_nothing_cannot_make_the_output_grow() {
    let mut driven = Driven::new(Config::new(), None);
    let flood = b"HELP\r\n".repeat(100_000);
    driven.session.received(&flood);
    let mut largest = 0;
    while let Step::Write(octets) = driven.session.poll() {
        largest = largest.max(octets.len());
        let n = octets.len();
        driven.output.extend_from_slice(octets);
        driven.session.written(n);
    }
    assert_eq!(driven.session.poll(), Step::Read);
    assert!(largest < 20 << 10, "{largest}");
    assert_eq!(driven.text().matches("214 ").count(), 100_000);
}

#[test]
fn content_is_lent_in_pieces_no_larger_than_what_came() {
    let mut driven = in_data(Config::new().max_size(u64::MAX));
    driven.session.received(&b"x".repeat(1000));
    let Step::Content(octets) = driven.session.poll() else {
        panic!()
    };
    assert_eq!(octets.len(), 1000);
    driven.session.stored();
    assert_eq!(driven.session.poll(), Step::Read);
}

#[test]
fn what_is_too_large_is_not_lent_any_more() {
    let mut driven = in_data(Config::new().max_size(1000));
    driven.feed(&b"x".repeat(1001));
    assert_eq!(driven.events, ["abort"]);
    for _ in 0..100 {
        driven.session.received(&b"y".repeat(10_000));
        assert_eq!(driven.session.poll(), Step::Read);
    }
    driven.feed(b"\r\n.\r\nNOOP\r\n");
    assert_eq!(
        driven.text(),
        "552 5.3.4 the message is larger than 1000 octets\r\n250 2.0.0 ok\r\n"
    );
}

#[test]
fn answers_out_of_turn_change_nothing() {
    let mut driven = in_data(Config::new());
    driven.session.accepted("7");
    driven.session.store_failed();
    driven.session.stored();
    driven.session.tls_started("TLSv1.3");
    driven.session.written(10);
    driven.feed(b"a\r\n.\r\n");
    assert_eq!(driven.text(), "250 2.0.0 queued as 1\r\n");
}

#[test]
fn nothing_behind_a_chunk_of_unknown_length_is_obeyed() {
    for line in [
        "BDAT",
        "BDAT ",
        "bdat\tx",
        "BDAT LAST",
        "BDAT -1",
        "BDAT 0x10",
        "BDAT 1 FIRST",
        "BDAT 1 LAST LAST",
        "BDAT 1LAST",
        "BDAT 18446744073709551616",
        &format!("BDAT {}1", " ".repeat(3000)),
    ] {
        let mut driven = Driven::new(Config::new(), None);
        driven.feed(b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
        driven.output.clear();
        driven.feed(format!("{line}\r\nRSET\r\nMAIL FROM:<eve@b>\r\n").as_bytes());
        let text = driven.text();
        assert!(
            text.starts_with("50") && text.matches("\r\n").count() == 1,
            "{line}: {text}"
        );
        assert_eq!(driven.events, ["close"], "{line}");
    }
    // This is another verb.
    let mut driven = Driven::new(Config::new(), None);
    driven.feed(b"BDATA 1\r\nNOOP\r\n");
    assert!(driven.text().ends_with("250 2.0.0 ok\r\n"));
}

#[test]
fn without_randomness_nothing_that_needs_it_is_offered() {
    for (seed, expected) in [
        (None, "250 AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER\r\n"),
        (
            Some([7; 32]),
            "250 AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512 XOAUTH2 OAUTHBEARER\r\n",
        ),
    ] {
        let config = Arc::new(Config::new().auth("ann", "secret"));
        let mut session = Session::new(config, Some("TLSv1.3".into()));
        if let Some(seed) = seed {
            session = session.with_entropy(seed);
        }
        let mut driven = Driven::of(session);
        driven.feed(HELLO);
        assert!(driven.text().ends_with(expected), "{}", driven.text());
        driven.output.clear();
        driven.feed(b"AUTH CRAM-MD5\r\n");
        let code = if seed.is_some() { "334 " } else { "504 " };
        assert!(driven.text().starts_with(code), "{}", driven.text());
    }
}

#[test]
fn no_octets_make_it_panic_or_grow() {
    let words: [&[u8]; 32] = [
        b"EHLO c",
        b"HELO c",
        b"MAIL FROM:<a@b>",
        b"MAIL FROM:<a@b> SIZE=5 BODY=BINARYMIME",
        b"RCPT TO:<c@d>",
        b"DATA",
        b"BDAT 3",
        b"BDAT 0 LAST",
        b"BDAT 99999999999",
        b"RSET",
        b"QUIT",
        b"STARTTLS",
        b"AUTH PLAIN",
        b"AUTH LOGIN YQ==",
        b"AUTH CRAM-MD5",
        b"AUTH SCRAM-SHA-1",
        b"AUTH SCRAM-SHA-256-PLUS",
        b"AUTH XOAUTH2 =",
        b"AUTH OAUTHBEARER",
        b"AUTH EXTERNAL",
        // n,,n=a,r=b and a proof that is none
        b"biwsbj1hLHI9Yg==",
        b"Yz1iaXdzLHI9YixwPUFBQUE=",
        // a 0000...
        b"YSAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
        b"YQ==",
        b"*",
        b".",
        b"..",
        b"=",
        b"\r\n",
        b"\n",
        b"\r",
        b"\0\xff",
    ];
    for seed in 0..3_000 {
        let mut dice = Dice(seed);
        let mut config = Config::new()
            .starttls(true)
            .auth_in_clear()
            .scram_iterations(NonZeroU32::MIN)
            .external("ann")
            .max_size(20);
        config = match dice.roll(2) {
            0 => config.auth_any(),
            _ => config.auth("a", "x"),
        };
        if dice.roll(2) == 0 {
            config = config.hide(Extension::Chunking);
        }
        if dice.roll(3) == 0 {
            let stage = [
                Stage::Mail,
                Stage::Data,
                Stage::EndOfData,
                Stage::Rset,
                Stage::Auth,
            ][dice.roll(5)];
            config = match dice.roll(3) {
                0 => config.close_after(stage),
                1 => config.close_instead(stage),
                _ => config.reply(stage, Reply::new(200 + dice.roll(400) as u16, "x").unwrap()),
            };
        }
        let session = Session::new(Arc::new(config), None).with_entropy([7; 32]);
        let mut driven = Driven::of(session);
        for _ in 0..40 {
            let mut octets = words[dice.roll(words.len())].to_vec();
            if dice.roll(8) > 0 {
                octets.extend_from_slice(b"\r\n");
            }
            driven.feed_in_pieces(&octets, |all| 1 + dice.roll(all));
            match dice.roll(200) {
                0 => driven.session.timed_out(),
                1 => driven.session.closed_by_peer(),
                2 => driven.session.store_failed(),
                _ => {}
            }
        }
        driven.session.closed_by_peer();
        driven.run();
        assert_eq!(driven.events.last().map(String::as_str), Some("close"));
        // Whatever happened, replies are whole lines with a code of three digits.
        for line in driven.output.split_inclusive(|octet| *octet == b'\n') {
            assert!(
                line[..3].iter().all(u8::is_ascii_digit) || !line.ends_with(b"\n"),
                "{}",
                line.escape_ascii()
            );
        }
    }
}
