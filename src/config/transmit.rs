//! Reads what may be sent on a link.

use crate::config::choice::find;
use crate::config::document::Section;
use crate::link::Address;
use crate::station::{Kind, Transmit};

/// The positions a second that an autopilot is asked for by default.
const POSITION_HZ: u8 = 4;
/// The most that it is asked for.
const POSITION_HZ_MAX: u8 = 50;

/// Reads `transmit` and what belongs to it; without it nothing may be sent.
///
/// A link that `has_key` believes signed frames alone, and the unit signs none.
pub(super) fn read(
    link: &mut Section<'_, '_>,
    address: Option<&Address>,
    has_key: bool,
) -> Transmit {
    let list = link.texts("transmit");
    let mut transmit = Transmit::default();
    for text in list.iter().flat_map(|list| &list.value) {
        match find(link, text, &Kind::ALL, |kind| kind.name()) {
            None => {}
            Some(Kind::Heartbeat) => transmit.heartbeat = true,
            Some(Kind::RequestRates) => transmit.request_rates = Some(POSITION_HZ),
        }
    }
    let said = list.filter(|_| !transmit.is_nothing());
    if let Some(list) = &said
        && address.is_some_and(|address| !address.can_be_sent_to())
    {
        let message = "is of no use here: a recording or a multicast group is only listened to";
        link.refuse(list, message);
    }
    if let Some(list) = &said
        && has_key
    {
        let message = "is of no use on a link with a key: the unit does not sign what it sends";
        link.refuse(list, message);
    }
    if let Some(hz) = link.count("request-position-hz") {
        match u8::try_from(hz.value) {
            Ok(value) if (1..=POSITION_HZ_MAX).contains(&value) => {
                transmit.request_rates = transmit.request_rates.map(|_default| value);
            }
            Ok(_) | Err(_) => link.refuse(&hz, &format!("must be 1 to {POSITION_HZ_MAX}")),
        }
    }
    transmit
}
