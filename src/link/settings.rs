//! What a link is told by the configuration, and by the daemon around it.

use std::io;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::link::{
    Address, Allow, Consumer, Junction, RecordSettings, Signatures, SigningSettings, Tally, Tape,
};
use crate::metrics::Metrics;
use crate::station;
use crate::track::{LinkClass, LinkName, Namespace, Report};

/// A link, as the configuration gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Its name, unique.
    pub name: LinkName,
    /// The fleet that it hears.
    pub namespace: Namespace,
    /// Where its bytes come from.
    pub address: Address,
    /// How often it can be expected to bring something.
    pub class: LinkClass,
    /// The sources that it hears, for a link over a network.
    pub allow: Allow,
    /// Who the unit is on it, and what it may say there.
    pub station: station::Settings,
    /// The programs that it is shared with.
    pub forward: Vec<Consumer>,
    /// Where it is recorded, if it is.
    pub record: Option<RecordSettings>,
    /// Whose frames it believes; without this everybody's, as unsigned.
    pub signing: Option<SigningSettings>,
}

/// What every link needs from the daemon.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where reports go.
    pub batches: mpsc::Sender<Vec<Report>>,
    /// The daemon's clock.
    pub clock: Clock,
    /// The daemon's counters.
    pub metrics: Arc<Metrics>,
    /// Ends the link.
    pub cancel: CancellationToken,
    /// Records what the link hears, if it is recorded.
    pub tape: Option<Tape>,
    /// Shares the link, if it is shared.
    pub junction: Option<Junction>,
    /// What the link has brought.
    pub tally: Arc<Tally>,
    /// Judges what the link hears, if it has a key.
    pub signatures: Option<Arc<Signatures>>,
}

impl Settings {
    /// Says that a peer's name gave no address, or none that may be heard.
    pub(super) fn no_address(&self) -> io::Error {
        let message = match self.allow.networks() {
            None => "its name has no address",
            Some(_) => "its name has no address that is allowed",
        };
        io::Error::new(io::ErrorKind::AddrNotAvailable, message)
    }
}
