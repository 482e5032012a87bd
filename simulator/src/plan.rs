//! What one vehicle is told to do, with its units and its bounds.

use std::time::Duration;

use thiserror::Error;

use crate::fault::VehicleFault;
use crate::flight::{Flight, Path, PathError};
use crate::frame::{FrameKind, Identity, MavType, MavlinkVersion};
use crate::geodesy::Place;
use crate::signing::SigningKey;

/// The fastest rate of any stream, hertz.
const RATE_HZ_MAX: f64 = 1_000.0;
/// The accuracy that a receiver reports at its best, metres.
const H_ACC_M_MIN: f64 = 0.5;

/// The flight plan of one vehicle.
///
/// Start from [`VehiclePlan::new`] and set what differs; [`Vehicle::new`] checks it.
///
/// [`Vehicle::new`]: crate::vehicle::Vehicle::new
#[derive(Clone, Debug)]
pub struct VehiclePlan {
    /// The line that it follows. A line that ends where it begins is flown round and
    /// round; at the end of any other the vehicle turns round.
    pub path: Vec<Place>,
    /// MAVLink system id, 1 to 255; above that only with MAVLink 2.
    pub system_id: u32,
    /// MAVLink component id; 1 is the autopilot.
    pub component_id: u8,
    /// The MAVLink version of its frames.
    pub version: MavlinkVersion,
    /// What it says it is.
    pub mav_type: MavType,
    /// Speed along the line, metres per second; 0 hovers.
    pub speed_mps: f64,
    /// How long before the start it booted; by chance, half a minute to five minutes, if absent.
    pub booted_before: Option<Duration>,
    /// Height above home, metres.
    pub height_m: f64,
    /// Height of home above mean sea level, metres.
    pub home_alt_msl_m: f64,
    /// Height of the geoid above the WGS-84 ellipsoid, metres.
    pub geoid_m: f64,
    /// Chainage at the start, metres from the line's first place.
    pub start_m: f64,
    /// Constant distance from the line, metres, right of the line's direction positive.
    pub offset_m: f64,
    /// Amplitude of swaying about the offset, metres: the distance from the line is
    /// `offset_m + sway_m * cos(2 pi t / sway_period_s + sway_phase_rad)`.
    pub sway_m: f64,
    /// Time for one sway to and fro, seconds, above 0.
    pub sway_period_s: f64,
    /// Where in the sway the flight starts, radians.
    pub sway_phase_rad: f64,
    /// Rate of HEARTBEAT, hertz; 0 sends none, as of traffic that a receiver reports.
    pub heartbeat_hz: f64,
    /// Rate of `SYSTEM_TIME`, hertz; 0 sends none.
    pub time_hz: f64,
    /// Rate of `GLOBAL_POSITION_INT`, hertz; 0 sends none.
    pub position_hz: f64,
    /// Rate of `GPS_RAW_INT`, hertz; 0 sends none.
    pub raw_hz: f64,
    /// Rates of other messages, hertz.
    pub others_hz: Vec<(FrameKind, f64)>,
    /// Names that outlast the system id; by default they follow from it.
    pub identity: Identity,
    /// What it signs its frames with; signing needs MAVLink 2.
    pub signing: Option<SigningKey>,
    /// What it tells wrongly, and when.
    pub faults: Vec<VehicleFault>,
    /// Standard deviation of the position's error, metres, towards north and towards
    /// east each; half as much again in height.
    pub noise_m: f64,
    /// Horizontal accuracy that the receiver reports, metres; twice the noise if absent,
    /// and 0.5 at least.
    pub h_acc_m: Option<f64>,
    /// The share of frames that never leave, 0 to 1; they still count in the sequence.
    pub loss: f64,
}

/// Why a plan cannot be flown.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum PlanError {
    /// The path is none.
    #[error("the path of system {system_id} cannot be followed")]
    Path {
        /// The vehicle's system id.
        system_id: u32,
        /// What is wrong with it.
        #[source]
        source: PathError,
    },
    /// A number is outside its bounds, or none.
    #[error("{field} of system {system_id} is {value}: it must lie in {least} to {most}")]
    OutOfBounds {
        /// The vehicle's system id.
        system_id: u32,
        /// The field of [`VehiclePlan`].
        field: &'static str,
        /// What it is.
        value: f64,
        /// The least that it may be.
        least: f64,
        /// The most that it may be.
        most: f64,
    },
    /// A message, or a signature, that only MAVLink 2 has room for.
    #[error("system {system_id} says {what}, which needs MAVLink 2")]
    NeedsMavlink2 {
        /// The vehicle's system id.
        system_id: u32,
        /// What it says.
        what: String,
    },
    /// A fault that ends before it begins.
    #[error("a fault of system {system_id} ends before it begins")]
    Fault {
        /// The vehicle's system id.
        system_id: u32,
    },
    /// A system id that its MAVLink version has no room for.
    #[error("system id {system_id} must lie in 1 to 255, or above with MAVLink 2")]
    SystemId {
        /// The system id.
        system_id: u32,
    },
}

impl VehiclePlan {
    /// Plans a quadrotor over `path` at 15 m/s and 100 m, with MAVLink 2, usual rates and
    /// 1.5 m of noise.
    #[must_use]
    pub fn new(path: Vec<Place>, system_id: u32) -> Self {
        Self {
            path,
            system_id,
            component_id: 1,
            version: MavlinkVersion::V2,
            mav_type: MavType::MAV_TYPE_QUADROTOR,
            speed_mps: 15.0,
            booted_before: None,
            height_m: 100.0,
            home_alt_msl_m: 150.0,
            geoid_m: 45.0,
            start_m: 0.0,
            offset_m: 0.0,
            sway_m: 0.0,
            sway_period_s: 60.0,
            sway_phase_rad: 0.0,
            heartbeat_hz: 1.0,
            time_hz: 1.0,
            position_hz: 4.0,
            raw_hz: 2.0,
            others_hz: Vec::new(),
            identity: Identity::numbered(system_id.into()),
            signing: None,
            faults: Vec::new(),
            noise_m: 1.5,
            h_acc_m: None,
            loss: 0.0,
        }
    }

    /// Plans traffic that a receiver, `system_id`, reports by messages of these kinds once a second.
    #[must_use]
    pub fn traffic(path: Vec<Place>, system_id: u32, number: u64, kinds: &[FrameKind]) -> Self {
        Self {
            heartbeat_hz: 0.0,
            time_hz: 0.0,
            position_hz: 0.0,
            raw_hz: 0.0,
            others_hz: kinds.iter().map(|kind| (*kind, 1.0)).collect(),
            identity: Identity::numbered(number),
            ..Self::new(path, system_id)
        }
    }

    /// Plans a vehicle that says once a second everything that there is to say.
    #[must_use]
    pub fn saying_everything(path: Vec<Place>, system_id: u32) -> Self {
        let plan = Self::new(path, system_id);
        let told = plan.rates_hz().map(|(kind, _)| kind);
        let others = FrameKind::EVERYTHING.into_iter();
        Self {
            others_hz: others
                .filter(|kind| !told.contains(kind))
                .map(|kind| (kind, 1.0))
                .collect(),
            ..plan
        }
    }

    /// Returns the rates of the messages that every vehicle has, hertz.
    pub(crate) fn rates_hz(&self) -> [(FrameKind, f64); 4] {
        [
            (FrameKind::Heartbeat, self.heartbeat_hz),
            (FrameKind::SystemTime, self.time_hz),
            (FrameKind::GpsRaw, self.raw_hz),
            (FrameKind::GlobalPosition, self.position_hz),
        ]
    }

    /// Checks the plan and returns the flight that it makes.
    ///
    /// # Errors
    ///
    /// Names the field that is out of bounds, or what is wrong with the path.
    pub fn flight(&self) -> Result<Flight, PlanError> {
        self.check_system_id()?;
        self.check_bounds()?;
        self.check_version()?;
        if self.faults.iter().any(|fault| fault.window.is_empty()) {
            return Err(PlanError::Fault {
                system_id: self.system_id,
            });
        }
        let path = Path::new(&self.path).map_err(|source| PlanError::Path {
            system_id: self.system_id,
            source,
        })?;
        Ok(Flight {
            path,
            speed_mps: self.speed_mps,
            start_m: self.start_m,
            offset_m: self.offset_m,
            sway_m: self.sway_m,
            sway_period_s: self.sway_period_s,
            sway_phase_rad: self.sway_phase_rad,
        })
    }

    /// Returns the horizontal accuracy that the receiver reports, metres.
    #[must_use]
    pub fn reported_h_acc_m(&self) -> f64 {
        self.h_acc_m
            .unwrap_or_else(|| (2.0 * self.noise_m).max(H_ACC_M_MIN))
    }

    fn check_system_id(&self) -> Result<(), PlanError> {
        let fits = match self.version {
            MavlinkVersion::V1 => (1..=255).contains(&self.system_id),
            MavlinkVersion::V2 => 1 <= self.system_id,
        };
        if fits {
            Ok(())
        } else {
            Err(PlanError::SystemId {
                system_id: self.system_id,
            })
        }
    }

    fn check_version(&self) -> Result<(), PlanError> {
        let mut others = self.others_hz.iter().map(|(kind, _)| kind);
        let what = match self.version {
            MavlinkVersion::V2 => None,
            MavlinkVersion::V1 if self.signing.is_some() => Some("signatures".to_owned()),
            MavlinkVersion::V1 => others
                .find(|kind| !kind.fits_mavlink_1())
                .map(|kind| format!("{kind:?}")),
        };
        match what {
            Some(what) => Err(PlanError::NeedsMavlink2 {
                system_id: self.system_id,
                what,
            }),
            None => Ok(()),
        }
    }

    fn check_bounds(&self) -> Result<(), PlanError> {
        let bounds = [
            ("speed_mps", self.speed_mps, 0.0, 300.0),
            ("height_m", self.height_m, -1_000.0, 50_000.0),
            ("home_alt_msl_m", self.home_alt_msl_m, -1_000.0, 50_000.0),
            ("geoid_m", self.geoid_m, -110.0, 90.0),
            ("start_m", self.start_m, 0.0, 1e8),
            ("offset_m", self.offset_m, -10_000.0, 10_000.0),
            ("sway_m", self.sway_m, -10_000.0, 10_000.0),
            ("sway_period_s", self.sway_period_s, 1.0, 1e6),
            ("sway_phase_rad", self.sway_phase_rad, -1e3, 1e3),
            ("heartbeat_hz", self.heartbeat_hz, 0.0, RATE_HZ_MAX),
            ("time_hz", self.time_hz, 0.0, RATE_HZ_MAX),
            ("position_hz", self.position_hz, 0.0, RATE_HZ_MAX),
            ("raw_hz", self.raw_hz, 0.0, RATE_HZ_MAX),
            ("noise_m", self.noise_m, 0.0, 1e4),
            ("h_acc_m", self.reported_h_acc_m(), 0.0, 1e6),
            ("loss", self.loss, 0.0, 1.0),
        ];
        let others = self.others_hz.iter();
        let others = others.map(|(_, rate_hz)| ("others_hz", *rate_hz, 0.0, RATE_HZ_MAX));
        for (field, value, least, most) in bounds.into_iter().chain(others) {
            if !(least..=most).contains(&value) {
                return Err(PlanError::OutOfBounds {
                    system_id: self.system_id,
                    field,
                    value,
                    least,
                    most,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_the_field_that_is_wrong() {
        check("speed_mps", |plan| plan.speed_mps = -1.0);
        check("noise_m", |plan| plan.noise_m = f64::NAN);
        check("loss", |plan| plan.loss = 1.1);
        check("sway_period_s", |plan| plan.sway_period_s = 0.0);
        check("position_hz", |plan| plan.position_hz = f64::INFINITY);
    }

    #[test]
    fn a_wide_system_id_needs_mavlink_2() {
        let mut plan = plan();
        plan.system_id = 70_000;
        assert!(plan.flight().is_ok());
        plan.version = MavlinkVersion::V1;
        assert!(matches!(
            plan.flight(),
            Err(PlanError::SystemId { system_id: 70_000 })
        ));
    }

    #[test]
    fn the_reported_accuracy_follows_the_noise_unless_it_is_given() {
        let mut plan = plan();
        for (noise_m, given, reported) in
            [(1.5, None, 3.0), (0.0, None, 0.5), (1.5, Some(9.0), 9.0)]
        {
            (plan.noise_m, plan.h_acc_m) = (noise_m, given);
            assert!(
                (plan.reported_h_acc_m() - reported).abs() < 1e-9,
                "{noise_m} {given:?}"
            );
        }
    }

    fn plan() -> VehiclePlan {
        let place = |lon_deg| Place {
            lat_deg: 41.5,
            lon_deg,
        };
        VehiclePlan::new(vec![place(21.0), place(21.1)], 1)
    }

    #[track_caller]
    fn check(expected: &str, spoil: impl FnOnce(&mut VehiclePlan)) {
        let mut plan = plan();
        spoil(&mut plan);
        match plan.flight() {
            Err(PlanError::OutOfBounds { field, .. }) => assert_eq!(field, expected),
            other => panic!("{expected} passed: {other:?}"),
        }
    }
}
