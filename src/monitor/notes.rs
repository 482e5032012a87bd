//! What became of the last fixes of each track, so that "why was nothing told?" has an answer.
//!
//! Notes are copied, of a fixed size, and go to rings that get their room once: the one of a track's fixes
//! with the first of them, the one of its judgements with the first of those. From then on a note
//! allocates nothing, and the newest takes the place of the oldest. What can be worked out again
//! (distances, margins, heights, hours) is not noted; what depends on the way there is: where a track
//! stood, and only when that changes.
//!
//! Bound: [`FIXES_MAX`] fixes and as many judgements for a vehicle, an eighth of it for others, a
//! thirty-second for whom is heard once [`ROOM_MAX`] notes are given away. A note has 208 bytes at
//! most: 27 MB in all, and 20 KB at most for each further track.

use std::collections::VecDeque;
use std::time::Duration;

use crate::corridor::CorridorIndex;
use crate::monitor::alert::{Alert, Event};
use crate::monitor::gate::Rejection;
use crate::monitor::standing::Standing;
use crate::track::{Fix, Heights, TrackKind, TrackTime};
use crate::units::{LatLon, Metres, Moment, Utc};

/// The most fixes that are kept of one track: over four minutes at four a second.
pub(super) const FIXES_MAX: usize = 1_024;
/// Notes that are given away before newcomers get few.
pub(super) const ROOM_MAX: usize = 131_072;

/// Alerts that were held back and are remembered.
const HELD_MAX: usize = 256;
/// What is stamped nearer to each other than this is the same: the clock that stamps may change.
const SAME: Duration = Duration::from_millis(500);

/// A fix that passed the gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FixNote {
    pub(super) at: TrackTime,
    pub(super) received: Moment,
    pub(super) position: LatLon,
    pub(super) h_acc: Option<Metres>,
    pub(super) v_acc: Option<Metres>,
    pub(super) heights: Heights,
    /// Whether the way from the fix before is known.
    pub(super) is_continuous: bool,
}

/// Where a track stood with a corridor under a rule from a fix on, since that was a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Judgement {
    /// The number of the fix.
    pub(super) fix: u64,
    pub(super) rule: usize,
    pub(super) corridor: CorridorIndex,
    pub(super) before: Standing,
    pub(super) after: Standing,
    /// What was found, whether or not the rule tells it.
    pub(super) found: Option<Event>,
}

/// A position that did not pass the gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RejectNote {
    pub(super) received: Moment,
    pub(super) position: Option<LatLon>,
    pub(super) reason: Rejection,
}

/// An alert that was held back, told late or by a summary only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeldNote {
    pub(super) track: String,
    pub(super) rule: String,
    pub(super) corridor: String,
    pub(super) event: Event,
    /// When the fix came that decided.
    pub(super) at: Utc,
    /// By what.
    pub(super) by: String,
}

/// The alerts that were held back last.
#[derive(Clone, Debug, Default)]
pub(super) struct HeldNotes(VecDeque<HeldNote>);

impl HeldNotes {
    /// Notes an alert about a track and a corridor.
    pub(super) fn note(&mut self, alert: &Alert, by: &str) {
        let (Some(track), Some(corridor), Some(rule)) =
            (&alert.track, &alert.corridor, &alert.rule)
        else {
            return;
        };
        if self.0.len() == HELD_MAX {
            self.0.pop_front();
        }
        self.0.push_back(HeldNote {
            track: track.key.clone(),
            rule: rule.name.clone(),
            corridor: corridor.id.clone(),
            event: alert.event,
            at: alert.detected_at,
            by: by.to_owned(),
        });
    }

    /// Says by what an alert was held back, if it was.
    pub(super) fn by(
        &self,
        (track, rule, corridor): (&str, &str, &str),
        event: Event,
        at: Utc,
    ) -> Option<&str> {
        let mut notes = self.0.iter().rev();
        let note = notes.find(|note| {
            let is_then = at.since(note.at) < SAME && note.at.since(at) < SAME;
            is_then
                && (note.track.as_str(), note.rule.as_str()) == (track, rule)
                && (note.corridor.as_str(), note.event) == (corridor, event)
        });
        note.map(|note| note.by.as_str())
    }
}

/// How many notes may still be given away.
#[derive(Clone, Debug)]
pub(super) struct Room {
    left: usize,
    /// The key of the only track that notes are kept of, all of them: of a recording, whose length
    /// bounds them.
    only: Option<String>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            left: ROOM_MAX,
            only: None,
        }
    }
}

impl Room {
    /// Has room for everything about one track and nothing about others.
    pub(super) fn only(track: &str) -> Self {
        Self {
            left: usize::MAX,
            only: Some(track.to_owned()),
        }
    }

    /// Gives room for the notes about a track, by its key.
    fn take(&mut self, key: &str) -> usize {
        if let Some(only) = &self.only {
            // The key of a second one that uses an identity begins with the first one's.
            return if only.starts_with(key) { usize::MAX } else { 0 };
        }
        let wanted = match TrackKind::of_key(key) {
            TrackKind::Vehicle => FIXES_MAX,
            TrackKind::Aircraft
            | TrackKind::Vessel
            | TrackKind::RemoteId
            | TrackKind::CameraPoint => FIXES_MAX / 8,
        };
        let given = if wanted <= self.left {
            wanted
        } else {
            FIXES_MAX / 32
        };
        self.left = self.left.saturating_sub(given);
        given
    }

    fn give_back(&mut self, given: usize) {
        self.left = self.left.saturating_add(given).min(ROOM_MAX);
    }
}

/// The newest of many notes, with their numbers.
#[derive(Clone, Debug)]
pub(super) struct Ring<T> {
    notes: VecDeque<T>,
    /// How many it keeps; 0 until it has room.
    max: usize,
    /// The number of the first note that is kept.
    first: u64,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self {
            notes: VecDeque::new(),
            max: 0,
            first: 0,
        }
    }
}

impl<T: Copy> Ring<T> {
    /// Keeps a note of the track with this key.
    pub(super) fn push(&mut self, room: &mut Room, key: &str, note: T) {
        if self.max == 0 {
            self.max = room.take(key);
            if self.max == 0 {
                return;
            }
            if self.max < usize::MAX {
                self.notes.reserve_exact(self.max);
            }
        }
        if self.notes.len() == self.max {
            self.notes.pop_front();
            self.first += 1;
        }
        self.notes.push_back(note);
    }

    /// Says whether it has no room yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.max == 0
    }

    /// Gives its room back.
    pub(super) fn leave(self, room: &mut Room) {
        room.give_back(self.max);
    }

    /// Returns the number of the next note.
    pub(super) fn next(&self) -> u64 {
        self.first + self.notes.len() as u64
    }

    /// Says whether nothing was dropped yet.
    pub(super) fn is_whole(&self) -> bool {
        self.first == 0
    }

    /// Returns the notes with their numbers, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &T)> {
        let first = self.first;
        let notes = self.notes.iter().enumerate();
        notes.map(move |(nth, note)| (first + nth as u64, note))
    }
}

/// What became of the last fixes of one track.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    pub(super) fixes: Ring<FixNote>,
    pub(super) judgements: Ring<Judgement>,
}

impl Notes {
    /// Notes a fix.
    pub(super) fn note_fix(&mut self, room: &mut Room, key: &str, fix: &Fix, is_continuous: bool) {
        let note = FixNote {
            at: fix.at,
            received: fix.received,
            position: fix.position,
            h_acc: fix.h_acc,
            v_acc: fix.v_acc,
            heights: fix.heights,
            is_continuous,
        };
        self.fixes.push(room, key, note);
    }

    /// Notes where the track stood until the last fix and stands from there on, if that is a change.
    pub(super) fn note_judgement(
        &mut self,
        room: &mut Room,
        key: &str,
        (rule, corridor): (usize, CorridorIndex),
        (before, after): (Standing, Standing),
        found: Option<Event>,
    ) {
        if before == after && found.is_none() {
            return;
        }
        let note = Judgement {
            fix: self.fixes.next().saturating_sub(1),
            rule,
            corridor,
            before,
            after,
            found,
        };
        self.judgements.push(room, key, note);
    }

    /// Forgets how fixes were judged: rules and corridors have other numbers from here on.
    pub(super) fn forget_judgements(&mut self) {
        let Ring { notes, first, .. } = &mut self.judgements;
        *first += notes.len() as u64;
        notes.clear();
    }

    /// Gives the room back that the rings have.
    pub(super) fn leave(self, room: &mut Room) {
        self.fixes.leave(room);
        self.judgements.leave(room);
    }
}

/// The positions of one identity that did not pass the gate.
pub(super) type Rejects = Ring<RejectNote>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_keeps_the_newest_with_their_numbers() {
        let mut room = Room::default();
        let mut ring = Ring::default();
        for number in 0..FIXES_MAX as u64 + 3 {
            assert_eq!(ring.next(), number);
            ring.push(&mut room, TRACK, number);
        }
        let kept: Vec<(u64, u64)> = ring.iter().map(|(number, note)| (number, *note)).collect();
        assert_eq!(kept.len(), FIXES_MAX);
        assert_eq!(kept[0], (3, 3));
        let last = FIXES_MAX as u64 + 2;
        assert_eq!(ring.iter().next_back(), Some((last, &last)));
        assert!(!ring.is_whole());
    }

    #[test]
    fn newcomers_get_few_once_much_is_given_away_and_what_goes_gives_back() {
        let mut room = Room {
            left: FIXES_MAX + 5,
            only: None,
        };
        assert_eq!(room.take(TRACK), FIXES_MAX);
        assert_eq!(room.take(TRACK), FIXES_MAX / 32);
        room.give_back(FIXES_MAX);
        assert_eq!(room.take(TRACK), FIXES_MAX);
        assert_eq!(room.take("icao:04ca7b"), FIXES_MAX / 32);
    }

    #[test]
    fn of_a_recording_everything_about_one_track_is_kept_and_nothing_about_others() {
        let mut room = Room::only("vehicle:lan/1");
        let (mut kept, mut other) = (Ring::default(), Ring::default());
        for number in 0..3 * FIXES_MAX {
            kept.push(&mut room, TRACK, number);
            other.push(&mut room, "vehicle:lan/2", number);
        }
        assert_eq!((kept.next(), kept.is_whole()), (3 * FIXES_MAX as u64, true));
        assert_eq!(other.next(), 0);
    }

    const TRACK: &str = "vehicle:lan/1";

    #[test]
    fn a_note_is_as_large_as_the_bound_says_at_most() {
        for size in [
            size_of::<FixNote>(),
            size_of::<Judgement>(),
            size_of::<RejectNote>(),
        ] {
            assert!(size <= NOTE_SIZE_MAX, "{size}");
        }
    }

    /// What the bound at the top counts with, bytes.
    const NOTE_SIZE_MAX: usize = 208;
}
