//! Python's `email` package and the parser of Rust agree on every golden file.

#![cfg(feature = "guess")] // The golden files hold guessed media types.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // Tests may fail loudly.

mod common;

use std::{fmt::Write as _, fs, path::Path, process::Command};

use mail_parser::{Address, MessageParser, MimeHeaders, PartType};

#[test]
fn python_reads_what_rust_reads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let Ok(probe) = Command::new("python3").arg("--version").output() else {
        eprintln!("skipped: there is no python3");
        return;
    };
    assert!(probe.status.success());
    for case in common::cases() {
        let file = root.join("golden").join(format!("{}.eml", case.name));
        if case.encoding.utf8_headers {
            continue; // Python's older interface does not read UTF-8 in header fields.
        }
        assert_eq!(
            case.message.to_bytes(&case.encoding).unwrap(),
            fs::read(&file).unwrap(),
            "{}",
            case.name
        );
        let output = Command::new("python3")
            .arg(root.join("read.py"))
            .arg(&file)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let python = String::from_utf8(output.stdout)
            .unwrap()
            .replace("\r\n", "\n");
        assert_eq!(python, read(&fs::read(&file).unwrap()), "{}", case.name);
    }
}

/// The lines that `read.py` prints.
fn read(octets: &[u8]) -> String {
    let parsed = MessageParser::default().parse(octets).unwrap();
    let mut out = String::new();
    writeln!(
        out,
        "subject {}",
        hex(parsed.subject().unwrap_or_default().as_bytes())
    )
    .unwrap();
    for (name, field) in [
        ("from", parsed.from()),
        ("to", parsed.to()),
        ("cc", parsed.cc()),
    ] {
        let Some(Address::List(list)) = field else {
            continue;
        };
        for addr in list {
            let display = hex(addr.name().unwrap_or_default().as_bytes());
            writeln!(
                out,
                "{name} {display} {}",
                hex(addr.address().unwrap_or_default().as_bytes())
            )
            .unwrap();
        }
    }
    for part in &parsed.parts {
        let kind = part.content_type().unwrap();
        let content = match &part.body {
            PartType::Multipart(_) => continue,
            PartType::Message(_) => Vec::new(),
            PartType::Text(text) | PartType::Html(text) => text.replace("\r\n", "\n").into_bytes(),
            PartType::Binary(octets) | PartType::InlineBinary(octets) => octets.to_vec(),
        };
        writeln!(
            out,
            "part {}/{} {} {} {}",
            kind.c_type,
            kind.c_subtype.as_deref().unwrap_or_default(),
            hex(part.attachment_name().unwrap_or_default().as_bytes()),
            hex(part.content_id().unwrap_or_default().as_bytes()),
            hex(&content)
        )
        .unwrap();
    }
    out
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold("x".to_owned(), |mut out, octet| {
        write!(out, "{octet:02x}").unwrap();
        out
    })
}
