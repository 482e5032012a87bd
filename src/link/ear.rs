//! Turns the frames of one link into reports.

// `core` has addresses, not sockets.
use core::net::SocketAddr;
use std::sync::Arc;

use crate::link::{Settings, Signatures};
use crate::track::{
    Authenticity, FrameLoss, LinkName, Message, Namespace, RawFrame, Report, Sender,
};
use crate::units::Moment;
use crate::wire::{Decoded, Frame, decode};

/// Knows which link it hears, whose fleet, and whom it believes.
#[derive(Clone, Debug)]
pub struct Ear {
    link: LinkName,
    namespace: Namespace,
    signatures: Option<Arc<Signatures>>,
}

/// How a frame came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// When.
    pub received: Moment,
    /// From where, on a link over a network.
    pub address: Option<SocketAddr>,
    /// What the link has lost lately, if it is known.
    pub link_loss: Option<FrameLoss>,
}

impl Ear {
    /// Hears for the link of `settings`; what `signatures` do not let in is not heard.
    #[must_use]
    pub fn new(settings: &Settings, signatures: Option<Arc<Signatures>>) -> Self {
        Self {
            link: settings.name.clone(),
            namespace: settings.namespace.clone(),
            signatures,
        }
    }

    /// Hears for a link by name, whose fleet has the same name; nobody checks signatures.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            link: LinkName::new(name),
            namespace: Namespace::new(name),
            signatures: None,
        }
    }

    /// Turns a frame whose checksum is right into reports, one for each message that the monitor
    /// asks for: mostly one or none, several for a pack of Remote ID messages.
    pub fn hear(&self, arrival: Arrival, frame: &Frame<'_>, mut report: impl FnMut(Report)) {
        let Some(authenticity) = self.authenticity(arrival, frame) else {
            return;
        };
        match decode(frame) {
            Decoded::Message(message) => {
                if is_asked_for(&message) {
                    report(self.report(arrival, authenticity, frame, message));
                }
            }
            Decoded::RemoteIdPack(pack) => {
                for message in pack {
                    report(self.report(arrival, authenticity, frame, message));
                }
            }
            Decoded::Unwanted | Decoded::Short => {}
        }
    }

    /// Judges a frame by its signature; one that nobody checks is worth nothing.
    fn authenticity(&self, arrival: Arrival, frame: &Frame<'_>) -> Option<Authenticity> {
        match &self.signatures {
            Some(signatures) => signatures.admit(arrival.received, frame),
            None => Some(Authenticity::Unsigned),
        }
    }

    fn report(
        &self,
        arrival: Arrival,
        authenticity: Authenticity,
        frame: &Frame<'_>,
        message: Message,
    ) -> Report {
        Report {
            received: arrival.received,
            link: self.link.clone(),
            sender: Sender {
                namespace: self.namespace.clone(),
                system_id: frame.system_id(),
                component_id: frame.component_id(),
                address: arrival.address,
                authenticity,
            },
            link_loss: arrival.link_loss,
            sender_loss: None,
            message,
            frame: RawFrame::new(frame.raw()),
        }
    }
}

/// Says whether the monitor follows anything by such a message.
fn is_asked_for(message: &Message) -> bool {
    match message {
        Message::SystemStatus(_)
        | Message::RadioStatus(_)
        | Message::ExtendedState(_)
        | Message::RemoteIdSystem(_) => false,
        Message::Heartbeat(_)
        | Message::SystemTime(_)
        | Message::Gnss(_)
        | Message::GlobalPosition(_)
        | Message::SecondGnss(_)
        | Message::AutopilotVersion(_)
        | Message::HighLatency(_)
        | Message::HighLatency2(_)
        | Message::Adsb(_)
        | Message::CameraView(_)
        | Message::CameraTarget(_)
        | Message::AisVessel(_)
        | Message::UtmPosition(_)
        | Message::GnssIntegrity(_)
        | Message::RemoteIdBasic(_)
        | Message::RemoteIdLocation(_)
        | Message::RemoteIdOperator(_) => true,
    }
}
