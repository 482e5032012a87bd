//! Reads `[link.signing]` and the keys that it names.

use std::fs;
use std::path::Path;

use crate::config::choice::one_of;
use crate::config::document::{Located, Section};
use crate::config::findings::Findings;
use crate::config::outside::Outside;
use crate::config::secret_file;
use crate::link::{Settings, SigningKey, SigningKeyError, SigningSettings, Treatment};

/// Reads whose frames a link believes, if it says so.
pub(super) fn read(
    link: &mut Section<'_, '_>,
    base: &Path,
    outside: &Outside,
    findings: &mut Findings,
) -> Option<SigningSettings> {
    let mut signing = link.section("signing")?;
    let key_file = signing.text("key-file");
    let passphrase_file = signing.text("passphrase-file");
    let mut treatment = |key| one_of(&mut signing, key, &Treatment::ALL, |it| it.name());
    let (unsigned, bad) = (treatment("unsigned"), treatment("bad-signatures"));

    let mut keys: Vec<SigningKey> = Vec::new();
    let mut take = |name: Option<Located<String>>, read: fn(&Path) -> Result<Vec<_>, String>| {
        let Some(name) = name else { return };
        let file = secret_file::find(base, outside, &name.value);
        match read(&file) {
            Ok(read) => {
                secret_file::warn_if_open(&file, findings);
                keys.extend(read);
            }
            Err(message) => signing.refuse(&name, &message),
        }
    };
    take(key_file, read_keys);
    take(passphrase_file, read_passphrases);
    if !signing.has("key-file") && !signing.has("passphrase-file") {
        signing.refuse_whole("key-file", "is missing: name it, or passphrase-file");
    }
    signing.finish();
    Some(SigningSettings {
        keys,
        unsigned,
        bad,
    })
}

/// Warns of what lets anybody move the tracks of a signed link.
pub(super) fn warn_of_open_doors(links: &[Settings], findings: &mut Findings) {
    let key = |link: &Settings| link.signing.clone();
    for link in links {
        let mut warn = |message: &str| findings.warn(&format!("link `{}`", link.name), message);
        if key(link).is_some_and(|signing| signing.bad == Treatment::Accept) {
            warn("frames with a bad signature are heard: anybody can send them");
        }
        let signed = links
            .iter()
            .find(|it| key(it).is_some() && it.namespace == link.namespace);
        if let (Some(signed), None) = (signed, key(link)) {
            warn(&format!(
                "it has no signing key, and `{}` of the same namespace has one: anybody can move its tracks",
                signed.name
            ));
        }
    }
}

/// Warns that flags take the place of links that have a key: those of flags have none.
pub(super) fn warn_of_replaced_keys(links: &[Settings], findings: &mut Findings) {
    if links.iter().any(|link| link.signing.is_some()) {
        let message = "takes the place of links that have a signing key, and has none: it hears \
                       everybody";
        findings.warn("--link", message);
    }
}

/// Reads a key a line, or a file that is a key as it is; each of them is believed.
fn read_keys(file: &Path) -> Result<Vec<SigningKey>, String> {
    let bytes = read_file(file, "key")?;
    match (bytes.as_slice().try_into(), text(&bytes)) {
        (Ok(key), None) => {
            let key = SigningKey::new(key);
            Ok(vec![
                key.map_err(|error| format!("{}: {error}", file.display()))?,
            ])
        }
        (_, Some(text)) => read_text(file, text, "key", str::parse),
        (Err(_), None) => Err(format!(
            "{}: it is neither text nor a key of 32 bytes",
            file.display()
        )),
    }
}

/// Reads a passphrase a line; the key of each of them is believed.
fn read_passphrases(file: &Path) -> Result<Vec<SigningKey>, String> {
    let bytes = read_file(file, "passphrase")?;
    let text = text(&bytes).ok_or_else(|| format!("{}: it is no text", file.display()))?;
    read_text(file, text, "passphrase", SigningKey::from_passphrase)
}

fn read_file(file: &Path, what: &str) -> Result<Vec<u8>, String> {
    let name = file.display();
    fs::read(file).map_err(|error| format!("cannot read the {what} file {name}: {error}"))
}

fn read_text(
    file: &Path,
    text: &str,
    what: &str,
    read: impl Fn(&str) -> Result<SigningKey, SigningKeyError>,
) -> Result<Vec<SigningKey>, String> {
    let keys = secret_file::read_lines(file, text, read)?;
    if keys.is_empty() {
        return Err(format!("{}: there is no {what} in it", file.display()));
    }
    Ok(keys)
}

/// Returns the bytes as text, if a person can have written them.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_written = |it: char| it.is_ascii_whitespace() || !it.is_control();
    text.chars().all(is_written).then_some(text)
}
