//! Reads `[[endpoint]]` and the secrets that it names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use url::{Host, Url};

use crate::config::choice::find;
use crate::config::corridors::CorridorFiles;
use crate::config::document::Section;
use crate::config::findings::Findings;
use crate::config::outside::Outside;
use crate::config::rate;
use crate::config::route;
use crate::config::secret_file;
use crate::config::transport::{self, checked};
use crate::deliver::{self, Disclosure, Endpoint, Field, Format, Language, Secret};
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
    let format = read_format(&mut section);
    let secret_file = match format {
        Format::Webhook => section.text_required("secret-file"),
        Format::CloudEvents
        | Format::CloudEventsBinary
        | Format::AlertmanagerWebhook
        | Format::Alertmanager
        | Format::Cap { .. }
        | Format::Cot => section.text("secret-file"),
    };
    let is_signed = secret_file.is_some();
    let limits = [
        section.span("connect-timeout"),
        section.span("read-timeout"),
        section.span("total-timeout"),
    ];
    let patience = section.span("give-up-after");
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
    let url = url.and_then(|text| {
        let parsed = match format {
            Format::Cot => parse_line(&text.value),
            Format::Webhook
            | Format::CloudEvents
            | Format::CloudEventsBinary
            | Format::AlertmanagerWebhook
            | Format::Alertmanager
            | Format::Cap { .. } => parse_url(&text.value),
        };
        checked(&section, &text, parsed)
    });
    let secrets = secret_file.and_then(|text| {
        let file = secret_file::find(base, outside, &text.value);
        checked(&section, &text, read_secrets(&file, findings))
    });
    let rate = rate::read(&mut section, Rate::UNLIMITED);
    let disclosure = read_disclosure(&mut section);
    let transport = transport::read(&mut section, url.as_ref(), base, outside, findings);
    section.finish();
    let secrets = if is_signed { secrets? } else { Vec::new() };
    let mut endpoint = Endpoint {
        authorities: transport.authorities,
        identity: transport.identity,
        authorization: transport.authorization,
        proxy: transport.proxy,
        disclosure,
        format,
        ..Endpoint::new(&name?.value, url?, secrets)
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
    endpoint.patience = or(patience.map(|it| it.value), endpoint.patience);
    Some(endpoint)
}

/// Reads what the endpoint reads.
fn read_format(section: &mut Section<'_, '_>) -> Format {
    let languages = section.texts("languages").map(|texts| {
        let find = |text| find(section, text, &Language::ALL, |it| it.tag());
        texts.value.iter().filter_map(find).collect()
    });
    let languages: Vec<Language> = languages.unwrap_or_default();
    let languages = if languages.is_empty() {
        vec![Language::English]
    } else {
        languages
    };
    let name = section.text("format");
    let name = name.and_then(|name| find(section, &name, &Format::NAMES, |name| name));
    name.and_then(|name| Format::named(name, languages))
        .unwrap_or(Format::Webhook)
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

/// Reads the address of a line for Cursor on Target.
fn parse_line(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}` is no URL: {error}"))?;
    let is_line = matches!(url.scheme(), "tcp" | "tls" | "udp");
    if !is_line || url.host().is_none() || url.port().is_none() {
        return Err(format!(
            "`{text}` must be tcp://HOST:PORT, tls://HOST:PORT or udp://HOST:PORT"
        ));
    }
    match deliver::interface_of(&url) {
        Some(Err(message)) => Err(message),
        Some(Ok(_)) | None => Ok(url),
    }
}

pub(super) fn parse_url(text: &str) -> Result<Url, String> {
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
    if matches!(url.scheme(), "http" | "tcp" | "udp") && !local {
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
