//! Those that use one identity: mostly one sender, sometimes two that do not know of each other.
//!
//! A sample that no known sender can have sent starts, or joins, a run of samples that agree with
//! each other. Three make something of it:
//!
//! | meanwhile, a known sender | the clock              | so                                           |
//! |---------------------------|------------------------|----------------------------------------------|
//! | was silent                | is new                 | it rebooted; out of reach, it is suspect     |
//! | said nothing between them | agrees                 | it jumped, and is suspect: the run is its    |
//! |                           |                        | doubted line of places                       |
//! | was silent                | is one from before     | two take turns in bursts: a conflict         |
//! | spoke thrice, for 10 s    | is another one         | a conflict                                   |
//! | spoke thrice, for 10 s    | agrees                 | a conflict if the two were heard on          |
//! |                           |                        | different ways, or with clocks that take     |
//! |                           |                        | turns in going back; else a wild receiver,   |
//! |                           |                        | which is a warning                           |
//! | spoke                     | is less than a minute  | the same sender by a faster way              |
//! |                           | ahead, and near        |                                              |
//!
//! What goes on from a doubted line rather than from the last trusted place is kept from the rules,
//! until `trust.rs` believes either.
//!
//! Hardware ids tell sooner. A conflict is told once until only one sender is left.

mod conflict;
mod doubted;
mod heard;
mod succession;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::time::Duration;

use crate::monitor::gate::{Clocks, GateSettings, Pass, Rejection, Verdict, is_near_zero};
use crate::monitor::point::{ClockKind, Point, SenderClock};
use crate::monitor::run::{Run, SAMPLES_MIN};
use crate::monitor::sample::{Sample, Source};
use crate::monitor::trust::{Doubt, Doubts, Place, Scrutiny, Sign};
use crate::monitor::voice::{Profile, Voice};
use crate::track::{HardwareId, Message, Report, SystemTime};
use crate::units::{LatLon, Monotonic};

use succession::Ghost;

pub(super) use conflict::{Conflict, SenderNote};
pub(super) use heard::{Heard, Outcome};

/// Senders that one identity is kept apart for.
const VOICES_MAX: usize = 4;
/// Runs that are remembered of one identity, besides the doubted lines of its senders.
const RUNS_MAX: usize = 4;
/// How long a sender must be silent before another clock or place is taken for its own.
const SILENCE_MIN: Duration = Duration::from_secs(3);
/// A sender that was heard within so long speaks beside a run.
const SPEAKS: Duration = Duration::from_secs(30);
/// A sender of several that is silent for so long is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

/// Everybody that uses one identity.
#[derive(Clone, Debug, Default)]
pub(super) struct Voices {
    known: Vec<Voice>,
    runs: Vec<Run>,
    ghost: Option<Ghost>,
    /// A hardware id that is not the sender's, and when it was told.
    stranger_hardware: Option<(HardwareId, Monotonic)>,
    is_told: bool,
    /// What an earlier run doubted of its only sender.
    doubted: Option<Scrutiny>,
}

impl Voices {
    /// Begins with a sender whose positions an earlier run doubted.
    pub(super) fn doubted(doubts: Doubts, is_hidden: bool, trusted: Option<Place>) -> Self {
        Self {
            doubted: Some(Scrutiny::restored(doubts, is_hidden, trusted)),
            ..Self::default()
        }
    }

    /// Returns what a sender tells of itself.
    pub(super) fn profile(&self, number: u8) -> Profile {
        let voice = self.known.iter().find(|voice| voice.number == number);
        voice.map(|voice| voice.profile).unwrap_or_default()
    }

    /// Returns the numbers of the senders that a message may be from.
    pub(super) fn heard_by(&self, report: &Report) -> impl Iterator<Item = u8> {
        let is_heard = |voice: &&Voice| self.known.len() == 1 || voice.paths.has(report);
        let heard = self.known.iter().filter(is_heard);
        heard.map(|voice| voice.number)
    }

    /// Takes a message, and says what became of its position and whether two senders are noticed.
    pub(super) fn handle(&mut self, settings: &GateSettings, report: &Report) -> Heard {
        if self.known.is_empty() {
            let mut voice = Voice::new(1, report);
            voice.scrutiny = self.doubted.take().unwrap_or_default();
            self.known.push(voice);
        }
        self.forget(report.received.monotonic);
        let mut conflict = None;
        if let Message::AutopilotVersion(version) = &report.message {
            conflict = self.compare_hardware(report, *version);
        }
        self.learn(report);
        if let Message::SystemTime(time) = &report.message {
            self.compare_clock(settings, report, *time);
        }
        let Some(sample) = Sample::of(report) else {
            return Heard {
                conflict,
                ..Heard::of(Outcome::Nothing)
            };
        };
        let heard = self.handle_sample(settings, report, &sample);
        Heard {
            conflict: heard.conflict.or(conflict),
            ..heard
        }
    }

    /// Lets the senders that a message may be from learn what it says about them.
    fn learn(&mut self, report: &Report) {
        let shared = self
            .known
            .iter()
            .filter(|voice| voice.paths.has(report))
            .count();
        // Several on one way: a receiver's word is for the one that is nearest to it.
        let nearest = if let Message::Gnss(gnss) | Message::SecondGnss(gnss) = &report.message
            && 1 < shared
        {
            let distances = self.known.iter();
            let distances = distances.filter_map(|it| Some((it.distance_m(gnss)?, it.number)));
            distances.min_by(|a, b| a.0.total_cmp(&b.0))
        } else {
            None
        };
        // Whoever was not heard as the sender yet may not say that its receiver is without a fix.
        let is_harmless = !matches!(
            report.message,
            Message::Gnss(_) | Message::GnssIntegrity(_) | Message::SystemTime(_)
        );
        for voice in &mut self.known {
            let is_its = voice.paths.has(report) || (shared == 0 && is_harmless);
            if is_its && nearest.is_none_or(|(_, number)| number == voice.number) {
                voice.learn(report);
            }
        }
    }

    fn handle_sample(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
    ) -> Heard {
        let order = self.order(report);
        let Some(&likely) = order.first() else {
            return Heard::of(Outcome::Nothing);
        };
        let voice = &self.known[likely];
        let is_raw_of_known = !settings.plausibility
            && !matches!(sample.source, Source::GlobalPosition | Source::Only(_));
        let is_known = voice.paths.has(report);
        if is_raw_of_known || (is_known && voice.outranks(report, sample.source)) {
            return Heard::of(Outcome::Outranked);
        }
        let position = match self.place_of(settings, report, sample, likely) {
            Ok(position) => position,
            Err((reason, doubt)) => {
                return self.miss(settings, report, likely, reason, doubt);
            }
        };
        let mut refusal = None;
        let mut stranger = None;
        for index in order {
            let voice = &mut self.known[index];
            let point = voice.point(report, sample, position);
            if let Some(run) = self.doubted_line(settings, index, &point) {
                return self.persist(settings, report, sample, point, (index, run));
            }
            match self.known[index].judge(settings, &point) {
                Verdict::Passes(pass) => {
                    return self.accept(settings, index, report, sample, point, pass);
                }
                Verdict::Rejected(reason) => {
                    refusal.get_or_insert(reason);
                }
                Verdict::Stranger { reason, clocks } => {
                    stranger.get_or_insert((reason, clocks, point));
                }
            }
        }
        match (refusal, stranger) {
            (Some(reason), _) => Heard::rejected(reason),
            (None, Some((reason, clocks, point))) => self
                .suspect(settings, report, sample, point, clocks)
                .unwrap_or_else(|| Heard::rejected(reason)),
            (None, None) => Heard::of(Outcome::Nothing),
        }
    }

    /// Reads the place of a sample, or says why there is none to believe.
    fn place_of(
        &self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        likely: usize,
    ) -> Result<LatLon, (Rejection, Doubt)> {
        let voice = &self.known[likely];
        let Ok(position) = LatLon::try_from(sample.place) else {
            return Err((Rejection::OutOfRange, Doubt::NoPlace));
        };
        if is_near_zero(position) {
            return Err((Rejection::NearZero, Doubt::NoPlace));
        }
        let lacks_fix = voice.paths.has(report) && voice.lacks_fix(report.received.monotonic);
        if settings.plausibility && lacks_fix {
            return Err((Rejection::NoFix, Doubt::FixLost));
        }
        Ok(position)
    }

    /// Takes a sample without a place that could be believed; whoever never had one misses nothing.
    fn miss(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        likely: usize,
        reason: Rejection,
        doubt: Doubt,
    ) -> Heard {
        let heard = Heard::rejected(reason);
        let voice = &mut self.known[likely];
        voice.keep_way(report);
        let had_a_place = voice.gate.last().is_some();
        if !is_scrutinised(settings, report) || !voice.paths.has(report) || !had_a_place {
            return heard;
        }
        let news = voice.scrutiny.miss(settings, report.received, doubt);
        heard.with_news(voice.number, news)
    }

    /// Orders the senders by how likely a message is from them: heard on its way first, then the
    /// one that was heard last.
    fn order(&self, report: &Report) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.known.len()).collect();
        order.sort_by_key(|index| {
            let voice = &self.known[*index];
            (!voice.paths.has(report), Reverse(voice.heard))
        });
        order
    }

    /// Takes a sample that goes on from the last trusted place of a sender.
    fn accept(
        &mut self,
        settings: &GateSettings,
        index: usize,
        report: &Report,
        sample: &Sample,
        point: Point,
        pass: Pass,
    ) -> Heard {
        for run in &mut self.runs {
            run.interrupt(report, &point);
        }
        let voice = &mut self.known[index];
        let number = voice.number;
        voice.take(report, sample, point, pass);
        if !is_scrutinised(settings, report) {
            return Heard::of(self.fix(index, report, sample, point, pass));
        }
        if let Some(right) = voice
            .scrutiny
            .take_anchor(settings, report.received, &point)
        {
            voice.gate.rewind(right);
            let look = voice.look(settings, report, sample, point, Sign::Persists);
            self.own(number, Run::start(report, point, Clocks::Agree));
            return Heard::rejected(Rejection::Suspect).with_news(number, look.news);
        }
        let look = voice.look(settings, report, sample, point, Sign::Agrees);
        if let Some(right) = look.refuted_since.filter(|_| voice.scrutiny.hides()) {
            voice.gate.rewind(right);
            let run = Run::start(report, point, Clocks::Agree);
            self.own(number, run);
        }
        if self.known[index].scrutiny.hides() {
            return Heard::rejected(Rejection::Suspect).with_news(number, look.news);
        }
        Heard::of(self.fix(index, report, sample, point, pass)).with_news(number, look.news)
    }

    /// Makes a sample that was taken, and that is believed, a fix.
    fn fix(
        &mut self,
        index: usize,
        report: &Report,
        sample: &Sample,
        point: Point,
        pass: Pass,
    ) -> Outcome {
        let voice = &mut self.known[index];
        let has_gap = voice.scrutiny.take_gap();
        if has_gap {
            let number = voice.number;
            self.disown(number);
        }
        let voice = &self.known[index];
        Outcome::Fix {
            voice: voice.number,
            continuous: pass.continuous && !has_gap,
            fix: voice.fix(report, sample, point, pass),
        }
    }

    /// Takes a sample that fits nobody; says what comes of it, if anything does.
    fn suspect(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        clocks: Clocks,
    ) -> Option<Heard> {
        let run = self.join_run(settings, report, point, clocks);
        if run.samples < SAMPLES_MIN || run.last.ms != point.ms {
            return None;
        }
        let silent = self.silent_since(&run, report);
        if let Some(index) = self.jumped(settings, &run, (report, &point), silent) {
            return Some(self.doubt(settings, (report, sample), point, index, run));
        }
        if let Some(index) = silent {
            self.forget_run(&run);
            if let Some(ghost) = self.take_ghost(settings, index, &point) {
                return Some(self.revive(settings, report, sample, point, index, ghost));
            }
            return Some(self.take_over(settings, report, sample, point, index));
        }
        if clocks == Clocks::Ahead {
            let index = *self.order(report).first()?;
            let last = self.known[index].gate.last()?;
            if point.position.distance_m(last.position) <= settings.jump_slack.get() {
                self.forget_run(&run);
                return Some(self.take_over(settings, report, sample, point, index));
            }
        }
        if let Some(evidence) = self.evidence(settings, &run, &point) {
            self.forget_run(&run);
            return Some(self.part(settings, report, sample, point, evidence));
        }
        self.note_wild(&run, (report, &point));
        None
    }

    /// Says whether a sender on this way was ahead of a sample by the same clock.
    fn is_behind(&self, report: &Report, point: &Point) -> bool {
        self.known.iter().any(|voice| {
            let is_ahead = |last: &Point| last.clock == point.clock && point.ms < last.ms;
            voice.paths.has(report) && voice.gate.last().is_some_and(is_ahead)
        })
    }

    /// Lets a sample join the run that it agrees with, or start one; returns that as it is then.
    fn join_run(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        point: Point,
        clocks: Clocks,
    ) -> Run {
        self.runs.retain(|run| !run.is_stale(point.received));
        let is_behind = self.is_behind(report, &point);
        let mut runs = self.runs.iter_mut();
        if let Some(run) =
            runs.find_map(|run| run.join(report, point, clocks, settings).then_some(run))
        {
            if is_behind {
                run.note_behind();
            }
            return run.clone();
        }
        let free = self.runs.iter().filter(|run| run.owner.is_none()).count();
        if free == RUNS_MAX {
            let oldest = self.runs.iter().position(|run| run.owner.is_none());
            oldest.map(|oldest| self.runs.remove(oldest));
        }
        let run = Run::start(report, point, clocks);
        self.runs.push(run.clone());
        run
    }

    fn forget_run(&mut self, run: &Run) {
        self.runs
            .retain(|other| other.first != run.first || other.last.ms != run.last.ms);
    }

    /// Finds a sender that said nothing that fits since a run has its samples in a row.
    fn silent_since(&self, run: &Run, report: &Report) -> Option<usize> {
        let is_silent = |index: &usize| {
            let voice = &self.known[*index];
            let is_out = self.known.len() == 1 || voice.heard < run.first;
            let span = run.last.received.since(voice.heard);
            voice.gate.last().is_none() || (is_out && SILENCE_MIN <= span)
        };
        let is_enough = SAMPLES_MIN <= run.in_a_row;
        self.order(report)
            .into_iter()
            .find(|index| is_enough && is_silent(index))
    }

    /// Takes a boot clock that says nothing of a place: it may show that a sender rebooted.
    fn compare_clock(&mut self, settings: &GateSettings, report: &Report, time: SystemTime) {
        let clock = SenderClock {
            component_id: report.sender.component_id,
            kind: ClockKind::Boot,
        };
        let Some(last) = self.known.iter().find_map(|voice| {
            let is_its = voice.paths.has(report);
            voice
                .gate
                .last()
                .filter(|last| is_its && last.clock == clock)
        }) else {
            return;
        };
        let point = Point {
            ms: time.boot_ms.into(),
            received: report.received.monotonic,
            ..*last
        };
        let is_known = self.known.iter_mut().any(|voice| {
            !matches!(
                voice.judge(settings, &point),
                Verdict::Stranger {
                    clocks: Clocks::Differ,
                    ..
                }
            )
        });
        if !is_known {
            self.join_run(settings, report, point, Clocks::Differ);
        }
    }

    fn free_number(&self) -> u8 {
        let is_free = |number: &u8| self.known.iter().all(|voice| voice.number != *number);
        (1..=u8::MAX).find(is_free).unwrap_or(u8::MAX)
    }

    /// Forgets those of several senders that have long been silent.
    fn forget(&mut self, now: Monotonic) {
        if self.known.len() == 1 {
            return;
        }
        let latest = self.known.iter().map(|voice| voice.heard).max();
        self.known.retain(|voice| {
            Some(voice.heard) == latest || now.since(voice.heard) < FORGOTTEN_AFTER
        });
        if self.known.len() == 1 {
            self.is_told = false;
        }
    }
}

/// Says whether places out of reach make their sender suspect: what a camera looks at may be anywhere
/// in the next moment.
const fn is_scrutinised(settings: &GateSettings, report: &Report) -> bool {
    settings.plausibility
        && !matches!(
            report.message,
            Message::CameraView(_) | Message::CameraTarget(_)
        )
}
