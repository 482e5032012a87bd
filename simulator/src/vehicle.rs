//! One vehicle: from the time since the start to the frames that are due.
//!
//! Pure. Invariants: the same plan, start and seed give the same bytes, however often
//! or rarely they are asked for, since each frame is made for the time it is due at;
//! losing frames changes no other frame.

use std::collections::VecDeque;
use std::time::Duration;

use mavlink::dialects::ardupilotmega::{GpsFixType, MavMessage};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::answer::{self, Deed};
use crate::fault::{self, FaultKind, Told, VehicleFault, Wrong};
use crate::flight::{Flight, Motion};
use crate::frame::{self, Fix, FrameKind, Telling};
use crate::geodesy::Step;
use crate::noise::Wander;
use crate::packet::{self, Body, Sender};
use crate::plan::{PlanError, VehiclePlan};
use crate::schedule::Schedule;
use crate::signing::{self, SigningKey};

/// How long at most a vehicle lets the others speak first, milliseconds.
const START_MS_MAX: u64 = 250;
/// How long ago a vehicle booted, milliseconds.
const BOOTED_MS: std::ops::Range<u64> = 30_000..300_000;
/// How often a vehicle is heard that is heard by satellite only, hertz.
const HIGH_LATENCY_HZ: f64 = 0.1;
/// The time between two answers.
const ANSWER_SPACING: Duration = Duration::from_millis(5);
/// How many answers wait at most.
const ANSWERS_MAX: usize = 256;

/// A vehicle under way.
///
/// 1. Ask [`next_due`](Self::next_due) and wait until then.
/// 2. Call [`poll_frame`](Self::poll_frame) until it returns nothing, and send the frames.
#[derive(Debug)]
pub struct Vehicle {
    plan: VehiclePlan,
    flight: Flight,
    schedule: Schedule,
    start_unix_us: u64,
    booted_before: Duration,
    errors: [Wander; 3],
    noise_rng: StdRng,
    loss_rng: StdRng,
    sequence: u8,
    /// What was told last while the place was not frozen.
    told: Option<Told>,
    /// What it has been asked for, and when it says it.
    answers: VecDeque<(Duration, Sender, Body)>,
    /// The boot that the last message came from.
    booted_at: Option<Duration>,
}

/// A frame that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When it is due, since the start.
    pub due: Duration,
    /// What it is.
    pub kind: FrameKind,
    /// Its bytes, from the magic to the checksum.
    pub bytes: Vec<u8>,
    /// Whether the plan's loss takes it: then it must not be sent.
    pub lost: bool,
}

/// A message that is due, before a link has numbered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saying {
    /// When it is due, since the start.
    pub(crate) due: Duration,
    /// What it is.
    pub(crate) kind: FrameKind,
    /// Who says it.
    pub(crate) sender: Sender,
    /// What it says.
    pub(crate) body: Body,
    /// MAVLink 2's incompatibility flags.
    pub(crate) flags: u8,
    /// How it is signed, if it is.
    pub(crate) signing: Option<Signing>,
    /// Whether its sender counts anew from here, since it booted.
    pub(crate) is_anew: bool,
    /// Whether the plan's loss takes it.
    pub(crate) lost: bool,
}

/// How a message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signing {
    /// With which key.
    pub(crate) key: SigningKey,
    /// When, in steps of the clock of signatures.
    pub(crate) steps: u64,
    /// Whether a bit of it is flipped.
    pub(crate) is_broken: bool,
    /// Whether somebody sends an old frame again behind it.
    pub(crate) is_replayed: bool,
}

impl Vehicle {
    /// Puts a vehicle at the start of its plan.
    ///
    /// `start_unix_us` is the vehicle's own civil time at the start, microseconds since
    /// the Unix epoch.
    ///
    /// # Errors
    ///
    /// Says what in the plan cannot be flown.
    pub fn new(plan: VehiclePlan, start_unix_us: u64, seed: u64) -> Result<Self, PlanError> {
        let flight = plan.flight()?;
        let mut noise_rng = StdRng::seed_from_u64(seed);
        let loss_rng = StdRng::seed_from_u64(noise_rng.random());
        let start = Duration::from_millis(noise_rng.random_range(0..START_MS_MAX));
        let mut rates_hz = plan.rates_hz().to_vec();
        rates_hz.extend(&plan.others_hz);
        let falls_back = |fault: &VehicleFault| fault.kind == FaultKind::HighLatencyOnly;
        let says = |kind| rates_hz.iter().any(|(said, _)| *said == kind);
        if plan.faults.iter().any(falls_back) && !says(FrameKind::HighLatency2) {
            rates_hz.push((FrameKind::HighLatency2, HIGH_LATENCY_HZ));
        }
        let sigmas_m = [
            plan.noise_m,
            plan.noise_m,
            plan.noise_m * frame::VERTICAL_FACTOR,
        ];
        let by_chance = Duration::from_millis(noise_rng.random_range(BOOTED_MS));
        Ok(Self {
            schedule: Schedule::new(start, &rates_hz),
            booted_before: plan.booted_before.unwrap_or(by_chance),
            errors: sigmas_m.map(|sigma_m| Wander::new(sigma_m, &mut noise_rng)),
            sequence: noise_rng.random(),
            told: None,
            answers: VecDeque::new(),
            booted_at: None,
            plan,
            flight,
            start_unix_us,
            noise_rng,
            loss_rng,
        })
    }

    /// Returns when the next frame is due, since the start.
    #[must_use]
    pub fn next_due(&self) -> Duration {
        let answer = self.answers.front().map(|(due, ..)| *due);
        let dues = answer.into_iter().chain(self.schedule.next_due());
        dues.min().unwrap_or(Duration::MAX)
    }

    /// Makes the next frame if one is due at `now`, a time since the start.
    ///
    /// It is not signed: what a signature says depends on the link, which a [`Sky`] has.
    ///
    /// [`Sky`]: crate::sky::Sky
    pub fn poll_frame(&mut self, now: Duration) -> Option<Frame> {
        let saying = self.poll_saying(now)?;
        if saying.is_anew {
            self.sequence = 0;
        }
        let bytes = packet::encode(saying.sender, self.sequence, saying.flags, &saying.body);
        self.sequence = self.sequence.wrapping_add(1);
        Some(Frame {
            due: saying.due,
            kind: saying.kind,
            bytes,
            lost: saying.lost,
        })
    }

    /// Makes the next message if one is due at `now`, a time since the start.
    pub(crate) fn poll_saying(&mut self, now: Duration) -> Option<Saying> {
        loop {
            let answer = self.answers.front().map(|(due, ..)| *due);
            if let Some(due) = answer
                && due <= now
                && self.schedule.next_due().is_none_or(|next| due < next)
            {
                let (due, sender, body) = self.answers.pop_front()?;
                if let Some(saying) = self.finish(due, FrameKind::Answer, sender, body) {
                    return Some(saying);
                }
                continue;
            }
            let (due, kind) = self.schedule.take_due(now)?;
            if let Some(saying) = self.say(due, kind) {
                return Some(saying);
            }
        }
    }

    /// Hears a message of a ground station at `now`, a time since the start.
    ///
    /// What it says in answer is due at once, one message every few milliseconds. Messages
    /// beyond [`ANSWERS_MAX`] that wait are not answered.
    pub(crate) fn hear(&mut self, now: Duration, message: &MavMessage) {
        for deed in answer::deeds(self.plan.system_id, message) {
            match deed {
                Deed::Say(message) => {
                    let body = Body::new(self.plan.version, &message);
                    self.answer(now, self.sender(), body);
                }
                Deed::TellVersion => {
                    let telling = self.telling_at(now);
                    let told = telling.message(FrameKind::AutopilotVersion, self.sender());
                    if let Some((sender, body)) = told {
                        self.answer(now, sender, body);
                    }
                }
                Deed::SetPeriod(kind, period) => {
                    let period = period.unwrap_or_else(|| self.usual_period(kind));
                    self.schedule.set_period(kind, now, period);
                }
            }
        }
    }

    fn answer(&mut self, now: Duration, sender: Sender, body: Body) {
        let last = self.answers.back().map(|(due, ..)| *due);
        let due = last.map_or(now, |last| now.max(last.saturating_add(ANSWER_SPACING)));
        if self.answers.len() < ANSWERS_MAX {
            self.answers.push_back((due, sender, body));
        }
    }

    fn usual_period(&self, kind: FrameKind) -> Duration {
        let usual = self.plan.rates_hz();
        let mut rates = usual.iter().chain(&self.plan.others_hz);
        match rates.find(|(said, _)| *said == kind) {
            Some((_, rate_hz)) if 0.0 < *rate_hz => Duration::from_secs_f64(1.0 / rate_hz),
            Some(_) | None => Duration::ZERO,
        }
    }

    /// Makes a message of its own accord; nothing if a fault silences it.
    ///
    /// Chance takes its course all the same, so that a fault changes nothing outside its window.
    fn say(&mut self, due: Duration, kind: FrameKind) -> Option<Saying> {
        let (sender, body) = self.telling_at(due).message(kind, self.sender())?;
        self.finish(due, kind, sender, body)
    }

    fn finish(&mut self, due: Duration, kind: FrameKind, by: Sender, body: Body) -> Option<Saying> {
        let lost = self.loss_rng.random_bool(self.plan.loss);
        let wrong = Wrong::at(&self.plan.faults, due);
        if wrong.silences(kind) {
            return None;
        }
        let signing = self
            .plan
            .signing
            .filter(|_| !wrong.has(FaultKind::Unsigned));
        let signing = signing.map(|key| Signing {
            key: if wrong.has(FaultKind::WrongKey) {
                key.another()
            } else {
                key
            },
            steps: signing::steps(wrong.clock(self.unix_us_at(due))),
            is_broken: wrong.has(FaultKind::BrokenSignature),
            is_replayed: wrong.has(FaultKind::ReplayedFrame),
        });
        let booted_at = fault::booted_at(&self.plan.faults, due);
        let is_anew = booted_at != std::mem::replace(&mut self.booted_at, booted_at);
        Some(Saying {
            due,
            kind,
            sender: by,
            body,
            flags: 0,
            signing,
            is_anew,
            lost,
        })
    }

    fn unix_us_at(&self, time: Duration) -> u64 {
        let passed_us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.start_unix_us.saturating_add(passed_us)
    }

    /// Returns who the vehicle is.
    pub(crate) fn sender(&self) -> Sender {
        let plan = &self.plan;
        Sender::new(plan.version, plan.system_id, plan.component_id)
    }

    /// Returns the number of the first frame.
    pub(crate) fn first_sequence(&self) -> u8 {
        self.sequence
    }

    /// Returns where the vehicle truly is at a time since the start, without noise.
    #[must_use]
    pub fn motion_at(&self, time: Duration) -> Motion {
        self.flight.at(time)
    }

    fn telling_at(&mut self, time: Duration) -> Telling {
        let [north_m, east_m, height_error_m] = {
            let rng = &mut self.noise_rng;
            self.errors.each_mut().map(|error| error.at(time, rng))
        };
        let plan = &self.plan;
        let motion = self.flight.at(time);
        let place = motion.place.after(Step { north_m, east_m });
        let since_boot = match fault::booted_at(&plan.faults, time) {
            Some(booted_at) => time.saturating_sub(booted_at),
            None => self.booted_before.saturating_add(time),
        };
        let mut telling = Telling {
            since_boot,
            unix_us: self.unix_us_at(time),
            mav_type: plan.mav_type,
            motion,
            place,
            fix: Fix {
                place,
                kind: GpsFixType::GPS_FIX_TYPE_3D_FIX,
                satellites: 14,
                h_acc_m: plan.reported_h_acc_m(),
                is_jammed: false,
            },
            height_m: plan.height_m + height_error_m,
            home_alt_msl_m: plan.home_alt_msl_m,
            geoid_m: plan.geoid_m,
            identity: plan.identity.clone(),
        };
        let wrong = Wrong::at(&plan.faults, time);
        let adrift_at = wrong.adrift_since().map_or(motion, |at| self.flight.at(at));
        wrong.spoil(&mut telling, self.told.as_ref(), adrift_at);
        if !wrong.has(FaultKind::FrozenFix) {
            self.told = Some(Told::by(&telling));
        }
        telling
    }
}

#[cfg(test)]
mod tests {
    use mavlink::dialects::ardupilotmega::{GpsFixType, MavMessage, MavType};
    use mavlink::{MavHeader, MavlinkReader, MavlinkVersion};

    use super::*;
    use crate::geodesy::Place;

    const MINUTE: Duration = Duration::from_secs(60);
    const START_UNIX_US: u64 = 1_770_000_000_000_000;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let frames = |seed| drain(&mut vehicle(&plan(), seed), MINUTE);
        assert_eq!(frames(5), frames(5));
        assert_ne!(frames(5), frames(6));
    }

    #[test]
    fn asking_often_gives_the_same_bytes_as_asking_once() {
        let once = drain(&mut vehicle(&plan(), 5), MINUTE);
        let mut often = Vec::new();
        let mut asked = vehicle(&plan(), 5);
        while asked.next_due() <= MINUTE {
            let due = asked.next_due();
            often.extend(asked.poll_frame(due));
        }
        assert_eq!(once, often);
    }

    #[test]
    fn rates_are_kept_and_sequence_numbers_follow() {
        let frames = drain(&mut vehicle(&plan(), 5), MINUTE);
        let count = |kind| frames.iter().filter(|frame| frame.kind == kind).count();
        assert_eq!(count(FrameKind::Heartbeat), 60);
        assert_eq!(count(FrameKind::SystemTime), 60);
        assert_eq!(count(FrameKind::GpsRaw), 120);
        assert!((239..=240).contains(&count(FrameKind::GlobalPosition)));
        for pair in frames.windows(2) {
            let (before, after) = (pair[0].bytes[4], pair[1].bytes[4]);
            assert_eq!(after, before.wrapping_add(1));
        }
    }

    #[test]
    fn losing_frames_changes_no_other_frame() {
        let whole = drain(&mut vehicle(&plan(), 5), MINUTE);
        let lossy_plan = VehiclePlan {
            loss: 0.25,
            ..plan()
        };
        let lossy = drain(&mut vehicle(&lossy_plan, 5), MINUTE);
        let lost = lossy.iter().filter(|frame| frame.lost).count();
        assert!((90..150).contains(&lost), "{lost} of {} lost", lossy.len());
        for (kept, sent) in whole.iter().zip(&lossy) {
            assert_eq!(kept.bytes, sent.bytes);
        }
    }

    #[test]
    fn both_versions_decode_to_what_was_meant() {
        for version in [MavlinkVersion::V1, MavlinkVersion::V2] {
            check_decoded(version);
        }
    }

    #[test]
    fn noise_stays_near_its_size() {
        let noisy = VehiclePlan {
            noise_m: 2.0,
            speed_mps: 0.0,
            ..plan()
        };
        let mut vehicle = vehicle(&noisy, 5);
        let truth = vehicle.motion_at(Duration::ZERO).place;
        let (mut sum, mut count) = (0.0, 0.0);
        for frame in drain(&mut vehicle, 60 * MINUTE) {
            if let MavMessage::GLOBAL_POSITION_INT(said) = decode(&frame.bytes).1 {
                let step = truth.step_to(told(said.lat, said.lon));
                sum += step.north_m * step.north_m + step.east_m * step.east_m;
                count += 2.0;
            }
        }
        let size = f64::sqrt(sum / count);
        assert!((1.4..2.6).contains(&size), "{size} m on each axis");
    }

    #[track_caller]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the dialect has hundreds of messages"
    )]
    fn check_decoded(version: MavlinkVersion) {
        let quiet = VehiclePlan {
            version,
            noise_m: 0.0,
            offset_m: 40.0,
            mav_type: MavType::MAV_TYPE_FIXED_WING,
            h_acc_m: Some(2.25),
            ..plan()
        };
        let truth = vehicle(&quiet, 5);
        for frame in drain(&mut vehicle(&quiet, 5), MINUTE) {
            let (header, message) = decode(&frame.bytes);
            assert_eq!((header.system_id, header.component_id), (7, 1));
            let motion = truth.motion_at(frame.due);
            match message {
                MavMessage::HEARTBEAT(said) => {
                    assert_eq!(said.mavtype, MavType::MAV_TYPE_FIXED_WING);
                }
                MavMessage::SYSTEM_TIME(said) => {
                    let passed_us = u64::try_from(frame.due.as_micros()).unwrap();
                    assert_eq!(said.time_unix_usec, START_UNIX_US + passed_us);
                }
                MavMessage::GPS_RAW_INT(said) => {
                    let off_m = motion.place.step_to(told(said.lat, said.lon)).length_m();
                    assert!(off_m < 0.02, "{off_m} m off");
                    assert_eq!(said.fix_type, GpsFixType::GPS_FIX_TYPE_3D_FIX);
                    assert_eq!((said.alt, said.vel), (250_000, 1_500));
                    let extensions = match version {
                        MavlinkVersion::V1 => (0, 0, 0),
                        MavlinkVersion::V2 => (2_250, 3_375, 295_000),
                    };
                    assert_eq!((said.h_acc, said.v_acc, said.alt_ellipsoid), extensions);
                }
                MavMessage::GLOBAL_POSITION_INT(said) => {
                    let off_m = motion.place.step_to(told(said.lat, said.lon)).length_m();
                    assert!(off_m < 0.02, "{off_m} m off");
                    assert_eq!((said.alt, said.relative_alt), (250_000, 100_000));
                    assert_eq!((said.vx, said.vy, said.hdg), (0, 1_500, 9_000));
                }
                other => panic!("{other:?} was not meant"),
            }
        }
    }

    fn plan() -> VehiclePlan {
        let place = |lon_deg| Place {
            lat_deg: 0.0,
            lon_deg,
        };
        VehiclePlan::new(vec![place(21.0), place(21.5)], 7)
    }

    fn vehicle(plan: &VehiclePlan, seed: u64) -> Vehicle {
        Vehicle::new(plan.clone(), START_UNIX_US, seed).unwrap()
    }

    fn drain(vehicle: &mut Vehicle, until: Duration) -> Vec<Frame> {
        std::iter::from_fn(|| vehicle.poll_frame(until)).collect()
    }

    fn decode(bytes: &[u8]) -> (MavHeader, MavMessage) {
        MavlinkReader::new(bytes).read_any_message().unwrap()
    }

    fn told(lat: i32, lon: i32) -> Place {
        Place {
            lat_deg: f64::from(lat) / 1e7,
            lon_deg: f64::from(lon) / 1e7,
        }
    }
}
