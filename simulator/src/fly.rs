//! Flies vehicles in real time, or faster, and sends their frames over UDP.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::SEED_STRIDE;
use crate::clock;
use crate::frame::FrameKind;
use crate::plan::{PlanError, VehiclePlan};
use crate::udp::Sender;
use crate::vehicle::Vehicle;

/// The range of [`FlySettings::faster`].
const FASTER: std::ops::RangeInclusive<f64> = 0.001..=10_000.0;

/// What to fly, and where to send it.
#[derive(Clone, Debug)]
pub struct FlySettings {
    /// Where the datagrams go: one frame each.
    pub to: SocketAddr,
    /// The vehicles; several may share a system id.
    pub vehicles: Vec<VehiclePlan>,
    /// Whether all vehicles share one socket, as behind one radio.
    pub one_socket: bool,
    /// The seed of all chance: the same one gives the same flight.
    pub seed: u64,
    /// How many times faster than the host's clock the vehicles' time runs, 0.001 to 10000.
    pub faster: f64,
    /// How long to fly, in the vehicles' time; until cancelled if absent.
    pub lasts: Option<Duration>,
}

/// What was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlySummary {
    /// HEARTBEAT frames that left.
    pub heartbeats: u64,
    /// `SYSTEM_TIME` frames that left.
    pub system_times: u64,
    /// `GPS_RAW_INT` frames that left.
    pub gps_raws: u64,
    /// `GLOBAL_POSITION_INT` frames that left.
    pub global_positions: u64,
    /// Frames that the plans' loss took.
    pub lost: u64,
    /// Frames that the host could not send.
    pub unsent: u64,
}

/// Why nothing flies.
#[derive(Debug, Error)]
pub enum FlyError {
    /// There is no vehicle.
    #[error("there is no vehicle to fly")]
    NoVehicle,
    /// Time cannot run at that pace.
    #[error("time cannot run {0} times faster: it must lie in 0.001 to 10000")]
    Faster(f64),
    /// A plan cannot be flown.
    #[error("plan a vehicle")]
    Plan(#[source] PlanError),
    /// A socket could not be bound.
    #[error("bind a socket to send to {to}")]
    Bind {
        /// Where it was to send to.
        to: SocketAddr,
        /// What the host said.
        #[source]
        source: io::Error,
    },
}

/// Flies until the time is over or `cancel` is cancelled.
///
/// Frames that nobody receives are sent all the same.
///
/// # Errors
///
/// Says what cannot be flown or bound; once under way it does not fail.
pub async fn run(settings: FlySettings, cancel: CancellationToken) -> Result<FlySummary, FlyError> {
    if settings.vehicles.is_empty() {
        return Err(FlyError::NoVehicle);
    }
    if !FASTER.contains(&settings.faster) {
        return Err(FlyError::Faster(settings.faster));
    }
    let senders = bind(&settings).await?;
    let mut fleet = Fleet {
        vehicles: vehicles(&settings)?,
        senders,
        start: clock::monotonic(),
        faster: settings.faster,
        lasts: settings.lasts.unwrap_or(Duration::MAX),
        summary: FlySummary::default(),
    };
    cancel.run_until_cancelled(fleet.fly()).await;
    Ok(fleet.summary)
}

async fn bind(settings: &FlySettings) -> Result<Vec<Sender>, FlyError> {
    let to = settings.to;
    let count = if settings.one_socket {
        1
    } else {
        settings.vehicles.len()
    };
    let mut senders = Vec::with_capacity(count);
    for _ in 0..count {
        let sender = Sender::bind(to).await;
        senders.push(sender.map_err(|source| FlyError::Bind { to, source })?);
    }
    Ok(senders)
}

fn vehicles(settings: &FlySettings) -> Result<Vec<Vehicle>, FlyError> {
    let start_unix_us = clock::unix_us();
    let mut seed = settings.seed;
    let mut vehicles = Vec::with_capacity(settings.vehicles.len());
    for plan in &settings.vehicles {
        let vehicle = Vehicle::new(plan.clone(), start_unix_us, seed);
        vehicles.push(vehicle.map_err(FlyError::Plan)?);
        seed = seed.wrapping_add(SEED_STRIDE);
    }
    Ok(vehicles)
}

/// The vehicles under way, on one clock.
struct Fleet {
    vehicles: Vec<Vehicle>,
    /// One for each vehicle, or one for all.
    senders: Vec<Sender>,
    start: Instant,
    faster: f64,
    lasts: Duration,
    summary: FlySummary,
}

impl Fleet {
    async fn fly(&mut self) {
        while let Some(due) = self.vehicles.iter().map(Vehicle::next_due).min()
            && due <= self.lasts
        {
            self.wait_until(due).await;
            let now = self.now().max(due).min(self.lasts);
            self.send_due(now).await;
        }
        self.wait_until(self.lasts).await;
    }

    async fn send_due(&mut self, now: Duration) {
        for (index, vehicle) in self.vehicles.iter_mut().enumerate() {
            let sender = &self.senders[index % self.senders.len()];
            while let Some(frame) = vehicle.poll_frame(now) {
                if frame.lost {
                    self.summary.lost += 1;
                } else if sender.send(&frame.bytes).await {
                    self.summary.count(frame.kind);
                } else {
                    self.summary.unsent += 1;
                }
            }
        }
    }

    async fn wait_until(&self, due: Duration) {
        let host_s = due.as_secs_f64() / self.faster;
        let host = Duration::try_from_secs_f64(host_s).unwrap_or(Duration::MAX);
        match self.start.checked_add(host) {
            Some(instant) => tokio::time::sleep_until(instant.into()).await,
            None => std::future::pending().await,
        }
    }

    fn now(&self) -> Duration {
        let host = clock::monotonic().saturating_duration_since(self.start);
        Duration::try_from_secs_f64(host.as_secs_f64() * self.faster).unwrap_or(Duration::MAX)
    }
}

impl FlySummary {
    fn count(&mut self, kind: FrameKind) {
        let counter = match kind {
            FrameKind::Heartbeat => &mut self.heartbeats,
            FrameKind::SystemTime => &mut self.system_times,
            FrameKind::GpsRaw => &mut self.gps_raws,
            FrameKind::GlobalPosition => &mut self.global_positions,
        };
        *counter += 1;
    }
}

impl fmt::Display for FlySummary {
    /// Writes one line that counts the frames by kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "sent {} HEARTBEAT, {} SYSTEM_TIME, {} GPS_RAW_INT, {} GLOBAL_POSITION_INT; \
             {} lost on purpose, {} not sent",
            self.heartbeats,
            self.system_times,
            self.gps_raws,
            self.global_positions,
            self.lost,
            self.unsent
        )
    }
}
