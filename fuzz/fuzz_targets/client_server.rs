#![no_main]

#[path = "../targets/client_server.rs"]
mod client_server;

libfuzzer_sys::fuzz_target!(|data: &[u8]| client_server::run(data));
