//! The key that an endpoint checks signatures with.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
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

/// What a secret of a pair begins with.
const PAIR_PREFIX: &str = "whsk_";

/// A webhook secret: one that both sides have, or the secret half of a pair. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Key);

/// What signs.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// HMAC-SHA256.
    Symmetric(Vec<u8>),
    /// Ed25519, by its seed.
    Ed25519([u8; 32]),
}

/// Why a text is no secret; the text is not repeated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SecretError {
    /// The prefix is missing.
    #[error("a webhook secret starts with `whsec_`, or with `whsk_` for ed25519")]
    Prefix,
    /// What follows the prefix is not base64.
    #[error("what follows `{PREFIX}` or `{PAIR_PREFIX}` is not base64")]
    Base64,
    /// The key is too short or too long.
    #[error("a webhook secret has 24 to 64 bytes, this one has {found}")]
    Length {
        /// How many bytes it has.
        found: usize,
    },
    /// The secret half of a pair has another length.
    #[error("an ed25519 secret has 32 or 64 bytes, this one has {found}")]
    PairLength {
        /// How many bytes it has.
        found: usize,
    },
    /// The halves of a pair do not belong together.
    #[error("the two halves of this ed25519 secret do not belong together")]
    Pair,
}

/// How many bytes the secret half of a pair has: its seed, or the seed and the public half.
const PAIR_LENGTHS: [usize; 2] = [32, 64];

impl Secret {
    /// Returns the key.
    pub(super) const fn key(&self) -> &Key {
        &self.0
    }

    /// Returns the public half as those who verify want it, `whpk_` and base64; absent for a secret
    /// that both sides have.
    #[must_use]
    pub fn public(&self) -> Option<String> {
        match &self.0 {
            Key::Symmetric(_) => None,
            Key::Ed25519(seed) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
                let public = BASE64.encode(pair.public_key().as_ref());
                Some(format!("whpk_{public}"))
            }
        }
    }
}

fn pair(encoded: &str) -> Result<Secret, SecretError> {
    let bytes = BASE64
        .decode(encoded)
        .map_err(|_tells_of_the_secret| SecretError::Base64)?;
    if !PAIR_LENGTHS.contains(&bytes.len()) {
        return Err(SecretError::PairLength { found: bytes.len() });
    }
    let (seed, public) = bytes.split_at(32);
    let mut key = [0; 32];
    key.copy_from_slice(seed);
    let pair = Ed25519KeyPair::from_seed_unchecked(&key);
    let pair = pair.map_err(|_tells_of_the_secret| SecretError::Pair)?;
    if !public.is_empty() && public != pair.public_key().as_ref() {
        return Err(SecretError::Pair);
    }
    Ok(Secret(Key::Ed25519(key)))
}

impl FromStr for Secret {
    type Err = SecretError;

    /// Reads `whsec_` or `whsk_` and base64; blanks around it, such as a file's last newline, do not
    /// count.
    fn from_str(text: &str) -> Result<Self, SecretError> {
        if let Some(encoded) = text.trim().strip_prefix(PAIR_PREFIX) {
            return pair(encoded);
        }
        let encoded = text.trim().strip_prefix(PREFIX);
        let encoded = encoded.ok_or(SecretError::Prefix)?;
        let key = BASE64
            .decode(encoded)
            .map_err(|_tells_of_the_secret| SecretError::Base64)?;
        if LENGTHS.contains(&key.len()) {
            Ok(Self(Key::Symmetric(key)))
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
        let length = read.map(|secret| match secret.key() {
            Key::Symmetric(key) => key.len(),
            Key::Ed25519(seed) => seed.len(),
        });
        assert_eq!(length, expected);
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

    /// Source: RFC 8032, section 7.1, test 1.
    #[test]
    fn a_pair_is_its_seed_or_both_halves_that_belong_together() {
        let seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
        let public = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        let secret: Secret = format!("whsk_{seed}").parse().unwrap();
        assert_eq!(secret.public(), Some(format!("whpk_{public}")));
        let bytes = |text| BASE64.decode(text).unwrap();
        let both =
            |public: Vec<u8>| format!("whsk_{}", BASE64.encode([bytes(seed), public].concat()));
        check(&both(bytes(public)), Ok(32));
        check(&both(vec![7; 32]), Err(SecretError::Pair));
        check("whsk_AAAA", Err(SecretError::PairLength { found: 3 }));
        check("whsk_!", Err(SecretError::Base64));
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
