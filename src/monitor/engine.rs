//! The monitor: takes reports, follows tracks, and hands decisions back.

mod room;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::corridor::{CorridorIndex, CorridorSet, Nearby, Passage, Vicinity};
use crate::monitor::Decision;
use crate::monitor::alert::{Alert, Episode};
use crate::monitor::compose::{self, Ingredients};
use crate::monitor::gate::{GateSettings, Rejection};
use crate::monitor::identity;
use crate::monitor::liveness::LivenessSettings;
use crate::monitor::presence::Presence;
use crate::monitor::roster::{Roster, RosterSettings};
use crate::monitor::rule::Rule;
use crate::monitor::sample;
use crate::monitor::stand::{Stand, Step, Told};
use crate::monitor::standing::{Standing, StandingRecord, Visit};
use crate::monitor::timekeeper::{CivilTime, Timekeeper};
use crate::monitor::vigil::{Notice, Roll, Vigil};
use crate::monitor::voice::Profile;
use crate::monitor::voices::{Conflict, Outcome, Voices};
use crate::track::{Fix, LinkName, Report, TrackId, TrackTime, Whom};
use crate::units::{Metres, Monotonic};

/// How far around a fix corridors are looked for, metres; those that are known to matter are
/// measured one by one beyond it.
const REACH_MAX_M: f64 = 1_000.0;
/// After a longer silence nobody knows the way between two fixes.
const WAY_KNOWN_MAX: Duration = Duration::from_secs(300);

/// What the monitor watches for.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The unit's name, part of every alert.
    pub unit: String,
    /// The random id of the database that episodes are counted in.
    pub history: Uuid,
    /// The rules, in the order of the configuration.
    pub rules: Vec<Rule>,
    /// How strict the quality gate is.
    pub gate: GateSettings,
    /// How many tracks are followed, and how fast new ones may come.
    pub roster: RosterSettings,
    /// How much silence is nothing unusual.
    pub liveness: LivenessSettings,
    /// What the unit calls its vehicles, by track key.
    pub callsigns: BTreeMap<String, String>,
    /// Links that play what was recorded: their vehicles' clocks tell another time.
    pub recordings: BTreeSet<LinkName>,
}

/// What became of the positions that were heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Positions that passed the gate.
    pub positions: u64,
    /// Positions that did not, by reason.
    pub rejections: BTreeMap<Rejection, u64>,
    /// Positions that were not needed, since a better source of the same sender was fresh.
    pub outranked: u64,
    /// Messages of new identities that there was no room for, or that came too fast.
    pub refused: u64,
    /// Identities that were found to be used by two senders.
    pub conflicts: u64,
    /// Times that the host's clock was set.
    pub clock_steps: u64,
}

/// Follows every track and decides what is worth telling.
///
/// Call [`Self::handle_report`] for each report, in order of arrival, and after it
/// [`Self::poll_decision`] until it is empty. Silence is found by [`Self::handle_timeout`], due at
/// [`Self::next_timeout`]; what has changed by either comes out of [`Self::poll_notice`].
#[derive(Debug)]
pub struct Monitor {
    settings: Settings,
    corridors: Arc<CorridorSet>,
    /// Which corridors each rule watches, in order.
    watched: Vec<Vec<CorridorIndex>>,
    identities: BTreeMap<Whom, Voices>,
    roster: Roster,
    timekeeper: Timekeeper,
    vigil: Vigil,
    tracks: BTreeMap<TrackId, Follow>,
    /// Standings of an earlier run whose track was not heard yet, by track key.
    restored: BTreeMap<String, Vec<StandingRecord>>,
    decisions: VecDeque<Decision>,
    counts: Counts,
    nearby: Vec<Nearby>,
    passages: Vec<Passage>,
    concerned: Vec<CorridorIndex>,
}

/// Everything known of one track.
#[derive(Debug, Default)]
struct Follow {
    key: String,
    last: Option<Fix>,
    /// Only what is near or not yet told to the end.
    stands: BTreeMap<(usize, CorridorIndex), Stand>,
    /// How many episodes there were with the corridors that are left behind.
    episodes: BTreeMap<(usize, CorridorIndex), u64>,
    /// How far it may fly before the index can say anything new.
    vicinity: Vicinity,
}

impl Monitor {
    /// Starts from the standings that an earlier run left behind.
    #[must_use]
    pub fn new(
        settings: Settings,
        corridors: Arc<CorridorSet>,
        standings: Vec<StandingRecord>,
    ) -> Self {
        let watched = settings
            .rules
            .iter()
            .map(|rule| {
                let matching = corridors
                    .iter()
                    .filter(|(_, corridor)| rule.corridors.matches(corridor));
                matching.map(|(index, _)| index).collect()
            })
            .collect();
        let mut restored: BTreeMap<String, Vec<StandingRecord>> = BTreeMap::new();
        for standing in standings {
            restored
                .entry(standing.track.clone())
                .or_default()
                .push(standing);
        }
        Self {
            settings,
            corridors,
            watched,
            identities: BTreeMap::new(),
            roster: Roster::default(),
            timekeeper: Timekeeper::default(),
            vigil: Vigil::default(),
            tracks: BTreeMap::new(),
            restored,
            decisions: VecDeque::new(),
            counts: Counts::default(),
            nearby: Vec::new(),
            passages: Vec::new(),
            concerned: Vec::new(),
        }
    }

    /// Says whether something else keeps the host's clock right, such as a time server.
    pub fn set_host_synchronized(&mut self, is_synchronized: bool) {
        self.timekeeper.set_synchronized(is_synchronized);
    }

    /// Takes one report; its own stamps are the present.
    pub fn handle_report(&mut self, report: &Report) {
        self.counts.clock_steps += u64::from(self.timekeeper.notices_step(report.received));
        let Some(whom) = sample::whom(report) else {
            return;
        };
        if !self.identities.contains_key(&whom) && !self.admits(report) {
            return;
        }
        if !self.settings.recordings.contains(&report.link) {
            self.timekeeper.learn(report);
        }
        let voices = self.identities.entry(whom.clone()).or_default();
        let (outcome, conflict) = voices.handle(&self.settings.gate, report);
        let sender = outcome.voice();
        for voice in voices.heard_by(report) {
            if sender.is_none_or(|sender| sender == voice) {
                self.vigil
                    .hear(&self.settings.liveness, &whom, voice, report);
            }
        }
        match outcome {
            Outcome::Nothing => {}
            Outcome::Outranked => self.counts.outranked += 1,
            Outcome::Rejected(reason) => *self.counts.rejections.entry(reason).or_default() += 1,
            Outcome::Fix {
                voice,
                fix,
                continuous,
            } => {
                self.counts.positions += 1;
                self.handle_fix(
                    &TrackId {
                        whom: whom.clone(),
                        voice,
                    },
                    fix,
                    continuous,
                );
            }
        }
        if let Some(conflict) = conflict {
            self.tell_conflict(&whom, &conflict);
        }
    }

    /// Says whether a message may begin an identity, and counts it if not.
    fn admits(&mut self, report: &Report) -> bool {
        if !report.message.begins_a_track() {
            return false;
        }
        let is_full = self.settings.roster.tracks_max <= self.identities.len();
        let may_have_room = !is_full || 0 < self.vigil.roll().lost;
        let is_admitted = may_have_room
            && self.roster.admits(&self.settings.roster, report)
            && (!is_full || self.make_room());
        if !is_admitted {
            self.counts.refused += 1;
        }
        is_admitted
    }

    /// Tells of two senders that use one identity, at the last fix of either.
    fn tell_conflict(&mut self, whom: &Whom, conflict: &Conflict) {
        self.counts.conflicts += 1;
        let tracks = conflict.senders.iter().map(|note| TrackId {
            whom: whom.clone(),
            voice: note.voice,
        });
        let last_of = |track: TrackId| {
            let fix = self.tracks.get(&track)?.last.clone()?;
            Some((track, fix))
        };
        let latest = tracks.filter_map(last_of);
        let Some((track, fix)) = latest.max_by_key(|(_, fix)| fix.received.monotonic) else {
            return;
        };
        let profile = self.profile(&track);
        let (history, unit) = (self.settings.history, &self.settings.unit);
        let day = fix.received.utc.as_seconds().div_euclid(86_400);
        let id = identity::conflict_id(history, unit, &whom.to_string(), day);
        let who = (&track, &profile, self.callsign(&track));
        let civil = self.timekeeper.civil(fix.received);
        let alert = compose::conflict(id, unit, who, (&fix, civil), conflict);
        self.decisions.push_back(Decision {
            standing: None,
            alert: Some(alert),
        });
    }

    fn profile(&self, track: &TrackId) -> Profile {
        let voices = self.identities.get(&track.whom);
        voices
            .map(|voices| voices.profile(track.voice))
            .unwrap_or_default()
    }

    fn callsign(&self, track: &TrackId) -> Option<&str> {
        let callsigns = &self.settings.callsigns;
        callsigns.get(&track.to_string()).map(String::as_str)
    }

    /// Returns the next decision, oldest first.
    pub fn poll_decision(&mut self) -> Option<Decision> {
        self.decisions.pop_front()
    }

    /// Looks for tracks that have become silent; cheap until [`Self::next_timeout`].
    pub fn handle_timeout(&mut self, now: Monotonic) {
        self.vigil.handle_timeout(&self.settings.liveness, now);
    }

    /// Returns when to look for silence next, if anybody can become silent.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Monotonic> {
        self.vigil.next_timeout()
    }

    /// Returns the next change of a track's liveness, oldest first.
    pub fn poll_notice(&mut self) -> Option<Notice> {
        self.vigil.poll_notice()
    }

    /// Returns how many tracks are how alive.
    #[must_use]
    pub fn roll(&self) -> Roll {
        self.vigil.roll()
    }

    /// Returns what became of the positions so far.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Returns how many tracks are followed.
    #[must_use]
    pub fn tracks(&self) -> usize {
        self.tracks.len()
    }

    /// Forgets where every track has room, so that its next fix asks the index.
    #[cfg(test)]
    pub(super) fn forget_vicinities(&mut self) {
        for follow in self.tracks.values_mut() {
            follow.vicinity = Vicinity::default();
        }
    }

    /// Returns how many stories are under way.
    #[cfg(test)]
    pub(super) fn stands(&self) -> usize {
        let stands = self.tracks.values().map(|follow| follow.stands.len());
        stands.sum()
    }

    /// Returns the standings of an earlier run that say inside where no rule of that name
    /// watches: nothing can close them.
    #[must_use]
    pub fn orphans(&self) -> Vec<&StandingRecord> {
        self.restored
            .values()
            .flatten()
            .filter(|record| record.visit.is_some() && self.watch_of(record).is_none())
            .collect()
    }

    /// Finds the rule and the corridor of a standing, if the one watches the other.
    fn watch_of(&self, record: &StandingRecord) -> Option<(usize, CorridorIndex)> {
        let mut rules = self.settings.rules.iter();
        let rule = rules.position(|rule| rule.name == record.rule)?;
        let corridor = self.corridors.find(&record.corridor)?;
        self.watches(rule, corridor).then_some((rule, corridor))
    }

    fn watches(&self, rule: usize, corridor: CorridorIndex) -> bool {
        self.watched[rule].binary_search(&corridor).is_ok()
    }

    fn handle_fix(&mut self, track: &TrackId, fix: Fix, continuous: bool) {
        let mut follow = self.tracks.get_mut(track).map_or_else(
            || Follow {
                key: track.to_string(),
                ..Follow::default()
            },
            mem::take,
        );
        if follow.last.is_none() {
            self.restore(&mut follow, &fix);
        }
        let last = follow.last.take();
        let before = last.as_ref().filter(|last| {
            continuous && last.at <= fix.at && fix.at.since(last.at) <= WAY_KNOWN_MAX
        });

        self.find_concerned(&mut follow, &fix, before);
        let concerned = mem::take(&mut self.concerned);
        for rule in 0..self.settings.rules.len() {
            for &corridor in &concerned {
                self.step(&mut follow, track, rule, corridor, &fix, before);
            }
        }
        self.concerned = concerned;

        follow.last = Some(fix);
        self.tracks.insert(track.clone(), follow);
    }

    /// Collects the corridors that this fix could change anything for.
    ///
    /// Those that it lies in or has passed, and those that a story is under way with. Margins
    /// only matter for the latter, so that they bound the search.
    fn find_concerned(&mut self, follow: &mut Follow, fix: &Fix, before: Option<&Fix>) {
        if !self.knows_the_vicinity(follow, fix, before) {
            self.ask_the_index(follow, fix, before);
        }
        self.concerned.clear();
        self.concerned
            .extend(self.nearby.iter().map(|nearby| nearby.corridor));
        self.concerned
            .extend(self.passages.iter().map(|passage| passage.corridor));
        self.concerned
            .extend(follow.stands.keys().map(|(_rule, corridor)| *corridor));
        self.concerned.sort_unstable();
        self.concerned.dedup();
    }

    /// Answers from what is remembered, if no edge is within the widest margin of any rule.
    ///
    /// Beyond every margin a distance decides nothing but on which side of the edge the fix is, so
    /// that a bound of it does.
    fn knows_the_vicinity(&mut self, follow: &Follow, fix: &Fix, before: Option<&Fix>) -> bool {
        let room_m = |fix: &Fix| follow.vicinity.room_m(&self.corridors, fix.position);
        let rules = self.settings.rules.iter();
        let widest = rules
            .map(|rule| rule.margin.width(fix.h_acc))
            .fold(0.0, f64::max);
        let Some(room_m) = room_m(fix)
            .filter(|room_m| widest < *room_m)
            .filter(|_| before.is_none_or(|before| room_m(before).is_some()))
        else {
            return false;
        };
        self.nearby.clear();
        self.nearby.extend(follow.vicinity.inside(room_m));
        self.passages.clear();
        if before.is_some() {
            self.passages.extend(follow.vicinity.passages());
        }
        true
    }

    fn ask_the_index(&mut self, follow: &mut Follow, fix: &Fix, before: Option<&Fix>) {
        let widths = follow
            .stands
            .keys()
            .map(|(rule, _corridor)| self.settings.rules[*rule].margin.width(fix.h_acc));
        let reach = widths.fold(0.0, f64::max).min(REACH_MAX_M);
        let reach = Metres::new(reach).unwrap_or_default();
        self.corridors.near(fix.position, reach, &mut self.nearby);
        self.passages.clear();
        if let Some(before) = before {
            self.corridors
                .passages(before.position, fix.position, &mut self.passages);
        }
        self.corridors.survey(fix.position, &mut follow.vicinity);
    }

    fn step(
        &mut self,
        follow: &mut Follow,
        track: &TrackId,
        rule_index: usize,
        corridor: CorridorIndex,
        fix: &Fix,
        before: Option<&Fix>,
    ) {
        if !self.watches(rule_index, corridor)
            || !self.settings.rules[rule_index]
                .tracks
                .contains(&track.whom.kind())
        {
            return;
        }
        let key = (rule_index, corridor);
        let rule = &self.settings.rules[rule_index];
        let nearby = self.nearby.iter().find(|near| near.corridor == corridor);
        let passage = self.passages.iter().find(|way| way.corridor == corridor);
        let is_inside = nearby.is_some_and(|near| near.edge_m <= 0.0);
        let was_known = follow.stands.contains_key(&key);
        if !is_inside && passage.is_none() && !was_known {
            return;
        }
        let edge_m = match nearby {
            Some(near) => near.edge_m,
            // The search went as far as the margin, so that it lies beyond.
            None if was_known && rule.margin.width(fix.h_acc) <= REACH_MAX_M => f64::INFINITY,
            None => self.corridors.edge_distance_m(corridor, fix.position),
        };
        let (presence, counted) = self.presence(corridor, fix, before);
        let episodes = follow.episodes.get(&key).copied().unwrap_or(0);
        let stand = follow
            .stands
            .entry(key)
            .or_insert_with(|| Stand::after(episodes));
        let told = stand.step(&Step {
            corridors: &self.corridors,
            corridor,
            rule,
            fix,
            before,
            edge_m,
            presence,
            counted,
            passage: passage.map(|passage| (passage.enter, passage.leave)),
        });
        if let Some(told) = told {
            let decision = self.decide(follow, track, rule_index, corridor, fix, &told);
            self.decisions.extend(decision);
        }
        if let Some(stand) = follow.stands.get(&key)
            && stand.is_over()
        {
            follow.episodes.insert(key, stand.episode);
            follow.stands.remove(&key);
        }
    }

    /// Says whether a corridor counts at the height and the time of a fix, and whether it did at
    /// those of the fix before.
    fn presence(
        &self,
        corridor: CorridorIndex,
        fix: &Fix,
        before: Option<&Fix>,
    ) -> (Presence, bool) {
        let corridor = self.corridors.get(corridor);
        if !corridor.is_limited() {
            return (Presence::ALWAYS, true);
        }
        let civil = self.timekeeper.civil(fix.received);
        let of = |fix: &Fix| Presence::of(corridor, fix, civil.of(fix.received));
        (of(fix), before.is_some_and(|before| of(before).counts()))
    }

    /// Turns what a fix changed into the standing to store and the alert to send.
    fn decide(
        &self,
        follow: &mut Follow,
        track: &TrackId,
        rule_index: usize,
        corridor: CorridorIndex,
        fix: &Fix,
        told: &Told,
    ) -> Option<Decision> {
        let rule = &self.settings.rules[rule_index];
        let profile = self.profile(track);
        let civil = self.timekeeper.civil(fix.received);
        let stand = follow.stands.get_mut(&(rule_index, corridor))?;
        let mut standing = StandingRecord {
            rule: rule.name.clone(),
            track: follow.key.clone(),
            corridor: self.corridors.get(corridor).id.to_string(),
            episode: stand.episode,
            alerts: stand.alerts,
            visit: visit(stand, fix, civil),
        };
        let event = told.event();
        let alert = rule.events.contains(&event).then(|| -> Alert {
            let id = identity::episode_id(self.settings.history, &self.settings.unit, &standing);
            let episode = Episode {
                id,
                index: stand.alerts,
            };
            stand.alerts += 1;
            let ingredients = Ingredients {
                unit: &self.settings.unit,
                corridors: &self.corridors,
                corridor,
                rule,
                track,
                profile: &profile,
                callsign: self.callsign(track),
                fix,
                civil,
                travelled_m: stand.travelled_m,
                episode,
                id: identity::alert_id(id, event, episode.index),
            };
            ingredients.compose(told)
        });
        standing.alerts = stand.alerts;
        Some(Decision {
            standing: Some(standing),
            alert,
        })
    }

    /// Gives a track that is heard for the first time the standings of an earlier run.
    fn restore(&mut self, follow: &mut Follow, first: &Fix) {
        let Some(records) = self.restored.remove(&follow.key) else {
            return;
        };
        let arrived_at = self.timekeeper.civil(first.received).of(first.received);
        for record in records {
            if let Some((rule, corridor)) = self.watch_of(&record) {
                let stand = Stand::restore(&record, &self.corridors, corridor, (first, arrived_at));
                if stand.is_over() {
                    follow.episodes.insert((rule, corridor), stand.episode);
                } else {
                    follow.stands.insert((rule, corridor), stand);
                }
            } else {
                let orphans = self.restored.entry(follow.key.clone());
                orphans.or_default().push(record);
            }
        }
    }
}

/// Describes a stay for the store.
fn visit(stand: &Stand, fix: &Fix, civil: CivilTime) -> Option<Visit> {
    let (since, dwelt): (TrackTime, bool) = match stand.standing {
        Standing::Inside { since, dwelt } | Standing::Leaving { since, dwelt, .. } => {
            (since, dwelt)
        }
        Standing::Outside | Standing::Entering { .. } => return None,
    };
    Some(Visit {
        entered_at: civil.at(fix, since),
        entry: stand.entry().map(|entry| entry.position),
        dwelt,
        last_position: fix.position,
        travelled_m: stand.travelled_m,
    })
}
