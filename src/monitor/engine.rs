//! The monitor: takes reports, follows tracks, and hands decisions back.

mod airspace;
mod around;
mod assigned;
mod attended;
mod census;
mod doubts;
mod earlier;
mod explain;
mod filing;
mod gone;
mod losses;
mod reload;
mod room;
mod tell;
mod watch;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use uuid::Uuid;

use self::around::{Around, Asks};
use self::watch::Found;
use crate::corridor::{CorridorIndex, CorridorSet, Vicinity};
use crate::monitor::attendance::Attendance;
use crate::monitor::fleet::Fleet;
use crate::monitor::gate::{GateSettings, Rejection};
use crate::monitor::interference::Airspace;
use crate::monitor::liveness::LivenessSettings;
use crate::monitor::memory::Topic;
use crate::monitor::notes::{HeldNotes, Notes, Rejects, Room};
use crate::monitor::roster::{Roster, RosterSettings};
use crate::monitor::routes::Route;
use crate::monitor::rule::Rule;
use crate::monitor::sample;
use crate::monitor::stand::{Past, Stand};
use crate::monitor::standing::StandingRecord;
use crate::monitor::storm::{Inhibit, Storm, StormSettings};
use crate::monitor::timekeeper::Timekeeper;
use crate::monitor::vigil::{Notice, Roll, Vigil};
use crate::monitor::voices::{Heard, Outcome, Voices};
use crate::monitor::{Decision, Restored};
use crate::track::{Fix, LinkName, Report, TrackId, TrackTime, Whom};
use crate::units::{Moment, Monotonic};

use assigned::Assigned;
use attended::Posts;
use doubts::Suspect;
use filing::Filed;
pub use filing::Remark;
use losses::Loss;

/// What the monitor watches for; by default nothing, of a unit without a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The unit's name, part of every alert.
    pub unit: String,
    /// The random id of the database that episodes are counted in.
    pub history: Uuid,
    /// The rules, in the order of the configuration.
    pub rules: Vec<Rule>,
    /// The corridors that tracks are assigned to.
    pub routes: Vec<Route>,
    /// The corridors that should not be left alone.
    pub attendances: Vec<Attendance>,
    /// How strict the quality gate is.
    pub gate: GateSettings,
    /// How many tracks are followed, and how fast new ones may come.
    pub roster: RosterSettings,
    /// How much silence is nothing unusual.
    pub liveness: LivenessSettings,
    /// What is told about tracks as such.
    pub fleet: Fleet,
    /// Which alerts mute others.
    pub inhibit: Inhibit,
    /// What the unit calls its vehicles, by track key.
    pub callsigns: BTreeMap<String, String>,
    /// Links that play what was recorded: their vehicles' clocks tell another time.
    pub recordings: BTreeSet<LinkName>,
}

impl Settings {
    /// Collects what is limited.
    fn storm(&self) -> StormSettings {
        let rules = self.rules.iter();
        StormSettings {
            rules: rules.map(|rule| (rule.name.clone(), rule.rate)).collect(),
            fleet: self.fleet.rate,
            inhibit: self.inhibit,
        }
    }
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
    asks: Asks,
    identities: BTreeMap<Whom, Voices>,
    roster: Roster,
    timekeeper: Timekeeper,
    vigil: Vigil,
    tracks: BTreeMap<TrackId, Follow>,
    /// Standings of an earlier run whose track was not heard yet, by track key.
    restored: BTreeMap<String, Vec<StandingRecord>>,
    /// The present, by the last that was heard or asked.
    now: Moment,
    storm: Storm,
    /// What an earlier run kept and nobody has asked for yet.
    memories: BTreeMap<(Topic, String), String>,
    posts: Posts,
    /// Tracks that were told as lost, by key.
    lost: BTreeMap<String, Loss>,
    /// Tracks whose position is not trusted.
    suspects: BTreeMap<TrackId, Suspect>,
    /// Those of an earlier run that were not heard yet, by track key.
    doubted: BTreeMap<String, Suspect>,
    /// The tracks that suffer from what is done to satellite signals, and where.
    airspace: Airspace,
    decisions: VecDeque<Decision>,
    remarks: VecDeque<Remark>,
    counts: Counts,
    around: Around,
    found: Vec<Found>,
    notes_room: Room,
    /// Positions that did not pass the gate, by identity.
    rejects: BTreeMap<Whom, Rejects>,
    held_notes: HeldNotes,
    /// When settings and corridors came into force, if they did after the start.
    reloaded: Option<Moment>,
    /// Fixes that went through no rule.
    #[cfg(test)]
    calm_fixes: u64,
}

/// Everything known of one track.
#[derive(Debug, Default)]
struct Follow {
    key: String,
    last: Option<Fix>,
    filed: Filed,
    assigned: Vec<Assigned>,
    /// Only what is near or not yet told to the end.
    stands: BTreeMap<(usize, CorridorIndex), Stand>,
    /// The episodes that there were with the corridors that are left behind.
    pasts: BTreeMap<(usize, CorridorIndex), Past>,
    /// The way flown while anybody asked, metres.
    odometer_m: f64,
    /// Until when fixes with room around them change nothing, if it is settled.
    calm_until: Option<TrackTime>,
    /// How far it may fly before the index can say anything new.
    vicinity: Vicinity,
    /// What became of its last fixes.
    notes: Notes,
}

impl Monitor {
    /// Starts from what an earlier run left behind.
    #[must_use]
    pub fn new(settings: Settings, corridors: Arc<CorridorSet>, earlier: Restored) -> Self {
        let watched = watched_by(&settings.rules, &corridors);
        let mut restored: BTreeMap<String, Vec<StandingRecord>> = BTreeMap::new();
        for standing in earlier.standings {
            restored
                .entry(standing.track.clone())
                .or_default()
                .push(standing);
        }
        let storm = Storm::new(settings.storm(), &earlier.memories);
        let mut lost = BTreeMap::new();
        let mut memories = BTreeMap::new();
        for memory in earlier.memories {
            let Some(state) = memory.state else {
                continue;
            };
            if memory.topic != Topic::Liveness {
                memories.insert((memory.topic, memory.key), state);
            } else if let Ok(loss) = serde_json::from_str(&state) {
                lost.insert(memory.key, loss);
            }
        }
        let mut monitor = Self {
            asks: Asks::of(&settings.rules),
            settings,
            corridors,
            watched,
            identities: BTreeMap::new(),
            roster: Roster::default(),
            timekeeper: Timekeeper::default(),
            vigil: Vigil::default(),
            tracks: BTreeMap::new(),
            restored,
            now: Moment::default(),
            storm,
            memories,
            posts: Posts::default(),
            lost,
            suspects: BTreeMap::new(),
            doubted: BTreeMap::new(),
            airspace: Airspace::default(),
            decisions: VecDeque::new(),
            remarks: VecDeque::new(),
            counts: Counts::default(),
            around: Around::default(),
            found: Vec::new(),
            notes_room: Room::default(),
            rejects: BTreeMap::new(),
            held_notes: HeldNotes::default(),
            reloaded: None,
            #[cfg(test)]
            calm_fixes: 0,
        };
        monitor.restore_trust();
        monitor.restore_area();
        monitor
    }

    /// Says whether something else keeps the host's clock right, such as a time server.
    pub fn set_host_synchronized(&mut self, is_synchronized: bool) {
        self.timekeeper.set_synchronized(is_synchronized);
    }

    /// Takes one report; its own stamps are the present.
    pub fn handle_report(&mut self, report: &Report) {
        self.now = report.received;
        self.counts.clock_steps += u64::from(self.timekeeper.notices_step(report.received));
        self.begin_attendances(report.received);
        let Some(whom) = sample::whom(report) else {
            return;
        };
        if !self.identities.contains_key(&whom) && !self.admits(report) {
            return;
        }
        if !self.settings.recordings.contains(&report.link) {
            self.timekeeper.learn(report);
        }
        if !self.identities.contains_key(&whom) {
            let newcomer = self.newcomer(&whom);
            self.identities.insert(whom.clone(), newcomer);
        }
        let voices = self.identities.entry(whom.clone()).or_default();
        let Heard {
            outcome,
            conflict,
            news,
        } = voices.handle(&self.settings.gate, report);
        let sender = outcome.voice();
        for voice in voices.heard_by(report) {
            if sender.is_none_or(|sender| sender == voice) {
                if !self.airspace.is_calm() {
                    let whom = whom.clone();
                    let key = TrackId { whom, voice }.to_string();
                    self.airspace.hear(&key, report.received.monotonic);
                }
                self.vigil
                    .hear(&self.settings.liveness, &whom, voice, report);
            }
        }
        if let Some((voice, news)) = news {
            let track = TrackId {
                whom: whom.clone(),
                voice,
            };
            self.handle_trust(&track, (report, outcome.fix()), &news);
        }
        match outcome {
            Outcome::Nothing => {}
            Outcome::Outranked => self.counts.outranked += 1,
            Outcome::Rejected(reason) => {
                *self.counts.rejections.entry(reason).or_default() += 1;
                self.note_rejection(&whom, report, reason);
            }
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

    /// Begins with an identity as an earlier run left it.
    fn newcomer(&mut self, whom: &Whom) -> Voices {
        let track = TrackId {
            whom: whom.clone(),
            voice: 1,
        };
        let Some(suspect) = self.doubted.remove(&track.to_string()) else {
            return Voices::default();
        };
        let doubts = suspect.doubts.iter().copied().collect();
        let voices = Voices::doubted(doubts, suspect.is_hidden, suspect.place());
        self.suspects.insert(track, suspect);
        voices
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

    /// Returns the next decision, oldest first.
    pub fn poll_decision(&mut self) -> Option<Decision> {
        self.decisions.pop_front()
    }

    /// Looks for tracks that have become silent and corridors that nobody is in, and tells what was
    /// held back for long enough; cheap until [`Self::next_timeout`].
    pub fn handle_timeout(&mut self, now: Moment) {
        self.now = now;
        self.vigil
            .handle_timeout(&self.settings.liveness, now.monotonic);
        self.tell_losses(now);
        self.begin_attendances(now);
        self.look_at_attendances(now);
        self.handle_silence_in_area(now);
        self.tell_overdue();
    }

    /// Lets time pass until `now` with each look at its own time, for those who read faster than that.
    pub fn catch_up(&mut self, now: Moment) {
        let mut looked_at = None;
        while let Some(due) = self.next_timeout()
            && looked_at.is_none_or(|looked_at| looked_at < due)
            && due < now.monotonic
        {
            looked_at = Some(due);
            self.handle_timeout(Moment {
                monotonic: due,
                utc: now.utc.before(now.monotonic.since(due)),
            });
        }
        self.handle_timeout(now);
    }

    /// Takes what an earlier run kept under a key, if it can still be read.
    fn take_memory<T: DeserializeOwned>(&mut self, topic: Topic, key: &str) -> Option<T> {
        let state = self.memories.remove(&(topic, key.to_owned()))?;
        serde_json::from_str(&state).ok()
    }

    /// Returns when there is something to do by [`Self::handle_timeout`], if ever.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Monotonic> {
        let dues = [
            self.vigil.next_timeout(),
            self.next_attendance(),
            self.storm.next_timeout(),
            self.airspace.next_timeout(),
        ];
        dues.into_iter().flatten().min()
    }

    /// Returns the next change of a track's liveness, oldest first.
    pub fn poll_notice(&mut self) -> Option<Notice> {
        self.vigil.poll_notice()
    }

    /// Returns the next thing that somebody who looks after the rules should know, oldest first.
    pub fn poll_remark(&mut self) -> Option<Remark> {
        self.remarks.pop_front()
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

    /// Forgets which tracks are settled, so that the next fix of each goes through every rule.
    #[cfg(test)]
    pub(super) fn forget_calm(&mut self) {
        for follow in self.tracks.values_mut() {
            follow.calm_until = None;
        }
    }

    /// Returns how many tracks are settled.
    #[cfg(test)]
    pub(super) fn calm_tracks(&self) -> usize {
        let room_m = |follow: &Follow| {
            let last = follow.last.as_ref()?;
            follow.calm_until?;
            let room_m = follow.vicinity.room_m(&self.corridors, last.position)?;
            (self.asks.reach_m(last) < room_m).then_some(room_m)
        };
        self.tracks.values().filter_map(room_m).count()
    }

    /// Returns how many fixes went through no rule.
    #[cfg(test)]
    pub(super) fn calm_fixes(&self) -> u64 {
        self.calm_fixes
    }

    /// Returns how many stories are under way.
    #[cfg(test)]
    pub(super) fn stands(&self) -> usize {
        let stands = self.tracks.values().map(|follow| follow.stands.len());
        stands.sum()
    }
}

/// Finds which corridors each rule watches, in order.
fn watched_by(rules: &[Rule], corridors: &CorridorSet) -> Vec<Vec<CorridorIndex>> {
    let of = |rule: &Rule| {
        let matching = corridors
            .iter()
            .filter(|(_, corridor)| rule.corridors.matches(corridor));
        matching.map(|(index, _)| index).collect()
    };
    rules.iter().map(of).collect()
}
