//! `status`: how the daemon is.

use serde::{Deserialize, Serialize};

use super::super::desk::{Desk, LinkBoard};
use super::super::protocol::Refusal;
use super::Ask;
use crate::follow::Query;
use crate::link::LinkPresence;
use crate::monitor::Census;
use crate::store::Backlog;
use crate::track::FrameLoss;
use crate::units::{Moment, Utc};

/// Asks how everything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRequest {}

/// How everything is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// The unit's name.
    pub unit: String,
    /// When this was answered.
    pub at: Utc,
    /// For how long the daemon has run, seconds.
    pub running_seconds: u64,
    /// The links, in the order of the configuration.
    pub links: Vec<LinkStatus>,
    /// The tracks, the clock, and what is watched.
    #[serde(flatten)]
    pub census: Census,
    /// What each endpoint got and still waits for.
    pub endpoints: Vec<BacklogStatus>,
}

/// How a link is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkStatus {
    /// Its name.
    pub name: String,
    /// Where its bytes come from.
    pub address: String,
    /// Whether it is there.
    pub presence: LinkPresence,
    /// Frames that it has brought.
    pub frames: u64,
    /// For how long it has brought no frame, seconds; absent if it never has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_seconds: Option<u64>,
    /// Of the frames that its senders counted, how many it has lost since the start, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_percent: Option<f64>,
}

/// What an endpoint got and still waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacklogStatus {
    /// Its name.
    pub name: String,
    /// Alerts that still have to be delivered.
    pub pending: u64,
    /// Alerts that it has taken.
    pub delivered: u64,
    /// Alerts that were sent to it, without its ever saying whether they have come.
    #[serde(default)]
    pub sent: u64,
    /// Alerts that it has refused for good.
    pub gone: u64,
    /// Alerts that it has refused and that a person has to look at.
    pub parked: u64,
    /// Alerts that were given up because they were too old.
    #[serde(default)]
    pub expired: u64,
    /// How old the oldest pending alert is, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_pending_seconds: Option<u64>,
}

impl Ask for StatusRequest {
    const NAME: &'static str = "status";
    type Answer = Status;
}

impl StatusRequest {
    pub(super) async fn answer(self, desk: &Desk) -> Result<Status, Refusal> {
        let census = desk.ask(|answer| Query::Census { answer }).await?;
        let backlogs = desk.store.backlog().await;
        let backlogs = backlogs.map_err(|_closed| Refusal::stopping())?;
        let now = desk.clock.now();
        let running = now.monotonic.since(desk.started.monotonic);
        Ok(Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            unit: desk.unit.clone(),
            at: now.utc,
            running_seconds: running.as_secs(),
            links: desk.links.iter().map(|link| link.status(now)).collect(),
            census,
            endpoints: backlogs
                .into_iter()
                .map(|backlog| BacklogStatus::of(backlog, now))
                .collect(),
        })
    }
}

impl LinkBoard {
    fn status(&self, now: Moment) -> LinkStatus {
        let heard = self.tally.heard();
        LinkStatus {
            name: self.name.to_string(),
            address: self.address.to_string(),
            presence: self.tally.presence(),
            frames: self.tally.frames(),
            silent_seconds: heard.map(|heard| now.monotonic.since(heard).as_secs()),
            loss_percent: self.tally.loss().map(FrameLoss::percent),
        }
    }
}

impl BacklogStatus {
    fn of(backlog: Backlog, now: Moment) -> Self {
        let Backlog {
            endpoint,
            pending,
            delivered,
            sent,
            gone,
            parked,
            expired,
            oldest_pending,
        } = backlog;
        Self {
            name: endpoint,
            pending,
            delivered,
            sent,
            gone,
            parked,
            expired,
            oldest_pending_seconds: oldest_pending.map(|stored| now.utc.since(stored).as_secs()),
        }
    }
}
