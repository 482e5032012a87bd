//! What a vehicle tells wrongly, and when.
//!
//! Pure. A fault changes what is told and never where the vehicle truly is; what is told
//! outside its window is the same as without it.

use std::time::Duration;

use mavlink::dialects::ardupilotmega::GpsFixType;

use crate::flight::Motion;
use crate::frame::{FrameKind, Telling};
use crate::geodesy::{Place, Step};
use crate::window::Window;

/// How long a receiver that is being jammed keeps its fix, seconds.
const JAMMED_FIX_S: f64 = 3.0;
/// How fast the accuracy that a jammed receiver reports gets worse, metres per second.
const JAMMED_H_ACC_MPS: f64 = 15.0;
/// The accuracy that a receiver without a fix reports, metres.
const NO_FIX_H_ACC_M: f64 = 1_000.0;
/// Where an autopilot believes to be before it has a fix, seen in recordings.
const NEAR_ZERO: Place = Place {
    lat_deg: 353e-7,
    lon_deg: -129e-7,
};
/// Where a receiver says that it is before it has a fix.
const ZERO: Place = Place {
    lat_deg: 0.0,
    lon_deg: 0.0,
};

/// A fault that begins and ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VehicleFault {
    /// When.
    pub window: Window,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a vehicle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FaultKind {
    /// It boots: silent for the window, then its boot clock and its numbers start anew.
    Reboot,
    /// Its receiver is jammed: the accuracy gets worse, after three seconds there is no fix.
    ///
    /// The autopilot believes to go on straight ahead.
    Jam,
    /// Its receiver is spoofed: it believes to be beside its true place by this step at once.
    SpoofJump(Step),
    /// Its receiver is spoofed slowly: what it believes drifts away by this step each second.
    SlowDrift(Step),
    /// It says the place and speed of the window's start again and again.
    FrozenFix,
    /// It has no fix yet and says that it is near 0,0.
    NearZero,
    /// Its receiver loses the fix at once and stays where it was; the autopilot believes to go on
    /// straight ahead.
    FixLost,
    /// It says its latitude for its longitude, and the reverse.
    SwappedAxes,
    /// Its civil clock is wrong by so many seconds.
    WrongClock(f64),
    /// Nothing but `HIGH_LATENCY2` is heard of it.
    HighLatencyOnly,
    /// It signs with another key.
    WrongKey,
    /// A bit of each signature is flipped.
    BrokenSignature,
    /// Somebody sends the first signed frame of the flight again after each of its frames.
    ReplayedFrame,
    /// It does not sign.
    Unsigned,
}

/// What the faults make of a vehicle at one instant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wrong<'a> {
    now: Duration,
    kinds: Vec<(&'a VehicleFault, FaultKind)>,
}

impl<'a> Wrong<'a> {
    /// Finds the faults that there are at a time.
    pub(crate) fn at(faults: &'a [VehicleFault], now: Duration) -> Self {
        let there = faults.iter().filter(|fault| fault.window.contains(now));
        Self {
            now,
            kinds: there.map(|fault| (fault, fault.kind)).collect(),
        }
    }

    /// Says whether a kind of message is not sent.
    pub(crate) fn silences(&self, kind: FrameKind) -> bool {
        self.has(FaultKind::Reboot)
            || self.has(FaultKind::HighLatencyOnly) && kind != FrameKind::HighLatency2
    }

    /// Says whether there is a fault of a kind that has no number.
    pub(crate) fn has(&self, kind: FaultKind) -> bool {
        self.kinds.iter().any(|(_, there)| *there == kind)
    }

    /// Spoils what is told; `before` is what was told last before the place froze, `adrift_at` how the
    /// vehicle moved when it lost its receiver.
    pub(crate) fn spoil(&self, telling: &mut Telling, before: Option<&Told>, adrift_at: Motion) {
        for (fault, kind) in &self.kinds {
            let passed_s = self.now.saturating_sub(fault.window.from).as_secs_f64();
            match kind {
                FaultKind::Jam => jam(telling, adrift_at, passed_s),
                FaultKind::SpoofJump(step) => shift(telling, *step),
                FaultKind::SlowDrift(step) => shift(telling, step.times(passed_s)),
                FaultKind::FrozenFix => {
                    if let Some(before) = before {
                        before.repeat(telling);
                    }
                }
                FaultKind::NearZero => be_near_zero(telling),
                FaultKind::FixLost => lose_fix(telling, adrift_at, passed_s),
                FaultKind::SwappedAxes => swap_axes(telling),
                FaultKind::WrongClock(_) => telling.unix_us = self.clock(telling.unix_us),
                FaultKind::Reboot
                | FaultKind::HighLatencyOnly
                | FaultKind::WrongKey
                | FaultKind::BrokenSignature
                | FaultKind::ReplayedFrame
                | FaultKind::Unsigned => {}
            }
        }
    }

    /// Returns what the vehicle's clock makes of civil time, microseconds since the Unix epoch.
    pub(crate) fn clock(&self, unix_us: u64) -> u64 {
        let wrong = self.kinds.iter().find_map(|(_, kind)| match kind {
            FaultKind::WrongClock(seconds) => Some(*seconds),
            FaultKind::Reboot
            | FaultKind::Jam
            | FaultKind::SpoofJump(_)
            | FaultKind::SlowDrift(_)
            | FaultKind::FrozenFix
            | FaultKind::NearZero
            | FaultKind::FixLost
            | FaultKind::SwappedAxes
            | FaultKind::HighLatencyOnly
            | FaultKind::WrongKey
            | FaultKind::BrokenSignature
            | FaultKind::ReplayedFrame
            | FaultKind::Unsigned => None,
        });
        wrong.map_or(unix_us, |seconds| moved(unix_us, seconds))
    }

    /// Returns since when the autopilot does without its receiver.
    pub(crate) fn adrift_since(&self) -> Option<Duration> {
        let mut adrift = self
            .kinds
            .iter()
            .filter(|(_, kind)| matches!(kind, FaultKind::Jam | FaultKind::FixLost));
        adrift.next().map(|(fault, _)| fault.window.from)
    }
}

/// Returns when a vehicle last booted before a time, if it did since the start.
pub(crate) fn booted_at(faults: &[VehicleFault], now: Duration) -> Option<Duration> {
    let reboots = faults
        .iter()
        .filter(|fault| fault.kind == FaultKind::Reboot);
    let begun = reboots.map(|fault| fault.window.from);
    begun.filter(|from| *from <= now).max()
}

/// What was told of a place.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    motion: Motion,
    place: Place,
    fix_place: Place,
    height_m: f64,
}

impl Told {
    /// Keeps what a telling says of the place.
    pub(crate) fn by(telling: &Telling) -> Self {
        Self {
            motion: telling.motion,
            place: telling.place,
            fix_place: telling.fix.place,
            height_m: telling.height_m,
        }
    }

    fn repeat(&self, telling: &mut Telling) {
        telling.motion = self.motion;
        telling.place = self.place;
        telling.fix.place = self.fix_place;
        telling.height_m = self.height_m;
    }
}

fn jam(telling: &mut Telling, jammed_at: Motion, passed_s: f64) {
    telling.fix.is_jammed = true;
    telling.fix.h_acc_m += JAMMED_H_ACC_MPS * passed_s;
    if JAMMED_FIX_S <= passed_s {
        telling.fix.kind = GpsFixType::GPS_FIX_TYPE_NO_FIX;
        telling.fix.satellites = 2;
        telling.fix.place = ahead(jammed_at, JAMMED_FIX_S);
        go_straight_on(telling, jammed_at, passed_s);
    } else {
        telling.fix.satellites = 5;
    }
}

fn lose_fix(telling: &mut Telling, lost_at: Motion, passed_s: f64) {
    telling.fix.h_acc_m = NO_FIX_H_ACC_M;
    telling.fix.kind = GpsFixType::GPS_FIX_TYPE_NO_FIX;
    telling.fix.satellites = 0;
    telling.fix.place = lost_at.place;
    go_straight_on(telling, lost_at, passed_s);
}

/// Lets the autopilot reckon its place by its speed of a while ago.
fn go_straight_on(telling: &mut Telling, from: Motion, passed_s: f64) {
    telling.place = ahead(from, passed_s);
    telling.motion = Motion {
        place: telling.place,
        ..from
    };
}

fn ahead(from: Motion, passed_s: f64) -> Place {
    let speed = Step {
        north_m: from.north_mps,
        east_m: from.east_mps,
    };
    from.place.after(speed.times(passed_s))
}

fn swap_axes(telling: &mut Telling) {
    for place in [&mut telling.place, &mut telling.fix.place] {
        *place = Place {
            lat_deg: place.lon_deg,
            lon_deg: place.lat_deg,
        };
    }
}

fn shift(telling: &mut Telling, step: Step) {
    telling.place = telling.place.after(step);
    telling.fix.place = telling.fix.place.after(step);
}

fn be_near_zero(telling: &mut Telling) {
    telling.place = NEAR_ZERO;
    telling.fix.place = ZERO;
    telling.fix.kind = GpsFixType::GPS_FIX_TYPE_NO_FIX;
    telling.fix.satellites = 0;
    telling.motion.north_mps = 0.0;
    telling.motion.east_mps = 0.0;
}

/// Moves civil time, microseconds since the Unix epoch, by so many seconds.
fn moved(unix_us: u64, seconds: f64) -> u64 {
    let by = Duration::try_from_secs_f64(seconds.abs()).unwrap_or(Duration::MAX);
    let by_us = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
    if seconds < 0.0 {
        unix_us.saturating_sub(by_us)
    } else {
        unix_us.saturating_add(by_us)
    }
}

#[cfg(test)]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the dialect has hundreds of messages"
)]
mod tests {
    use mavlink::MavlinkReader;
    use mavlink::dialects::ardupilotmega::MavMessage;

    use super::*;
    use crate::plan::VehiclePlan;
    use crate::vehicle::{Frame, Vehicle};

    const START_UNIX_US: u64 = 1_770_000_000_000_000;
    const LASTS: Duration = Duration::from_secs(90);
    const WINDOW: Window = Window::seconds(30, 60);

    #[test]
    fn outside_its_window_a_fault_changes_nothing() {
        let whole = fly(&[]);
        let step = Step {
            north_m: 50.0,
            east_m: 0.0,
        };
        for kind in [
            FaultKind::Jam,
            FaultKind::SpoofJump(step),
            FaultKind::SlowDrift(step),
            FaultKind::FrozenFix,
            FaultKind::NearZero,
            FaultKind::FixLost,
            FaultKind::SwappedAxes,
            FaultKind::WrongClock(-3_600.0),
        ] {
            let spoiled = fly(&[kind]);
            assert_eq!(spoiled.len(), whole.len(), "{kind:?}");
            let mut differ = 0;
            for (frame, clean) in spoiled.iter().zip(&whole) {
                differ += u32::from(frame != clean);
                assert!(frame == clean || WINDOW.contains(frame.due), "{kind:?}");
            }
            assert!(20 < differ, "{kind:?} changes {differ} frames");
        }
    }

    #[test]
    fn a_jump_and_a_drift_lead_beside_the_true_place() {
        let step = Step {
            north_m: 400.0,
            east_m: -300.0,
        };
        for (due, off_m) in off_by(FaultKind::SpoofJump(step)) {
            assert!((off_m - 500.0).abs() < 1.0, "{off_m} m at {due:?}");
        }
        for (due, off_m) in off_by(FaultKind::SlowDrift(step.times(0.01))) {
            let expected_m = 5.0 * due.saturating_sub(WINDOW.from).as_secs_f64();
            assert!((off_m - expected_m).abs() < 1.0, "{off_m} m at {due:?}");
        }
    }

    #[test]
    fn a_frozen_fix_stays_where_it_was_while_its_time_goes_on() {
        let frames = fly(&[FaultKind::FrozenFix]);
        let during = frames.iter().filter(|frame| WINDOW.contains(frame.due));
        let told: Vec<_> = during.filter_map(global_position).collect();
        assert!(100 < told.len());
        for pair in told.windows(2) {
            assert_eq!((pair[0].1, pair[0].2), (pair[1].1, pair[1].2));
            assert!(pair[0].0 < pair[1].0, "boot milliseconds go on");
        }
    }

    #[test]
    fn a_jammed_receiver_gets_worse_and_loses_its_fix() {
        let frames = fly(&[FaultKind::Jam]);
        let raws = frames.iter().filter_map(|frame| match message(frame) {
            MavMessage::GPS_RAW_INT(raw) if WINDOW.contains(frame.due) => Some((frame.due, raw)),
            _ => None,
        });
        let mut last_mm = 0;
        for (due, raw) in raws {
            assert!(last_mm < raw.h_acc, "{due:?}");
            last_mm = raw.h_acc;
            let has_fix = raw.fix_type == GpsFixType::GPS_FIX_TYPE_3D_FIX;
            assert_eq!(
                has_fix,
                due < WINDOW.from + Duration::from_secs(3),
                "{due:?}"
            );
        }
        assert!(400_000 < last_mm, "{last_mm} mm in the end");
    }

    #[test]
    fn before_the_fix_a_vehicle_is_near_zero() {
        let frames = fly(&[FaultKind::NearZero]);
        let during = frames.iter().filter(|frame| WINDOW.contains(frame.due));
        for (_, lat, lon) in during.filter_map(global_position) {
            assert_eq!((lat, lon), (353, -129));
        }
    }

    #[test]
    fn a_lost_fix_is_told_at_once_while_the_autopilot_goes_straight_on() {
        let frames = fly(&[FaultKind::FixLost]);
        let during = frames.iter().filter(|frame| WINDOW.contains(frame.due));
        let mut raws = 0;
        for frame in during.clone() {
            if let MavMessage::GPS_RAW_INT(raw) = message(frame) {
                assert_eq!(raw.fix_type, GpsFixType::GPS_FIX_TYPE_NO_FIX);
                raws += 1;
            }
        }
        assert_eq!(raws, 60);
        let told: Vec<_> = during.filter_map(global_position).collect();
        let (first, last) = (told[0], told[told.len() - 1]);
        assert!(
            (first.1 - last.1).abs() < 100,
            "east, {first:?} to {last:?}"
        );
        assert!(first.2 < last.2, "{first:?} to {last:?}");
    }

    #[test]
    fn swapped_axes_are_told_the_wrong_way_round() {
        let (clean, spoiled) = (fly(&[]), fly(&[FaultKind::SwappedAxes]));
        for (one, other) in clean.iter().zip(&spoiled) {
            let places = (global_position(one), global_position(other));
            let (Some((_, lat, lon)), Some((_, told_lat, told_lon))) = places else {
                continue;
            };
            let expected = if WINDOW.contains(one.due) {
                (lon, lat)
            } else {
                (lat, lon)
            };
            assert_eq!((told_lat, told_lon), expected, "{:?}", one.due);
        }
    }

    #[test]
    fn a_reboot_is_silent_and_starts_the_boot_clock_and_the_numbers_anew() {
        let frames = fly(&[FaultKind::Reboot]);
        assert!(frames.iter().all(|frame| !WINDOW.contains(frame.due)));
        let after: Vec<_> = frames
            .iter()
            .filter(|frame| WINDOW.until <= frame.due)
            .collect();
        assert_eq!(after[0].bytes[4], 0, "the first number");
        for (frame, (boot_ms, ..)) in after
            .iter()
            .filter_map(|frame| Some((frame, global_position(frame)?)))
        {
            let since_boot = Duration::from_millis(boot_ms.into());
            let expected = frame.due.saturating_sub(WINDOW.from);
            assert!(expected.abs_diff(since_boot) < Duration::from_millis(2));
        }
    }

    #[test]
    fn over_a_satellite_nothing_but_high_latency_2_is_heard() {
        let frames = fly(&[FaultKind::HighLatencyOnly]);
        let during = frames.iter().filter(|frame| WINDOW.contains(frame.due));
        let kinds: Vec<FrameKind> = during.map(|frame| frame.kind).collect();
        assert_eq!(kinds, [FrameKind::HighLatency2; 3]);
    }

    #[test]
    fn a_wrong_clock_is_wrong_by_what_was_said() {
        let clean = times(&fly(&[]));
        let wrong = times(&fly(&[FaultKind::WrongClock(-3_600.0)]));
        for ((due, clean_us), (_, wrong_us)) in clean.iter().zip(&wrong) {
            let expected = if WINDOW.contains(*due) {
                3_600_000_000
            } else {
                0
            };
            assert_eq!(clean_us - wrong_us, expected, "{due:?}");
        }
    }

    /// How far what is told is from what is told without the fault, while there is one.
    fn off_by(kind: FaultKind) -> Vec<(Duration, f64)> {
        let (clean, spoiled) = (fly(&[]), fly(&[kind]));
        let pairs = clean.iter().zip(&spoiled);
        let off = pairs
            .filter(|(frame, _)| WINDOW.contains(frame.due))
            .filter_map(|(one, other)| {
                let place = |frame| {
                    let (_, lat, lon) = global_position(frame)?;
                    Some(Place {
                        lat_deg: f64::from(lat) / 1e7,
                        lon_deg: f64::from(lon) / 1e7,
                    })
                };
                Some((one.due, place(one)?.step_to(place(other)?).length_m()))
            });
        off.collect()
    }

    fn global_position(frame: &Frame) -> Option<(u32, i32, i32)> {
        match message(frame) {
            MavMessage::GLOBAL_POSITION_INT(said) => Some((said.time_boot_ms, said.lat, said.lon)),
            _ => None,
        }
    }

    fn times(frames: &[Frame]) -> Vec<(Duration, u64)> {
        let said = frames.iter().filter_map(|frame| match message(frame) {
            MavMessage::SYSTEM_TIME(said) => Some((frame.due, said.time_unix_usec)),
            _ => None,
        });
        said.collect()
    }

    fn message(frame: &Frame) -> MavMessage {
        let mut reader = MavlinkReader::new(&frame.bytes[..]);
        reader.read_any_message().unwrap().1
    }

    fn fly(kinds: &[FaultKind]) -> Vec<Frame> {
        let place = |lon_deg| Place {
            lat_deg: 41.5,
            lon_deg,
        };
        let faults = kinds.iter().map(|kind| VehicleFault {
            window: WINDOW,
            kind: *kind,
        });
        let plan = VehiclePlan {
            faults: faults.collect(),
            ..VehiclePlan::new(vec![place(21.0), place(21.5)], 7)
        };
        let mut vehicle = Vehicle::new(plan, START_UNIX_US, 5).unwrap();
        std::iter::from_fn(|| vehicle.poll_frame(LASTS)).collect()
    }
}
