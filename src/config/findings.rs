//! What is found on the way that has no place in the document.

use crate::config::flaw::Flaw;

/// Flaws that are not in the document itself, and warnings.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) flaws: Vec<Flaw>,
    pub(super) warnings: Vec<Flaw>,
}

impl Findings {
    /// Adds an error about `source`.
    pub(super) fn refuse(&mut self, source: &str, message: &str) {
        self.flaws.push(flaw_of(source, message));
    }

    /// Adds a warning about `source`.
    pub(super) fn warn(&mut self, source: &str, message: &str) {
        self.warnings.push(flaw_of(source, message));
    }
}

/// Makes a flaw about `source` as a whole.
pub(super) fn flaw_of(source: &str, message: &str) -> Flaw {
    Flaw {
        source: source.to_owned(),
        line: None,
        key: String::new(),
        message: message.to_owned(),
    }
}
