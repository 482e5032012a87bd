//! Names of MAVLink enum values; a value that the dialect does not know is shown by its number.

use mavlink::dialects::ardupilotmega::{MavAutopilot, MavType};
use num_traits::FromPrimitive;

/// Names a `MAV_TYPE`.
#[must_use]
pub(super) fn mav_type(value: u8) -> String {
    MavType::from_u8(value).map_or_else(|| value.to_string(), |known| format!("{known:?}"))
}

/// Names a `MAV_AUTOPILOT`.
#[must_use]
pub(super) fn autopilot(value: u8) -> String {
    MavAutopilot::from_u8(value).map_or_else(|| value.to_string(), |known| format!("{known:?}"))
}

/// Names a `GPS_FIX_TYPE`.
#[must_use]
pub(super) fn fix_type(value: u8) -> String {
    let name = match value {
        0 => "no-gps",
        1 => "no-fix",
        2 => "2d",
        3 => "3d",
        4 => "dgps",
        5 => "rtk-float",
        6 => "rtk-fixed",
        7 => "static",
        8 => "ppp",
        unknown => return unknown.to_string(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_have_names_and_unknown_ones_keep_their_number() {
        assert_eq!(mav_type(2), "MAV_TYPE_QUADROTOR");
        assert_eq!(mav_type(250), "250");
        assert_eq!(autopilot(3), "MAV_AUTOPILOT_ARDUPILOTMEGA");
        assert_eq!(fix_type(6), "rtk-fixed");
        assert_eq!(fix_type(42), "42");
    }
}
