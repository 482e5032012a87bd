//! A stream as an autopilot sends it: 27 messages in random order, 35 bytes of payload on average.

use mavlink::dialects::ardupilotmega::MavMessage;
use mavlink::{MAVLinkV1MessageRaw, MAVLinkV2MessageRaw, MavHeader, MavlinkVersion, Message as _};

/// So many that no branch predictor learns them by heart.
const MESSAGES: u64 = 20_000;

const IDS: [u32; 27] = [
    0, 1, 2, 24, 27, 30, 31, 32, 33, 36, 62, 65, 74, 109, 116, 124, 136, 147, 163, 178, 193, 230,
    241, 242, 246, 253, 340,
];

/// Writes the frames by the dialect's own encoder, the same ones every time.
///
/// MAVLink 1 has no room for ids above 255, so that it has one message less.
pub(crate) fn frames(version: MavlinkVersion) -> Vec<Vec<u8>> {
    let ids: Vec<u32> = match version {
        MavlinkVersion::V1 => IDS.into_iter().filter(|id| *id < 256).collect(),
        MavlinkVersion::V2 => IDS.to_vec(),
    };
    let mut random = SplitMix::new(0x5eed);
    let mut samples: Vec<Vec<MavMessage>> = Vec::new();
    for id in &ids {
        samples.push((0..8).map(|_| random.message(*id)).collect());
    }
    let mut frames = Vec::new();
    for sequence in 0..MESSAGES {
        let [low, ..] = sequence.to_le_bytes();
        let header = MavHeader {
            system_id: 1,
            component_id: 1,
            sequence: low,
        };
        let of_id = random.pick(&samples);
        let message = random.pick(of_id);
        frames.push(write(version, header, message));
    }
    frames
}

fn write(version: MavlinkVersion, header: MavHeader, message: &MavMessage) -> Vec<u8> {
    match version {
        MavlinkVersion::V1 => {
            let mut raw = MAVLinkV1MessageRaw::new();
            raw.serialize_message(header, message);
            raw.raw_bytes().to_vec()
        }
        MavlinkVersion::V2 => {
            let mut raw = MAVLinkV2MessageRaw::new();
            raw.serialize_message(header, message);
            raw.raw_bytes().to_vec()
        }
    }
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014.
pub(crate) struct SplitMix(u64);

impl SplitMix {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let [low, ..] = self.next().to_le_bytes();
        low
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.next() % from.len() as u64;
        &from[usize::try_from(index).expect("an index")]
    }

    /// Draws payloads until one has only values that the dialect knows, from ever smaller bytes.
    fn message(&mut self, id: u32) -> MavMessage {
        let mut mask = u8::MAX;
        loop {
            let payload: Vec<u8> = (0..255).map(|_| self.byte() & mask).collect();
            match MavMessage::parse(MavlinkVersion::V2, id, &payload) {
                Ok(message) => return message,
                Err(_unknown_value) => mask = (mask >> 1).max(1),
            }
        }
    }
}
