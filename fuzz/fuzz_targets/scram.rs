#![no_main]

#[path = "../targets/scram.rs"]
mod scram;

libfuzzer_sys::fuzz_target!(|data: &[u8]| scram::run(data));
