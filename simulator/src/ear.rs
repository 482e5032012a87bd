//! What a ground station says, out of the bytes that come back on a link.
//!
//! Pure. The mavlink crate checks and reads each candidate; a byte that begins no frame is
//! skipped.

use mavlink::dialects::ardupilotmega::MavMessage;
use mavlink::{MAVLinkMessageRaw, MavlinkReader, Message as _};

/// The most that is kept: more than two of the longest frames.
const KEPT_BYTES_MAX: usize = 1_024;
/// The first bytes of frames of both versions.
const MAGICS: [u8; 2] = [0xfe, 0xfd];

/// What has come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EarCounts {
    /// Bytes.
    pub bytes: u64,
    /// Frames with a good checksum.
    pub frames: u64,
}

/// Listens to one link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ear {
    kept: Vec<u8>,
    counts: EarCounts,
}

impl Ear {
    /// Takes bytes as they come and returns the messages that are complete with them.
    ///
    /// A message that the dialect does not know, or an enum value, is counted alone.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> Vec<MavMessage> {
        self.counts.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut messages = Vec::new();
        for chunk in bytes.chunks(KEPT_BYTES_MAX / 2) {
            self.kept.extend(chunk);
            let mut done = 0;
            while let Some(length) = self.candidate_at(done) {
                done += match frame(&self.kept[done..done + length]) {
                    Some(raw) => {
                        self.counts.frames += 1;
                        let (version, id) = (raw.version(), raw.message_id());
                        messages.extend(MavMessage::parse(version, id, raw.payload()));
                        length
                    }
                    None => 1,
                };
            }
            self.kept.drain(..done);
        }
        messages
    }

    /// Returns what has come back so far.
    pub(crate) fn counts(&self) -> EarCounts {
        self.counts
    }

    /// Returns how long the candidate is that begins here, or nothing if more bytes are needed.
    ///
    /// What begins no frame is a candidate of one byte.
    fn candidate_at(&self, start: usize) -> Option<usize> {
        let bytes = &self.kept[start..];
        if !MAGICS.contains(bytes.first()?) {
            return Some(1);
        }
        let [magic, payload, flags] = *bytes.first_chunk::<3>()?;
        let length = usize::from(payload)
            + match (magic, flags) {
                (0xfe, _) => 8,
                (_, 0) => 12,
                (_, 1) => 25,
                _ => return Some(1),
            };
        (length <= bytes.len()).then_some(length)
    }
}

fn frame(candidate: &[u8]) -> Option<MAVLinkMessageRaw> {
    let mut reader = MavlinkReader::new(candidate);
    reader.read_any_raw_message::<MavMessage>().ok()
}

#[cfg(test)]
mod tests {
    use mavlink::MavlinkVersion;
    use mavlink::dialects::ardupilotmega::{COMMAND_LONG_DATA, HEARTBEAT_DATA};

    use super::*;
    use crate::packet::{self, Body, Sender};

    #[test]
    fn frames_are_found_however_the_bytes_are_cut() {
        let (bytes, count) = conversation();
        for size in [1, 2, 7, 64, bytes.len()] {
            let mut ear = Ear::default();
            let heard: Vec<_> = bytes.chunks(size).flat_map(|cut| ear.hear(cut)).collect();
            assert_eq!(heard.len(), count, "in pieces of {size}");
            let length = u64::try_from(bytes.len()).unwrap();
            let frames = u64::try_from(count).unwrap();
            let bytes = length;
            assert_eq!(ear.counts(), EarCounts { bytes, frames });
        }
    }

    #[test]
    fn noise_costs_no_frame_and_fills_no_memory() {
        let mut ear = Ear::default();
        assert_eq!(ear.hear(&vec![0x55; 100_000]).len(), 0);
        assert!(ear.kept.len() <= KEPT_BYTES_MAX);
        let (bytes, count) = conversation();
        assert_eq!(ear.hear(&bytes).len(), count);
    }

    /// Frames of both versions with a little garbage in between.
    fn conversation() -> (Vec<u8>, usize) {
        let heartbeat = MavMessage::HEARTBEAT(HEARTBEAT_DATA::default());
        let command = MavMessage::COMMAND_LONG(COMMAND_LONG_DATA::default());
        let mut bytes = vec![1, 2, 3];
        let mut count = 0;
        for version in [MavlinkVersion::V1, MavlinkVersion::V2] {
            for message in [&heartbeat, &command] {
                let sender = Sender::new(version, 255, 190);
                let body = Body::new(version, message);
                bytes.extend(packet::encode(sender, 0, 0, &body));
                bytes.extend([0, 0xfc]);
                count += 1;
            }
        }
        (bytes, count)
    }
}
