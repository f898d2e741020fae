#![no_main]

#[path = "../targets/dot.rs"]
mod dot;

libfuzzer_sys::fuzz_target!(|data: &[u8]| dot::run(data));
