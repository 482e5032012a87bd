//! What an autopilot says of itself: sign of life, clocks, filtered position.

use super::fields::{Fields, hundredths, known, thousandths};
use crate::track::{GlobalPosition, Heartbeat, Message, SystemTime};

pub(super) fn heartbeat(mut fields: Fields<'_>) -> Message {
    let _custom_mode = fields.u32();
    Message::Heartbeat(Heartbeat {
        mav_type: fields.u8(),
        autopilot: fields.u8(),
    })
}

pub(super) fn system_time(mut fields: Fields<'_>) -> Message {
    Message::SystemTime(SystemTime {
        unix_us: known(fields.u64(), 0),
        boot_ms: fields.u32(),
    })
}

pub(super) fn global_position(mut fields: Fields<'_>) -> Message {
    Message::GlobalPosition(GlobalPosition {
        boot_ms: fields.u32(),
        lat_e7: fields.i32(),
        lon_e7: fields.i32(),
        alt_msl_m: thousandths(fields.i32()),
        alt_above_home_m: thousandths(fields.i32()),
        north_mps: hundredths(fields.i16()),
        east_mps: hundredths(fields.i16()),
        down_mps: hundredths(fields.i16()),
    })
}
