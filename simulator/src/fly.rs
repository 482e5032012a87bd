//! Flies a scenario in real time, or faster, and sends what arrives on its links.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::channel::ChannelCounts;
use crate::clock;
use crate::ear::EarCounts;
use crate::frame::FrameKind;
use crate::link::{Carries, LinkPlan};
use crate::plan::VehiclePlan;
use crate::scenario::{Scenario, ScenarioError};
use crate::sky::{Sky, Transmission};
use crate::transport::{Earpiece, Heard, Line, OpenError, Target};

/// The range of [`FlySettings::faster`].
const FASTER: std::ops::RangeInclusive<f64> = 0.001..=10_000.0;

/// What to fly, and where to send it.
#[derive(Clone, Debug)]
pub struct FlySettings {
    /// What flies, and over which links.
    pub scenario: Scenario,
    /// Where each link leads. One target is enough for all links, but for a terminal.
    pub to: Vec<Target>,
    /// The seed of all chance: the same one gives the same flight.
    pub seed: u64,
    /// How many times faster than the host's clock the vehicles' time runs, 0.001 to 10000.
    pub faster: f64,
    /// How long to fly, in the vehicles' time; until cancelled if absent.
    pub lasts: Option<Duration>,
}

impl FlySettings {
    /// Flies vehicles until cancelled, each with a socket of its own, as with a radio each.
    ///
    /// Datagrams go to `to`, one frame each.
    #[must_use]
    pub fn over_udp(to: SocketAddr, vehicles: Vec<VehiclePlan>, seed: u64) -> Self {
        let links = (0..vehicles.len()).map(|number| LinkPlan {
            carries: Carries::Only(vec![number]),
            ..LinkPlan::new(&format!("radio {}", number + 1))
        });
        Self {
            scenario: Scenario {
                links: links.collect(),
                ..Scenario::of(vehicles)
            },
            to: vec![Target::Udp(to.to_string())],
            seed,
            faster: 1.0,
            lasts: None,
        }
    }
}

/// What was sent, and what came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlySummary {
    /// Messages that left a vehicle or another sender, by their kind.
    pub said: BTreeMap<FrameKind, u64>,
    /// Frames that the plans' loss took.
    pub lost: u64,
    /// Frames that met a link that was down.
    pub down: u64,
    /// What has befallen the others on the links.
    pub links: ChannelCounts,
    /// Transmissions that left.
    pub sent: u64,
    /// Transmissions that the host could not send.
    pub unsent: u64,
    /// What came back on all links.
    pub heard: EarCounts,
}

/// Why nothing flies.
#[derive(Debug, Error)]
pub enum FlyError {
    /// Time cannot run at that pace.
    #[error("time cannot run {0} times faster: it must lie in 0.001 to 10000")]
    Faster(f64),
    /// The scenario cannot be shown.
    #[error("read the scenario")]
    Scenario(#[source] ScenarioError),
    /// The links and where they lead do not fit.
    #[error("{links} links lead to {targets} places: name one for each link")]
    Targets {
        /// How many links there are.
        links: usize,
        /// How many places.
        targets: usize,
    },
    /// A line does not open.
    #[error("open the link `{link}`")]
    Open {
        /// What the link is called.
        link: String,
        /// What is wrong.
        #[source]
        source: OpenError,
    },
}

/// Flies until the time is over or `cancel` is cancelled.
///
/// # Errors
///
/// Says what cannot be flown or opened; once under way it does not fail.
pub async fn run(settings: FlySettings, cancel: CancellationToken) -> Result<FlySummary, FlyError> {
    let fleet = Fleet::open(settings).await?;
    Ok(fleet.run(cancel).await)
}

/// A scenario whose links are open.
#[derive(Debug)]
pub struct Fleet {
    scenario: Scenario,
    sky: Sky,
    targets: Vec<Target>,
    /// Nothing while the link is pulled.
    lines: Vec<Option<Line>>,
    earpieces: Vec<Earpiece>,
    heard: mpsc::Receiver<Heard>,
    start: Instant,
    faster: f64,
    lasts: Duration,
    summary: FlySummary,
}

impl Fleet {
    /// Opens the links.
    ///
    /// # Errors
    ///
    /// Says what cannot be flown or opened.
    pub async fn open(settings: FlySettings) -> Result<Self, FlyError> {
        if !FASTER.contains(&settings.faster) {
            return Err(FlyError::Faster(settings.faster));
        }
        let FlySettings {
            scenario, to, seed, ..
        } = settings;
        let sky = Sky::new(&scenario, clock::unix_us(), seed).map_err(FlyError::Scenario)?;
        let targets = targets(to, scenario.links.len())?;
        let (earpieces, heard) = Earpiece::channel(targets.len());
        let mut lines = Vec::with_capacity(targets.len());
        for ((target, link), earpiece) in targets.iter().zip(&scenario.links).zip(&earpieces) {
            let line = if link.is_pulled_at(Duration::ZERO) {
                None
            } else {
                let opened = Line::open(target, earpiece.clone()).await;
                Some(opened.map_err(|source| FlyError::Open {
                    link: link.name.clone(),
                    source,
                })?)
            };
            lines.push(line);
        }
        Ok(Self {
            scenario,
            sky,
            targets,
            lines,
            earpieces,
            heard,
            start: clock::monotonic(),
            faster: settings.faster,
            lasts: settings.lasts.unwrap_or(Duration::MAX),
            summary: FlySummary::default(),
        })
    }

    /// Returns where the links lead that are open, with the ports that were chosen.
    pub fn leads_to(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().flatten().map(Line::at)
    }

    /// Waits until somebody is at the far end of each line that can tell, then flies.
    ///
    /// Frames that nobody receives are sent all the same.
    pub async fn run(mut self, cancel: CancellationToken) -> FlySummary {
        cancel.run_until_cancelled(self.fly()).await;
        for line in self.lines.drain(..).flatten() {
            self.summary.missed(line.close().await);
        }
        let counts = self.sky.counts();
        self.summary.said.clone_from(&counts.said);
        self.summary.lost = counts.never_left;
        self.summary.down = counts.down;
        self.summary.links = self.sky.channel_counts();
        for link in 0..self.targets.len() {
            let heard = self.sky.heard(link);
            self.summary.heard.bytes += heard.bytes;
            self.summary.heard.frames += heard.frames;
        }
        self.summary
    }

    async fn fly(&mut self) {
        for line in self.lines.iter_mut().flatten() {
            line.somebody().await;
        }
        self.start = clock::monotonic();
        let mut now = Duration::ZERO;
        while now < self.lasts {
            let due = self.next_due(now).min(self.lasts);
            tokio::select! {
                biased;
                () = wait_until(self.start, due, self.faster) => {}
                Some(heard) = self.heard.recv() => {
                    self.sky.hear(self.now().min(self.lasts), heard.link, &heard.bytes);
                    continue;
                }
            }
            now = self.now().max(due).min(self.lasts);
            self.pull_and_plug(now).await;
            while let Some(transmission) = self.sky.poll(now) {
                self.send(transmission);
            }
            // What came back meanwhile has its turn, however far behind the host is.
            tokio::task::yield_now().await;
        }
    }

    /// Returns when something is to be done next, after `now`.
    fn next_due(&self, now: Duration) -> Duration {
        let links = self.scenario.links.iter();
        let pulls = links.filter_map(|link| link.next_pull_after(now));
        pulls.fold(self.sky.next_due(), Duration::min)
    }

    fn send(&mut self, transmission: Transmission) {
        let line = self.lines[transmission.link].as_ref();
        if line.is_some_and(|line| line.send(transmission.bytes)) {
            self.summary.sent += 1;
        } else {
            self.summary.unsent += 1;
        }
    }

    /// Closes the lines that are pulled at `now` and opens those that are plugged in again.
    async fn pull_and_plug(&mut self, now: Duration) {
        for (number, link) in self.scenario.links.iter().enumerate() {
            let is_pulled = link.is_pulled_at(now);
            match (is_pulled, self.lines[number].take()) {
                (true, Some(line)) => self.summary.missed(line.close().await),
                (false, None) => {
                    let earpiece = self.earpieces[number].clone();
                    let opened = Line::open(&self.targets[number], earpiece).await;
                    // Whoever is not there is tried again when the next frame is due.
                    self.lines[number] = opened.ok();
                }
                (true, None) => {}
                (false, line @ Some(_)) => self.lines[number] = line,
            }
        }
    }

    fn now(&self) -> Duration {
        let host = clock::monotonic().saturating_duration_since(self.start);
        Duration::try_from_secs_f64(host.as_secs_f64() * self.faster).unwrap_or(Duration::MAX)
    }
}

/// Gives every link a target.
fn targets(mut to: Vec<Target>, links: usize) -> Result<Vec<Target>, FlyError> {
    let refused = FlyError::Targets {
        links,
        targets: to.len(),
    };
    match to.as_slice() {
        [Target::Udp(_) | Target::Tcp(_)] => {
            let one = to.remove(0);
            Ok(vec![one; links])
        }
        several if several.len() == links => Ok(to),
        _ => Err(refused),
    }
}

async fn wait_until(start: Instant, due: Duration, faster: f64) {
    let host = Duration::try_from_secs_f64(due.as_secs_f64() / faster);
    match host.ok().and_then(|host| start.checked_add(host)) {
        Some(instant) => tokio::time::sleep_until(instant.into()).await,
        None => std::future::pending().await,
    }
}

impl FlySummary {
    /// Takes back what a line took and nobody was there for.
    fn missed(&mut self, transmissions: u64) {
        self.sent = self.sent.saturating_sub(transmissions);
        self.unsent += transmissions;
    }
}

impl fmt::Display for FlySummary {
    /// Writes one line: what was said, by kind, then what became of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sent ")?;
        if self.said.is_empty() {
            f.write_str("nothing")?;
        }
        for (number, (kind, count)) in self.said.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{count} {}", kind.name())?;
        }
        let lost = self.lost + self.links.lost;
        write!(f, "; {lost} lost on purpose, {} not sent", self.unsent)?;
        let befallen = [
            (self.down, "while a link was down"),
            (self.links.duplicated, "duplicated"),
            (self.links.held_back, "held back"),
            (self.links.flipped, "with a flipped bit"),
            (self.links.garbage, "followed by garbage"),
        ];
        for (count, what) in befallen {
            if 0 < count {
                write!(f, ", {count} {what}")?;
            }
        }
        if 0 < self.heard.bytes {
            let EarCounts { bytes, frames } = self.heard;
            write!(f, "; heard {frames} frames in {bytes} bytes")?;
        }
        Ok(())
    }
}
