//! Doubted lines of places: runs that a sender seems to have jumped to.

use super::{Heard, Voices, is_scrutinised};
use crate::monitor::gate::{Clocks, GateSettings, Rejection};
use crate::monitor::point::{ClockKind, DELAY_MAX, Point};
use crate::monitor::run::{Run, SAMPLES_MIN};
use crate::monitor::sample::Sample;
use crate::monitor::trust::{Doubt, Sign};
use crate::track::Report;
use crate::units::LatLon;

impl Voices {
    /// Finds the doubted line of a sender, if a sample goes on from it rather than from the last
    /// trusted place.
    pub(super) fn doubted_line(
        &self,
        settings: &GateSettings,
        index: usize,
        point: &Point,
    ) -> Option<usize> {
        let voice = &self.known[index];
        let is_its = |run: &Run| run.owner == Some(voice.number);
        let found = self.runs.iter().position(is_its)?;
        let run = &self.runs[found];
        let strain = |from: &Point| point.strain_from(from, settings);
        let trusted = voice.gate.last().map(strain);
        let is_nearer = trusted.is_none_or(|trusted| strain(&run.last) < trusted);
        (run.fits(point, settings) && is_nearer).then_some(found)
    }

    /// Takes a sample that goes on from a doubted line of places.
    pub(super) fn persist(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        (index, run): (usize, usize),
    ) -> Heard {
        let is_behind = self.is_behind(report, &point);
        let run = &mut self.runs[run];
        if point.ms <= run.last.ms && point.clock.kind != ClockKind::Arrival {
            let is_again = point.ms == run.last.ms;
            return Heard::rejected(if is_again {
                Rejection::Repeated
            } else {
                Rejection::Late
            });
        }
        let clocks = run.clocks;
        run.join(report, point, clocks, settings);
        if is_behind {
            run.note_behind();
        }
        let run = run.clone();
        if let Some(evidence) = self.evidence(settings, &run, &point) {
            self.forget_run(&run);
            return self.part(settings, report, sample, point, evidence);
        }
        let voice = &mut self.known[index];
        let number = voice.number;
        voice.hold(report, sample);
        let look = voice.look(settings, report, sample, point, Sign::Persists);
        if voice.scrutiny.hides() {
            return Heard::rejected(Rejection::Suspect).with_news(number, look.news);
        }
        self.forget_run(&run);
        let voice = &mut self.known[index];
        let pass = voice.gate.overrule(settings, &point);
        voice.take(report, sample, point, pass);
        Heard::of(self.fix(index, report, sample, point, pass)).with_news(number, look.news)
    }

    /// Makes a run the doubted line of a sender, in place of the one that was.
    pub(super) fn own(&mut self, number: u8, mut run: Run) {
        self.disown(number);
        run.owner = Some(number);
        self.runs.push(run);
    }

    pub(super) fn disown(&mut self, number: u8) {
        for run in &mut self.runs {
            run.owner = run.owner.filter(|owner| *owner != number);
        }
    }

    /// Finds the sender that a run in a row shows to have jumped: its clock goes on, its place does not.
    pub(super) fn jumped(
        &self,
        settings: &GateSettings,
        run: &Run,
        (report, point): (&Report, &Point),
        silent: Option<usize>,
    ) -> Option<usize> {
        let index = self.order(report).first().copied()?;
        let voice = &self.known[index];
        let last = voice.gate.last()?;
        let is_its = voice.paths.has(report) || silent == Some(index);
        let is_jump = run.clocks == Clocks::Agree && !point.is_reachable_from(last, settings);
        let counts = is_scrutinised(settings, report) && SAMPLES_MIN <= run.in_a_row;
        (counts && is_its && is_jump).then_some(index)
    }

    /// Makes a run the doubted line of the sender that jumped.
    pub(super) fn doubt(
        &mut self,
        settings: &GateSettings,
        (report, sample): (&Report, &Sample),
        point: Point,
        index: usize,
        run: Run,
    ) -> Heard {
        self.forget_run(&run);
        let voice = &mut self.known[index];
        let number = voice.number;
        let Some(right) = voice.gate.last().copied() else {
            return Heard::rejected(Rejection::Suspect);
        };
        let swapped = LatLon::new(point.position.lon(), point.position.lat());
        let is_swapped = swapped
            .is_ok_and(|position| Point { position, ..point }.is_reachable_from(&right, settings));
        let doubt = if is_swapped {
            Doubt::SwappedAxes
        } else {
            Doubt::Jump
        };
        voice.hold(report, sample);
        let news = voice
            .scrutiny
            .refute(settings, report.received, doubt, &right);
        self.own(number, run);
        Heard::rejected(Rejection::Suspect).with_news(number, news)
    }

    /// Warns of a sender that tells two places at one time on one way, for as long as two senders
    /// would have needed to show.
    pub(super) fn note_wild(&mut self, run: &Run, (report, point): (&Report, &Point)) {
        let now = report.received.monotonic;
        for voice in &mut self.known {
            let is_one_clock = voice
                .gate
                .last()
                .is_some_and(|last| last.clock == point.clock);
            let is_its = voice.paths.has(report) && is_one_clock;
            let is_long = DELAY_MAX <= voice.heard.since(run.first);
            if run.clocks == Clocks::Agree && SAMPLES_MIN <= run.interrupted && is_its && is_long {
                voice.scrutiny.note_rival(now);
            }
        }
    }
}
