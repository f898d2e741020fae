//! What a transcript cannot say of the session: injection, bounds, secrets.

mod common;

use common::{Dice, Driven};
use posthaste_inbox::session::Step;
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
fn passwords_do_not_print() {
    let config = Config::new().auth("ann", "hunter2").auth_in_clear();
    let mut driven = Driven::new(config, None);
    driven.feed(b"EHLO c\r\nAUTH LOGIN\r\nYW5u\r\naHVudGVy");
    let shown = format!("{:?}", driven.session);
    assert!(
        shown.contains("ann") && !shown.contains("hunter") && !shown.contains("aHVud"),
        "{shown}"
    );
    driven.feed(b"Mg==\r\n");
    assert!(driven.text().ends_with("235 2.7.0 authenticated\r\n"));
}

#[test]
fn no_octets_make_it_panic_or_grow() {
    let words: [&[u8]; 22] = [
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
            .auth_any()
            .auth_in_clear()
            .max_size(20);
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
        let mut driven = Driven::new(config, None);
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
