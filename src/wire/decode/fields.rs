//! The fields of a payload, one after the other, and the marks by which they are unknown.

use crate::track::SentPlace;
use crate::units::Metres;

/// The fields of a payload that are still to be read, little-endian; zeros without end follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    pub(super) fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.bytes())
    }

    pub(super) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.bytes())
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    pub(super) fn i8(&mut self) -> i8 {
        i8::from_le_bytes(self.bytes())
    }

    pub(super) fn i16(&mut self) -> i16 {
        i16::from_le_bytes(self.bytes())
    }

    pub(super) fn i32(&mut self) -> i32 {
        i32::from_le_bytes(self.bytes())
    }

    /// Reads a `float`; NaN and infinity, which mark an unknown value, are absent.
    pub(super) fn f32(&mut self) -> Option<f64> {
        let value = f32::from_le_bytes(self.bytes());
        value.is_finite().then_some(f64::from(value))
    }

    pub(super) fn place(&mut self) -> SentPlace {
        SentPlace {
            lat_e7: self.i32(),
            lon_e7: self.i32(),
        }
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        if let Some((field, rest)) = self.0.split_first_chunk() {
            self.0 = rest;
            return *field;
        }
        let mut field = [0; N];
        field[..self.0.len()].copy_from_slice(self.0);
        self.0 = &[];
        field
    }

    pub(super) fn skip<const N: usize>(&mut self) {
        let _left_out: [u8; N] = self.bytes();
    }
}

/// Returns `value` unless it is the mark of an unknown one.
pub(super) fn known<T: Copy + PartialEq>(value: T, unknown: T) -> Option<T> {
    (value != unknown).then_some(value)
}

/// Returns `place` unless one of its coordinates is `INT32_MAX`.
pub(super) fn known_place(place: SentPlace) -> Option<SentPlace> {
    (place.lat_e7 != i32::MAX && place.lon_e7 != i32::MAX).then_some(place)
}

/// Returns the degrees of a direction in hundredths; what is no direction is unknown.
pub(super) fn direction(centidegrees: u16) -> Option<f64> {
    (centidegrees <= 36_000).then(|| hundredths(centidegrees))
}

pub(super) fn hundredths(value: impl Into<f64>) -> f64 {
    value.into() / 100.0
}

pub(super) fn thousandths(value: impl Into<f64>) -> f64 {
    value.into() / 1000.0
}

/// Returns an accuracy; what is no length, below zero, is unknown.
pub(super) fn accuracy(metres: f64) -> Option<Metres> {
    Metres::new(metres).ok()
}
