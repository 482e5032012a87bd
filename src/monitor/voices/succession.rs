//! Another clock in the place of one: a sender that rebooted, or another sender that took its turn.

use std::mem;

use super::conflict::Evidence;
use super::{Heard, VOICES_MAX, Voices, is_scrutinised};
use crate::monitor::gate::{GateSettings, Pass, Rejection, Verdict};
use crate::monitor::point::{DELAY_MAX, Point};
use crate::monitor::sample::Sample;
use crate::monitor::trust::Doubt;
use crate::monitor::voice::Voice;
use crate::track::Report;

/// A sender as it was before another clock took its place.
#[derive(Clone, Debug)]
pub(super) struct Ghost {
    number: u8,
    voice: Voice,
}

impl Voices {
    /// Goes on with a sender whose clock or place is another one.
    pub(super) fn take_over(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        index: usize,
    ) -> Heard {
        let voice = &self.known[index];
        if voice
            .gate
            .last()
            .is_some_and(|last| counts_otherwise(last, &point))
        {
            self.ghost = Some(Ghost {
                number: voice.number,
                voice: voice.clone(),
            });
        }
        let voice = &mut self.known[index];
        let before = voice.gate.last().copied();
        let pass = voice.gate.overrule(settings, &point);
        let number = voice.number;
        let is_scrutinised = is_scrutinised(settings, report);
        let (true, false, Some(before)) = (is_scrutinised, pass.continuous, before) else {
            return self.accept(settings, index, report, sample, point, pass);
        };
        // It booted where it cannot be.
        voice.take(report, sample, point, pass);
        let now = report.received;
        let news = voice.scrutiny.refute(settings, now, Doubt::Jump, &before);
        self.disown(number);
        Heard::rejected(Rejection::Suspect).with_news(number, news)
    }

    /// Returns the sender whose clock goes on where it was left when another took its place.
    pub(super) fn take_ghost(
        &mut self,
        settings: &GateSettings,
        index: usize,
        point: &Point,
    ) -> Option<Ghost> {
        let number = self.known[index].number;
        let has_room = self.known.len() < VOICES_MAX;
        let ghost = self
            .ghost
            .take_if(|ghost| has_room && ghost.number == number)?;
        let mut voice = ghost.voice;
        let passes = matches!(voice.judge(settings, point), Verdict::Passes(_));
        let last = self.known[index].gate.last();
        let clocks_differ = last.is_some_and(|last| counts_otherwise(last, point));
        (passes && clocks_differ).then_some(Ghost { number, voice })
    }

    /// Gives a sender its place back that another one took; the other becomes one of its own.
    pub(super) fn revive(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        index: usize,
        ghost: Ghost,
    ) -> Heard {
        let mut other = mem::replace(&mut self.known[index], ghost.voice);
        other.number = self.free_number();
        let (known, newcomer) = (index, self.known.len());
        let voice = &mut self.known[known];
        // What was told of a number's trust is told to its end, whoever has it.
        mem::swap(&mut voice.scrutiny, &mut other.scrutiny);
        voice.scrutiny.begin();
        other.scrutiny.begin();
        self.known.push(other);
        let voice = &mut self.known[known];
        let pass = match voice.judge(settings, &point) {
            Verdict::Passes(pass) => pass,
            Verdict::Rejected(_) | Verdict::Stranger { .. } => {
                voice.gate.overrule(settings, &point)
            }
        };
        let pass = Pass {
            continuous: false,
            ..pass
        };
        let heard = self.accept(settings, known, report, sample, point, pass);
        let conflict = self.tell(Evidence::BootClock, known, newcomer);
        Heard { conflict, ..heard }
    }
}

/// Says whether one clock shows what it cannot have come to since it was read last.
fn counts_otherwise(last: &Point, point: &Point) -> bool {
    let ahead_ms = u128::from(point.ahead_ms(last).unsigned_abs());
    last.clock == point.clock && DELAY_MAX.as_millis() < ahead_ms
}
