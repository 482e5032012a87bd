//! Positions out of messages: whose, where, when by which clock, and how good the source is.

use std::time::Duration;

use crate::track::{
    Adsb, AisVessel, Authenticity, Camera, CameraTarget, CameraView, GlobalPosition, Gnss,
    HeightAbove, Heights, HighLatency, HighLatency2, ImageCentre, Message, RemoteIdLocation,
    Report, Sender, SenderTime, SentPlace, TransponderHeight, UtmPosition, Velocity, Whom,
};
use crate::units::{Metres, Moment};

/// Where a position comes from, best first.
///
/// A filtered position outranks what it was filtered from, and one that comes often and fine one
/// that is sparse and coarse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    GlobalPosition,
    UtmPosition,
    HighLatency2,
    HighLatency,
    FirstGnss,
    SecondGnss,
    /// The only source that tracks of its kind have.
    Only(&'static str),
}

/// An instant by a clock of the sender's, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// Since it booted.
    Boot(i64),
    /// Since the Unix epoch.
    Unix(i64),
    /// Since it booted, or on a clock of the message's own: it does not say which.
    BootOrOwn(i64),
}

/// A position as a message tells it, nothing judged yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) source: Source,
    pub(super) stamp: Option<Stamp>,
    /// How old it was already when it was sent.
    pub(super) age: Option<Duration>,
    pub(super) place: SentPlace,
    pub(super) heights: Heights,
    pub(super) velocity: Option<Velocity>,
    pub(super) h_acc: Option<Metres>,
    pub(super) v_acc: Option<Metres>,
    pub(super) fix_type: Option<u8>,
    pub(super) authenticity: Authenticity,
}

impl Source {
    /// Names the message.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::GlobalPosition => "GLOBAL_POSITION_INT",
            Self::UtmPosition => "UTM_GLOBAL_POSITION",
            Self::HighLatency2 => "HIGH_LATENCY2",
            Self::HighLatency => "HIGH_LATENCY",
            Self::FirstGnss => "GPS_RAW_INT",
            Self::SecondGnss => "GPS2_RAW",
            Self::Only(message) => message,
        }
    }

    /// Says whether it is a satellite receiver's own solution.
    pub(super) const fn is_raw(self) -> bool {
        matches!(self, Self::FirstGnss | Self::SecondGnss)
    }
}

/// Says whom a message is about.
///
/// Nobody that is followed, if it is about a radio, or about an aircraft that names neither itself
/// nor a radio.
pub(super) fn whom(report: &Report) -> Option<Whom> {
    let vehicle = |sender: &Sender| Whom::Vehicle {
        namespace: sender.namespace.clone(),
        system_id: sender.system_id,
    };
    // Without a radio it is the vehicle itself that says who it is.
    let remote = |radio| match radio {
        Some(radio) => Whom::RemoteId { radio },
        None => vehicle(&report.sender),
    };
    let whom = match &report.message {
        Message::Heartbeat(_)
        | Message::SystemTime(_)
        | Message::Gnss(_)
        | Message::GlobalPosition(_)
        | Message::SecondGnss(_)
        | Message::AutopilotVersion(_)
        | Message::HighLatency(_)
        | Message::HighLatency2(_)
        | Message::UtmPosition(_)
        | Message::GnssIntegrity(_) => vehicle(&report.sender),
        Message::Adsb(aircraft) => Whom::Aircraft {
            icao: aircraft.icao,
        },
        Message::AisVessel(vessel) => Whom::Vessel { mmsi: vessel.mmsi },
        Message::CameraView(view) => Whom::CameraImage(camera(&report.sender, view.device)),
        Message::CameraTarget(target) => Whom::CameraTarget(camera(&report.sender, target.device)),
        Message::RemoteIdBasic(said) => remote(said.radio),
        Message::RemoteIdLocation(said) => remote(said.radio),
        Message::RemoteIdOperator(said) => remote(said.radio),
        Message::SystemStatus(_)
        | Message::RadioStatus(_)
        | Message::ExtendedState(_)
        | Message::RemoteIdSystem(_) => return None,
    };
    Some(whom)
}

fn camera(sender: &Sender, device: Option<u8>) -> Camera {
    Camera {
        namespace: sender.namespace.clone(),
        system_id: sender.system_id,
        number: device.unwrap_or(sender.component_id),
    }
}

impl Sample {
    /// Reads the position of a message, if it has one.
    ///
    /// What a vehicle says by its own Remote ID is left out: it says it better otherwise.
    pub(super) fn of(report: &Report) -> Option<Self> {
        let from = report.sender.authenticity;
        match &report.message {
            Message::GlobalPosition(said) => Some(global_position(said, from)),
            Message::UtmPosition(said) => utm_position(said, from),
            Message::HighLatency2(said) => Some(high_latency2(said, from)),
            Message::HighLatency(said) => Some(high_latency(said, from)),
            Message::Gnss(said) => gnss(Source::FirstGnss, said, from),
            Message::SecondGnss(said) => gnss(Source::SecondGnss, said, from),
            Message::Adsb(said) => adsb(said),
            Message::AisVessel(said) => vessel(said),
            Message::RemoteIdLocation(said) => remote_id(said, report.received),
            Message::CameraView(said) => camera_image(said, from),
            Message::CameraTarget(said) => camera_target(said, from),
            Message::Heartbeat(_)
            | Message::SystemStatus(_)
            | Message::SystemTime(_)
            | Message::RadioStatus(_)
            | Message::AutopilotVersion(_)
            | Message::ExtendedState(_)
            | Message::GnssIntegrity(_)
            | Message::RemoteIdBasic(_)
            | Message::RemoteIdSystem(_)
            | Message::RemoteIdOperator(_) => None,
        }
    }

    fn at(source: Source, place: SentPlace, authenticity: Authenticity) -> Self {
        Self {
            source,
            stamp: None,
            age: None,
            place,
            heights: Heights::default(),
            velocity: None,
            h_acc: None,
            v_acc: None,
            fix_type: None,
            authenticity,
        }
    }
}

fn global_position(said: &GlobalPosition, from: Authenticity) -> Sample {
    let place = SentPlace {
        lat_e7: said.lat_e7,
        lon_e7: said.lon_e7,
    };
    Sample {
        stamp: Some(Stamp::Boot(said.boot_ms.into())),
        heights: Heights {
            msl_m: Some(said.alt_msl_m),
            above_home_m: Some(said.alt_above_home_m),
            ..Heights::default()
        },
        velocity: Some(Velocity::from_ned(
            said.north_mps,
            said.east_mps,
            Some(said.down_mps),
        )),
        ..Sample::at(Source::GlobalPosition, place, from)
    }
}

fn utm_position(said: &UtmPosition, from: Authenticity) -> Option<Sample> {
    let velocity = |[north, east]: [f64; 2]| Velocity::from_ned(north, east, said.down_mps);
    Some(Sample {
        stamp: said.unix_us.map(|us| Stamp::Unix(millis(us))),
        heights: Heights {
            ellipsoid_m: said.alt_ellipsoid_m,
            above_ground_m: said.alt_above_ground_m,
            ..Heights::default()
        },
        velocity: said.north_east_mps.map(velocity),
        h_acc: said.h_acc,
        v_acc: said.v_acc,
        ..Sample::at(Source::UtmPosition, said.place?, from)
    })
}

fn high_latency2(said: &HighLatency2, from: Authenticity) -> Sample {
    Sample {
        stamp: Some(Stamp::BootOrOwn(said.time_ms.into())),
        heights: Heights {
            msl_m: Some(said.alt_msl_m),
            ..Heights::default()
        },
        velocity: Some(ground_speed(said.ground_speed_mps)),
        h_acc: said.h_acc,
        v_acc: said.v_acc,
        ..Sample::at(Source::HighLatency2, said.place, from)
    }
}

fn high_latency(said: &HighLatency, from: Authenticity) -> Sample {
    Sample {
        heights: Heights {
            msl_m: Some(said.alt_msl_m),
            ..Heights::default()
        },
        velocity: Some(Velocity {
            up_mps: Some(said.climb_mps),
            ..ground_speed(said.ground_speed_mps)
        }),
        fix_type: Some(said.fix_type),
        ..Sample::at(Source::HighLatency, said.place, from)
    }
}

fn gnss(source: Source, said: &Gnss, from: Authenticity) -> Option<Sample> {
    Some(Sample {
        stamp: said.time.map(|time| match time {
            SenderTime::BootUs(us) => Stamp::Boot(millis(us)),
            SenderTime::UnixUs(us) => Stamp::Unix(millis(us)),
        }),
        heights: Heights {
            msl_m: said.alt_msl_m,
            ellipsoid_m: said.alt_ellipsoid_m,
            ..Heights::default()
        },
        velocity: velocity(said.ground_speed_mps, said.course_deg, None),
        h_acc: said.h_acc,
        v_acc: said.v_acc,
        fix_type: Some(said.fix_type),
        ..Sample::at(source, said.place?, from)
    })
}

fn adsb(said: &Adsb) -> Option<Sample> {
    let authenticity = if said.is_simulated {
        Authenticity::Simulated
    } else {
        Authenticity::Broadcast
    };
    let mut heights = Heights::default();
    match said.height {
        Some(TransponderHeight::Pressure(metres)) => heights.pressure_m = Some(metres),
        Some(TransponderHeight::Geometric(metres)) => heights.ellipsoid_m = Some(metres),
        None => {}
    }
    Some(Sample {
        age: Some(Duration::from_secs(said.age_s.into())),
        heights,
        velocity: velocity(said.ground_speed_mps, said.course_deg, said.climb_mps),
        ..Sample::at(Source::Only("ADSB_VEHICLE"), said.place?, authenticity)
    })
}

fn vessel(said: &AisVessel) -> Option<Sample> {
    Some(Sample {
        age: Some(Duration::from_secs(said.age_s.into())),
        velocity: velocity(said.ground_speed_mps, said.course_deg, None),
        h_acc: said.h_acc,
        ..Sample::at(
            Source::Only("AIS_VESSEL"),
            said.place?,
            Authenticity::Broadcast,
        )
    })
}

fn remote_id(said: &RemoteIdLocation, received: Moment) -> Option<Sample> {
    said.radio?;
    Some(Sample {
        stamp: said.hour_s.map(|hour_s| within_hour(hour_s, received)),
        heights: Heights {
            ellipsoid_m: said.alt_ellipsoid_m,
            pressure_m: said.alt_pressure_m,
            above_ground_m: match said.height {
                Some(HeightAbove::Ground(metres)) => Some(metres),
                Some(HeightAbove::TakeOff(_)) | None => None,
            },
            above_home_m: match said.height {
                Some(HeightAbove::TakeOff(metres)) => Some(metres),
                Some(HeightAbove::Ground(_)) | None => None,
            },
            ..Heights::default()
        },
        velocity: velocity(said.ground_speed_mps, said.course_deg, said.climb_mps),
        h_acc: said.h_acc,
        v_acc: said.v_acc,
        ..Sample::at(
            Source::Only("OPEN_DRONE_ID_LOCATION"),
            said.place?,
            Authenticity::Broadcast,
        )
    })
}

fn camera_image(said: &CameraView, from: Authenticity) -> Option<Sample> {
    let (place, alt_msl_m) = match said.image? {
        ImageCentre::Ground { place, alt_msl_m } => (place, alt_msl_m),
        ImageCentre::AboveHorizon => return None,
    };
    Some(Sample {
        stamp: Some(Stamp::Boot(said.boot_ms.into())),
        heights: Heights {
            msl_m: alt_msl_m,
            ..Heights::default()
        },
        ..Sample::at(Source::Only("CAMERA_FOV_STATUS"), place, from)
    })
}

fn camera_target(said: &CameraTarget, from: Authenticity) -> Option<Sample> {
    let north_east = said.north_mps.zip(said.east_mps);
    Some(Sample {
        heights: Heights {
            msl_m: said.alt_msl_m,
            ..Heights::default()
        },
        velocity: north_east.map(|(north, east)| Velocity::from_ned(north, east, said.down_mps)),
        h_acc: said.h_acc,
        v_acc: said.v_acc,
        ..Sample::at(
            Source::Only("CAMERA_TRACKING_GEO_STATUS"),
            said.place?,
            from,
        )
    })
}

const fn ground_speed(ground_mps: f64) -> Velocity {
    Velocity {
        ground_mps,
        up_mps: None,
        course_deg: None,
    }
}

fn velocity(
    ground_mps: Option<f64>,
    course_deg: Option<f64>,
    up_mps: Option<f64>,
) -> Option<Velocity> {
    ground_mps.map(|ground_mps| Velocity {
        ground_mps,
        up_mps,
        course_deg,
    })
}

/// Finds the instant so many seconds after a full hour that is nearest to the arrival.
#[expect(
    clippy::cast_possible_truncation,
    reason = "an hour has few milliseconds"
)]
fn within_hour(hour_s: f64, received: Moment) -> Stamp {
    const HOUR_MS: i64 = 3_600_000;
    let into_ms = (hour_s * 1000.0).round() as i64;
    let arrival_ms = received.utc.as_micros().div_euclid(1000);
    let full = (arrival_ms - into_ms + HOUR_MS / 2).div_euclid(HOUR_MS);
    Stamp::Unix(full.saturating_mul(HOUR_MS).saturating_add(into_ms))
}

fn millis(micros: u64) -> i64 {
    i64::try_from(micros / 1000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Utc;

    #[test]
    fn seconds_of_an_hour_belong_to_the_hour_next_to_the_arrival() {
        const HOUR_S: i64 = 3600;
        let check = |arrival_s: i64, hour_s: f64, expected_s: i64| {
            let received = Moment {
                utc: Utc::from_micros(arrival_s * 1_000_000),
                ..Moment::default()
            };
            assert_eq!(
                within_hour(hour_s, received),
                Stamp::Unix(expected_s * 1000),
                "{hour_s} s, arrived at {arrival_s}"
            );
        };
        check(10 * HOUR_S + 30, 29.0, 10 * HOUR_S + 29);
        check(10 * HOUR_S + 1, 3599.0, 10 * HOUR_S - 1);
        check(10 * HOUR_S - 1, 2.0, 10 * HOUR_S + 2);
    }

    #[test]
    fn a_filtered_position_outranks_the_raw_one() {
        assert!(Source::GlobalPosition < Source::FirstGnss);
        assert!(Source::HighLatency2 < Source::FirstGnss);
        assert!(Source::FirstGnss < Source::SecondGnss);
    }
}
