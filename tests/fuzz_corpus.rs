//! What the fuzz targets check, on every input that was ever worth keeping.

#[path = "../fuzz/src/checks.rs"]
mod checks;

use std::fs;
use std::path::Path;

#[test]
fn frames_hold_on_the_corpus() {
    check("framer", checks::framer);
}

#[test]
fn readers_hold_on_the_corpus() {
    check("decode", checks::decode);
}

#[test]
fn recordings_hold_on_the_corpus() {
    check("tlog", checks::tlog);
}

#[test]
fn imports_hold_on_the_corpus() {
    check("import", checks::import);
}

#[test]
fn signatures_hold_on_the_corpus() {
    check("signing", checks::signing);
}

#[track_caller]
fn check(target: &str, holds: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let entries = fs::read_dir(folder.join(target)).expect("a corpus");
    let mut inputs = 0;
    for entry in entries {
        let path = entry.expect("an entry").path();
        holds(&fs::read(&path).expect("an input"));
        inputs += 1;
    }
    assert!(0 < inputs, "the corpus of {target} is empty");
}
