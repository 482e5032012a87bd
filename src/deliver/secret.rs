//! The key that an endpoint checks signatures with.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use thiserror::Error;

/// What a symmetric secret begins with.
///
/// Source: Standard Webhooks 1.0.0, "Signature scheme".
const PREFIX: &str = "whsec_";

/// How many bytes a secret may have.
const LENGTHS: RangeInclusive<usize> = 24..=64;

/// Reads base64 with or without its padding: both are handed out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A symmetric webhook secret. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Why a text is no secret; the text is not repeated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SecretError {
    /// The prefix is missing.
    #[error("a webhook secret starts with `whsec_`")]
    Prefix,
    /// What follows the prefix is not base64.
    #[error("what follows `whsec_` is not base64")]
    Base64,
    /// The key is too short or too long.
    #[error("a webhook secret has 24 to 64 bytes, this one has {found}")]
    Length {
        /// How many bytes it has.
        found: usize,
    },
}

impl Secret {
    /// Returns the key.
    pub(super) fn key(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = SecretError;

    /// Reads `whsec_` and base64; blanks around it, such as a file's last newline, do not count.
    fn from_str(text: &str) -> Result<Self, SecretError> {
        let encoded = text.trim().strip_prefix(PREFIX);
        let encoded = encoded.ok_or(SecretError::Prefix)?;
        let key = BASE64
            .decode(encoded)
            .map_err(|_tells_of_the_secret| SecretError::Base64)?;
        if LENGTHS.contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(SecretError::Length { found: key.len() })
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<usize, SecretError>) {
        let read: Result<Secret, _> = text.parse();
        assert_eq!(read.map(|secret| secret.key().len()), expected);
    }

    #[test]
    fn a_secret_is_a_prefix_and_24_to_64_bytes_of_base64() {
        let of = |length: usize| format!("whsec_{}", BASE64.encode(vec![7_u8; length]));
        check(&of(24), Ok(24));
        check(&of(64), Ok(64));
        check(&of(23), Err(SecretError::Length { found: 23 }));
        check(&of(65), Err(SecretError::Length { found: 65 }));
        check(&format!("{}\n", of(32)), Ok(32));
        check(of(32).trim_end_matches('='), Ok(32));
        check("whsec_", Err(SecretError::Length { found: 0 }));
        check("whsec_no base64!", Err(SecretError::Base64));
        check("WHSEC_AAAA", Err(SecretError::Prefix));
        check("", Err(SecretError::Prefix));
    }

    #[test]
    fn a_secret_is_not_shown() {
        let text = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
        let secret: Secret = text.parse().unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        let error = "whsec_C2FV*".parse::<Secret>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("C2FV"));
    }
}
