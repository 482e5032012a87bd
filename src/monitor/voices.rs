//! Those that use one identity: mostly one sender, sometimes two that do not know of each other.
//!
//! A sample that no known sender can have sent starts, or joins, a run of samples that agree with
//! each other. Three make something of it:
//!
//! | meanwhile, a known sender | the clock              | so                                           |
//! |---------------------------|------------------------|----------------------------------------------|
//! | was silent                | is new                 | it rebooted, or that is its true place       |
//! | was silent                | is one from before     | two take turns in bursts: a conflict         |
//! | spoke thrice, for 10 s    | is another one         | a conflict                                   |
//! | spoke thrice, for 10 s    | agrees                 | a conflict if the two were heard on          |
//! |                           |                        | different ways, or with clocks that take     |
//! |                           |                        | turns in going back; else a wild receiver    |
//! | spoke                     | is less than a minute  | the same sender by a faster way              |
//! |                           | ahead, and near        |                                              |
//!
//! Hardware ids tell sooner. A conflict is told once until only one sender is left.

use std::cmp::Reverse;
use std::mem;
use std::time::Duration;

use crate::monitor::gate::{Clocks, GateSettings, Pass, Rejection, Verdict, is_near_zero};
use crate::monitor::paths::Path;
use crate::monitor::point::{ClockKind, DELAY_MAX, Point, SenderClock};
use crate::monitor::run::{Run, SAMPLES_MIN};
use crate::monitor::sample::{Sample, Source};
use crate::monitor::voice::{Profile, Voice};
use crate::track::{AutopilotVersion, Fix, HardwareId, Message, Report, SystemTime};
use crate::units::{LatLon, Monotonic};

/// Senders that one identity is kept apart for.
const VOICES_MAX: usize = 4;
/// Runs that are remembered of one identity.
const RUNS_MAX: usize = 4;
/// How long a sender must be silent before another clock or place is taken for its own.
const SILENCE_MIN: Duration = Duration::from_secs(3);
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
}

/// A sender as it was before another clock took its place.
#[derive(Clone, Debug)]
struct Ghost {
    number: u8,
    voice: Voice,
}

/// What became of a position.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is moved once, and a fix is the usual case"
)]
pub(super) enum Outcome {
    /// There was none.
    Nothing,
    /// It is a fix.
    Fix {
        /// Whose.
        voice: u8,
        /// The fix.
        fix: Fix,
        /// False after a jump that turned out to be true: nobody knows the way between.
        continuous: bool,
    },
    /// It counts for nothing.
    Rejected(Rejection),
    /// A better source of the same sender is fresh.
    Outranked,
}

impl Outcome {
    /// Returns the sender, if the position shows who that is.
    pub(super) const fn voice(&self) -> Option<u8> {
        match self {
            Self::Fix { voice, .. } => Some(*voice),
            Self::Nothing | Self::Rejected(_) | Self::Outranked => None,
        }
    }
}

/// Two senders that use one identity.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conflict {
    pub(super) evidence: Evidence,
    /// The one that was known, and the other.
    pub(super) senders: [SenderNote; 2],
}

/// What shows that there are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Their hardware has different ids.
    HardwareId,
    /// Their clocks have nothing to do with each other.
    BootClock,
    /// Nothing flies that fast from one to the other and back.
    Motion,
}

impl Evidence {
    /// Names it in alerts.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::HardwareId => "hardware-id",
            Self::BootClock => "boot-clock",
            Self::Motion => "motion",
        }
    }
}

/// What is known of a sender.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SenderNote {
    pub(super) voice: u8,
    pub(super) path: Option<Path>,
    pub(super) position: Option<LatLon>,
    pub(super) hardware: Option<HardwareId>,
}

impl Voices {
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
    pub(super) fn handle(
        &mut self,
        settings: &GateSettings,
        report: &Report,
    ) -> (Outcome, Option<Conflict>) {
        if self.known.is_empty() {
            self.known.push(Voice::new(1, report));
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
            return (Outcome::Nothing, conflict);
        };
        let (outcome, found) = self.handle_sample(settings, report, &sample);
        (outcome, found.or(conflict))
    }

    /// Lets the senders that a message may be from learn what it says about them.
    fn learn(&mut self, report: &Report) {
        let shared = self
            .known
            .iter()
            .filter(|voice| voice.paths.has(report))
            .count();
        // Several on one way: a receiver's word is for the one that is nearest to it.
        let nearest = if let Message::Gnss(gnss) = &report.message
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
    ) -> (Outcome, Option<Conflict>) {
        let rejected = |reason| (Outcome::Rejected(reason), None);
        let order = self.order(report);
        let Some(&likely) = order.first() else {
            return (Outcome::Nothing, None);
        };
        let voice = &self.known[likely];
        let is_raw_of_known = !settings.plausibility
            && !matches!(sample.source, Source::GlobalPosition | Source::Only(_));
        let is_known = voice.paths.has(report);
        if is_raw_of_known || (is_known && voice.outranks(report, sample.source)) {
            return (Outcome::Outranked, None);
        }
        let Ok(position) = LatLon::try_from(sample.place) else {
            return rejected(Rejection::OutOfRange);
        };
        if is_near_zero(position) {
            return rejected(Rejection::NearZero);
        }
        if settings.plausibility && is_known && voice.lacks_fix(report.received.monotonic) {
            return rejected(Rejection::NoFix);
        }
        let mut refusal = None;
        let mut stranger = None;
        for index in order {
            let voice = &mut self.known[index];
            let point = voice.point(report, sample, position);
            match voice.judge(settings, &point) {
                Verdict::Passes(pass) => {
                    return (self.accept(index, report, sample, point, pass), None);
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
            (Some(reason), _) => rejected(reason),
            (None, Some((reason, clocks, point))) => self
                .suspect(settings, report, sample, point, clocks)
                .unwrap_or_else(|| rejected(reason)),
            (None, None) => (Outcome::Nothing, None),
        }
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

    fn accept(
        &mut self,
        index: usize,
        report: &Report,
        sample: &Sample,
        point: Point,
        pass: Pass,
    ) -> Outcome {
        for run in &mut self.runs {
            run.interrupt(report, &point);
        }
        let voice = &mut self.known[index];
        Outcome::Fix {
            voice: voice.number,
            continuous: pass.continuous,
            fix: voice.accept(report, sample, point, pass),
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
    ) -> Option<(Outcome, Option<Conflict>)> {
        let run = self.join_run(settings, report, point, clocks);
        if run.samples < SAMPLES_MIN || run.last.ms != point.ms {
            return None;
        }
        if let Some(index) = self.silent_since(&run, report) {
            self.forget_run(&run);
            if let Some(ghost) = self.take_ghost(settings, index, &point) {
                return Some(self.revive(settings, report, sample, point, index, ghost));
            }
            return Some((self.take_over(settings, report, sample, point, index), None));
        }
        if clocks == Clocks::Ahead {
            let index = *self.order(report).first()?;
            let last = self.known[index].gate.last()?;
            if point.position.distance_m(last.position) <= settings.jump_slack.get() {
                self.forget_run(&run);
                return Some((self.take_over(settings, report, sample, point, index), None));
            }
        }
        let evidence = self.evidence(&run, &point)?;
        self.forget_run(&run);
        Some(self.part(settings, report, sample, point, evidence))
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
        let is_behind = self.known.iter().any(|voice| {
            let is_ahead = |last: &Point| last.clock == point.clock && point.ms < last.ms;
            voice.paths.has(report) && voice.gate.last().is_some_and(is_ahead)
        });
        let mut runs = self.runs.iter_mut();
        if let Some(run) =
            runs.find_map(|run| run.join(report, point, clocks, settings).then_some(run))
        {
            if is_behind {
                run.note_behind();
            }
            return run.clone();
        }
        if self.runs.len() == RUNS_MAX {
            self.runs.remove(0);
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

    /// Goes on with a sender whose clock or place is another one.
    fn take_over(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        index: usize,
    ) -> Outcome {
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
        let pass = self.known[index].gate.overrule(settings, &point);
        self.accept(index, report, sample, point, pass)
    }

    /// Returns the sender whose clock goes on where it was left when another took its place.
    fn take_ghost(
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
    fn revive(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        index: usize,
        ghost: Ghost,
    ) -> (Outcome, Option<Conflict>) {
        let mut other = mem::replace(&mut self.known[index], ghost.voice);
        other.number = self.free_number();
        let (known, newcomer) = (index, self.known.len());
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
        let outcome = self.accept(known, report, sample, point, pass);
        let conflict = self.tell(Evidence::BootClock, known, newcomer);
        (outcome, conflict)
    }

    /// Says what shows that a run is another sender's, if anything does yet.
    fn evidence(&self, run: &Run, point: &Point) -> Option<Evidence> {
        // A sample that was late is no sign that its sender still speaks.
        if run.interrupted < SAMPLES_MIN {
            return None;
        }
        let mut evidence = None;
        for voice in &self.known {
            let Some(last) = voice.gate.last() else {
                continue;
            };
            if voice.heard.since(run.first) < DELAY_MAX {
                return None;
            }
            if last.clock != point.clock {
                evidence.get_or_insert(Evidence::Motion);
                continue;
            }
            let ahead_ms = point.ahead_ms(last).unsigned_abs();
            if u128::from(ahead_ms) <= DELAY_MAX.as_millis() {
                let ways_differ = run.paths.is_disjoint(&voice.paths, point.received);
                if !ways_differ && !run.is_inverted() {
                    return None;
                }
                evidence.get_or_insert(Evidence::Motion);
            } else if run.clocks == Clocks::Behind && voice.gate.predates(point) {
                // It may be late: what the sender was doing then is not known.
                return None;
            } else {
                evidence = Some(Evidence::BootClock);
            }
        }
        evidence
    }

    /// Makes a run a sender of its own.
    fn part(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        evidence: Evidence,
    ) -> (Outcome, Option<Conflict>) {
        if VOICES_MAX <= self.known.len() {
            return (Outcome::Rejected(Rejection::Jump), None);
        }
        let known = self.order(report).first().copied().unwrap_or(0);
        let mut voice = Voice::new(self.free_number(), report);
        voice.learn(report);
        let Verdict::Passes(pass) = voice.judge(settings, &point) else {
            return (Outcome::Rejected(Rejection::Jump), None);
        };
        let newcomer = self.known.len();
        self.known.push(voice);
        let outcome = self.accept(newcomer, report, sample, point, pass);
        let conflict = self.tell(evidence, known, newcomer);
        (outcome, conflict)
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

    /// Compares a hardware id with that of the sender on the same way.
    fn compare_hardware(&mut self, report: &Report, version: AutopilotVersion) -> Option<Conflict> {
        let told = version.hardware?;
        let now = report.received.monotonic;
        if self
            .known
            .iter()
            .any(|voice| voice.profile.hardware == Some(told))
        {
            let before = self.stranger_hardware.take();
            let is_back = before.is_some_and(|(_, heard)| now.since(heard) < FORGOTTEN_AFTER);
            // Both on one way, and the first one again: they are two.
            return is_back.then(|| self.tell_of(Evidence::HardwareId, before))?;
        }
        let known = self.order(report).first().copied()?;
        let has_room = self.known.len() < VOICES_MAX;
        let voice = &mut self.known[known];
        voice.profile.hardware?;
        if !voice.paths.has_another(report, DELAY_MAX) || !has_room {
            self.stranger_hardware = Some((told, now));
            // It may be another aircraft in the place of the one before: that one says no more.
            return None;
        }
        voice.paths.leave(report);
        let number = self.free_number();
        let newcomer = self.known.len();
        self.known.push(Voice::new(number, report));
        self.known[newcomer].profile.hardware = Some(told);
        self.tell(Evidence::HardwareId, known, newcomer)
    }

    /// Tells of two senders on one way, of which one is known by its hardware id alone.
    fn tell_of(
        &mut self,
        evidence: Evidence,
        stranger: Option<(HardwareId, Monotonic)>,
    ) -> Option<Conflict> {
        let known = self.note(0);
        let other = SenderNote {
            voice: known.voice.saturating_add(1),
            hardware: stranger.map(|(hardware, _)| hardware),
            position: None,
            path: known.path.clone(),
        };
        let is_news = !mem::replace(&mut self.is_told, true);
        is_news.then_some(Conflict {
            evidence,
            senders: [known, other],
        })
    }

    fn tell(&mut self, evidence: Evidence, known: usize, newcomer: usize) -> Option<Conflict> {
        let is_news = !mem::replace(&mut self.is_told, true);
        is_news.then(|| Conflict {
            evidence,
            senders: [self.note(known), self.note(newcomer)],
        })
    }

    fn note(&self, index: usize) -> SenderNote {
        let voice = &self.known[index];
        SenderNote {
            voice: voice.number,
            path: voice.paths.latest().cloned(),
            position: voice.gate.last().map(|last| last.position),
            hardware: voice.profile.hardware,
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

/// Says whether one clock shows what it cannot have come to since it was read last.
fn counts_otherwise(last: &Point, point: &Point) -> bool {
    let ahead_ms = u128::from(point.ahead_ms(last).unsigned_abs());
    last.clock == point.clock && DELAY_MAX.as_millis() < ahead_ms
}

#[cfg(test)]
mod tests;
