//! The shared secrets of signed webhooks.
//!
//! Source: Standard Webhooks 1.0.0, "Signature scheme".

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use thiserror::Error;

const PREFIX: &str = "whsec_";
const FRESH_BYTES: usize = 32;

/// A secret, `whsec_` and the base64 of 24 to 64 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A text that is no secret; the text itself is not repeated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotASecret {
    /// It does not begin with `whsec_`.
    #[error("a secret begins with `whsec_`")]
    Prefix,
    /// What follows is no base64.
    #[error("a secret is base64 after `whsec_`")]
    Base64,
    /// It has fewer than 24 or more than 64 bytes.
    #[error("a secret has 24 to 64 bytes, not {0}")]
    Length(usize),
}

impl Secret {
    /// Checks a secret; white space around it is left out.
    ///
    /// # Errors
    ///
    /// Says which part is wrong.
    pub fn new(text: &str) -> Result<Self, NotASecret> {
        let text = text.trim();
        let encoded = text.strip_prefix(PREFIX).ok_or(NotASecret::Prefix)?;
        match BASE64_STANDARD.decode(encoded) {
            Ok(bytes) if (24..=64).contains(&bytes.len()) => Ok(Self(text.to_owned())),
            Ok(bytes) => Err(NotASecret::Length(bytes.len())),
            Err(_) => Err(NotASecret::Base64),
        }
    }

    /// Makes a secret of 32 random bytes.
    #[must_use]
    pub fn fresh() -> Self {
        let bytes: [u8; FRESH_BYTES] = rand::random();
        Self(format!("{PREFIX}{}", BASE64_STANDARD.encode(bytes)))
    }

    /// Returns the whole text, prefix included.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    /// Writes no part of the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_secret_is_one_and_no_other() {
        let (one, other) = (Secret::fresh(), Secret::fresh());
        assert_ne!(one, other);
        assert_eq!(Secret::new(&format!(" {}\n", one.expose())), Ok(one));
    }

    #[test]
    fn what_is_no_secret_says_why() {
        assert_eq!(Secret::new("C2FVsBQIhrscChlQIMV"), Err(NotASecret::Prefix));
        assert_eq!(Secret::new("whsec_!"), Err(NotASecret::Base64));
        assert_eq!(Secret::new("whsec_AAAA"), Err(NotASecret::Length(3)));
    }

    #[test]
    fn debug_output_keeps_the_secret() {
        assert_eq!(format!("{:?}", Secret::fresh()), "Secret(..)");
    }
}
