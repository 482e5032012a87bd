//! What a bad line costs: of the frames that it leaves intact, at most one in a thousand.

use std::collections::BTreeSet;
use std::ops::Range;

use corridord::wire::{Event, Framer};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

/// Frames of one line.
const FRAMES: usize = 20_000;
/// One byte in so many is another one.
const FLIPPED: f64 = 0.01;
/// Of the intact frames, what must arrive.
const ARRIVING: f64 = 0.999;

#[test]
fn flipped_bytes_between_frames_cost_nearly_no_frame() {
    for seed in 0..4 {
        let line = Line::new(seed, 40).flip_between();
        assert_eq!(line.intact().len(), FRAMES);
        line.check();
    }
}

#[test]
fn flipped_bytes_anywhere_cost_little_more_than_the_frames_that_they_hit() {
    for seed in 0..4 {
        let line = Line::new(seed, 5).flip_anywhere();
        assert!((FRAMES / 4..FRAMES).contains(&line.intact().len()));
        line.check();
    }
}

/// What a line brought, and where its frames were sent.
struct Line {
    sent: Vec<u8>,
    heard: Vec<u8>,
    frames: Vec<Range<usize>>,
    random: StdRng,
}

impl Line {
    /// Sends frames of every kind with up to so many bytes between two of them.
    fn new(seed: u64, between_max: usize) -> Self {
        let kinds = frames();
        let mut random = StdRng::seed_from_u64(seed);
        let (mut sent, mut frames) = (Vec::new(), Vec::new());
        for _frame in 0..FRAMES {
            let idle = random.random_range(0..=between_max);
            sent.extend((0..idle).map(|_| random.random::<u8>() & 0x7f));
            let kind = &kinds[random.random_range(0..kinds.len())];
            frames.push(sent.len()..sent.len() + kind.len());
            sent.extend_from_slice(kind);
        }
        Self {
            heard: sent.clone(),
            sent,
            frames,
            random,
        }
    }

    fn flip_anywhere(mut self) -> Self {
        for byte in &mut self.heard {
            if self.random.random_bool(FLIPPED) {
                *byte ^= self.random.random_range(1..=u8::MAX);
            }
        }
        self
    }

    fn flip_between(self) -> Self {
        let mut line = self.flip_anywhere();
        for frame in &line.frames {
            line.heard[frame.clone()].copy_from_slice(&line.sent[frame.clone()]);
        }
        line
    }

    /// Returns where frames stand that were not hit.
    fn intact(&self) -> Vec<usize> {
        let is_intact =
            |frame: &&Range<usize>| self.heard[(*frame).clone()] == self.sent[(*frame).clone()];
        self.frames
            .iter()
            .filter(is_intact)
            .map(|frame| frame.start)
            .collect()
    }

    #[track_caller]
    fn check(&self) {
        let start = self.heard.as_ptr().addr();
        let found: BTreeSet<usize> = Framer::new(&self.heard)
            .filter(|event| matches!(event, Event::Frame(_)))
            .map(|event| event.frame().raw().as_ptr().addr() - start)
            .collect();
        let intact = self.intact();
        let arrived = intact.iter().filter(|at| found.contains(at)).count();
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let share = arrived as f64 / intact.len() as f64;
        assert!(ARRIVING <= share, "{arrived} of {} arrived", intact.len());
    }
}

/// Every message that is read, in all the ways that pymavlink wrote them.
fn frames() -> Vec<Vec<u8>> {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("peers/decode_frames.json")).expect("a list of frames");
    let hex = cases.iter().filter_map(|case| case["frame"].as_str());
    let byte = |digits: &[u8]| {
        let digits = str::from_utf8(digits).expect("digits");
        u8::from_str_radix(digits, 16).expect("two digits")
    };
    hex.map(|hex| hex.as_bytes().chunks(2).map(byte).collect())
        .collect()
}
