//! Every file of the fuzz corpora, run through its target without a fuzzer.

#![allow(
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "the targets are shared with the fuzz workspace"
)]

use std::path::Path;

#[path = "../../fuzz/targets/reply.rs"]
mod reply;
#[path = "../../fuzz/targets/session.rs"]
mod session;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        run(&std::fs::read(entry.unwrap().path()).unwrap());
        files += 1;
    }
    assert!(files > 3, "the corpus of {target} is missing");
}

#[test]
fn reply() {
    replay("reply", reply::run);
}

#[test]
fn session() {
    replay("session", session::run);
}
