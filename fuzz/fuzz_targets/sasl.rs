#![no_main]

#[path = "../targets/sasl.rs"]
mod sasl;

libfuzzer_sys::fuzz_target!(|data: &[u8]| sasl::run(data));
