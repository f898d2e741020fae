//! Every file of the fuzz corpora, run through its target without a fuzzer.

#![allow(
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "the targets are shared with the fuzz workspace"
)]

use std::path::Path;

#[path = "../../fuzz/targets/address.rs"]
mod address;
#[path = "../../fuzz/targets/bdat.rs"]
mod bdat;
#[path = "../../fuzz/targets/client_server.rs"]
mod client_server;
#[path = "../../fuzz/targets/command.rs"]
mod command;
#[path = "../../fuzz/targets/dot.rs"]
mod dot;
#[path = "../../fuzz/targets/ehlo.rs"]
mod ehlo;
#[path = "../../fuzz/targets/reply.rs"]
mod reply;
#[path = "../../fuzz/targets/sasl.rs"]
mod sasl;
#[path = "../../fuzz/targets/scram.rs"]
mod scram;
#[path = "../../fuzz/targets/server.rs"]
mod server;
#[path = "../../fuzz/targets/session.rs"]
mod session;
#[path = "../../fuzz/targets/starttls.rs"]
mod starttls;

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
fn address() {
    replay("address", address::run);
}

#[test]
fn client_server() {
    replay("client_server", client_server::run);
}

#[test]
fn command() {
    replay("command", command::run);
}

#[test]
fn dot() {
    replay("dot", dot::run);
}

#[test]
fn ehlo() {
    replay("ehlo", ehlo::run);
}

#[test]
fn reply() {
    replay("reply", reply::run);
}

#[test]
fn session() {
    replay("session", session::run);
}

#[test]
fn starttls() {
    replay("starttls", starttls::run);
}

#[test]
fn bdat() {
    replay("bdat", bdat::run);
}

#[test]
fn sasl() {
    replay("sasl", sasl::run);
}

#[test]
fn scram() {
    replay("scram", scram::run);
}

#[test]
fn server() {
    replay("server", server::run);
}
