#![no_main]

#[path = "../targets/bdat.rs"]
mod bdat;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bdat::run(data));
