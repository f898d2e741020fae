#![no_main]

#[path = "../targets/ehlo.rs"]
mod ehlo;

libfuzzer_sys::fuzz_target!(|data: &[u8]| ehlo::run(data));
