#![no_main]

#[path = "../targets/reply.rs"]
mod reply;

libfuzzer_sys::fuzz_target!(|data: &[u8]| reply::run(data));
