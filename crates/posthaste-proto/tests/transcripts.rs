//! Plays every transcript whole, byte by byte and at random splits: the session must tell the same each time.
//!
//! `UPDATE=1 cargo test -p posthaste-proto --test transcripts` writes what was told behind the `==` of each file;
//! read the difference before you keep it. `UPDATE=rfc3461` does so for the files with that in their name only.

#![allow(
    clippy::unwrap_used,
    reason = "a transcript that cannot be read is a failed test"
)]

mod support;

use std::path::{Path, PathBuf};

use support::{Script, Split, play};

const RANDOM_SPLITS: u64 = 200;

#[test]
fn every_transcript_at_every_split() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    assert!(files.len() > 40, "the transcripts are missing");
    let failed: Vec<_> = files.iter().filter_map(|file| check(file)).collect();
    assert!(
        failed.is_empty(),
        "{} of {} transcripts fail:\n{}",
        failed.len(),
        files.len(),
        failed.join("\n")
    );
}

/// What is wrong with this transcript, if anything is.
fn check(file: &Path) -> Option<String> {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(file).unwrap();
    let Ok(script) = std::panic::catch_unwind(|| Script::parse(&text)) else {
        return Some(format!(
            "{name}: this is no transcript; the message above says what cannot be read"
        ));
    };
    if !script.is_for_this_build {
        return None;
    }
    let update = std::env::var("UPDATE").is_ok_and(|which| which == "1" || name.contains(&which));
    let splits = [Split::Whole, Split::Bytes]
        .into_iter()
        .chain((0..RANDOM_SPLITS).map(Split::Random));
    for split in splits {
        let told = match std::panic::catch_unwind(|| play(&script, split)) {
            Ok(told) => told,
            Err(panic) => {
                let why = panic.downcast_ref::<String>().map_or("", String::as_str);
                return Some(format!("{name}: {why}"));
            }
        };
        if update && matches!(split, Split::Whole) {
            let head = text
                .split_once("\n==\n")
                .map_or_else(|| text.trim_end(), |(head, _)| head);
            std::fs::write(file, format!("{head}\n==\n{told}")).unwrap();
            return None;
        }
        if told != script.expected {
            return Some(format!(
                "{name}, {split:?}: expected\n{}\nbut it told\n{told}",
                script.expected
            ));
        }
    }
    None
}
