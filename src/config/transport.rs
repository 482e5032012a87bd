//! Reads how an endpoint is reached: certificates, passwords, a proxy.

use std::fs;
use std::path::Path;

use url::Url;

use crate::config::document::{Located, Section};
use crate::config::endpoint::parse_url;
use crate::config::findings::Findings;
use crate::config::outside::Outside;
use crate::config::secret_file;
use crate::deliver::{Authorities, Hidden, Identity, Proxy};

/// What is said of the way to an endpoint.
#[derive(Debug, Default)]
pub(super) struct Transport {
    pub(super) authorities: Option<Authorities>,
    pub(super) identity: Option<Identity>,
    pub(super) authorization: Option<Hidden>,
    pub(super) proxy: Option<Proxy>,
}

/// Reads how an endpoint is reached; `url` is absent if it is not sound.
pub(super) fn read(
    section: &mut Section<'_, '_>,
    url: Option<&Url>,
    base: &Path,
    outside: &Outside,
    findings: &mut Findings,
) -> Transport {
    let mut transport = Transport::default();
    let is_tls = url.is_none_or(|url| matches!(url.scheme(), "https" | "tls"));
    let ca = section.text("ca-file");
    let certificate = section.text("client-cert-file");
    let key = section.text("client-key-file");
    for given in [&ca, &certificate, &key].into_iter().flatten() {
        if !is_tls {
            section.refuse(
                given,
                "goes with https:// or tls://, and the URL has no TLS",
            );
        }
    }
    if let Some(ca) = ca {
        let read = read_file(&secret_file::find(base, outside, &ca.value));
        let read = read.and_then(|(text, file)| {
            Authorities::from_pem(&text).map_err(|error| format!("{file}: {error}"))
        });
        transport.authorities = checked(section, &ca, read);
    }
    match (certificate, key) {
        (Some(certificate), Some(key)) => {
            let key_file = secret_file::find(base, outside, &key.value);
            let key = checked(section, &key, read_file(&key_file));
            let file = secret_file::find(base, outside, &certificate.value);
            let text = checked(section, &certificate, read_file(&file));
            if let (Some((key, _)), Some((text, file))) = (key, text) {
                secret_file::warn_if_open(&key_file, findings);
                let read = Identity::from_pem(&text, &key);
                let read = read.map_err(|error| format!("{file}: {error}"));
                transport.identity = checked(section, &certificate, read);
            }
        }
        (Some(certificate), None) => {
            section.refuse(&certificate, "needs its key: name it as `client-key-file`");
        }
        (None, Some(key)) => {
            section.refuse(&key, "needs its certificate: name it as `client-cert-file`");
        }
        (None, None) => {}
    }
    if let Some(text) = section.text("authorization-file") {
        let file = secret_file::find(base, outside, &text.value);
        transport.authorization = checked(section, &text, read_line(&file, findings));
    }
    transport.proxy = read_proxy(section, base, outside, findings);
    let is_http = url.is_none_or(|url| url.scheme().starts_with("http"));
    if !is_http && (transport.authorization.is_some() || transport.proxy.is_some()) {
        section.refuse_whole("format", "`cot` knows neither an authorization nor a proxy");
    }
    transport
}

fn read_proxy(
    section: &mut Section<'_, '_>,
    base: &Path,
    outside: &Outside,
    findings: &mut Findings,
) -> Option<Proxy> {
    let url = section.text("proxy");
    let credentials = section.text("proxy-credentials-file");
    if let (None, Some(credentials)) = (&url, &credentials) {
        section.refuse(credentials, "goes with `proxy`, and there is none");
    }
    let url = url.and_then(|text| checked(section, &text, parse_url(&text.value)))?;
    let mut proxy = Proxy {
        url,
        user: String::new(),
        password: None,
    };
    if let Some(text) = credentials {
        let file = secret_file::find(base, outside, &text.value);
        let pair = read_text(&file, findings).and_then(|line| {
            let pair = line.split_once(':');
            pair.map(|(user, password)| (user.to_owned(), Hidden::new(password)))
                .ok_or_else(|| format!("{}: must be USER:PASSWORD", file.display()))
        });
        let (user, password) = checked(section, &text, pair)?;
        (proxy.user, proxy.password) = (user, Some(password));
    }
    Some(proxy)
}

/// Reads a file of certificates or of a key, with its name.
fn read_file(file: &Path) -> Result<(String, String), String> {
    let name = file.display().to_string();
    match fs::read_to_string(file) {
        Ok(text) => Ok((text, name)),
        Err(error) => Err(format!("cannot read {name}: {error}")),
    }
}

/// Reads a secret that is the only line of its file.
fn read_line(file: &Path, findings: &mut Findings) -> Result<Hidden, String> {
    read_text(file, findings).map(|line| Hidden::new(&line))
}

fn read_text(file: &Path, findings: &mut Findings) -> Result<String, String> {
    let (text, name) = read_file(file)?;
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let [line] = lines[..] else {
        return Err(format!("{name}: must be one line"));
    };
    secret_file::warn_if_open(file, findings);
    Ok(line.trim().to_owned())
}

/// Hands on what was read, or refuses the text that it was read from.
pub(super) fn checked<T>(
    section: &Section<'_, '_>,
    text: &Located<String>,
    result: Result<T, String>,
) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(message) => {
            section.refuse(text, &message);
            None
        }
    }
}
