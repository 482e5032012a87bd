//! Turns the frames of one link into reports.

use crate::link::Settings;
use crate::track::{LinkName, Namespace, Payload, RawFrame, Report, TrackId};
use crate::units::Moment;
use crate::wire::{Decoded, Frame, Message, decode};

/// Knows which link it hears, and whose fleet.
#[derive(Clone, Debug)]
pub struct Ear {
    link: LinkName,
    namespace: Namespace,
}

impl Ear {
    /// Hears for the link of `settings`.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            link: settings.name.clone(),
            namespace: settings.namespace.clone(),
        }
    }

    /// Hears for a link by name, whose fleet has the same name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            link: LinkName::new(name),
            namespace: Namespace::new(name),
        }
    }

    /// Turns a frame whose checksum is right into a report, if its message is wanted.
    #[must_use]
    pub fn hear(&self, received: Moment, frame: &Frame<'_>) -> Option<Report> {
        let payload = match decode(frame) {
            Decoded::Message(message) => wanted(message)?,
            Decoded::RemoteIdPack(_) | Decoded::Unwanted | Decoded::Short => return None,
        };
        Some(Report {
            received,
            link: self.link.clone(),
            track: TrackId::Vehicle {
                namespace: self.namespace.clone(),
                system_id: frame.system_id(),
            },
            component_id: frame.component_id(),
            payload,
            frame: RawFrame::new(frame.raw()),
        })
    }
}

/// Picks what the monitor follows vehicles by.
fn wanted(message: Message) -> Option<Payload> {
    match message {
        Message::Heartbeat(heartbeat) => Some(Payload::Heartbeat(heartbeat)),
        Message::SystemTime(time) => Some(Payload::SystemTime(time)),
        Message::Gnss(gnss) => Some(Payload::GnssRaw(gnss.into())),
        Message::GlobalPosition(position) => Some(Payload::GlobalPosition(position)),
        Message::SystemStatus(_)
        | Message::RadioStatus(_)
        | Message::SecondGnss(_)
        | Message::AutopilotVersion(_)
        | Message::HighLatency(_)
        | Message::HighLatency2(_)
        | Message::ExtendedState(_)
        | Message::Adsb(_)
        | Message::CameraView(_)
        | Message::CameraTarget(_)
        | Message::AisVessel(_)
        | Message::UtmPosition(_)
        | Message::GnssIntegrity(_)
        | Message::RemoteIdBasic(_)
        | Message::RemoteIdLocation(_)
        | Message::RemoteIdSystem(_)
        | Message::RemoteIdOperator(_) => None,
    }
}
