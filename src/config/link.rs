//! Reads `[[link]]`.

use std::collections::BTreeSet;

use crate::config::document::Section;
use crate::config::load::Findings;
use crate::link::{Address, Settings};
use crate::track::{LinkName, Namespace};

/// Reads the links of the file; one that is not sound is refused and left out.
pub(super) fn read(sections: Vec<Section<'_, '_>>) -> Vec<Settings> {
    let mut names = BTreeSet::new();
    let mut addresses = Vec::new();
    let read = |section| read_one(section, &mut names, &mut addresses);
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
                });
            }
            Err(error) => findings.refuse("--link", &format!("{error}")),
        }
    }
    links
}

fn read_one(
    mut link: Section<'_, '_>,
    names: &mut BTreeSet<String>,
    addresses: &mut Vec<Address>,
) -> Option<Settings> {
    let name = link.text_required("name");
    let address = link.text_required("address");
    let namespace = link.text("namespace");

    let parsed = address.as_ref().map(|text| text.value.parse::<Address>());
    match (&address, &parsed) {
        (Some(text), Some(Ok(address))) => {
            let Address::UdpIn(socket) = address;
            if socket.port() != 0 && addresses.contains(address) {
                link.refuse(text, "another link listens there already");
            }
            addresses.push(*address);
        }
        (Some(text), Some(Err(error))) => link.refuse(text, &error.to_string()),
        (_, _) => {}
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
        address: parsed?.ok()?,
    })
}
