//! Signs a body as Standard Webhooks 1.0.0 says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::Ed25519KeyPair;
use sha2::Sha256;

use crate::deliver::Secret;
use crate::deliver::secret::Key;

/// Returns the value of `webhook-signature`: one signature per secret, blanks between them.
///
/// `v1,` stands before an HMAC-SHA256, `v1a,` before an ed25519 signature, each over
/// `id.timestamp.body`. `timestamp` is the attempt's own, in seconds since the Unix epoch.
///
/// Source: Standard Webhooks 1.0.0, "Signature scheme".
#[must_use]
pub fn sign(id: &str, timestamp: i64, body: &[u8], secrets: &[Secret]) -> String {
    let before = format!("{id}.{timestamp}.");
    let signatures = secrets.iter().map(|secret| match secret.key() {
        Key::Symmetric(key) => {
            let mac = authenticate(key, &[before.as_bytes(), body]);
            format!("v1,{}", STANDARD.encode(mac))
        }
        Key::Ed25519(seed) => {
            let signature = sign_by_pair(seed, &[before.as_bytes(), body].concat());
            format!("v1a,{}", STANDARD.encode(signature))
        }
    });
    signatures.collect::<Vec<_>>().join(" ")
}

fn sign_by_pair(seed: &[u8; 32], message: &[u8]) -> Vec<u8> {
    // A seed of this length is always one, so there is no error to tell.
    let pair = Ed25519KeyPair::from_seed_unchecked(seed);
    pair.map_or_else(
        |_never| Vec::new(),
        |pair| pair.sign(message).as_ref().to_vec(),
    )
}

fn authenticate(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // The algorithm takes keys of any length, so there is no error to tell.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::fixture::hmac_by_definition;

    const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
    const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";

    /// The vector of the standard's own reference library.
    ///
    /// Source: `standardwebhooks` 1.0.1 for Rust, `test_sign`.
    #[test]
    fn the_signature_is_that_of_the_reference_library() {
        let secret: Secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".parse().unwrap();
        assert_eq!(
            sign(ID, 1_649_367_553, BODY, &[secret]),
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        );
    }

    #[test]
    fn every_secret_signs_and_none_signs_nothing() {
        let old: Secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".parse().unwrap();
        let new: Secret = "whsec_D3FVsBQIhrscChlQIMV+b5sSYspob7oD".parse().unwrap();
        let both = sign(ID, 0, BODY, &[old.clone(), new.clone()]);
        let each = [sign(ID, 0, BODY, &[old]), sign(ID, 0, BODY, &[new])];
        assert_eq!(both, each.join(" "));
        assert_eq!(sign(ID, 0, BODY, &[]), "");
    }

    /// Source: RFC 4231, test case 2.
    #[test]
    fn the_mac_is_hmac_by_its_definition() {
        let mac = authenticate(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        let expected = hmac_by_definition(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(mac, expected);
    }
}
