//! Who or what a track is a track of.

use std::fmt;

use super::{Namespace, RadioId};

/// Who or what is heard of, going by what frames say: others may say that they are it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whom {
    /// A MAVLink system, by the fleet that it was heard in and its system id.
    Vehicle {
        /// The fleet.
        namespace: Namespace,
        /// The MAVLink system id.
        system_id: u32,
    },
    /// An aircraft with a transponder, by its ICAO address of 24 bits.
    Aircraft {
        /// The address.
        icao: u32,
    },
    /// A vessel with a transponder.
    Vessel {
        /// The Maritime Mobile Service Identity.
        mmsi: u32,
    },
    /// An unmanned aircraft that tells everybody who it is, by the radio that it was heard from.
    RemoteId {
        /// The radio's address or id.
        radio: RadioId,
    },
    /// What the middle of a camera's image shows.
    CameraImage(Camera),
    /// What a camera follows.
    CameraTarget(Camera),
}

/// A camera of a vehicle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Camera {
    /// The vehicle's fleet.
    pub namespace: Namespace,
    /// The vehicle's system id.
    pub system_id: u32,
    /// The camera's number on its autopilot, 1 to 6, or its own component id.
    pub number: u8,
}

/// A kind of track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrackKind {
    /// A vehicle that speaks MAVLink to us.
    Vehicle,
    /// An aircraft that was heard by its transponder.
    Aircraft,
    /// A vessel that was heard by its transponder.
    Vessel,
    /// An unmanned aircraft that was heard by its Remote ID.
    RemoteId,
    /// A place that a camera looks at.
    CameraPoint,
}

impl TrackKind {
    /// Every kind, in the order of the reference.
    pub const ALL: [Self; 5] = [
        Self::Vehicle,
        Self::RemoteId,
        Self::Aircraft,
        Self::Vessel,
        Self::CameraPoint,
    ];

    /// Returns the name in the configuration and in alerts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vehicle => "vehicle",
            Self::Aircraft => "aircraft",
            Self::Vessel => "vessel",
            Self::RemoteId => "remote-id",
            Self::CameraPoint => "camera-point",
        }
    }
}

impl TrackKind {
    /// Says what kind of track has such a key, by how it begins.
    #[must_use]
    pub fn of_key(key: &str) -> Self {
        let start = key.split_once(':').map_or(key, |(start, _)| start);
        match start {
            "icao" => Self::Aircraft,
            "mmsi" => Self::Vessel,
            "remote-id" => Self::RemoteId,
            "camera-image" | "camera-target" => Self::CameraPoint,
            _vehicle => Self::Vehicle,
        }
    }
}

impl Whom {
    /// Returns the kind.
    #[must_use]
    pub const fn kind(&self) -> TrackKind {
        match self {
            Self::Vehicle { .. } => TrackKind::Vehicle,
            Self::Aircraft { .. } => TrackKind::Aircraft,
            Self::Vessel { .. } => TrackKind::Vessel,
            Self::RemoteId { .. } => TrackKind::RemoteId,
            Self::CameraImage(_) | Self::CameraTarget(_) => TrackKind::CameraPoint,
        }
    }
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vehicle {
                namespace,
                system_id,
            } => write!(f, "vehicle:{namespace}/{system_id}"),
            Self::Aircraft { icao } => write!(f, "icao:{icao:06x}"),
            Self::Vessel { mmsi } => write!(f, "mmsi:{mmsi:09}"),
            Self::RemoteId { radio } => {
                let length = radio.iter().rposition(|byte| *byte != 0);
                f.write_str("remote-id:")?;
                let heard = radio.iter().take(length.map_or(0, |last| last + 1));
                heard
                    .into_iter()
                    .try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::CameraImage(camera) => write!(f, "camera-image:{camera}"),
            Self::CameraTarget(camera) => write!(f, "camera-target:{camera}"),
        }
    }
}

impl fmt::Display for Camera {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            namespace,
            system_id,
            number,
        } = self;
        write!(f, "{namespace}/{system_id}/{number}")
    }
}

/// One track: an identity, and which of those that use it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId {
    /// The identity.
    pub whom: Whom,
    /// Counts those that use it at one time, from 1.
    pub voice: u8,
}

impl fmt::Display for TrackId {
    /// Writes the track's key, `vehicle:alpha/1`, or `vehicle:alpha/1#2` for a second one that says
    /// to be the same. The first is stable over restarts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.voice {
            0 | 1 => write!(f, "{}", self.whom),
            voice => write!(f, "{}#{voice}", self.whom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_who_it_is_and_keeps_namesakes_apart() {
        let namespace = || Namespace::new("alpha");
        let vehicle = Whom::Vehicle {
            namespace: namespace(),
            system_id: 70_000,
        };
        check(&vehicle, 1, "vehicle:alpha/70000", "vehicle");
        check(&vehicle, 2, "vehicle:alpha/70000#2", "vehicle");
        check(
            &Whom::Aircraft { icao: 0x4c_a7b },
            1,
            "icao:04ca7b",
            "aircraft",
        );
        check(
            &Whom::Vessel { mmsi: 27_012_345 },
            1,
            "mmsi:027012345",
            "vessel",
        );
        let mut radio = [0; 20];
        radio[..3].copy_from_slice(&[0x60, 0, 0x1f]);
        check(
            &Whom::RemoteId { radio },
            1,
            "remote-id:60001f",
            "remote-id",
        );
        let camera = Camera {
            namespace: namespace(),
            system_id: 7,
            number: 100,
        };
        let image = Whom::CameraImage(camera.clone());
        check(&image, 1, "camera-image:alpha/7/100", "camera-point");
        let target = Whom::CameraTarget(camera);
        check(&target, 1, "camera-target:alpha/7/100", "camera-point");
    }

    #[track_caller]
    fn check(whom: &Whom, voice: u8, key: &str, kind: &str) {
        let track = TrackId {
            whom: whom.clone(),
            voice,
        };
        assert_eq!(track.to_string(), key);
        assert_eq!(whom.kind().name(), kind);
        assert_eq!(TrackKind::of_key(key), whom.kind());
    }
}
