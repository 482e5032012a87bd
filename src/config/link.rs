//! Reads `[[link]]`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::config::choice::one_of;
use crate::config::document::{Located, Section};
use crate::config::findings::Findings;
use crate::config::outside::Outside;
use crate::config::{forward, signing, transmit};
use crate::link::{
    Address, Allow, RecordSettings, Settings, SigningSettings, can_name_files, read_network,
};
use crate::station::{self, Transmit};
use crate::track::{LinkClass, LinkName, Namespace};

/// Why a second link of one address is refused.
const TAKEN: &str = "another link listens there already";

/// The size of a recording by default, 10^6 bytes: about three hours of one busy vehicle.
const SIZE_MAX_MB: u32 = 64;
/// The time that a recording covers by default.
const SPAN_MAX: Duration = Duration::from_secs(6 * 3600);
/// How many recordings of a link are kept by default.
const FILES_MAX: u32 = 20;
/// How much of the disk stays free by default, 10^6 bytes: years of alerts.
const FREE_MIN_MB: u32 = 500;

/// Reads the links of the file; one that is not sound is refused and left out.
///
/// `system_id` is what the unit calls itself where it may speak.
pub(super) fn read(
    sections: Vec<Section<'_, '_>>,
    base: &Path,
    outside: &Outside,
    system_id: u8,
    findings: &mut Findings,
) -> Vec<Settings> {
    let mut names = BTreeSet::new();
    let mut addresses = Vec::new();
    let mut links = Vec::new();
    for mut section in sections {
        let signing = signing::read(&mut section, base, outside, findings);
        let link = read_one(
            section,
            signing,
            base,
            system_id,
            &mut names,
            &mut addresses,
        );
        links.extend(link);
    }
    signing::warn_of_open_doors(&links, findings);
    links
}

/// Makes links of addresses that were given as flags; they are named by their order.
pub(super) fn from_flags(
    addresses: &[String],
    system_id: u8,
    findings: &mut Findings,
) -> Vec<Settings> {
    let mut links = Vec::new();
    for (number, text) in (1..).zip(addresses) {
        match text.parse() {
            Ok(address) => {
                let name = format!("link{number}");
                links.push(Settings {
                    name: LinkName::new(&name),
                    namespace: Namespace::new(&name),
                    address,
                    class: LinkClass::default(),
                    allow: Allow::default(),
                    station: station::Settings {
                        system_id,
                        transmit: Transmit::default(),
                    },
                    forward: Vec::new(),
                    record: None,
                    signing: None,
                });
            }
            Err(error) => findings.refuse("--link", &format!("{error}")),
        }
    }
    links
}

fn read_one(
    mut link: Section<'_, '_>,
    signing: Option<SigningSettings>,
    base: &Path,
    system_id: u8,
    names: &mut BTreeSet<String>,
    addresses: &mut Vec<Address>,
) -> Option<Settings> {
    let name = link.text_required("name");
    let address = link.text_required("address");
    let namespace = link.text("namespace");
    let allow = link.texts("allow");
    let class = one_of(&mut link, "class", &LinkClass::ALL, |it| it.name());

    let address = address.and_then(|text| read_address(&link, &text, addresses));
    let allow = allow.map(|list| read_allow(&link, &list, address.as_ref()));
    let forward = forward::read(&mut link, addresses, TAKEN);
    let transmit = transmit::read(&mut link, address.as_ref(), signing.is_some());
    let record = read_record(&mut link, base, name.as_ref(), address.as_ref());
    if signing.is_some() && matches!(address, Some(Address::File { .. })) {
        let message = "is of no use here: the signatures of a recording are old or taken off";
        link.refuse_whole("signing", message);
    }
    if let Some(name) = &name
        && !names.insert(name.value.clone())
    {
        link.refuse(name, "another link has this name already");
    }
    for text in [&name, &namespace].into_iter().flatten() {
        if text.value.trim().is_empty() {
            link.refuse(text, "is empty");
        }
    }
    link.finish();
    let name = name?.value;
    let namespace = namespace.map_or_else(|| name.clone(), |namespace| namespace.value);
    Some(Settings {
        name: LinkName::new(&name),
        namespace: Namespace::new(&namespace),
        address: beside(address?, base),
        class,
        allow: allow.unwrap_or_default(),
        station: station::Settings {
            system_id,
            transmit,
        },
        forward,
        record,
        signing,
    })
}

fn read_address(
    link: &Section<'_, '_>,
    text: &Located<String>,
    addresses: &mut Vec<Address>,
) -> Option<Address> {
    match text.value.parse::<Address>() {
        Ok(address) => {
            if addresses.iter().any(|it| it.is_exclusive_with(&address)) {
                link.refuse(text, TAKEN);
            }
            addresses.push(address.clone());
            Some(address)
        }
        Err(error) => {
            link.refuse(text, &error.to_string());
            None
        }
    }
}

fn read_allow(
    link: &Section<'_, '_>,
    list: &Located<Vec<Located<String>>>,
    address: Option<&Address>,
) -> Allow {
    if list.value.is_empty() {
        link.refuse(list, "lets nobody in: leave it out to hear every source");
    }
    if address.is_some_and(|address| !address.has_sources()) {
        link.refuse(list, "is for links over a network: this one has no sources");
    }
    let networks = list.value.iter().filter_map(|text| {
        let network = read_network(&text.value);
        network
            .map_err(|error| link.refuse(text, &error.to_string()))
            .ok()
    });
    Allow::only(networks.collect())
}

fn read_record(
    link: &mut Section<'_, '_>,
    base: &Path,
    name: Option<&Located<String>>,
    address: Option<&Address>,
) -> Option<RecordSettings> {
    let mut record = link.section("record")?;
    let directory = record.text_required("directory");
    let size_max_mb = record.count("size-max-mb");
    let span_max = record.span("span-max");
    let files_max = record.count("files-max");
    let age_max = record.span("age-max");
    let free_min_mb = record.count("free-min-mb");
    for count in [&size_max_mb, &files_max].into_iter().flatten() {
        if count.value == 0 {
            record.refuse(count, "must be more than 0");
        }
    }
    if let Some(span) = span_max.as_ref().filter(|span| span.value.is_zero()) {
        record.refuse(span, "must be more than 0");
    }
    let span_max = span_max.map_or(SPAN_MAX, |span| span.value);
    if let Some(age) = age_max.as_ref().filter(|age| age.value < span_max) {
        let message = "is shorter than `span-max`, the time that one file covers";
        record.refuse(age, message);
    }
    if matches!(address, Some(Address::File { .. })) {
        record.refuse_whole(
            "directory",
            "is of no use here: the link is a recording already",
        );
    }
    if let Some(name) = name.filter(|name| !can_name_files(&name.value)) {
        let message = "begins the names of its recordings: write letters, digits, `-`, `_`, `.`";
        link.refuse(name, message);
    }
    record.finish();
    let or = |given: Option<Located<u32>>, default| given.map_or(default, |given| given.value);
    Some(RecordSettings {
        directory: base.join(directory?.value),
        size_max_bytes: u64::from(or(size_max_mb, SIZE_MAX_MB)) * 1_000_000,
        span_max,
        files_max: usize::try_from(or(files_max, FILES_MAX)).unwrap_or(usize::MAX),
        age_max: age_max.map(|age| age.value),
        free_min_bytes: u64::from(or(free_min_mb, FREE_MIN_MB)) * 1_000_000,
    })
}

/// Puts a recording's relative path into the folder of the file that names it.
fn beside(address: Address, base: &Path) -> Address {
    match address {
        Address::File { path, faster } => Address::File {
            path: base.join(path),
            faster,
        },
        Address::UdpIn { .. }
        | Address::UdpOut(_)
        | Address::TcpIn(_)
        | Address::TcpOut(_)
        | Address::Serial { .. } => address,
    }
}
