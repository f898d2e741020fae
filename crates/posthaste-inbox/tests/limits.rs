//! Every limit on what a client may say and on what the server says, from both sides.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail loudly too")]

mod common;

use std::num::NonZeroU32;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::Driven;
use posthaste_inbox::session::{Session, Step, TlsFacts};
use posthaste_inbox::{Config, Mechanism, Reply, ReplyError, ScramFault};

const TOO_LONG: &str = "500 5.5.2 the line is too long\r\n";

fn greeted(config: Config) -> Driven {
    let mut driven = Driven::new(config.auth_in_clear(), None);
    driven.feed(b"EHLO c\r\n");
    driven.output.clear();
    driven
}

/// What the server says to this.
fn answer(driven: &mut Driven, octets: impl AsRef<[u8]>) -> String {
    driven.output.clear();
    driven.feed(octets.as_ref());
    driven.text()
}

#[test]
fn a_command_has_2048_octets() {
    let mut driven = greeted(Config::new());
    let longest = format!("NOOP{}\r\n", " ".repeat(2042));
    assert_eq!(longest.len(), 2048);
    assert_eq!(answer(&mut driven, &longest), "250 2.0.0 ok\r\n");
    assert_eq!(answer(&mut driven, format!(" {longest}")), TOO_LONG);
    // Beyond what any line may have it is thrown away as it comes.
    assert_eq!(
        answer(&mut driven, format!("{}\r\n", "x".repeat(20_000))),
        TOO_LONG
    );
    assert_eq!(answer(&mut driven, "NOOP\r\n"), "250 2.0.0 ok\r\n");
    // Behind a BDAT that cannot be read stands content: none of it is taken for commands.
    let chunk = format!("BDAT 6{}LAST\r\n", " ".repeat(20_000));
    assert_eq!(answer(&mut driven, chunk), TOO_LONG);
    assert_eq!(answer(&mut driven, "NOOP\r\n"), "");
}

#[test]
fn arguments_and_verbs_have_limits() {
    let mut driven = greeted(Config::new());
    let noop = |n| format!("NOOP {}\r\n", "x".repeat(n));
    assert_eq!(answer(&mut driven, noop(500)), "250 2.0.0 ok\r\n");
    assert_eq!(answer(&mut driven, noop(501)), TOO_LONG);
    let unknown = "500 5.5.1 unknown command\r\n";
    assert_eq!(answer(&mut driven, "STARTTLSX\r\n"), unknown);
    let not_taken = "501 5.5.4 the argument is not one the command takes\r\n";
    let auth = |n| format!("AUTH {}\r\n", "X".repeat(n));
    assert_eq!(
        answer(&mut driven, auth(20)),
        "502 5.5.1 AUTH is not offered\r\n"
    );
    assert_eq!(answer(&mut driven, auth(21)), not_taken);
}

#[test]
fn addresses_have_limits() {
    let mut driven = greeted(Config::new());
    let mail = |local: usize, domain: usize| {
        let label = format!("{}.", "d".repeat(49)).repeat(8);
        format!("MAIL FROM:<{}@{}>\r\n", "l".repeat(local), &label[..domain])
    };
    for (local, domain, expected) in [
        (64, 189, "250 2.1.0 ok\r\n"),
        (
            65,
            10,
            "501 5.1.7 bad sender: the local part is longer than 64 octets\r\n",
        ),
        (
            64,
            190,
            "501 5.1.7 bad sender: the address is longer than 254 octets\r\n",
        ),
        (
            1,
            256,
            "501 5.1.7 bad sender: the domain is longer than 255 octets\r\n",
        ),
    ] {
        assert_eq!(answer(&mut driven, mail(local, domain)), expected);
        driven.feed(b"RSET\r\n");
    }
}

#[test]
fn an_auth_line_has_12288_octets() {
    let password = "p".repeat(9199);
    let mut config = Config::new().auth("ann", &password);
    config = config.mechanisms([Mechanism::Plain]);
    let response = STANDARD.encode(format!("\0ann\0{password}"));
    let line = |blanks: usize| format!("AUTH PLAIN{}{response}\r\n", " ".repeat(blanks));
    assert_eq!(line(4).len(), 12_288);
    let mut driven = greeted(config);
    assert_eq!(answer(&mut driven, line(5)), TOO_LONG);
    assert_eq!(answer(&mut driven, line(4)), "235 2.7.0 authenticated\r\n");
}

#[test]
fn a_response_has_12288_octets() {
    // The most that is whole base64: 12,284 characters and CRLF.
    let password = "p".repeat(9208);
    let mut driven = greeted(Config::new().auth("ann", &password));
    let mut respond = |response: &str| {
        assert_eq!(answer(&mut driven, "AUTH PLAIN\r\n"), "334 \r\n");
        answer(&mut driven, format!("{response}\r\n"))
    };
    let not_base64 = "501 5.5.2 the response is not base64\r\n";
    assert_eq!(respond(&"A".repeat(12_286)), not_base64);
    assert_eq!(
        respond(&"A".repeat(12_287)),
        "500 5.5.6 the response is too long\r\n"
    );
    let longest = STANDARD.encode(format!("\0ann\0{password}"));
    assert_eq!(longest.len(), 12_284);
    assert_eq!(respond(&longest), "235 2.7.0 authenticated\r\n");
}

#[test]
fn a_line_without_end_takes_no_room() {
    let mut driven = greeted(Config::new());
    for _ in 0..100 {
        driven.feed(&[b'x'; 10_000]);
        let shown = format!("{:?}", driven.session);
        let kept = shown.split("Input(").nth(1).unwrap().split(' ').next();
        assert!(kept.unwrap().parse::<usize>().unwrap() <= 12_288, "{shown}");
    }
    assert_eq!(answer(&mut driven, "\r\n"), TOO_LONG);
}

#[test]
fn replies_have_limits() {
    assert!(Reply::new(200, "").is_ok() && Reply::new(599, "").is_ok());
    assert_eq!(Reply::new(199, ""), Err(ReplyError::Code(199)));
    assert_eq!(Reply::new(600, ""), Err(ReplyError::Code(600)));
    let longest = "x".repeat(500);
    assert!(Reply::new(250, format!("{longest}\n{longest}")).is_ok());
    assert_eq!(
        Reply::new(250, format!("{longest}\n{longest}x")),
        Err(ReplyError::TooLong)
    );
    for control in ["\r", "\0", "\u{7f}", "\t"] {
        let error = Reply::new(250, format!("a\n{control}"));
        assert_eq!(error, Err(ReplyError::Control { offset: 2 }));
    }
}

/// RFC 5321 4.5.3.1.5: 512 octets with code and CRLF.
#[test]
fn no_line_of_the_server_is_longer_than_512_octets() {
    let name = format!("{}org", format!("{}.", "n".repeat(49)).repeat(5));
    let mut tls = TlsFacts::from("TLSv1.3");
    tls.exporter = Some([7; 32]);
    let config = Config::new()
        .name(name.parse().unwrap())
        .auth("ann", "secret")
        .external("ann")
        .anonymous()
        .scram_iterations(NonZeroU32::MIN)
        .scram_fault(ScramFault::Iterations(u64::MAX));
    let session = Session::new(Arc::new(config), Some(tls)).with_entropy([7; 32]);
    let mut driven = Driven::of(session);
    driven.feed(b"EHLO c\r\nAUTH CRAM-MD5\r\n*\r\n");
    let first = |nonce: usize| STANDARD.encode(format!("n,,n=ann,r={}", "r".repeat(nonce)));
    driven.feed(format!("AUTH SCRAM-SHA-512 {}\r\n*\r\n", first(256)).as_bytes());
    driven.feed(format!("AUTH SCRAM-SHA-512 {}\r\n", first(257)).as_bytes());
    let text = driven.text();
    assert!(
        text.ends_with("501 5.5.2 not a SCRAM message\r\n"),
        "{text}"
    );
    let longest = text.split_inclusive("\r\n").map(str::len).max().unwrap();
    assert!((400..=512).contains(&longest), "{longest}: {text}");
}

#[test]
fn challenges_that_nobody_reads_do_not_pile_up() {
    let config = Config::new().auth("ann", "secret").auth_in_clear();
    let mut session = Session::new(Arc::new(config), None).with_entropy([7; 32]);
    session.received(b"EHLO c\r\n");
    session.received(&b"AUTH CRAM-MD5\r\n*\r\nAUTH SCRAM-SHA-1\r\n*\r\n".repeat(5_000));
    let (mut largest, mut output) = (0, Vec::new());
    while let Step::Write(octets) = session.poll() {
        largest = largest.max(octets.len());
        output.extend_from_slice(octets);
        let n = octets.len();
        session.written(n);
    }
    assert!(largest < 20 << 10, "{largest}");
    let text = String::from_utf8(output).unwrap();
    assert_eq!(text.matches("501 5.7.0 cancelled\r\n").count(), 10_000);
    // Each challenge is a new one.
    let mut challenges: Vec<_> = text
        .lines()
        .filter(|line| line.len() > 20 && line.starts_with("334 "))
        .collect();
    challenges.sort_unstable();
    challenges.dedup();
    assert_eq!(challenges.len(), 5_000);
}
