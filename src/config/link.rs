//! Reads `[[link]]`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::config::document::{Located, Section};
use crate::config::findings::Findings;
use crate::link::{Address, Allow, Settings, read_network};
use crate::track::{LinkName, Namespace};

/// Why a second link of one address is refused.
const TAKEN: &str = "another link listens there already";

/// Reads the links of the file; one that is not sound is refused and left out.
pub(super) fn read(sections: Vec<Section<'_, '_>>, base: &Path) -> Vec<Settings> {
    let mut names = BTreeSet::new();
    let mut addresses = Vec::new();
    let read = |section| read_one(section, base, &mut names, &mut addresses);
    sections.into_iter().filter_map(read).collect()
}

/// Makes links of addresses that were given as flags; they are named by their order.
pub(super) fn from_flags(addresses: &[String], findings: &mut Findings) -> Vec<Settings> {
    let mut links = Vec::new();
    for (number, text) in (1..).zip(addresses) {
        match text.parse() {
            Ok(address) => {
                let name = format!("link{number}");
                links.push(Settings {
                    name: LinkName::new(&name),
                    namespace: Namespace::new(&name),
                    address,
                    allow: Allow::default(),
                });
            }
            Err(error) => findings.refuse("--link", &format!("{error}")),
        }
    }
    links
}

fn read_one(
    mut link: Section<'_, '_>,
    base: &Path,
    names: &mut BTreeSet<String>,
    addresses: &mut Vec<Address>,
) -> Option<Settings> {
    let name = link.text_required("name");
    let address = link.text_required("address");
    let namespace = link.text("namespace");
    let allow = link.texts("allow");

    let address = address.and_then(|text| read_address(&link, &text, addresses));
    let allow = allow.map(|list| read_allow(&link, &list, address.as_ref()));
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
        allow: allow.unwrap_or_default(),
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
