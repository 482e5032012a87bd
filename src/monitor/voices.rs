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

use std::cmp::Reverse;
use std::mem;
use std::time::Duration;

use crate::monitor::gate::{Clocks, GateSettings, Pass, Rejection, Verdict, is_near_zero};
use crate::monitor::paths::Path;
use crate::monitor::point::{ClockKind, DELAY_MAX, Point, SenderClock};
use crate::monitor::run::{Run, SAMPLES_MIN};
use crate::monitor::sample::{Sample, Source};
use crate::monitor::trust::{Doubt, Doubts, News, Place, Scrutiny, Sign};
use crate::monitor::voice::{Profile, Voice};
use crate::track::{AutopilotVersion, Fix, HardwareId, Message, Report, SystemTime};
use crate::units::{LatLon, Monotonic};

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

/// A sender as it was before another clock took its place.
#[derive(Clone, Debug)]
struct Ghost {
    number: u8,
    voice: Voice,
}

/// What a message came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    /// What became of its position.
    pub(super) outcome: Outcome,
    /// Two senders that it has shown.
    pub(super) conflict: Option<Conflict>,
    /// A sender whose positions are trusted more or less than before.
    pub(super) news: Option<(u8, News)>,
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
    /// Returns the fix, if it is one.
    pub(super) const fn fix(&self) -> Option<&Fix> {
        match self {
            Self::Fix { fix, .. } => Some(fix),
            Self::Nothing | Self::Rejected(_) | Self::Outranked => None,
        }
    }

    /// Returns the sender, if the position shows who that is.
    pub(super) const fn voice(&self) -> Option<u8> {
        match self {
            Self::Fix { voice, .. } => Some(*voice),
            Self::Nothing | Self::Rejected(_) | Self::Outranked => None,
        }
    }
}

impl Heard {
    const fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            conflict: None,
            news: None,
        }
    }

    const fn rejected(reason: Rejection) -> Self {
        Self::of(Outcome::Rejected(reason))
    }

    fn with_news(self, voice: u8, news: Option<News>) -> Self {
        Self {
            news: news.map(|news| (voice, news)).or(self.news),
            ..self
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

    /// Finds the doubted line of a sender, if a sample goes on from it rather than from the last
    /// trusted place.
    fn doubted_line(&self, settings: &GateSettings, index: usize, point: &Point) -> Option<usize> {
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
    fn persist(
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
    fn own(&mut self, number: u8, mut run: Run) {
        self.disown(number);
        run.owner = Some(number);
        self.runs.push(run);
    }

    fn disown(&mut self, number: u8) {
        for run in &mut self.runs {
            run.owner = run.owner.filter(|owner| *owner != number);
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

    /// Finds the sender that a run in a row shows to have jumped: its clock goes on, its place does not.
    fn jumped(
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
    fn doubt(
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
    fn note_wild(&mut self, run: &Run, (report, point): (&Report, &Point)) {
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

    /// Goes on with a sender whose clock or place is another one.
    fn take_over(
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

    /// Says what shows that a run is another sender's, if anything does yet.
    fn evidence(&self, settings: &GateSettings, run: &Run, point: &Point) -> Option<Evidence> {
        // A sample that was late is no sign that its sender still speaks.
        if run.interrupted < SAMPLES_MIN {
            return None;
        }
        let mut evidence = None;
        for voice in &self.known {
            let Some(last) = voice.gate.last() else {
                continue;
            };
            // Whoever has not been heard for long does not speak beside the run.
            let is_silent = SPEAKS < point.received.since(voice.heard);
            if is_silent || voice.heard.since(run.first) < DELAY_MAX {
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
            } else if run.clocks == Clocks::Behind
                && voice.gate.predates(point)
                && voice.gate.could_have_been(settings, point)
            {
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
    ) -> Heard {
        if VOICES_MAX <= self.known.len() {
            return Heard::rejected(Rejection::Jump);
        }
        let known = self.order(report).first().copied().unwrap_or(0);
        let mut voice = Voice::new(self.free_number(), report);
        voice.learn(report);
        let Verdict::Passes(pass) = voice.judge(settings, &point) else {
            return Heard::rejected(Rejection::Jump);
        };
        let newcomer = self.known.len();
        self.known.push(voice);
        let heard = self.accept(settings, newcomer, report, sample, point, pass);
        let conflict = self.tell(evidence, known, newcomer);
        Heard { conflict, ..heard }
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

/// Says whether places out of reach make their sender suspect: what a camera looks at may be anywhere
/// in the next moment.
const fn is_scrutinised(settings: &GateSettings, report: &Report) -> bool {
    settings.plausibility
        && !matches!(
            report.message,
            Message::CameraView(_) | Message::CameraTarget(_)
        )
}

/// Says whether one clock shows what it cannot have come to since it was read last.
fn counts_otherwise(last: &Point, point: &Point) -> bool {
    let ahead_ms = u128::from(point.ahead_ms(last).unsigned_abs());
    last.clock == point.clock && DELAY_MAX.as_millis() < ahead_ms
}

#[cfg(test)]
mod tests;
