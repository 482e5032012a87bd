//! What the fuzz targets check; the tests of the daemon check the same on every input of the corpus.

mod checks;

/// Checks what is framed.
pub fn framer(bytes: &[u8]) {
    checks::framer(bytes);
}

/// Checks what is read of a message.
pub fn decode(bytes: &[u8]) {
    checks::decode(bytes);
}

/// Checks what is read of a recording.
pub fn tlog(bytes: &[u8]) {
    checks::tlog(bytes);
}

/// Checks what corridors are made of a file.
pub fn import(bytes: &[u8]) {
    checks::import(bytes);
}

/// Checks what is thought of signatures.
pub fn signing(bytes: &[u8]) {
    checks::signing(bytes);
}
