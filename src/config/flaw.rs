//! What is wrong with a configuration: where, and in words.

use std::fmt;

/// One error, or one warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The file, or the flag, that it stands in.
    pub source: String,
    /// The line, from 1, where a file has one for it.
    pub line: Option<usize>,
    /// The key, `link[1].address`; empty if the flaw is not about one.
    pub key: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Flaw {
    /// Writes `config.toml:12: link[1].address: ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Everything that is wrong with a configuration, in the order in which it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flaws(pub Vec<Flaw>);

impl fmt::Display for Flaws {
    /// Writes one flaw a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, flaw) in self.0.iter().enumerate() {
            if 0 < index {
                writeln!(f)?;
            }
            write!(f, "{flaw}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Flaws {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaw_names_file_line_and_key_as_far_as_there_are_any() {
        let flaw = |line, key: &str| Flaw {
            source: "unit.toml".to_owned(),
            line,
            key: key.to_owned(),
            message: "is wrong".to_owned(),
        };
        assert_eq!(
            flaw(Some(3), "unit.name").to_string(),
            "unit.toml:3: unit.name: is wrong"
        );
        assert_eq!(flaw(None, "").to_string(), "unit.toml: is wrong");
        let both = Flaws(vec![flaw(Some(1), ""), flaw(Some(2), "")]);
        assert_eq!(
            both.to_string(),
            "unit.toml:1: is wrong\nunit.toml:2: is wrong"
        );
    }
}
