//! Numbers put into the fields of messages.

/// Writes degrees as hundredths, 0 to 35999: 360.00 is not allowed.
pub(super) fn centidegrees(degrees: f64) -> u16 {
    to_u16(degrees * 1e2) % 36_000
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, as a sender does"
)]
pub(super) fn to_i16(value: f64) -> i16 {
    value.round() as i16
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, as a sender does"
)]
pub(super) fn to_i32(value: f64) -> i32 {
    value.round() as i32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, as a sender does"
)]
pub(super) fn to_u16(value: f64) -> u16 {
    value.round() as u16
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, as a sender does"
)]
pub(super) fn to_u32(value: f64) -> u32 {
    value.round() as u32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, as a sender does"
)]
pub(super) fn to_u8(value: f64) -> u8 {
    value.round() as u8
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a field of 32 bits holds no more"
)]
pub(super) fn to_f32(value: f64) -> f32 {
    value as f32
}
