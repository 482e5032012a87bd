//! Which autopilots send too little, and when each is asked for more.
//!
//! A message is counted over a while. If too few came, its sender is asked, again and again with
//! growing pauses, first for the message and then, as old autopilots know it, for its group. If that
//! does not help it is left alone for some minutes.

use std::collections::BTreeMap;
use std::time::Duration;

use super::transmission::{Autopilot, Request, Wanted, Way};
use crate::units::Monotonic;
use crate::wire::Version;

/// How long an autopilot is listened to before it is asked for anything.
const LISTEN: Duration = Duration::from_secs(3);
/// How long the answer to the first question may take; twice as long after each further one.
const ANSWER: Duration = Duration::from_secs(2);
/// How often it is asked in one way.
const QUESTIONS_MAX: u8 = 4;
/// How long one that does not answer is left alone.
const REST: Duration = Duration::from_secs(300);
/// How long a rate that is right is believed in.
const BELIEVED: Duration = Duration::from_secs(10);
/// The pause between two questions to one autopilot, so that it can refuse each by itself.
const BETWEEN: Duration = Duration::from_millis(500);
/// An autopilot that has not been heard for so long is forgotten.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// Autopilots of one link that are asked.
const AUTOPILOTS_MAX: usize = 32;

/// How many of the messages that are wanted are enough, per cent: a lossy link loses some.
const ENOUGH_PERCENT: u128 = 60;

/// Keeps count of what each autopilot sends.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    wanted: [Wanted; 3],
    autopilots: BTreeMap<Autopilot, Subject>,
}

/// How an autopilot takes a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It will do so, or says that it may later.
    Taken,
    /// It does not do that for this message.
    Refused,
    /// It does not know the question.
    Unsupported,
}

impl Answer {
    /// Reads a `MAV_RESULT`.
    pub(super) const fn of(result: u8) -> Self {
        match result {
            // Accepted, temporarily rejected, in progress.
            0 | 1 | 5 => Self::Taken,
            3 => Self::Unsupported,
            _ => Self::Refused,
        }
    }
}

/// What is known of an autopilot.
#[derive(Clone, Debug)]
struct Subject {
    version: Version,
    heard: Monotonic,
    /// The first way in which it is asked.
    way: Way,
    counts: [Count; 3],
    /// Which message it was asked for last.
    asked: Option<usize>,
    /// Before that it is asked for nothing more.
    quiet_until: Monotonic,
}

/// How many messages of one kind came, and what was done about it.
#[derive(Clone, Copy, Debug)]
struct Count {
    since: Monotonic,
    messages: u32,
    due: Monotonic,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It has not been asked, or did as it was asked.
    Listening,
    /// It has been asked so often.
    Asked(Way, u8),
    /// It did not help, and it is left alone.
    Resting,
}

impl Rates {
    /// Asks for `position_hz` positions a second, and for what belongs to them.
    pub(super) fn new(position_hz: u8) -> Self {
        const EXTENDED_STATUS: u8 = 2;
        const POSITION: u8 = 6;
        const EXTRA_3: u8 = 12;
        let wanted = |message_id, stream, hz| Wanted {
            message_id,
            stream,
            hz,
        };
        Self {
            wanted: [
                wanted(33, POSITION, position_hz),
                wanted(24, EXTENDED_STATUS, 2),
                wanted(2, EXTRA_3, 1),
            ],
            autopilots: BTreeMap::new(),
        }
    }

    /// Takes a sign of life.
    pub(super) fn handle_heartbeat(&mut self, now: Monotonic, from: Autopilot, version: Version) {
        if let Some(subject) = self.autopilots.get_mut(&from) {
            (subject.heard, subject.version) = (now, version);
        } else if self.autopilots.len() < AUTOPILOTS_MAX {
            self.autopilots.insert(from, Subject::new(now, version));
        }
    }

    /// Takes any message.
    pub(super) fn handle_message(&mut self, from: Autopilot, message_id: u32) {
        let wanted = self
            .wanted
            .iter()
            .position(|it| it.message_id == message_id);
        if let Some(index) = wanted
            && let Some(subject) = self.autopilots.get_mut(&from)
        {
            subject.counts[index].messages += 1;
        }
    }

    /// Takes the answer to a command that sets an interval.
    pub(super) fn handle_answer(&mut self, now: Monotonic, from: Autopilot, answer: Answer) {
        if let Some(subject) = self.autopilots.get_mut(&from) {
            subject.take(now, answer);
        }
    }

    /// Returns when somebody may have to be asked.
    pub(super) fn next_timeout(&self) -> Option<Monotonic> {
        self.autopilots.values().map(Subject::next_timeout).min()
    }

    /// Returns whom to ask for what at the moment.
    pub(super) fn poll_request(&mut self, now: Monotonic) -> Option<(Version, Request)> {
        self.autopilots
            .retain(|_, subject| now.since(subject.heard) < SILENCE_MAX);
        let wanted = self.wanted;
        self.autopilots.iter_mut().find_map(|(to, subject)| {
            let (wanted, way, before) = subject.poll(now, &wanted)?;
            let request = Request {
                to: *to,
                way,
                wanted,
                before,
            };
            Some((subject.version, request))
        })
    }
}

impl Subject {
    fn new(now: Monotonic, version: Version) -> Self {
        let count = Count {
            since: now,
            messages: 0,
            due: now.plus(LISTEN),
            stage: Stage::Listening,
        };
        Self {
            version,
            heard: now,
            way: Way::Interval,
            counts: [count; 3],
            asked: None,
            quiet_until: now,
        }
    }

    fn next_timeout(&self) -> Monotonic {
        let due = self.counts.iter().map(|count| count.due).min();
        due.unwrap_or_default().max(self.quiet_until)
    }

    /// Judges what is due, up to the first message that has to be asked for.
    fn poll(&mut self, now: Monotonic, wanted: &[Wanted; 3]) -> Option<(Wanted, Way, u8)> {
        if now < self.quiet_until {
            return None;
        }
        for (index, wanted) in wanted.iter().enumerate() {
            let count = &mut self.counts[index];
            if now < count.due {
                continue;
            }
            let (stage, wait) = count.stage.step(count.is_enough(now, wanted.hz), self.way);
            *count = Count {
                since: now,
                messages: 0,
                due: now.plus(wait),
                stage,
            };
            if let Stage::Asked(way, times) = stage {
                self.asked = Some(index);
                self.quiet_until = now.plus(BETWEEN);
                return Some((*wanted, way, times - 1));
            }
        }
        None
    }

    fn take(&mut self, now: Monotonic, answer: Answer) {
        match answer {
            Answer::Taken => {}
            Answer::Refused => {
                if let Some(count) = self.asked.and_then(|index| self.counts.get_mut(index)) {
                    count.go_on_otherwise(now);
                }
            }
            Answer::Unsupported => {
                self.way = Way::Stream;
                self.counts
                    .iter_mut()
                    .for_each(|it| it.go_on_otherwise(now));
            }
        }
    }
}

impl Count {
    /// Says whether there were as many as there should be, or one less: a window may miss one.
    fn is_enough(&self, now: Monotonic, hz: u8) -> bool {
        let seconds_100 = now.since(self.since).as_millis() / 10;
        let wanted_10_000 = seconds_100 * u128::from(hz) * ENOUGH_PERCENT;
        0 < self.messages && wanted_10_000 <= (u128::from(self.messages) + 1) * 10_000
    }

    /// Goes on at once with the question for the group, if the one for the message was asked.
    fn go_on_otherwise(&mut self, now: Monotonic) {
        match self.stage {
            Stage::Asked(Way::Interval, _) => {
                self.stage = Stage::Asked(Way::Interval, QUESTIONS_MAX);
                self.due = now;
            }
            Stage::Asked(Way::Stream, _) | Stage::Listening | Stage::Resting => {}
        }
    }
}

impl Stage {
    /// Goes on after a count, and says how long the next one takes.
    ///
    /// `first` is the way in which the autopilot is asked first.
    fn step(self, is_enough: bool, first: Way) -> (Self, Duration) {
        let next = match (self, is_enough) {
            (Self::Listening | Self::Asked(..) | Self::Resting, true) => Self::Listening,
            (Self::Listening | Self::Resting, false) => Self::Asked(first, 1),
            (Self::Asked(way, times), false) if times < QUESTIONS_MAX => {
                Self::Asked(way, times + 1)
            }
            (Self::Asked(Way::Interval, _), false) => Self::Asked(Way::Stream, 1),
            (Self::Asked(Way::Stream, _), false) => Self::Resting,
        };
        let wait = match next {
            Self::Listening => BELIEVED,
            Self::Asked(_, times) => ANSWER * 2_u32.pow(u32::from(times - 1)),
            Self::Resting => REST,
        };
        (next, wait)
    }
}

#[cfg(test)]
mod tests;
