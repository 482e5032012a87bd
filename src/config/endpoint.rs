//! Reads `[[endpoint]]` and the secrets that it names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use url::{Host, Url};

use crate::config::choice::find;
use crate::config::corridors::CorridorFiles;
use crate::config::document::{Located, Section};
use crate::config::findings::Findings;
use crate::config::outside::Outside;
use crate::config::rate;
use crate::config::route;
use crate::config::secret_file;
use crate::deliver::{Authorities, Disclosure, Endpoint, Field, Hidden, Identity, Proxy, Secret};
use crate::monitor::storm::Rate;
use crate::route::{Routing, Target};

/// Endpoints, and what each of them gets.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) routing: Routing,
}

/// Reads the endpoints of the file; one that is not sound is refused and left out.
pub(super) fn read(
    sections: Vec<Section<'_, '_>>,
    base: &Path,
    outside: &Outside,
    watched: Option<&CorridorFiles>,
    findings: &mut Findings,
) -> Endpoints {
    let mut names = BTreeSet::new();
    let mut targets = Vec::new();
    let mut endpoints = Vec::new();
    for mut section in sections {
        let route = route::read(&mut section, base, watched, findings);
        let is_default = section.flag("default").unwrap_or(false);
        if let Some(endpoint) = read_one(section, base, outside, &mut names, findings) {
            targets.push(Target {
                name: endpoint.name.clone(),
                route,
                is_default,
            });
            endpoints.push(endpoint);
        }
    }
    Endpoints {
        endpoints,
        routing: Routing::new(targets),
    }
}

/// Makes endpoints of URLs that were given as flags; they are named by host and port, so that
/// what is owed to them survives a change of their order.
pub(super) fn from_flags(outside: &Outside, findings: &mut Findings) -> Endpoints {
    let endpoints = endpoints_of_flags(outside, findings);
    let names = endpoints.iter().map(|endpoint| endpoint.name.clone());
    Endpoints {
        routing: Routing::everything_to(names),
        endpoints,
    }
}

fn endpoints_of_flags(outside: &Outside, findings: &mut Findings) -> Vec<Endpoint> {
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
    let rate = rate::read(&mut section, Rate::UNLIMITED);
    let disclosure = read_disclosure(&mut section);
    let transport = read_transport(&mut section, url.as_ref(), base, outside, findings);
    section.finish();
    let mut endpoint = Endpoint {
        authorities: transport.authorities,
        identity: transport.identity,
        authorization: transport.authorization,
        proxy: transport.proxy,
        disclosure,
        ..Endpoint::new(&name?.value, url?, secrets?)
    };
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
    endpoint.rate = rate;
    Some(endpoint)
}

/// Reads which parts of an alert the endpoint is told.
fn read_disclosure(section: &mut Section<'_, '_>) -> Disclosure {
    let mut chosen = |key, all: &[Field]| -> Vec<Field> {
        let texts = section.texts(key).map(|texts| texts.value);
        let texts = texts.unwrap_or_default();
        let texts = texts.iter();
        texts
            .filter_map(|text| find(section, text, all, |field| field.name()))
            .collect()
    };
    let allowed = chosen("fields", &Field::ASKED_FOR);
    Disclosure::new(&allowed, &chosen("withhold", &Field::USUAL))
}

/// What is said of the way to an endpoint.
#[derive(Debug, Default)]
struct Transport {
    authorities: Option<Authorities>,
    identity: Option<Identity>,
    authorization: Option<Hidden>,
    proxy: Option<Proxy>,
}

fn read_transport(
    section: &mut Section<'_, '_>,
    url: Option<&Url>,
    base: &Path,
    outside: &Outside,
    findings: &mut Findings,
) -> Transport {
    let mut transport = Transport::default();
    let is_tls = url.is_none_or(|url| url.scheme() == "https");
    let ca = section.text("ca-file");
    let certificate = section.text("client-cert-file");
    let key = section.text("client-key-file");
    for given in [&ca, &certificate, &key].into_iter().flatten() {
        if !is_tls {
            section.refuse(given, "goes with https://, and the URL has no TLS");
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
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or a password in it: name a file, `authorization-file`".to_owned());
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
