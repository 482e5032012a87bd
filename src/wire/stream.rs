//! Frames out of a byte stream that arrives in chunks, such as a serial line.

use super::framer::{End, Event, FrameCounts, Tally, advance};

/// Walks the frames of a byte stream and keeps the tail of one chunk for the next.
///
/// 1. [`Self::feed`] a chunk.
/// 2. Ask [`Self::next_event`] until it returns nothing.
/// 3. Go on with 1, or say with [`Self::end`] that nothing will follow and do 2 a last time.
///
/// What is kept between chunks is less than one frame, if step 2 is followed.
#[derive(Clone, Debug)]
pub struct StreamFramer {
    bytes: Vec<u8>,
    done: usize,
    end: End,
    tally: Tally,
}

impl StreamFramer {
    /// Starts at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: Vec::new(),
            done: 0,
            end: End::Open,
            tally: Tally::default(),
        }
    }

    /// Takes the next bytes of the stream.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.bytes.drain(..self.done);
        self.done = 0;
        self.bytes.extend_from_slice(chunk);
    }

    /// Says that the stream has ended: a frame that waits for more bytes is garbage.
    pub fn end(&mut self) {
        self.end = End::Reached;
    }

    /// Returns the next event of the bytes that were fed, or nothing if it takes more bytes.
    #[inline]
    pub fn next_event(&mut self) -> Option<Event<'_>> {
        let (done, event) = advance(&self.bytes[self.done..], self.end, &mut self.tally);
        self.done += done;
        event
    }

    /// Returns what has been met so far.
    #[must_use]
    pub const fn counts(&self) -> FrameCounts {
        self.tally.counts
    }
}

impl Default for StreamFramer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::Framer;
    use crate::wire::samples;

    #[test]
    fn a_frame_is_found_with_its_last_byte_and_not_before() {
        let frame = samples::v2(samples::header(1, 1, 0), &samples::heartbeat());
        let (last, head) = frame.split_last().unwrap();
        let mut framer = StreamFramer::new();
        for byte in head {
            framer.feed(&[*byte]);
            assert_eq!(framer.next_event(), None);
        }
        framer.feed(&[*last]);
        assert_eq!(
            framer
                .next_event()
                .map(|event| event.frame().raw().to_vec()),
            Some(frame)
        );
        assert_eq!(framer.next_event(), None);
        assert_eq!(
            framer.counts(),
            FrameCounts {
                frames: 1,
                ..FrameCounts::default()
            }
        );
    }

    #[test]
    fn a_frame_that_never_ends_is_garbage_once_the_stream_has_ended() {
        let frame = samples::v1(samples::header(1, 1, 0), &samples::heartbeat());
        let mut framer = StreamFramer::new();
        framer.feed(&[0xfd, 0xff, 0x00]);
        framer.feed(&frame);
        assert_eq!(
            framer.next_event(),
            None,
            "the stray bytes may still be a frame"
        );
        framer.end();
        assert_eq!(
            framer
                .next_event()
                .map(|event| event.frame().raw().to_vec()),
            Some(frame)
        );
        assert_eq!(framer.next_event(), None);
        assert_eq!(framer.counts().garbage_bytes, 3);
    }

    #[test]
    fn less_than_two_frames_are_kept_of_an_endless_stream() {
        let frame = samples::v2(samples::header(1, 1, 0), &samples::global_position());
        let mut framer = StreamFramer::new();
        for chunk in [
            &frame[..],
            &[0xfd, 0xff, 0],
            &[0xfe; 300],
            &samples::unknown(&[0xfd; 200]),
        ]
        .concat()
        .repeat(20)
        .chunks(7)
        {
            framer.feed(chunk);
            while framer.next_event().is_some() {}
            assert!(framer.bytes.len() - framer.done < 2 * 283);
        }
    }

    proptest! {
        #[test]
        fn a_stream_gives_the_same_wherever_it_is_cut(
            pieces in prop::collection::vec(samples::any_piece(), 0..12),
            cuts in prop::collection::vec(0..400_usize, 0..12),
        ) {
            let bytes = pieces.concat();
            let mut whole = Framer::new(&bytes);
            let expected: Vec<String> = whole.by_ref().map(|event| format!("{event:?}")).collect();

            let mut framer = StreamFramer::new();
            let mut found = Vec::new();
            let mut rest = &bytes[..];
            for cut in cuts {
                let (chunk, after) = rest.split_at(cut.min(rest.len()));
                rest = after;
                framer.feed(chunk);
                while let Some(event) = framer.next_event() {
                    found.push(format!("{event:?}"));
                }
            }
            framer.feed(rest);
            framer.end();
            while let Some(event) = framer.next_event() {
                found.push(format!("{event:?}"));
            }
            prop_assert_eq!(found, expected);
            prop_assert_eq!(framer.counts(), whole.counts());
        }
    }
}
