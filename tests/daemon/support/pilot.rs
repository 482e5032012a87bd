//! Vehicles that pymavlink flies over the strip.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::python;

/// The latitude of the strip's centreline, and one metre of latitude there, 1e-7 degrees.
const CENTRE_LAT_E7: i32 = 415_000_000;
const METRE_E7: i32 = 90;

/// A vehicle that pymavlink flies: one place a second by its own clock.
#[derive(Clone, Debug)]
pub(crate) struct Vehicle {
    /// The link that it sends to.
    pub(crate) to: SocketAddr,
    /// The MAVLink version, 1 or 2.
    pub(crate) version: u8,
    /// Its system id.
    pub(crate) system_id: u8,
    /// Its boot clock at the first place.
    pub(crate) boot_ms: u32,
    /// The accuracy that its receiver reports, if it does.
    pub(crate) h_acc_mm: Option<u32>,
    /// Where it flies, in degrees times 1e7.
    pub(crate) places: Vec<[i32; 2]>,
    /// How it signs, if it does.
    pub(crate) signing: Option<Signing>,
}

/// How a vehicle signs what it sends; its timestamps begin at the time of day.
#[derive(Clone, Debug)]
pub(crate) struct Signing {
    /// The key in hexadecimal.
    pub(crate) key: String,
    /// Whether the last bit of each signature is flipped after that.
    pub(crate) is_flipped: bool,
}

/// Whether datagrams without a frame go out between the good ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dirt {
    None,
    Plenty,
}

impl Vehicle {
    /// Makes a vehicle that speaks MAVLink 2, reports no accuracy and does not sign.
    pub(crate) fn new(to: SocketAddr, system_id: u8, places: Vec<[i32; 2]>) -> Self {
        Self {
            to,
            version: 2,
            system_id,
            boot_ms: 100_000,
            h_acc_mm: None,
            places,
            signing: None,
        }
    }

    /// Lets it sign with a key in hexadecimal.
    pub(crate) fn signing(self, key: &str) -> Self {
        Self {
            signing: Some(Signing {
                key: key.to_owned(),
                is_flipped: false,
            }),
            ..self
        }
    }
}

/// Flies to the end and returns the position frames that were sent, in hexadecimal.
pub(crate) fn fly(vehicles: &[Vehicle], dirt: Dirt) -> Vec<String> {
    let vehicles: Vec<Value> = vehicles
        .iter()
        .map(|vehicle| {
            json!({
                "to": [vehicle.to.ip(), vehicle.to.port()],
                "version": vehicle.version,
                "system_id": vehicle.system_id,
                "boot_ms": vehicle.boot_ms,
                "step_ms": 1000,
                "h_acc_mm": vehicle.h_acc_mm,
                "places": vehicle.places,
                "signing": vehicle.signing.as_ref().map(|signing| {
                    json!({"key": signing.key, "flip": signing.is_flipped})
                }),
            })
        })
        .collect();
    let plan = json!({"vehicles": vehicles, "dirt": dirt == Dirt::Plenty});
    python::run("fly.py", plan.to_string())
}

/// A place on this meridian, so far south of the strip's centreline.
pub(crate) fn place(south_m: i32, lon_e7: i32) -> [i32; 2] {
    [CENTRE_LAT_E7 - METRE_E7 * south_m, lon_e7]
}

/// A way due north to the centreline and back, from 200 m outside, in steps of 20 m.
pub(crate) fn in_and_out(lon_e7: i32) -> Vec<[i32; 2]> {
    let there = (0..=20).rev();
    let back = 0..=20;
    there
        .chain(back)
        .map(|step| place(20 * step, lon_e7))
        .collect()
}
