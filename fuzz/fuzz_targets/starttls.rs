#![no_main]

#[path = "../targets/starttls.rs"]
mod starttls;

libfuzzer_sys::fuzz_target!(|data: &[u8]| starttls::run(data));
