#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| corridord_fuzz::import(bytes));
