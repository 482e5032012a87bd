//! What of an alert leaves to an endpoint: who may be told what is a question of law.
//!
//! Pure.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::monitor::alert::Alert;

/// A part of an alert that an endpoint may be told or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The id of an operator, which may be a person's.
    OperatorId,
    /// The raw frames that decided, which hold more than the alert says.
    EvidenceFrames,
    /// What a vehicle is called.
    Callsign,
    /// The serial number or registration by Remote ID.
    RemoteId,
    /// The ICAO address of a transponder.
    Icao,
    /// The network addresses of senders that use one identity.
    Addresses,
    /// The hardware ids of senders that use one identity.
    HardwareIds,
}

impl Field {
    /// Those that leave only to endpoints that are allowed to have them.
    pub const ASKED_FOR: [Self; 2] = [Self::OperatorId, Self::EvidenceFrames];
    /// Those that leave to every endpoint that is not forbidden to have them.
    pub const USUAL: [Self; 5] = [
        Self::Callsign,
        Self::RemoteId,
        Self::Icao,
        Self::Addresses,
        Self::HardwareIds,
    ];

    /// Returns the name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OperatorId => "operator-id",
            Self::EvidenceFrames => "evidence-frames",
            Self::Callsign => "callsign",
            Self::RemoteId => "remote-id",
            Self::Icao => "icao",
            Self::Addresses => "addresses",
            Self::HardwareIds => "hardware-ids",
        }
    }
}

/// What an endpoint is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    withheld: BTreeSet<Field>,
}

impl Default for Disclosure {
    /// Tells what is usual and nothing that has to be asked for.
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

impl Disclosure {
    /// Tells also what is `allowed`, and not what is `forbidden`.
    #[must_use]
    pub fn new(allowed: &[Field], forbidden: &[Field]) -> Self {
        let asked_for = Field::ASKED_FOR.iter();
        let not_allowed = asked_for.filter(|field| !allowed.contains(field));
        Self {
            withheld: not_allowed.chain(forbidden).copied().collect(),
        }
    }

    /// Leaves out of an alert what is withheld.
    pub(super) fn of<'a>(&self, alert: &'a Alert) -> Cow<'a, Alert> {
        let mut told = Cow::Borrowed(alert);
        for field in &self.withheld {
            if field.is_in(&told) {
                field.leave_out(told.to_mut());
            }
        }
        told
    }
}

impl Field {
    fn is_in(self, alert: &Alert) -> bool {
        let track = alert.track.as_ref();
        let senders = || alert.conflict.iter().flat_map(|it| &it.senders);
        match self {
            Self::OperatorId => track.is_some_and(|track| track.operator_id.is_some()),
            Self::EvidenceFrames => {
                let evidence = alert.evidence.as_ref();
                evidence.is_some_and(|evidence| !evidence.frames.is_empty())
            }
            Self::Callsign => track.is_some_and(|track| track.callsign.is_some()),
            Self::RemoteId => track.is_some_and(|track| track.remote_id.is_some()),
            Self::Icao => track.is_some_and(|track| track.icao.is_some()),
            Self::Addresses => senders().any(|sender| sender.address.is_some()),
            Self::HardwareIds => senders().any(|sender| sender.hardware_id.is_some()),
        }
    }

    fn leave_out(self, alert: &mut Alert) {
        let senders = alert.conflict.iter_mut().flat_map(|it| &mut it.senders);
        match (self, &mut alert.track) {
            (Self::EvidenceFrames, _) => {
                let evidence = alert.evidence.iter_mut();
                evidence.for_each(|evidence| evidence.frames.clear());
            }
            (Self::Addresses, _) => senders.for_each(|sender| sender.address = None),
            (Self::HardwareIds, _) => senders.for_each(|sender| sender.hardware_id = None),
            (Self::OperatorId, Some(track)) => track.operator_id = None,
            (Self::Callsign, Some(track)) => track.callsign = None,
            (Self::RemoteId, Some(track)) => track.remote_id = None,
            (Self::Icao, Some(track)) => track.icao = None,
            (Self::OperatorId | Self::Callsign | Self::RemoteId | Self::Icao, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::alert_example;

    /// What stands in the example for each field.
    const TOLD: [(Field, &str); 7] = [
        (Field::OperatorId, "FIN87astrdge12k8"),
        (Field::EvidenceFrames, "fd1c0000"),
        (Field::Callsign, "RAVEN 1"),
        (Field::RemoteId, "1581F4XFC2233000"),
        (Field::Icao, "04ca7b"),
        (Field::Addresses, "10.0.0.7:14550"),
        (Field::HardwareIds, "00ff"),
    ];

    #[track_caller]
    fn check(disclosure: &Disclosure, left_out: &[Field]) {
        let alert = alert_example();
        let told = serde_json::to_string(disclosure.of(&alert).as_ref()).unwrap();
        for (field, text) in TOLD {
            let is_told = told.contains(&format!("\"{text}\""));
            assert_eq!(is_told, !left_out.contains(&field), "{field:?}: {told}");
        }
    }

    #[test]
    fn what_has_to_be_asked_for_leaves_only_where_it_is_allowed() {
        check(&Disclosure::default(), &Field::ASKED_FOR);
        check(&Disclosure::new(&Field::ASKED_FOR, &[]), &[]);
        check(
            &Disclosure::new(&[Field::EvidenceFrames], &[]),
            &[Field::OperatorId],
        );
    }

    #[test]
    fn what_is_forbidden_does_not_leave() {
        let all: Vec<Field> = TOLD.iter().map(|(field, _)| *field).collect();
        check(&Disclosure::new(&[], &Field::USUAL), &all);
        for field in Field::USUAL {
            check(&Disclosure::new(&Field::ASKED_FOR, &[field]), &[field]);
        }
    }

    #[test]
    fn an_alert_without_secrets_is_told_as_it_is() {
        let mut alert = alert_example();
        (alert.track, alert.evidence) = (None, None);
        let told = Disclosure::default();
        assert!(matches!(told.of(&alert), Cow::Borrowed(_)));
    }
}
