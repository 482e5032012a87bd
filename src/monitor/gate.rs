//! The quality gate: which samples become fixes, and where they stand on the track's timeline.
//!
//! Pure, one gate a track. A sample that fails is counted by its reason and changes nothing
//! that a rule could see.
//!
//! | reason       | a sample is rejected because                                              |
//! |--------------|---------------------------------------------------------------------------|
//! | no fix       | a fresh `GPS_RAW_INT` says that the receiver has no 3D fix                |
//! | near zero    | it lies within 10 km of 0,0, where autopilots without a fix believe to be |
//! | out of range | it is no place on Earth                                                   |
//! | late         | its boot clock is behind the last accepted sample's                       |
//! | repeated     | its boot clock is the last accepted sample's, and so is its place, or     |
//! |              | that clock is not known to stand still                                    |
//! | jump         | no aircraft could have come there from the last accepted sample           |
//!
//! No track is filtered for ever: three samples in a row that agree with each other, but not
//! with the track, are believed, as a reboot (boot clock) or as the true place (jump). Three
//! new places under one boot clock show that the clock stands still: arrival tells the time.

use std::cmp::Ordering;
use std::time::Duration;

use crate::track::{Fix, GlobalPosition, Gnss, Report, SystemTime, TrackTime};
use crate::units::{LatLon, Metres, Moment};

/// How strict the gate is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateSettings {
    /// Faster than this, from one sample to the next, is a jump, metres per second.
    pub speed_max_mps: f64,
    /// How far a sample may be off at any speed, metres.
    pub jump_slack: Metres,
    /// Whether samples are judged at all, beyond lying on Earth and away from 0,0.
    pub plausibility: bool,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self {
            speed_max_mps: 150.0,
            jump_slack: Metres::from_millimetres(100_000),
            plausibility: true,
        }
    }
}

/// Why a sample was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rejection {
    /// The receiver has no 3D fix.
    NoFix,
    /// Near 0,0.
    NearZero,
    /// No place on Earth.
    OutOfRange,
    /// An impossible jump.
    Jump,
    /// Older than the last one.
    Late,
    /// The same sample again.
    Repeated,
}

impl Rejection {
    /// Every reason, in the order of the summary.
    pub const ALL: [Self; 6] = [
        Self::NoFix,
        Self::NearZero,
        Self::OutOfRange,
        Self::Jump,
        Self::Late,
        Self::Repeated,
    ];

    /// Names the reason in summaries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoFix => "no_fix",
            Self::NearZero => "near_zero",
            Self::OutOfRange => "out_of_range",
            Self::Jump => "jump",
            Self::Late => "late",
            Self::Repeated => "repeated",
        }
    }
}

/// A fix, and whether the path from the one before it may be taken for flown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Passed {
    /// The fix.
    pub(super) fix: Fix,
    /// False after a jump that turned out to be true: nobody knows the way between.
    pub(super) continuous: bool,
}

/// Judges the samples of one track.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    last: Option<Anchor>,
    /// Added to the boot clock to give the track's timeline, microseconds.
    offset_us: i64,
    /// Samples of another boot clock, or of another place, in a row.
    reboot: Option<Rival>,
    jump: Option<Rival>,
    /// New places that came with the boot clock of the last sample.
    standstills: u32,
    gnss: Option<(Moment, Gnss)>,
}

/// The last sample that passed.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    component_id: u8,
    boot_ms: u32,
    at: TrackTime,
    received: Moment,
    position: LatLon,
    h_acc: Option<Metres>,
}

/// A run of rejected samples that agree with each other.
#[derive(Clone, Copy, Debug)]
struct Rival {
    boot_ms: u32,
    position: Option<LatLon>,
    samples: u32,
}

/// Samples in a row that overrule what the track believed.
const RIVAL_SAMPLES: u32 = 3;
/// A boot clock that goes back by less is a late sample, never a reboot.
const REORDER_MS: u32 = 10_000;
/// How much longer than the next one a sample may have been under way.
const DELAY_MAX: Duration = Duration::from_secs(10);
/// How long a `GPS_RAW_INT` speaks for the positions after it.
const GNSS_FRESH: Duration = Duration::from_secs(5);
/// The half side of the square around 0,0, degrees: about 10 km.
const NEAR_ZERO_DEG_E7: u32 = 900_000;
/// `GPS_FIX_TYPE_3D_FIX`.
const FIX_3D: u8 = 3;

impl Gate {
    /// Remembers what the receiver says about its own quality.
    pub(super) fn handle_gnss(&mut self, received: Moment, gnss: Gnss) {
        self.gnss = Some((received, gnss));
    }

    /// Takes a component's clocks: a boot clock that went back may be a reboot.
    ///
    /// Only the component that the positions come from counts: each has booted by itself.
    pub(super) fn handle_system_time(&mut self, component_id: u8, time: SystemTime) {
        if let Some(last) = self.last
            && last.component_id == component_id
        {
            self.note_boot_clock(last.boot_ms, time.boot_ms);
        }
    }

    /// Judges one position.
    ///
    /// # Errors
    ///
    /// The reason why it is no fix.
    pub(super) fn handle_position(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &GlobalPosition,
    ) -> Result<Passed, Rejection> {
        if near_zero(sample) {
            return Err(Rejection::NearZero);
        }
        let position = LatLon::from_deg_e7(sample.lat_e7, sample.lon_e7)
            .map_err(|_out_of_range| Rejection::OutOfRange)?;
        let gnss = self.fresh_gnss(report.received);
        let h_acc = gnss.and_then(|gnss| gnss.h_acc);
        let mut offset_us = self.offset_us;
        if settings.plausibility {
            if gnss.is_some_and(|gnss| gnss.fix_type < FIX_3D) {
                return Err(Rejection::NoFix);
            }
            offset_us = self.judge_time(report.received, sample.boot_ms, position)?;
        }
        let anchor = Anchor {
            component_id: report.sender.component_id,
            boot_ms: sample.boot_ms,
            at: TrackTime::from_micros(
                (i64::from(sample.boot_ms) * 1000).saturating_add(offset_us),
            ),
            received: report.received,
            position,
            h_acc,
        };
        let continuous = !settings.plausibility || self.judge_place(settings, &anchor)?;

        self.offset_us = offset_us;
        self.last = Some(anchor);
        self.reboot = None;
        self.jump = None;
        let fix = Fix {
            at: anchor.at,
            received: report.received,
            link: report.link.clone(),
            link_loss: report.link_loss,
            component_id: report.sender.component_id,
            authenticity: report.sender.authenticity,
            position,
            alt_msl_m: Some(sample.alt_msl_m),
            alt_above_home_m: Some(sample.alt_above_home_m),
            alt_ellipsoid_m: gnss.and_then(|gnss| gnss.alt_ellipsoid_m),
            h_acc,
            v_acc: gnss.and_then(|gnss| gnss.v_acc),
            fix_type: gnss.map(|gnss| gnss.fix_type),
            velocity_ned_mps: Some([sample.north_mps, sample.east_mps, sample.down_mps]),
            boot_ms: sample.boot_ms,
            source_message: "GLOBAL_POSITION_INT",
            frame: report.frame,
        };
        Ok(Passed { fix, continuous })
    }

    /// Refuses samples that are not newer than the last one, unless the sender rebooted.
    ///
    /// Returns what is added to the boot clock from this sample on, if it passes.
    fn judge_time(
        &mut self,
        received: Moment,
        boot_ms: u32,
        position: LatLon,
    ) -> Result<i64, Rejection> {
        let Some(last) = self.last else {
            return Ok(self.offset_us);
        };
        match boot_ms.cmp(&last.boot_ms) {
            Ordering::Greater => {
                self.standstills = 0;
                return Ok(self.offset_us);
            }
            Ordering::Equal if !self.stands_still(last.position, position) => {
                return Err(Rejection::Repeated);
            }
            Ordering::Less if !self.note_boot_clock(last.boot_ms, boot_ms) => {
                return Err(Rejection::Late);
            }
            Ordering::Equal | Ordering::Less => {}
        }
        // A reboot or a standstill: the timeline runs on by the time that passed here.
        let passed = received.monotonic.since(last.received.monotonic);
        let passed_us = i64::try_from(passed.as_micros()).unwrap_or(i64::MAX);
        let at = last.at.as_micros().saturating_add(passed_us);
        Ok(at - i64::from(boot_ms) * 1000)
    }

    /// Counts new places under one boot clock; says whether they prove that it stands still.
    fn stands_still(&mut self, last: LatLon, position: LatLon) -> bool {
        if position == last {
            return false;
        }
        self.standstills = self.standstills.saturating_add(1);
        RIVAL_SAMPLES <= self.standstills
    }

    /// Counts boot clocks that lie far behind; says whether they prove a reboot.
    fn note_boot_clock(&mut self, last_ms: u32, boot_ms: u32) -> bool {
        if last_ms.saturating_sub(boot_ms) <= REORDER_MS {
            return false;
        }
        let samples = match self.reboot {
            Some(rival) if rival.boot_ms < boot_ms => rival.samples + 1,
            Some(rival) if rival.boot_ms == boot_ms => rival.samples,
            Some(_) | None => 1,
        };
        self.reboot = Some(Rival {
            boot_ms,
            position: None,
            samples,
        });
        RIVAL_SAMPLES <= samples
    }

    /// Refuses places that cannot be reached in time; says whether the way there was flown.
    fn judge_place(&mut self, settings: &GateSettings, sample: &Anchor) -> Result<bool, Rejection> {
        let Some(last) = self.last else {
            return Ok(true);
        };
        // A boot clock that runs far ahead of arrival is another vehicle's, not a long flight.
        let arrival = sample.received.monotonic.since(last.received.monotonic) + DELAY_MAX;
        let span = sample.at.since(last.at).min(arrival);
        let blur = 2.0 * (metres(sample.h_acc) + metres(last.h_acc));
        if reachable(settings, last.position, sample.position, span, blur) {
            return Ok(true);
        }
        let samples = match self.jump {
            Some(Rival {
                boot_ms: earlier,
                position: Some(place),
                samples,
            }) if reachable(
                settings,
                place,
                sample.position,
                millis_since(sample.boot_ms, earlier),
                blur,
            ) =>
            {
                samples + 1
            }
            Some(_) | None => 1,
        };
        if RIVAL_SAMPLES <= samples {
            return Ok(false);
        }
        self.jump = Some(Rival {
            boot_ms: sample.boot_ms,
            position: Some(sample.position),
            samples,
        });
        Err(Rejection::Jump)
    }

    fn fresh_gnss(&self, now: Moment) -> Option<Gnss> {
        let (received, gnss) = self.gnss?;
        (now.monotonic.since(received.monotonic) <= GNSS_FRESH).then_some(gnss)
    }
}

fn near_zero(sample: &GlobalPosition) -> bool {
    sample.lat_e7.unsigned_abs() < NEAR_ZERO_DEG_E7
        && sample.lon_e7.unsigned_abs() < NEAR_ZERO_DEG_E7
}

fn metres(length: Option<Metres>) -> f64 {
    length.map_or(0.0, Metres::get)
}

fn millis_since(later: u32, earlier: u32) -> Duration {
    Duration::from_millis(u64::from(later.saturating_sub(earlier)))
}

fn reachable(
    settings: &GateSettings,
    from: LatLon,
    to: LatLon,
    span: Duration,
    blur_m: f64,
) -> bool {
    let reach = settings.jump_slack.get() + blur_m + settings.speed_max_mps * span.as_secs_f64();
    from.distance_m(to) <= reach
}

#[cfg(test)]
mod tests;
