//! Turns the frames of one link into reports.

use crate::link::Settings;
use crate::track::{LinkName, Namespace, RawFrame, Report, TrackId};
use crate::units::Moment;
use crate::wire::{Decoded, Frame, decode};

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
        match decode(frame) {
            Decoded::Payload(payload) => Some(Report {
                received,
                link: self.link.clone(),
                track: TrackId::Vehicle {
                    namespace: self.namespace.clone(),
                    system_id: frame.system_id(),
                },
                component_id: frame.component_id(),
                payload,
                frame: RawFrame::new(frame.raw()),
            }),
            Decoded::Unwanted | Decoded::Short => None,
        }
    }
}
