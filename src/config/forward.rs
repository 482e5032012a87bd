//! Reads who shares a link.

use crate::config::document::{Located, Section};
use crate::link::{Address, Consumer};

/// Reads `forward` and what belongs to it; without it nobody shares the link.
pub(super) fn read(
    link: &mut Section<'_, '_>,
    taken: &mut Vec<Address>,
    refusal: &str,
) -> Vec<Consumer> {
    let list = link.texts("forward");
    let is_remote_allowed = link.flag("forward-allow-remote").unwrap_or_default();
    let mut consumers = Vec::new();
    for text in list.iter().flat_map(|list| &list.value) {
        let Some(consumer) = read_one(link, text, is_remote_allowed) else {
            continue;
        };
        let address = consumer.address();
        if address.listens() {
            if taken.iter().any(|it| it.is_exclusive_with(address)) {
                link.refuse(text, refusal);
            }
            taken.push(address.clone());
        }
        consumers.push(consumer);
    }
    consumers
}

fn read_one(
    link: &Section<'_, '_>,
    text: &Located<String>,
    is_remote_allowed: bool,
) -> Option<Consumer> {
    let refuse = |message: &str| link.refuse(text, message);
    let address = text
        .value
        .parse::<Address>()
        .map_err(|error| refuse(&error.to_string()));
    let consumer = Consumer::new(address.ok()?).map_err(|error| refuse(&error.to_string()));
    let consumer = consumer.ok()?;
    if !consumer.is_local() && !is_remote_allowed {
        refuse(
            "is not on this machine alone, and whoever is there could command the vehicles: write \
             127.0.0.1, or set `forward-allow-remote`",
        );
    }
    Some(consumer)
}
