//! Messages from a fixed stamp, octet by octet. `POSTHASTE_UPDATE_GOLDEN=1` writes the files anew.

#![cfg(feature = "guess")] // The golden files hold guessed media types.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // Tests may fail loudly.

mod common;

use std::{env, fs, path::Path};

use posthaste_mime::Size;

#[test]
fn messages_are_what_the_golden_files_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let update = env::var_os("POSTHASTE_UPDATE_GOLDEN").is_some();
    let mut known: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    for case in common::cases() {
        let name = format!("{}.eml", case.name);
        let octets = case.message.to_bytes(&case.encoding).unwrap();
        assert_eq!(
            case.message.size(&case.encoding),
            Size::Exact(octets.len() as u64),
            "{name}"
        );
        if update {
            fs::write(folder.join(&name), &octets).unwrap();
        }
        let golden = fs::read(folder.join(&name)).unwrap_or_default();
        assert_eq!(
            String::from_utf8_lossy(&octets),
            String::from_utf8_lossy(&golden),
            "{name}"
        );
        known.retain(|file| *file != *name);
    }
    assert!(known.is_empty(), "no test makes {known:?}");
}

#[test]
fn every_line_keeps_its_limit() {
    for case in common::cases() {
        let octets = case.message.to_bytes(&case.encoding).unwrap();
        let text = String::from_utf8(octets).unwrap();
        assert!(text.ends_with("\r\n"), "{}", case.name);
        assert!(
            !text.replace("\r\n", "").contains(['\r', '\n', '\0']),
            "{}",
            case.name
        );
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        for line in head.split("\r\n") {
            assert!(
                !line.trim().is_empty() && !line.ends_with(' '),
                "{}: {line:?}",
                case.name
            );
            assert!(
                line.len() <= if line.contains("=?") { 76 } else { 78 }
                    || !line.trim().contains(' '),
                "{line}"
            );
        }
        for line in text.split("\r\n") {
            assert!(line.len() <= 998, "{}", case.name);
        }
        if !case.encoding.eight_bit {
            assert!(text.is_ascii(), "{}", case.name);
        }
    }
}

#[test]
fn bcc_is_in_the_envelope_only() {
    let cases = common::cases();
    let case = cases.iter().find(|case| case.name == "addresses").unwrap();
    let (sender, recipients) = case.message.envelope_addresses();
    let recipients: Vec<_> = recipients.collect();
    assert_eq!(sender, "office@example.org");
    assert_eq!(recipients.len(), 14);
    assert_eq!(recipients.last(), Some(&"hidden@example.net"));
    let octets = case.message.to_bytes(&case.encoding).unwrap();
    assert!(!String::from_utf8(octets).unwrap().contains("hidden"));
}
