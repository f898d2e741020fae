//! Conversations from files, each played whole, octet by octet and at random splits.
//!
//! ```text
//! # comment
//! % auth ann secret         the configuration, see configure()
//! S: a line of the server   CRLF implied
//! C: a line of the client   CRLF implied; \r \n \0 \\ \xNN
//! C! octets of the client   without CRLF
//! -- eof                    the client closes (also: timeout, shutdown)
//! -- message <from> <to,to> content    what happened; also: tls, abort, close
//! ```

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail loudly too")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use common::{Dice, Driven, StoreFault};
use posthaste_inbox::session::{Session, TlsFacts};
use posthaste_inbox::{Config, Extension, Reply, ScramFault, Stage};

#[derive(Default)]
struct Script {
    directives: Vec<Vec<String>>,
    blocks: Vec<Block>,
}

/// What the client does, and what follows.
#[derive(Default)]
struct Block {
    sends: Vec<u8>,
    does: Option<String>,
    replies: String,
    events: Vec<String>,
}

#[test]
fn every_transcript_plays_at_every_split() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 20, "the transcripts are there");
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let script = parse(&name, &fs::read_to_string(&file).unwrap());
        play(&format!("{name} whole"), &script, usize::MAX, |all| all);
        play(&format!("{name} by octet"), &script, 1, |_| 1);
        for seed in 0..20 {
            let mut dice = Dice(seed);
            play(
                &format!("{name} split {seed}"),
                &script,
                3 + seed as usize,
                |all| 1 + dice.roll(all.min(40)),
            );
        }
    }
}

fn play(name: &str, script: &Script, write_at_most: usize, mut piece: impl FnMut(usize) -> usize) {
    let Setting {
        config,
        tls,
        entropy,
        store_fault,
    } = configure(&script.directives);
    let mut session = Session::new(Arc::new(config), tls);
    if entropy {
        session = session.with_entropy([7; 32]);
    }
    let mut driven = Driven::of(session);
    driven.store_fault = store_fault;
    driven.write_at_most = write_at_most;
    for (number, block) in script.blocks.iter().enumerate() {
        driven.feed_in_pieces(&block.sends, &mut piece);
        match block.does.as_deref() {
            Some("eof") => driven.session.closed_by_peer(),
            Some("timeout") => driven.session.timed_out(),
            Some("shutdown") => driven.session.shut_down(),
            Some(other) => panic!("{name}: {other}?"),
            None => {}
        }
        driven.run();
        let output = String::from_utf8(std::mem::take(&mut driven.output)).unwrap();
        assert_eq!(output, block.replies, "{name}, block {number}");
        assert_eq!(
            std::mem::take(&mut driven.events),
            block.events,
            "{name}, block {number}"
        );
    }
}

fn parse(name: &str, text: &str) -> Script {
    let mut script = Script {
        blocks: vec![Block::default()],
        ..Script::default()
    };
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (kind, rest) = line.split_at_checked(2).unwrap_or((line, ""));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let last = script.blocks.last_mut().unwrap();
        let answered = last.does.is_some() || !last.replies.is_empty() || !last.events.is_empty();
        match kind {
            "% " => script
                .directives
                .push(rest.split(' ').map(Into::into).collect()),
            "S:" => {
                last.replies.push_str(rest);
                last.replies.push_str("\r\n");
            }
            "--" if ["eof", "timeout", "shutdown"].contains(&rest) => {
                script.blocks.push(Block {
                    does: Some(rest.into()),
                    ..Block::default()
                });
            }
            "--" => last.events.push(rest.into()),
            "C:" | "C!" => {
                if answered {
                    script.blocks.push(Block::default());
                }
                let sends = &mut script.blocks.last_mut().unwrap().sends;
                sends.extend(unescape(rest));
                if kind == "C:" {
                    sends.extend(b"\r\n");
                }
            }
            other => panic!("{name}: {other:?} begins no line of a transcript"),
        }
    }
    script
}

fn unescape(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'\\' => match rest.next().expect("an escape") {
                b'r' => b'\r',
                b'n' => b'\n',
                b'0' => 0,
                b'\\' => b'\\',
                b'x' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => panic!("\\{other}"),
            },
            octet => octet,
        });
    }
    octets
}

#[derive(Default)]
struct Setting {
    config: Config,
    tls: Option<TlsFacts>,
    entropy: bool,
    store_fault: Option<StoreFault>,
}

fn configure(directives: &[Vec<String>]) -> Setting {
    let mut setting = Setting::default();
    for words in directives {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let config = std::mem::take(&mut setting.config);
        setting.config = match words.as_slice() {
            ["tls"] => {
                setting.tls = Some("TLSv1.3".into());
                config
            }
            // The octets are the same each time: 0x45 and 0x65.
            ["tls-exporter"] => {
                setting.tls.as_mut().unwrap().exporter = Some([b'E'; 32]);
                config
            }
            ["tls-server-end-point"] => {
                setting.tls.as_mut().unwrap().server_end_point = Some(vec![b'e'; 32]);
                config
            }
            // The seed is 32 times 7.
            ["entropy"] => {
                setting.entropy = true;
                config
            }
            ["store-fails", at] => {
                setting.store_fault = Some(match *at {
                    "begin" => StoreFault::Begin,
                    "content" => StoreFault::Content,
                    "end" => StoreFault::End,
                    other => panic!("{other}"),
                });
                config
            }
            ["mechanisms", names @ ..] => {
                config.mechanisms(names.iter().map(|name| name.parse().unwrap()))
            }
            ["token", user, token] => config.token(*user, *token),
            ["external", user] => config.external(*user),
            ["anonymous"] => config.anonymous(),
            ["iterations", count] => config.scram_iterations(count.parse().unwrap()),
            ["scram-fault", fault @ ..] => config.scram_fault(scram_fault(fault)),
            ["starttls"] => config.starttls(true),
            ["tls-required"] => config.tls_required(),
            ["auth", user, password] => config.auth(*user, *password),
            ["auth-any"] => config.auth_any(),
            ["auth-required"] => config.auth_required(),
            ["auth-in-clear"] => config.auth_in_clear(),
            ["max-size", octets] => config.max_size(octets.parse().unwrap()),
            ["max-recipients", recipients] => config.max_recipients(recipients.parse().unwrap()),
            ["name", name] => config.name(name.parse().unwrap()),
            ["hide", extension] => config.hide(self::extension(extension)),
            ["refuse", recipient, code, text @ ..] => {
                config.refuse_recipient(recipient.parse().unwrap(), reply(code, text))
            }
            ["reply", stage, code, text @ ..] => {
                config.reply(self::stage(stage), reply(code, text))
            }
            ["close-after", stage] => config.close_after(self::stage(stage)),
            ["close-instead", stage] => config.close_instead(self::stage(stage)),
            other => panic!("{other:?} is no directive"),
        };
    }
    setting
}

fn scram_fault(words: &[&str]) -> ScramFault {
    match words {
        ["wrong-signature"] => ScramFault::WrongSignature,
        ["foreign-nonce"] => ScramFault::ForeignNonce,
        ["iterations", count] => ScramFault::Iterations(count.parse().unwrap()),
        ["bad-salt"] => ScramFault::BadSalt,
        ["mandatory-extension"] => ScramFault::MandatoryExtension,
        ["no-signature"] => ScramFault::NoSignature,
        ["signature-in-235"] => ScramFault::SignatureIn235,
        ["error"] => ScramFault::Error,
        other => panic!("{other:?} is no fault"),
    }
}

fn reply(code: &str, text: &[&str]) -> Reply {
    Reply::new(code.parse().unwrap(), text.join(" ")).unwrap()
}

fn stage(name: &str) -> Stage {
    match name {
        "greeting" => Stage::Greeting,
        "ehlo" => Stage::Ehlo,
        "helo" => Stage::Helo,
        "starttls" => Stage::StartTls,
        "auth" => Stage::Auth,
        "mail" => Stage::Mail,
        "rcpt" => Stage::Rcpt,
        "data" => Stage::Data,
        "end-of-data" => Stage::EndOfData,
        "rset" => Stage::Rset,
        "noop" => Stage::Noop,
        "quit" => Stage::Quit,
        other => panic!("{other} is no stage"),
    }
}

fn extension(name: &str) -> Extension {
    match name {
        "PIPELINING" => Extension::Pipelining,
        "SIZE" => Extension::Size,
        "8BITMIME" => Extension::EightBitMime,
        "SMTPUTF8" => Extension::SmtpUtf8,
        "CHUNKING" => Extension::Chunking,
        "BINARYMIME" => Extension::BinaryMime,
        "ENHANCEDSTATUSCODES" => Extension::EnhancedStatusCodes,
        other => panic!("{other} is no extension"),
    }
}
