//! The one gate that every alert passes on its way out: no storm, and nothing lost.
//!
//! What an alert meets, the first that applies:
//!
//! | alert                | silenced | muted              | over the limit   | else |
//! |----------------------|----------|--------------------|------------------|------|
//! | summary, test        | passes   | passes             | passes           | passes |
//! | gnss.interference    | held     | passes             | passes           | passes |
//! | critical             | passes¹  | passes             | passes           | passes |
//! | any other            | held     | held until settled | held for a summary | passes |
//!
//! ¹ unless the silence says that it is about critical alerts too.
//!
//! Invariants:
//!
//! 1. Every alert that comes in goes out: passed, or held with the reason.
//! 2. One that a limit holds is counted in exactly one summary; one that is muted is settled once: let go
//!    late, or counted in exactly one summary; one that is silenced is counted by its silence.
//! 3. The end of what was told to have begun is let go or listed by a summary, never only counted.
//! 4. All of this outlives a restart, in one transaction with the alert that it is about.

#[cfg(test)]
mod fixture;
mod group;
mod inhibition;
mod keeping;
mod limit;
mod line;
mod rate;
mod ration;
mod silence;
mod silences;
mod summary;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;

use crate::monitor::alert::{Alert, Event, Severity};
use crate::monitor::memory::Memory;
use crate::monitor::{Decision, HeldBack, Release};
use crate::units::{LatLon, Metres, Moment, Monotonic, Utc};

use group::Gathered;
use inhibition::{INHIBITION_MAX, Inhibition, Keeping};
use keeping::Kept;
use limit::Limit;
use line::Line;

pub use inhibition::{Area, Inhibit, Inhibitor, Scope};
pub use line::Source;
pub use rate::{Bucket, Rate};
pub use ration::{KeptRation, Overdue, Ration, Rationed};
pub use silence::{Matchers, NotASilence, SILENCE_MAX, Silence, SilenceRequest};
pub use silences::{CannotEnd, SHOWN_AFTER, Silences};
pub use summary::Present;

/// What is limited, and what mutes what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StormSettings {
    /// The limit of each rule, by its name.
    pub rules: BTreeMap<String, Rate>,
    /// The limit of all that is told whatever the rules are.
    pub fleet: Rate,
    /// Which alerts mute others.
    pub inhibit: Inhibit,
}

/// Holds back what would be too much.
///
/// [`Self::pass`] takes each decision and hands out what is to be stored, in order; what waits is
/// told by [`Self::handle_timeout`], due at [`Self::next_timeout`].
#[derive(Debug, Default)]
pub struct Storm {
    settings: StormSettings,
    limits: BTreeMap<Source, Limit>,
    /// In an order that a restart does not change: of several reasons the first holds.
    inhibitions: BTreeMap<Inhibitor, Inhibition>,
    silences: Silences,
    /// What an earlier run left, until somebody says what time it is.
    kept: Vec<Kept>,
    is_awake: bool,
}

/// What becomes of an alert.
enum Verdict {
    Pass,
    Hold(HeldBack),
}

impl Storm {
    /// Goes on from what an earlier run kept.
    #[must_use]
    pub fn new(settings: StormSettings, memories: &[Memory]) -> Self {
        Self {
            settings,
            silences: keeping::silences(memories),
            kept: keeping::others(memories),
            ..Self::default()
        }
    }

    /// Changes what is limited; what waits goes on waiting.
    pub fn set_settings(&mut self, settings: StormSettings) {
        self.settings = settings;
    }

    /// Judges a decision's alert, and hands out the decision with whatever follows from it.
    pub fn pass(
        &mut self,
        present: &Present<'_>,
        mut decision: Decision,
        out: &mut VecDeque<Decision>,
    ) {
        self.wake(present.now, out);
        // What is held already has its reason, and somebody who lets it go.
        let judged = decision.alert.take_if(|_| decision.held.is_none());
        let Some(alert) = judged else {
            out.push_back(decision);
            return;
        };
        match self.judge(present, &alert, &mut decision.memories, out) {
            Verdict::Pass => self.mute_by(&alert, present.now, &mut decision.memories),
            Verdict::Hold(held) => decision.held = Some(held),
        }
        let ended = ends(&alert);
        decision.alert = Some(alert);
        out.push_back(decision);
        if let Some(by) = ended {
            self.lift(present, &by, out);
        }
    }

    fn judge(
        &mut self,
        present: &Present<'_>,
        alert: &Alert,
        memories: &mut Vec<Memory>,
        out: &mut VecDeque<Decision>,
    ) -> Verdict {
        let now = present.now;
        if matches!(alert.event, Event::Summary | Event::Test) {
            return Verdict::Pass;
        }
        if let Some(silence) = self.silences.hold(alert, now.utc) {
            memories.push(keeping::silence(silence));
            let by = format!("silence {}: {}", silence.number, silence.request.comment);
            return Verdict::Hold(HeldBack { by });
        }
        if alert.severity == Severity::Critical || alert.event == Event::GnssInterference {
            return Verdict::Pass;
        }
        let source = Source::of(alert);
        if let Some(held) = self.mute(present, &source, alert, memories, out) {
            return Verdict::Hold(held);
        }
        let rate = self.settings.rate_of(&source);
        let limit = self.limits.entry(source.clone()).or_default();
        let verdict = if limit.lets_pass(rate, now.monotonic) {
            Verdict::Pass
        } else {
            let full = limit.hold(Line::of(alert), rate, now.monotonic);
            out.extend(full.map(|full| tell(present, &source, full)));
            Verdict::Hold(HeldBack {
                by: format!("the limit of {source}"),
            })
        };
        if rate.alerts.is_some() {
            memories.push(keeping::limit(&source, limit, now));
        }
        verdict
    }

    /// Mutes an alert, if there is a reason that has room for it.
    fn mute(
        &mut self,
        present: &Present<'_>,
        source: &Source,
        alert: &Alert,
        memories: &mut Vec<Memory>,
        out: &mut VecDeque<Decision>,
    ) -> Option<HeldBack> {
        let now = present.now;
        let mut reasons = self.inhibitions.values_mut();
        let reason = reasons.find(|it| it.mutes(alert))?;
        let by = reason.by.to_string();
        let gone = match reason.keep(source.clone(), Line::of(alert)) {
            Keeping::Kept { instead_of } => instead_of,
            Keeping::Full => return None,
        };
        memories.push(keeping::inhibition(reason, now));
        if let Some((source, line)) = gone.map(|gone| *gone) {
            self.join(present, &source, line, memories, out);
        }
        Some(HeldBack { by })
    }

    /// Puts one that was held into the summary of its limit.
    fn join(
        &mut self,
        present: &Present<'_>,
        source: &Source,
        line: Line,
        memories: &mut Vec<Memory>,
        out: &mut VecDeque<Decision>,
    ) {
        let rate = self.settings.rate_of(source);
        let limit = self.limits.entry(source.clone()).or_default();
        let full = limit.hold(line, rate, present.now.monotonic);
        out.extend(full.map(|full| tell(present, source, full)));
        memories.push(keeping::limit(source, limit, present.now));
    }

    /// Begins to mute what an alert that was told makes worthless.
    fn mute_by(&mut self, alert: &Alert, now: Moment, memories: &mut Vec<Memory>) {
        let Some((by, scope)) = begins(alert).filter(|(by, _)| self.settings.inhibit.asks(by))
        else {
            return;
        };
        memories.push(self.inhibit(by, scope, now));
    }

    /// Mutes, or goes on to mute, what a scope says, and returns what has to be stored.
    #[must_use]
    pub fn inhibit(&mut self, by: Inhibitor, scope: Scope, now: Moment) -> Memory {
        let until = now.monotonic.plus(INHIBITION_MAX);
        let known = self.inhibitions.remove(&by);
        let inhibition = Inhibition {
            by: by.clone(),
            scope,
            until,
            kept: known.map_or_else(Vec::new, |known| known.kept),
        };
        let memory = keeping::inhibition(&inhibition, now);
        self.inhibitions.insert(by, inhibition);
        memory
    }

    /// Ends a reason to mute: what holds still is told late, as far as its limit allows, and a summary
    /// tells of the rest.
    pub fn lift(&mut self, present: &Present<'_>, by: &Inhibitor, out: &mut VecDeque<Decision>) {
        self.wake(present.now, out);
        if let Some(inhibition) = self.inhibitions.remove(by) {
            self.settle(present, inhibition, out);
        }
    }

    fn settle(
        &mut self,
        present: &Present<'_>,
        inhibition: Inhibition,
        out: &mut VecDeque<Decision>,
    ) {
        let now = present.now;
        let mut decision = Decision {
            memories: vec![keeping::no_inhibition(&inhibition.by)],
            ..Decision::default()
        };
        let settled = inhibition.settle();
        for (source, line) in settled.stands {
            let rate = self.settings.rate_of(&source);
            let limit = self.limits.entry(source.clone()).or_default();
            if limit.lets_pass(rate, now.monotonic) {
                decision.memories.push(keeping::limit(&source, limit, now));
                decision.releases.push(Release {
                    alert: line.told.id,
                    at: now.utc,
                });
            } else {
                self.join(present, &source, line, &mut decision.memories, out);
            }
        }
        for (source, line) in settled.over {
            self.join(present, &source, line, &mut decision.memories, out);
        }
        out.push_back(decision);
    }

    /// Tells what has waited long enough.
    pub fn handle_timeout(&mut self, present: &Present<'_>, out: &mut VecDeque<Decision>) {
        let now = present.now;
        self.wake(now, out);
        let due = self.inhibitions.values();
        let due = due.filter(|it| it.until <= now.monotonic);
        let due: Vec<Inhibitor> = due.map(|it| it.by.clone()).collect();
        for by in due {
            self.lift(present, &by, out);
        }
        self.tell_groups(present, now.monotonic, out);
    }

    /// Tells each group whose wait is over at `due`.
    fn tell_groups(&mut self, present: &Present<'_>, due: Monotonic, out: &mut VecDeque<Decision>) {
        for (source, limit) in &mut self.limits {
            let Some(gathered) = limit.group.handle_timeout(due) else {
                continue;
            };
            let memory = keeping::limit(source, limit, present.now);
            let mut decision = tell(present, source, gathered);
            decision.memories.push(memory);
            out.push_back(decision);
        }
    }

    /// Tells at once what waits for its time, since nothing more will come.
    pub fn finish(&mut self, present: &Present<'_>, out: &mut VecDeque<Decision>) {
        let due = self
            .limits
            .values()
            .filter_map(|it| it.group.next_timeout());
        if let Some(last) = due.max() {
            self.tell_groups(present, last, out);
        }
    }

    /// Returns when something has waited long enough; at once after a restart that left something.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Monotonic> {
        if !self.kept.is_empty() {
            return Some(Monotonic::default());
        }
        let groups = self
            .limits
            .values()
            .filter_map(|it| it.group.next_timeout());
        let settled = self.inhibitions.values().map(|it| it.until);
        groups.chain(settled).min()
    }

    /// Begins a silence and returns it, with what has to be stored.
    ///
    /// # Errors
    ///
    /// Says what is missing.
    pub fn silence(
        &mut self,
        request: SilenceRequest,
        now: Utc,
    ) -> Result<(Silence, Vec<Memory>), NotASilence> {
        let silence = self.silences.add(request, now)?;
        let last = keeping::last_silence(&self.silences);
        let memories = vec![keeping::silence(&silence), last];
        Ok((silence, memories))
    }

    /// Ends a silence before its time and returns it, with what has to be stored.
    ///
    /// # Errors
    ///
    /// Fails if there is none of this number, or it is over.
    pub fn end_silence(
        &mut self,
        number: u32,
        now: Utc,
    ) -> Result<(Silence, Vec<Memory>), CannotEnd> {
        let silence = self.silences.end(number, now)?;
        let memories = vec![keeping::silence(&silence)];
        Ok((silence, memories))
    }

    /// Returns every silence that holds, or did not long ago.
    #[must_use]
    pub fn silences(&self) -> &Silences {
        &self.silences
    }

    /// Puts what an earlier run left on this run's clock, and forgets what was over long ago.
    fn wake(&mut self, now: Moment, out: &mut VecDeque<Decision>) {
        if mem::replace(&mut self.is_awake, true) {
            return;
        }
        for kept in mem::take(&mut self.kept) {
            match kept {
                Kept::Limit(kept) => {
                    let rate = self.settings.rate_of(&kept.source);
                    let source = kept.source.clone();
                    self.limits.insert(source, kept.restore(rate, now));
                }
                Kept::Inhibition(kept) => {
                    let inhibition = kept.restore(now);
                    self.inhibitions.insert(inhibition.by.clone(), inhibition);
                }
            }
        }
        let old = self.silences.forget(now.utc);
        if !old.is_empty() {
            out.push_back(Decision {
                memories: old.into_iter().map(keeping::no_silence).collect(),
                ..Decision::default()
            });
        }
    }
}

impl StormSettings {
    /// Returns the limit of a source; a rule that left the configuration has the usual one.
    fn rate_of(&self, source: &Source) -> Rate {
        match source {
            Source::Rule(name) => self.rules.get(name).copied().unwrap_or_default(),
            Source::Fleet => self.fleet,
            Source::Endpoint(_) => Rate::UNLIMITED,
        }
    }
}

/// Makes the decision that tells of alerts that were held back.
fn tell(present: &Present<'_>, source: &Source, gathered: Gathered) -> Decision {
    Decision {
        alert: Some(summary::compose(present, source, gathered)),
        ..Decision::default()
    }
}

/// Returns what an alert begins to mute once it is told.
fn begins(alert: &Alert) -> Option<(Inhibitor, Scope)> {
    match alert.event {
        Event::TrackLost => {
            let key = alert.track.as_ref()?.key.clone();
            let scope = Scope {
                tracks: BTreeSet::from([key.clone()]),
                area: None,
            };
            Some((Inhibitor::TrackLost(key), scope))
        }
        Event::GnssInterference => {
            let found = alert.interference.as_ref().filter(|it| !it.cleared)?;
            let centre = LatLon::new(found.centre.lat, found.centre.lon).ok();
            let radius = Metres::new(found.radius_m).ok();
            let area = centre.zip(radius);
            let scope = Scope {
                tracks: found.tracks.iter().cloned().collect(),
                area: area.map(|(centre, radius)| Area { centre, radius }),
            };
            Some((Inhibitor::Interference(found.since.to_string()), scope))
        }
        Event::Approaching
        | Event::Entered
        | Event::Dwelling
        | Event::Crossed
        | Event::Exited
        | Event::Unattended
        | Event::RouteLeft
        | Event::RouteResumed
        | Event::TrackRegained
        | Event::PositionSuspect
        | Event::PositionTrusted
        | Event::IdentityConflict
        | Event::Summary
        | Event::Test => None,
    }
}

/// Returns what an alert ceases to mute, whether it is told or not.
fn ends(alert: &Alert) -> Option<Inhibitor> {
    match alert.event {
        Event::TrackRegained => {
            let key = alert.track.as_ref()?.key.clone();
            Some(Inhibitor::TrackLost(key))
        }
        Event::GnssInterference => {
            let found = alert.interference.as_ref().filter(|it| it.cleared)?;
            Some(Inhibitor::Interference(found.since.to_string()))
        }
        Event::Approaching
        | Event::Entered
        | Event::Dwelling
        | Event::Crossed
        | Event::Exited
        | Event::Unattended
        | Event::RouteLeft
        | Event::RouteResumed
        | Event::TrackLost
        | Event::PositionSuspect
        | Event::PositionTrusted
        | Event::IdentityConflict
        | Event::Summary
        | Event::Test => None,
    }
}
