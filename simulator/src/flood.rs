//! Somebody who fills a link: identities that do not exist, and frames that nobody knows.
//!
//! Pure. Each beat draws a fresh identity and place.

use std::collections::VecDeque;
use std::time::Duration;

use mavlink::MavlinkVersion;
use mavlink::dialects::ardupilotmega::{GpsFixType, MavType};
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng};
use thiserror::Error;

use crate::flight::Motion;
use crate::frame::{Fix, FrameKind, Identity, Telling};
use crate::geodesy::{Place, Step};
use crate::packet::{Body, Sender};
use crate::vehicle::Saying;
use crate::window::Window;

/// The fastest flood, beats a second.
const HZ_MAX: f64 = 10_000.0;
/// The farthest that a flood reaches, metres.
const RADIUS_M_MAX: f64 = 100_000.0;
/// Message ids that no dialect has.
const UNKNOWN_IDS: std::ops::Range<u32> = 60_000..1 << 24;
/// Incompatibility flags that nobody knows: all but the signature and the wide system id.
const UNKNOWN_FLAGS: [u8; 6] = [0x04, 0x08, 0x10, 0x20, 0x40, 0x80];

/// A flood as it is planned.
#[derive(Clone, Debug, PartialEq)]
pub struct FloodPlan {
    /// What it is.
    pub kind: FloodKind,
    /// When.
    pub window: Window,
    /// Beats a second, above 0 and up to 10,000.
    pub hz: f64,
    /// Whose frames they are, unless the flood is of system ids.
    pub system_id: u32,
    /// What the invented places lie around.
    pub around: Place,
    /// How far from it they lie at most, metres, up to 100 km.
    pub radius_m: f64,
}

/// What a flood is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloodKind {
    /// Vehicles: a HEARTBEAT and a `GLOBAL_POSITION_INT` of any of 255 system ids.
    SystemIds,
    /// Remote ID: a `BASIC_ID` and a LOCATION of a serial number that is new each time.
    RemoteIds,
    /// Transponders: an `ADSB_VEHICLE` of an address that is new each time.
    Transponders,
    /// Messages with ids that nobody knows.
    UnknownMessages,
    /// Frames with an incompatibility flag that nobody knows.
    UnknownFlags,
}

/// A number of a flood that is out of bounds.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{field} of a flood is {value}: it must lie above 0, up to {most}")]
pub struct NotAFlood {
    /// The field of [`FloodPlan`].
    pub field: &'static str,
    /// What it is.
    pub value: f64,
    /// The most that it may be.
    pub most: f64,
}

impl FloodPlan {
    /// Plans a flood that never ends, ten times a second, within 5 km of a place.
    #[must_use]
    pub fn new(kind: FloodKind, around: Place) -> Self {
        Self {
            kind,
            window: Window::ALWAYS,
            hz: 10.0,
            system_id: 1,
            around,
            radius_m: 5_000.0,
        }
    }

    fn check(&self) -> Result<(), NotAFlood> {
        let length_s = self.window.until.saturating_sub(self.window.from);
        let fields = [
            ("hz", self.hz, HZ_MAX),
            ("radius_m", self.radius_m, RADIUS_M_MAX),
            ("system_id", f64::from(self.system_id), 255.0),
            ("window", length_s.as_secs_f64(), f64::INFINITY),
        ];
        for (field, value, most) in fields {
            if !(0.0 < value && value <= most) {
                return Err(NotAFlood { field, value, most });
            }
        }
        Ok(())
    }
}

/// A flood under way.
#[derive(Debug)]
pub(crate) struct Flood {
    plan: FloodPlan,
    start_unix_us: u64,
    rng: StdRng,
    beats: u32,
    waiting: VecDeque<Saying>,
}

impl Flood {
    /// Starts a flood.
    ///
    /// # Errors
    ///
    /// Names the number that is out of bounds.
    pub(crate) fn new(plan: FloodPlan, start_unix_us: u64, seed: u64) -> Result<Self, NotAFlood> {
        plan.check()?;
        Ok(Self {
            plan,
            start_unix_us,
            rng: StdRng::seed_from_u64(seed),
            beats: 0,
            waiting: VecDeque::new(),
        })
    }

    /// Returns when the next message is due, since the start.
    pub(crate) fn next_due(&self) -> Duration {
        if let Some(saying) = self.waiting.front() {
            return saying.due;
        }
        let due = self.beat_due();
        if self.plan.window.contains(due) {
            due
        } else {
            Duration::MAX
        }
    }

    /// Makes the next message if one is due at `now`, a time since the start.
    pub(crate) fn poll_saying(&mut self, now: Duration) -> Option<Saying> {
        if now < self.next_due() {
            return None;
        }
        if self.waiting.is_empty() {
            let due = self.beat_due();
            self.beats = self.beats.saturating_add(1);
            self.beat(due);
        }
        self.waiting.pop_front()
    }

    fn beat_due(&self) -> Duration {
        let period = Duration::from_secs_f64(1.0 / self.plan.hz);
        let passed = period.saturating_mul(self.beats);
        self.plan.window.from.saturating_add(passed)
    }

    fn beat(&mut self, due: Duration) {
        let telling = self.invented(due);
        let mut sender = Sender::new(MavlinkVersion::V2, self.plan.system_id, 1);
        match self.plan.kind {
            FloodKind::SystemIds => {
                sender.system_id = self.rng.random_range(1..=255);
                self.tell(due, FrameKind::Heartbeat, &telling, sender);
                self.tell(due, FrameKind::GlobalPosition, &telling, sender);
            }
            FloodKind::RemoteIds => {
                self.tell(due, FrameKind::RemoteBasicId, &telling, sender);
                self.tell(due, FrameKind::RemoteLocation, &telling, sender);
            }
            FloodKind::Transponders => self.tell(due, FrameKind::AdsbVehicle, &telling, sender),
            FloodKind::UnknownMessages => {
                let body = self.unknown_body();
                self.put(due, FrameKind::Strange, sender, body, 0);
            }
            FloodKind::UnknownFlags => {
                let flag = UNKNOWN_FLAGS[self.rng.random_range(0..UNKNOWN_FLAGS.len())];
                if let Some((sender, body)) = telling.message(FrameKind::GlobalPosition, sender) {
                    self.put(due, FrameKind::Strange, sender, body, flag);
                }
            }
        }
    }

    fn tell(&mut self, due: Duration, kind: FrameKind, telling: &Telling, sender: Sender) {
        if let Some((sender, body)) = telling.message(kind, sender) {
            self.put(due, kind, sender, body, 0);
        }
    }

    fn put(&mut self, due: Duration, kind: FrameKind, sender: Sender, body: Body, flags: u8) {
        self.waiting.push_back(Saying {
            due,
            kind,
            sender,
            body,
            flags,
            signing: None,
            is_anew: false,
            lost: false,
        });
    }

    fn unknown_body(&mut self) -> Body {
        let id = self.rng.random_range(UNKNOWN_IDS);
        let mut payload = vec![0; self.rng.random_range(1..=200)];
        self.rng.fill_bytes(&mut payload);
        Body::foreign(id, self.rng.random(), &payload)
    }

    /// Invents a vehicle.
    fn invented(&mut self, due: Duration) -> Telling {
        let radius_m = self.plan.radius_m;
        let place = self.plan.around.after(Step {
            north_m: self.rng.random_range(-radius_m..=radius_m),
            east_m: self.rng.random_range(-radius_m..=radius_m),
        });
        let passed_us = u64::try_from(due.as_micros()).unwrap_or(u64::MAX);
        Telling {
            since_boot: due.saturating_add(Duration::from_secs(self.rng.random_range(30..3_000))),
            unix_us: self.start_unix_us.saturating_add(passed_us),
            mav_type: MavType::MAV_TYPE_QUADROTOR,
            motion: Motion {
                place,
                north_mps: self.rng.random_range(-20.0..=20.0),
                east_mps: self.rng.random_range(-20.0..=20.0),
                heading_deg: self.rng.random_range(0.0..360.0),
                chainage_m: 0.0,
                offset_m: 0.0,
            },
            place,
            fix: Fix {
                place,
                kind: GpsFixType::GPS_FIX_TYPE_3D_FIX,
                satellites: 14,
                h_acc_m: 2.0,
                is_jammed: false,
            },
            height_m: 100.0,
            home_alt_msl_m: 150.0,
            geoid_m: 45.0,
            identity: Identity::numbered(self.rng.random()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_flood_beats_at_its_rate_and_in_its_window_only() {
        let said = said(FloodKind::Transponders);
        assert_eq!(said.len(), 500, "50 a second for 10 s");
        let first = said.first().map(|saying| saying.due);
        assert_eq!(first, Some(5 * SECOND));
        assert!(said.iter().all(|saying| saying.due < 15 * SECOND));
    }

    #[test]
    fn every_identity_is_another_one() {
        let systems: HashSet<u32> = said(FloodKind::SystemIds)
            .iter()
            .map(|saying| saying.sender.system_id)
            .collect();
        assert!(200 < systems.len(), "{} system ids", systems.len());
        for kind in [FloodKind::RemoteIds, FloodKind::Transponders] {
            let said = said(kind);
            let bodies: HashSet<&[u8]> =
                said.iter().map(|saying| &saying.body.payload[..]).collect();
            assert_eq!(bodies.len(), said.len(), "{kind:?}");
        }
    }

    #[test]
    fn what_nobody_knows_is_not_in_the_dialect_or_has_a_flag_that_is_not() {
        use mavlink::Message as _;
        use mavlink::dialects::ardupilotmega::MavMessage;
        for saying in said(FloodKind::UnknownMessages) {
            assert!(MavMessage::default_message_from_id(saying.body.id).is_none());
            assert_eq!(saying.flags, 0);
        }
        let flags: HashSet<u8> = said(FloodKind::UnknownFlags)
            .iter()
            .map(|saying| saying.flags)
            .collect();
        assert_eq!(flags, HashSet::from(UNKNOWN_FLAGS));
    }

    #[test]
    fn a_number_that_is_out_of_bounds_is_named() {
        let refused = |spoil: fn(&mut FloodPlan)| {
            let mut plan = plan(FloodKind::SystemIds);
            spoil(&mut plan);
            Flood::new(plan, 0, 5).unwrap_err().field
        };
        assert_eq!(refused(|plan| plan.hz = 0.0), "hz");
        assert_eq!(refused(|plan| plan.radius_m = f64::NAN), "radius_m");
        assert_eq!(
            refused(|plan| plan.window = Window::seconds(5, 5)),
            "window"
        );
    }

    fn said(kind: FloodKind) -> Vec<Saying> {
        let mut flood = Flood::new(plan(kind), 1_770_000_000_000_000, 5).unwrap();
        std::iter::from_fn(|| flood.poll_saying(60 * SECOND)).collect()
    }

    fn plan(kind: FloodKind) -> FloodPlan {
        let around = Place {
            lat_deg: 41.5,
            lon_deg: 21.5,
        };
        FloodPlan {
            window: Window::seconds(5, 15),
            hz: 50.0,
            ..FloodPlan::new(kind, around)
        }
    }
}
