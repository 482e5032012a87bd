//! Reads `[[endpoint]]` and the secrets that it names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use url::{Host, Url};

use crate::config::document::{Located, Section};
use crate::config::findings::Findings;
use crate::config::outside::Outside;
use crate::config::secret_file;
use crate::deliver::{Endpoint, Secret};

/// Reads the endpoints of the file; one that is not sound is refused and left out.
pub(super) fn read(
    sections: Vec<Section<'_, '_>>,
    base: &Path,
    outside: &Outside,
    findings: &mut Findings,
) -> Vec<Endpoint> {
    let mut names = BTreeSet::new();
    let read = |section| read_one(section, base, outside, &mut names, findings);
    sections.into_iter().filter_map(read).collect()
}

/// Makes endpoints of URLs that were given as flags; they are named by host and port, so that
/// what is owed to them survives a change of their order.
pub(super) fn from_flags(outside: &Outside, findings: &mut Findings) -> Vec<Endpoint> {
    let (urls, files) = (&outside.endpoints, &outside.secret_files);
    if urls.is_empty() {
        findings.refuse("--secret-file", "goes with --endpoint, and there is none");
        return Vec::new();
    }
    if files.len() != 1 && files.len() != urls.len() {
        let message = format!(
            "give one for all endpoints or one for each: there are {} for {} endpoints",
            files.len(),
            urls.len()
        );
        findings.refuse("--secret-file", &message);
        return Vec::new();
    }
    let mut secrets = Vec::new();
    for file in files {
        let read = read_secrets(file, findings);
        secrets.push(read.map_err(|message| findings.refuse("--secret-file", &message)));
    }
    let mut names = BTreeSet::new();
    let mut endpoints = Vec::new();
    for (text, secrets) in urls.iter().zip(secrets.iter().cycle()) {
        let url = parse_url(text).map_err(|message| findings.refuse("--endpoint", &message));
        if let (Ok(url), Ok(secrets)) = (url, secrets) {
            warn_of_clear_text(&url, "--endpoint", findings);
            let name = name_of(&url, &mut names);
            endpoints.push(Endpoint::new(&name, url, secrets.clone()));
        }
    }
    endpoints
}

fn read_one(
    mut section: Section<'_, '_>,
    base: &Path,
    outside: &Outside,
    names: &mut BTreeSet<String>,
    findings: &mut Findings,
) -> Option<Endpoint> {
    let name = section.text_required("name");
    let url = section.text_required("url");
    let secret_file = section.text_required("secret-file");
    let limits = [
        section.span("connect-timeout"),
        section.span("read-timeout"),
        section.span("total-timeout"),
    ];
    for limit in limits
        .iter()
        .flatten()
        .filter(|limit| limit.value.is_zero())
    {
        section.refuse(limit, "must be more than 0");
    }
    if let Some(name) = &name {
        if name.value.trim().is_empty() {
            section.refuse(name, "is empty");
        } else if !names.insert(name.value.clone()) {
            section.refuse(name, "another endpoint has this name already");
        }
    }
    let url = url.and_then(|text| checked(&section, &text, parse_url(&text.value)));
    let secrets = secret_file.and_then(|text| {
        let file = secret_file::find(base, outside, &text.value);
        checked(&section, &text, read_secrets(&file, findings))
    });
    section.finish();
    let mut endpoint = Endpoint::new(&name?.value, url?, secrets?);
    warn_of_clear_text(
        &endpoint.url,
        &format!("endpoint `{}`", endpoint.name),
        findings,
    );
    let [connect, read, total] = limits.map(|limit| limit.map(|limit| limit.value));
    let or = |given: Option<Duration>, default| given.unwrap_or(default);
    endpoint.connect_timeout = or(connect, endpoint.connect_timeout);
    endpoint.read_timeout = or(read, endpoint.read_timeout);
    endpoint.total_timeout = or(total, endpoint.total_timeout);
    Some(endpoint)
}

fn checked<T>(
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

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}` is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(format!(
            "`{text}` must start with https:// or http:// and name a host"
        ));
    }
    Ok(url)
}

fn warn_of_clear_text(url: &Url, source: &str, findings: &mut Findings) {
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "http" && !local {
        findings.warn(source, "alerts leave this machine unencrypted: use https");
    }
}

fn name_of(url: &Url, names: &mut BTreeSet<String>) -> String {
    let host = url.host_str().unwrap_or("endpoint");
    let base = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut name = base.clone();
    let mut number = 1;
    while !names.insert(name.clone()) {
        number += 1;
        name = format!("{base}#{number}");
    }
    name
}

/// Reads one secret a line; each of them signs, which is how a key is rotated.
fn read_secrets(file: &Path, findings: &mut Findings) -> Result<Vec<Secret>, String> {
    let name = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| format!("cannot read the secret file {name}: {error}"))?;
    let secrets = secret_file::read_lines(file, &text, str::parse)?;
    if secrets.is_empty() {
        return Err(format!("{name}: there is no secret in it"));
    }
    secret_file::warn_if_open(file, findings);
    Ok(secrets)
}
