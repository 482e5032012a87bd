//! One MAVLink frame: its outline in a byte slice, its fields, what its checksum says.
//!
//! Source: MAVLink guide, "Packet Serialization".

use super::checksum::{checksum, extra_crc};

/// The MAVLink version that a frame is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// MAVLink 1, which starts with 0xFE.
    V1,
    /// MAVLink 2, which starts with 0xFD.
    V2,
}

/// A frame that lies whole in a byte slice.
///
/// The slice is as long as the frame says; what every frame is asked for is read once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    raw: &'a [u8],
    message_id: u32,
    header_length: u8,
}

/// What stands at the start of a byte slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outline<'a> {
    /// A whole frame, going by its length alone.
    Whole(Frame<'a>),
    /// The beginning of a frame that is longer than the slice.
    Cut,
    /// A byte that starts no frame, or nothing.
    NoMagic,
}

/// What flags and checksum say about a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The checksum is right and the flags are understood.
    Good,
    /// The checksum is right, but a flag is set that must be understood and is not.
    Refused,
    /// The checksum is wrong.
    BadCrc,
    /// The message is outside the dialect, so that the checksum says nothing.
    Unknown,
}

pub(super) const MAGIC_V1: u8 = 0xfe;
pub(super) const MAGIC_V2: u8 = 0xfd;
const FLAG_SIGNED: u8 = 0x01;
const FLAG_WIDE_SYSTEM_ID: u8 = 0x02;
const HEADER_V1: u8 = 6;
const HEADER_V2: u8 = 10;
/// The header of a frame with a system id of 32 bits.
///
/// Such a frame is refused, but only if it is measured rightly can it be refused whole, and
/// counted as what it is.
const HEADER_WIDE: u8 = 13;
const CRC_LENGTH: usize = 2;
const SIGNATURE_LENGTH: usize = 13;

/// Says whether a frame may start with `byte`.
pub(super) const fn is_magic(byte: u8) -> bool {
    matches!(byte, MAGIC_V1 | MAGIC_V2)
}

impl<'a> Frame<'a> {
    /// Measures the frame at the start of `bytes`; its checksum is not looked at.
    #[inline]
    pub(super) fn outline(bytes: &'a [u8]) -> Outline<'a> {
        let (header_length, message_id) = match *bytes {
            [MAGIC_V2, _, flags, _, _, _, _, low, mid, high, ..]
                if flags & FLAG_WIDE_SYSTEM_ID == 0 =>
            {
                (HEADER_V2, [low, mid, high, 0])
            }
            [MAGIC_V1, _, _, _, _, id, ..] => (HEADER_V1, [id, 0, 0, 0]),
            [MAGIC_V2, _, _, _, _, _, _, _, _, _, low, mid, high, ..] => {
                (HEADER_WIDE, [low, mid, high, 0])
            }
            [MAGIC_V1 | MAGIC_V2, ..] => return Outline::Cut,
            _ => return Outline::NoMagic,
        };
        let signature = if header_length != HEADER_V1 && bytes[2] & FLAG_SIGNED != 0 {
            SIGNATURE_LENGTH
        } else {
            0
        };
        let payload_end = usize::from(header_length) + usize::from(bytes[1]);
        match bytes.get(..payload_end + CRC_LENGTH + signature) {
            Some(raw) => Outline::Whole(Self {
                raw,
                message_id: u32::from_le_bytes(message_id),
                header_length,
            }),
            None => Outline::Cut,
        }
    }

    /// Judges the frame by its flags and its checksum.
    #[inline]
    pub(super) fn verdict(&self) -> Verdict {
        let Some(extra) = extra_crc(self.message_id) else {
            return Verdict::Unknown;
        };
        let (covered, behind) = self.raw.split_at(self.payload_end());
        let sent = behind.first_chunk().map(|sent| u16::from_le_bytes(*sent));
        if sent != Some(checksum(&covered[1..], extra)) {
            Verdict::BadCrc
        } else if self.has_unknown_flags() {
            Verdict::Refused
        } else {
            Verdict::Good
        }
    }

    /// Says whether the checksum is known to be right.
    pub(super) fn is_sealed(&self) -> bool {
        match self.verdict() {
            Verdict::Good | Verdict::Refused => true,
            Verdict::BadCrc | Verdict::Unknown => false,
        }
    }

    #[inline]
    fn payload_end(&self) -> usize {
        usize::from(self.header_length) + usize::from(self.raw[1])
    }

    /// Says whether an incompatibility flag is set that this room does not understand.
    pub(super) const fn has_unknown_flags(&self) -> bool {
        self.incompatibility_flags() & !FLAG_SIGNED != 0
    }

    /// Returns the MAVLink version that the frame is written in.
    #[inline]
    #[must_use]
    pub const fn version(&self) -> Version {
        match self.header_length {
            HEADER_V1 => Version::V1,
            _ => Version::V2,
        }
    }

    /// Returns the incompatibility flags; MAVLink 1 has none.
    #[must_use]
    pub const fn incompatibility_flags(&self) -> u8 {
        match self.version() {
            Version::V1 => 0,
            Version::V2 => self.raw[2],
        }
    }

    /// Returns the sender's frame counter, which wraps and is per channel.
    #[must_use]
    pub const fn seq(&self) -> u8 {
        match self.version() {
            Version::V1 => self.raw[2],
            Version::V2 => self.raw[4],
        }
    }

    /// Returns the sender's system id.
    #[must_use]
    pub const fn system_id(&self) -> u32 {
        let byte = match self.version() {
            Version::V1 => self.raw[3],
            Version::V2 => self.raw[5],
        };
        if self.incompatibility_flags() & FLAG_WIDE_SYSTEM_ID == 0 {
            byte as u32
        } else {
            u32::from_le_bytes([byte, self.raw[6], self.raw[7], self.raw[8]])
        }
    }

    /// Returns the sender's component id.
    #[must_use]
    pub const fn component_id(&self) -> u8 {
        match self.version() {
            Version::V1 => self.raw[4],
            Version::V2 => self.raw[self.header_length as usize - 4],
        }
    }

    /// Returns the message id.
    #[inline]
    #[must_use]
    pub const fn message_id(&self) -> u32 {
        self.message_id
    }

    /// Returns the payload as sent: MAVLink 2 leaves trailing zeros out.
    #[inline]
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        &self.raw[usize::from(self.header_length)..self.payload_end()]
    }

    /// Says whether the frame carries a signature; whether it is right is not looked at.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.incompatibility_flags() & FLAG_SIGNED != 0
    }

    /// Returns what a signed frame ends with: link id, timestamp and signature.
    pub(super) fn signature(&self) -> Option<&'a [u8; SIGNATURE_LENGTH]> {
        self.raw.last_chunk().filter(|_| self.is_signed())
    }

    /// Returns the whole frame, magic to checksum or signature.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::samples;

    #[test]
    fn the_fields_of_both_versions_are_read() {
        let header = samples::header(7, 3, 200);
        let message = samples::heartbeat();
        for (bytes, version) in [
            (samples::v1(header, &message), Version::V1),
            (samples::v2(header, &message), Version::V2),
        ] {
            let Outline::Whole(frame) = Frame::outline(&bytes) else {
                panic!("{version:?} is whole");
            };
            assert_eq!(frame.verdict(), Verdict::Good, "{version:?}");
            assert_eq!(frame.version(), version);
            assert_eq!(frame.system_id(), 7);
            assert_eq!(frame.component_id(), 3);
            assert_eq!(frame.seq(), 200);
            assert_eq!(frame.message_id(), 0);
            assert_eq!(frame.incompatibility_flags(), 0);
            assert_eq!(frame.payload().len(), 9);
            assert_eq!(frame.raw(), bytes);
            assert!(!frame.is_signed());
        }
    }

    #[test]
    fn a_signature_belongs_to_the_frame_and_not_to_the_checksum() {
        let bytes = samples::signed(samples::header(1, 1, 0), &samples::heartbeat());
        let Outline::Whole(frame) = Frame::outline(&bytes) else {
            panic!("the frame is whole");
        };
        assert_eq!(frame.verdict(), Verdict::Good);
        assert!(frame.is_signed());
        assert_eq!(frame.raw(), bytes);
    }

    #[test]
    fn a_wide_system_id_is_measured_and_refused() {
        let bytes = samples::v2(samples::header(70_000, 1, 0), &samples::heartbeat());
        let Outline::Whole(frame) = Frame::outline(&bytes) else {
            panic!("the frame is whole");
        };
        assert_eq!(frame.system_id(), 70_000);
        assert_eq!(frame.raw(), bytes);
        assert_eq!(frame.verdict(), Verdict::Refused);
    }

    #[test]
    fn a_frame_is_cut_until_its_last_byte() {
        let header = samples::header(1, 1, 0);
        for bytes in [
            samples::v1(header, &samples::heartbeat()),
            samples::v2(header, &samples::heartbeat()),
            samples::signed(header, &samples::heartbeat()),
        ] {
            for length in 1..bytes.len() {
                assert_eq!(
                    Frame::outline(&bytes[..length]),
                    Outline::Cut,
                    "{length} bytes"
                );
            }
        }
        assert_eq!(Frame::outline(&[]), Outline::NoMagic);
        assert_eq!(Frame::outline(&[0x55, 0xfe]), Outline::NoMagic);
    }

    #[test]
    fn one_wrong_bit_makes_the_checksum_wrong() {
        let bytes = samples::v2(samples::header(1, 1, 9), &samples::global_position());
        for at in 10..bytes.len() * 8 {
            let mut wrong = bytes.clone();
            wrong[at / 8] ^= 1 << (at % 8);
            if let Outline::Whole(frame) = Frame::outline(&wrong) {
                assert_ne!(frame.verdict(), Verdict::Good, "bit {at}");
            }
        }
    }
}
