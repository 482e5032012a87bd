//! Recordings of telemetry: a time stamp and a MAVLink packet, again and again.
//!
//! Pure. No page specifies the format. What ground stations write: an unsigned 64-bit
//! count of microseconds since the Unix epoch, big-endian, then the packet; some write
//! little-endian, radios leave garbage between packets, and a power cut leaves half a
//! record at the end. A record counts if its checksum is right or, for a message that
//! the dialect does not know, if the next record follows.

use mavlink::dialects::ardupilotmega::MavMessage;
use mavlink::{MAV_STX, MAV_STX_V2, Message, calculate_crc, consts};

const STAMP_BYTES: usize = 8;
/// 2000-01-01 and 2100-01-01, microseconds since the Unix epoch.
const CREDIBLE_UNIX_US: std::ops::Range<u64> = 946_684_800_000_000..4_102_444_800_000_000;

/// One packet of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// When it was recorded, microseconds since the Unix epoch.
    pub unix_us: u64,
    /// The packet, from the magic to the checksum or signature.
    pub frame: &'a [u8],
}

/// Adds a record to the end of a recording, as ground stations write it.
pub fn append(recording: &mut Vec<u8>, unix_us: u64, frame: &[u8]) {
    recording.extend(unix_us.to_be_bytes());
    recording.extend(frame);
}

/// The records of a recording, in the order of the file.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
    skipped_bytes: usize,
}

impl<'a> Records<'a> {
    /// Reads a whole recording.
    #[must_use]
    pub fn new(recording: &'a [u8]) -> Self {
        Self {
            rest: recording,
            skipped_bytes: 0,
        }
    }

    /// Returns how many bytes so far belonged to no record.
    #[must_use]
    pub fn skipped_bytes(&self) -> usize {
        self.skipped_bytes
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        while !self.rest.is_empty() {
            if let Some(frame) = frame_after_stamp(self.rest)
                && is_credible(frame, &self.rest[STAMP_BYTES + frame.len()..])
            {
                let unix_us = unix_us(self.rest)?;
                self.rest = &self.rest[STAMP_BYTES + frame.len()..];
                return Some(Record { unix_us, frame });
            }
            self.rest = &self.rest[1..];
            self.skipped_bytes += 1;
        }
        None
    }
}

/// Reads the stamp at the start of `bytes`, in the byte order that gives a credible time.
fn unix_us(bytes: &[u8]) -> Option<u64> {
    let stamp = *bytes.first_chunk::<STAMP_BYTES>()?;
    let (big, little) = (u64::from_be_bytes(stamp), u64::from_le_bytes(stamp));
    if !CREDIBLE_UNIX_US.contains(&big) && CREDIBLE_UNIX_US.contains(&little) {
        Some(little)
    } else {
        Some(big)
    }
}

/// Cuts out the frame that a record at the start of `bytes` holds, by its own length.
fn frame_after_stamp(bytes: &[u8]) -> Option<&[u8]> {
    let from_magic = bytes.get(STAMP_BYTES..)?;
    let length = match *from_magic.first_chunk::<3>()? {
        [MAV_STX, payload, _] => {
            consts::STX_SIZE
                + consts::v1::HEADER_SIZE
                + usize::from(payload)
                + consts::CHECKSUM_SIZE
        }
        [MAV_STX_V2, payload, flags] => {
            if flags & !consts::v2::SUPPORTED_IFLAGS != 0 {
                return None;
            }
            let (header, signature) = (v2_header_bytes(flags), v2_signature_bytes(flags));
            header + usize::from(payload) + consts::CHECKSUM_SIZE + signature
        }
        _ => return None,
    };
    from_magic.get(..length)
}

/// Says whether `frame` is a packet: by its checksum, or by what follows it.
fn is_credible(frame: &[u8], after: &[u8]) -> bool {
    let Some((id, checked)) = id_and_checked(frame) else {
        return false;
    };
    if MavMessage::default_message_from_id(id).is_none() {
        return after.is_empty() || frame_after_stamp(after).is_some();
    }
    let crc = calculate_crc(&frame[1..checked], MavMessage::extra_crc(id));
    frame[checked..].starts_with(&crc.to_le_bytes())
}

/// Returns a frame's message id, and the length up to its checksum.
fn id_and_checked(frame: &[u8]) -> Option<(u32, usize)> {
    if *frame.first()? == MAV_STX {
        let id = u32::from(*frame.get(consts::v1::HEADER_SIZE)?);
        return Some((id, frame.len() - consts::CHECKSUM_SIZE));
    }
    let flags = *frame.get(consts::v2::INCOMPAT_FLAGS_OFFSET)?;
    let header = v2_header_bytes(flags);
    let id = *frame.get(header - 3..)?.first_chunk::<3>()?;
    let trailer = consts::CHECKSUM_SIZE + v2_signature_bytes(flags);
    Some((
        u32::from_le_bytes([id[0], id[1], id[2], 0]),
        frame.len() - trailer,
    ))
}

/// Returns the length of a MAVLink 2 header with its magic.
fn v2_header_bytes(flags: u8) -> usize {
    let wide = if flags & consts::v2::IFLAG_SYSID32 == 0 {
        0
    } else {
        consts::v2::SYSID32_EXTRA_HEADER_SIZE
    };
    consts::STX_SIZE + consts::v2::MIN_HEADER_SIZE + wide
}

fn v2_signature_bytes(flags: u8) -> usize {
    if flags & consts::v2::IFLAG_SIGNED == 0 {
        0
    } else {
        consts::v2::SIGNATURE_SIZE
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::frame::MavlinkVersion;
    use crate::geodesy::Place;
    use crate::plan::VehiclePlan;
    use crate::vehicle::Vehicle;

    const START_UNIX_US: u64 = 1_770_000_000_000_000;

    #[test]
    fn a_clean_recording_is_read_whole() {
        let frames = frames();
        check(&recording(&frames, u64::to_be_bytes), &frames, 0);
    }

    #[test]
    fn little_endian_stamps_give_the_same_times() {
        let frames = frames();
        check(&recording(&frames, u64::to_le_bytes), &frames, 0);
    }

    #[test]
    fn garbage_between_records_is_skipped() {
        let frames = frames();
        let (before, after) = frames.split_at(5);
        let garbage = [0xfe, 0x09, 0x00, 0xfd, 0x01, 0x17, 0xfe];
        let mut dirty = garbage.to_vec();
        dirty.extend(recording(before, u64::to_be_bytes));
        dirty.extend(garbage);
        dirty.extend(recording(after, u64::to_be_bytes));
        let records: Vec<_> = Records::new(&dirty)
            .map(|record| record.frame.to_vec())
            .collect();
        assert_eq!(records, frames);
    }

    #[test]
    fn a_damaged_packet_is_left_out() {
        let frames = frames();
        let mut dirty = recording(&frames, u64::to_be_bytes);
        dirty[STAMP_BYTES + 12] ^= 0xff;
        let records: Vec<_> = Records::new(&dirty)
            .map(|record| record.frame.to_vec())
            .collect();
        assert_eq!(records, frames[1..]);
    }

    #[test]
    fn a_cut_tail_costs_the_last_record_only() {
        let frames = frames();
        let whole = recording(&frames, u64::to_be_bytes);
        let last = STAMP_BYTES + frames[frames.len() - 1].len();
        for cut in 1..last {
            check(
                &whole[..whole.len() - cut],
                &frames[..frames.len() - 1],
                last - cut,
            );
        }
    }

    #[test]
    fn a_message_outside_the_dialect_is_kept() {
        let mut frames = frames();
        frames.insert(
            3,
            vec![0xfd, 2, 0, 0, 0, 1, 1, 0xff, 0xff, 0x7f, 1, 2, 3, 4],
        );
        check(&recording(&frames, u64::to_be_bytes), &frames, 0);
    }

    #[test]
    fn nothing_and_noise_hold_no_record() {
        check(&[], &[], 0);
        check(&[0xfd; 500], &[], 500);
    }

    #[track_caller]
    fn check(recording: &[u8], frames: &[Vec<u8>], skipped_bytes: usize) {
        let mut records = Records::new(recording);
        for (frame, number) in frames.iter().zip(0_u64..) {
            let expected = Record {
                unix_us: START_UNIX_US + number,
                frame,
            };
            assert_eq!(records.next(), Some(expected), "record {number}");
        }
        assert_eq!(records.next(), None);
        assert_eq!(records.skipped_bytes(), skipped_bytes);
    }

    fn recording(frames: &[Vec<u8>], stamp: fn(u64) -> [u8; STAMP_BYTES]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (frame, number) in frames.iter().zip(0_u64..) {
            bytes.extend(stamp(START_UNIX_US + number));
            bytes.extend(frame);
        }
        bytes
    }

    /// Frames of both versions and of different lengths.
    fn frames() -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        for version in [MavlinkVersion::V1, MavlinkVersion::V2] {
            let place = |lon_deg| Place {
                lat_deg: 41.5,
                lon_deg,
            };
            let plan = VehiclePlan {
                version,
                ..VehiclePlan::new(vec![place(21.0), place(21.5)], 7)
            };
            let mut vehicle = Vehicle::new(plan, START_UNIX_US, 5).unwrap();
            while let Some(frame) = vehicle.poll_frame(Duration::from_secs(2)) {
                frames.push(frame.bytes);
            }
        }
        frames
    }
}
