//! The condition of a vehicle and of the radio that it is heard by.

use super::fields::{Fields, hundredths, known, thousandths};
use crate::track::{
    AutopilotVersion, ExtendedState, HardwareId, Message, RadioStatus, SystemStatus,
};

pub(super) fn sys_status(mut fields: Fields<'_>) -> Message {
    Message::SystemStatus(SystemStatus {
        sensors_present: fields.u32(),
        sensors_enabled: fields.u32(),
        sensors_healthy: fields.u32(),
        load_percent: f64::from(fields.u16()) / 10.0,
        battery_v: known(fields.u16(), u16::MAX).map(thousandths),
        battery_a: known(fields.i16(), -1).map(hundredths),
        lost_percent: hundredths(fields.u16()),
        battery_percent: {
            fields.skip::<10>(); // Counts of errors that each autopilot counts in its own way.
            u8::try_from(fields.i8()).ok()
        },
    })
}

pub(super) fn radio_status(mut fields: Fields<'_>) -> Message {
    Message::RadioStatus(RadioStatus {
        receive_errors: fields.u16(),
        corrected: fields.u16(),
        signal: known(fields.u8(), u8::MAX),
        remote_signal: known(fields.u8(), u8::MAX),
        free_percent: fields.u8(),
        noise: known(fields.u8(), u8::MAX),
        remote_noise: known(fields.u8(), u8::MAX),
    })
}

pub(super) fn autopilot_version(mut fields: Fields<'_>) -> Message {
    let capabilities = fields.u64();
    let short_id = known(fields.u64(), 0).map(HardwareId::Short);
    let firmware = fields.u32();
    let _middleware_operating_system = [fields.u32(), fields.u32()];
    let board = fields.u32();
    let vendor_id = fields.u16();
    let product_id = fields.u16();
    fields.skip::<24>(); // Hashes of the sources.
    let long_id = known(fields.bytes(), [0; 18]).map(HardwareId::Long);
    Message::AutopilotVersion(AutopilotVersion {
        hardware: long_id.or(short_id),
        capabilities,
        firmware,
        board,
        vendor_id,
        product_id,
    })
}

pub(super) fn extended_sys_state(mut fields: Fields<'_>) -> Message {
    Message::ExtendedState(ExtendedState {
        vtol: known(fields.u8(), 0),
        landed: known(fields.u8(), 0),
    })
}
