//! Keys: how they are written, how a passphrase becomes one, and how one is named without being told.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// How long a key is, bytes.
const LENGTH: usize = 32;

/// Reads base64 with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The secret that both ends of a signed link share. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey([u8; LENGTH]);

/// Why something is no key; what was given is not repeated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SigningKeyError {
    /// The text is neither of the two ways to write one.
    #[error("a signing key is written as 64 hexadecimal digits or as base64 of 32 bytes")]
    Text,
    /// All bytes are zero, which autopilots take for none.
    #[error("a key of zeros is no key to an autopilot")]
    Zeros,
    /// There is no passphrase.
    #[error("the passphrase is empty")]
    NoPassphrase,
    /// Somebody would type it without the blank.
    #[error("the passphrase begins or ends with a blank")]
    Blank,
}

impl SigningKey {
    /// Takes the bytes of a key.
    ///
    /// # Errors
    ///
    /// Refuses zeros.
    pub fn new(bytes: [u8; LENGTH]) -> Result<Self, SigningKeyError> {
        if bytes == [0; LENGTH] {
            return Err(SigningKeyError::Zeros);
        }
        Ok(Self(bytes))
    }

    /// Makes the key of a passphrase as ground stations do: the SHA-256 of its UTF-8.
    ///
    /// Source: `MAVProxy`'s module `signing`, and Mission Planner.
    ///
    /// # Errors
    ///
    /// Refuses an empty passphrase, and one with a blank at either end.
    pub fn from_passphrase(passphrase: &str) -> Result<Self, SigningKeyError> {
        if passphrase.is_empty() {
            return Err(SigningKeyError::NoPassphrase);
        }
        if passphrase.trim() != passphrase {
            return Err(SigningKeyError::Blank);
        }
        Ok(Self(Sha256::digest(passphrase).into()))
    }

    /// Names the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let digest = Sha256::new()
            .chain_update(b"corridord key id")
            .chain_update(self.0)
            .finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        KeyId(id)
    }

    /// Returns the bytes.
    pub(super) const fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

impl FromStr for SigningKey {
    type Err = SigningKeyError;

    /// Reads 64 hexadecimal digits, or base64 of 32 bytes; blanks around it do not count.
    fn from_str(text: &str) -> Result<Self, SigningKeyError> {
        let text = text.trim();
        let bytes = hexadecimal(text).or_else(|| BASE64.decode(text).ok());
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        Self::new(bytes.ok_or(SigningKeyError::Text)?)
    }
}

/// Reads hexadecimal digits, if it is so many that they make a key.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    let (pairs, _odd_one) = text.as_bytes().as_chunks::<2>();
    let is_a_key = text.len() == 2 * LENGTH;
    is_a_key.then(|| pairs.iter().map(byte).collect())?
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// Names a key without telling it: the start of a digest of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl fmt::Display for KeyId {
    /// Writes 16 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<[u8; LENGTH], SigningKeyError>) {
        let read: Result<SigningKey, _> = text.parse();
        assert_eq!(read.map(|key| key.0), expected, "{text}");
    }

    #[test]
    fn a_key_is_32_bytes_in_hexadecimal_or_base64() {
        let bytes: [u8; LENGTH] = std::array::from_fn(|index| 7 * u8::try_from(index).unwrap());
        let digits = "00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9";
        let base64 = BASE64.encode(bytes);
        check(digits, Ok(bytes));
        check(&format!(" {}\n", digits.to_uppercase()), Ok(bytes));
        check(&base64, Ok(bytes));
        check(base64.trim_end_matches('='), Ok(bytes));
        check(&digits.replace('a', "g"), Err(SigningKeyError::Text));
        check(&digits[2..], Err(SigningKeyError::Text));
        check(&format!("{digits}00"), Err(SigningKeyError::Text));
        check(&BASE64.encode(&bytes[1..]), Err(SigningKeyError::Text));
        check("no base64!", Err(SigningKeyError::Text));
        check("", Err(SigningKeyError::Text));
        check(&"0".repeat(64), Err(SigningKeyError::Zeros));
    }

    #[test]
    fn a_passphrase_becomes_the_key_that_ground_stations_make_of_it() {
        // hashlib.sha256(b"correct horse").hexdigest()
        let digits = "4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631";
        let key: SigningKey = digits.parse().unwrap();
        assert_eq!(SigningKey::from_passphrase("correct horse"), Ok(key));
        for (passphrase, error) in [
            ("", SigningKeyError::NoPassphrase),
            ("correct horse ", SigningKeyError::Blank),
            ("\tcorrect horse", SigningKeyError::Blank),
        ] {
            assert_eq!(SigningKey::from_passphrase(passphrase), Err(error));
        }
    }

    #[test]
    fn a_key_is_named_and_never_shown() {
        let key = SigningKey::new([0xab; LENGTH]).unwrap();
        let other = SigningKey::new([0xac; LENGTH]).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
        assert_ne!(key.id(), other.id());
        assert!(!key.id().to_string().contains("abab"));
        let error = "ab".repeat(31).parse::<SigningKey>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ab"));
    }
}
