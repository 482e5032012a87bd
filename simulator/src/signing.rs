//! Signatures of frames, good ones and bad ones.
//!
//! Pure. Source: MAVLink guide, "Message Signing".

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The incompatibility flag of a frame that is signed.
pub(crate) const FLAG_SIGNED: u8 = 0x01;
/// Where the clock of signatures starts: 2015-01-01, microseconds since the Unix epoch.
const YEAR_2015_US: u64 = 1_420_070_400_000_000;
/// How much of the digest is sent, bytes.
const DIGEST_BYTES: usize = 6;
/// How much of the timestamp is sent, bytes.
const TIMESTAMP_BYTES: usize = 6;

/// The secret that both ends of a signed link share.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// Wraps the bytes of a key.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns another key, the same one each time.
    #[must_use]
    pub fn another(self) -> Self {
        Self(self.0.map(|byte| !byte))
    }
}

/// A text that is no signing key; the text itself is not repeated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a signing key is 32 bytes, written as 64 hexadecimal digits")]
pub struct NotAKey;

impl FromStr for SigningKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let digits = text.trim().as_bytes();
        let mut key = [0; 32];
        if digits.len() != 2 * key.len() {
            return Err(NotAKey);
        }
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(NotAKey);
            let value = 16 * digit(pair[0])? + digit(pair[1])?;
            *byte = u8::try_from(value).map_err(|_beyond| NotAKey)?;
        }
        Ok(Self(key))
    }
}

impl fmt::Debug for SigningKey {
    /// Writes no part of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// Converts civil time, microseconds since the Unix epoch, to steps of the clock of signatures.
pub(crate) fn steps(unix_us: u64) -> u64 {
    unix_us.saturating_sub(YEAR_2015_US) / 10
}

/// Signs a frame that ends with its checksum and says by its flag that it is signed.
pub(crate) fn sign(frame: &mut Vec<u8>, key: SigningKey, link_id: u8, steps: u64) {
    frame.push(link_id);
    frame.extend(&steps.to_le_bytes()[..TIMESTAMP_BYTES]);
    let digest = Sha256::new()
        .chain_update(key.0)
        .chain_update(&*frame)
        .finalize();
    frame.extend(&digest[..DIGEST_BYTES]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        assert_eq!(format!("{:?}", SigningKey::new([7; 32])), "SigningKey(..)");
    }

    #[test]
    fn a_key_is_sixty_four_digits() {
        let digits = "0f".repeat(32);
        assert_eq!(
            format!(" {digits}\n").parse(),
            Ok(SigningKey::new([15; 32]))
        );
        assert_eq!(digits[1..].parse::<SigningKey>(), Err(NotAKey));
        assert_eq!("xy".repeat(32).parse::<SigningKey>(), Err(NotAKey));
    }

    #[test]
    fn another_key_signs_otherwise() {
        let key = SigningKey::new([7; 32]);
        let signed = |key, steps| {
            let mut frame = vec![0xfd, 1, FLAG_SIGNED, 0, 0, 1, 1, 0, 0, 0, 9, 8, 7];
            sign(&mut frame, key, 3, steps);
            frame
        };
        let good = signed(key, 1);
        assert_eq!(good.len(), 13 + 13);
        assert_eq!(good[13..20], [3, 1, 0, 0, 0, 0, 0]);
        assert_ne!(good, signed(key.another(), 1));
        assert_ne!(good[20..], signed(key, 2)[20..]);
    }
}
