//! Answers why something was told of a track and a corridor, or was not.

use strsim::levenshtein;

use super::{Follow, Monitor};
use crate::corridor::{Corridor, CorridorIndex};
use crate::monitor::explain::words::{self, Kept, Measured};
use crate::monitor::explain::{
    Explanation, FixAccount, Question, RuleAccount, RuleVerdict, Story, Unknown,
};
use crate::monitor::gate::Rejection;
use crate::monitor::notes::{FixNote, Judgement, Notes, RejectNote, Room};
use crate::monitor::rule::{Rule, Who};
use crate::monitor::sample::Sample;
use crate::monitor::standing::Standing;
use crate::monitor::timekeeper::CivilTime;
use crate::track::{Fix, Report, TrackId, Whom};
use crate::units::{LatLon, Moment};

/// Names that are suggested for one that nobody has.
const NEAREST_MAX: usize = 3;

/// Something that was heard of a track's place.
#[derive(Clone, Copy, Debug)]
enum Heard<'a> {
    Fix(u64, &'a FixNote),
    Rejected(&'a RejectNote),
}

impl Heard<'_> {
    fn received(&self) -> Moment {
        match self {
            Self::Fix(_, note) => note.received,
            Self::Rejected(note) => note.received,
        }
    }
}

impl Monitor {
    /// Answers a question about a track and a corridor at `now`.
    #[must_use]
    pub fn explain(&self, now: Moment, question: &Question) -> Explanation {
        match self.story(now, question) {
            Ok(story) => Explanation::Story(story),
            Err(unknown) => Explanation::Nothing(unknown),
        }
    }

    /// Keeps what becomes of every fix of one track, and of no other, from here on: for a recording.
    pub fn keep_notes_only_of(&mut self, track: &str) {
        self.notes_room = Room::only(track);
    }

    /// Notes a position that did not pass the gate.
    pub(super) fn note_rejection(&mut self, whom: &Whom, report: &Report, reason: Rejection) {
        let place = Sample::of(report).map(|sample| sample.place);
        let note = RejectNote {
            received: report.received,
            position: place.and_then(|place| LatLon::try_from(place).ok()),
            reason,
        };
        let room = &mut self.notes_room;
        let rejects = self.rejects.entry(whom.clone()).or_default();
        // The key of an identity is that of its first track.
        let key = rejects.is_fresh().then(|| whom.to_string());
        rejects.push(room, key.as_deref().unwrap_or_default(), note);
    }

    fn story(&self, now: Moment, question: &Question) -> Result<Story, Unknown> {
        let track = self.track_named(&question.track)?;
        let corridor = self.corridor_named(&question.corridor)?;
        let rules = self.rules_named(question.rule.as_deref())?;
        let civil = self.timekeeper.civil(now);
        let follow = self.tracks.get(&track);
        let notes = follow.map(|follow| &follow.notes);
        let heard = self.heard(&track, notes);
        let chosen = choose(&heard, question, civil);
        let accounts = chosen.iter().map(|heard| match heard {
            Heard::Rejected(note) => rejected(note, civil),
            Heard::Fix(number, fix) => {
                let fix = (*number, *fix);
                self.fix_account((&track, notes), corridor, &rules, fix, civil)
            }
        });
        let about = self.corridors.get(corridor);
        Ok(Story {
            track: question.track.clone(),
            corridor: about.id.to_string(),
            name: about.name.clone(),
            rules: self.verdicts((&track, follow), corridor, &rules, (&heard, chosen), civil),
            fixes: accounts.collect(),
            kept_since: heard.first().map(|first| civil.of(first.received())),
        })
    }

    /// Collects what is kept of a track's places, in the order of arrival.
    fn heard<'a>(&'a self, track: &TrackId, notes: Option<&'a Notes>) -> Vec<Heard<'a>> {
        let fixes = notes.into_iter().flat_map(|notes| notes.fixes.iter());
        let mut heard: Vec<Heard<'a>> = fixes.map(|(nth, fix)| Heard::Fix(nth, fix)).collect();
        // Whose of several senders a rejected position is, nobody knows.
        if let Some(rejects) = self.rejects.get(&track.whom) {
            heard.extend(rejects.iter().map(|(_, note)| Heard::Rejected(note)));
        }
        heard.sort_by_key(|heard| heard.received().monotonic);
        heard
    }

    fn fix_account(
        &self,
        (track, notes): (&TrackId, Option<&Notes>),
        corridor: CorridorIndex,
        rules: &[usize],
        (number, fix): (u64, &FixNote),
        civil: CivilTime,
    ) -> FixAccount {
        let edge_m = self.corridors.edge_distance_m(corridor, fix.position);
        let at = civil.of(fix.received);
        let measured = |rule: usize| Measured {
            rule: &self.settings.rules[rule],
            corridor: self.corridors.get(corridor),
            fix,
            at,
            edge_m,
        };
        let told = self.told_callsign(track);
        let key = track.to_string();
        let who = self.who(track, &key, told.as_ref(), self.last_fix_of(track));
        let watching = rules.iter().filter(|rule| {
            let about = self.corridors.get(corridor);
            why_not(&self.settings.rules[**rule], about, &who).is_none()
        });
        let accounts = watching.map(|&rule| {
            let kept = kept(notes, (rule, corridor), number, self.is_judged(fix));
            let names = (
                key.as_str(),
                self.settings.rules[rule].name.as_str(),
                self.corridors.get(corridor).id.as_str(),
            );
            let kept = Kept {
                held_by: kept
                    .found
                    .and_then(|event| self.held_notes.by(names, event, at)),
                ..kept
            };
            let before = number.checked_sub(1);
            let before =
                before.and_then(|before| kept_standing(notes, (rule, corridor), before, fix, self));
            rule_account(&measured(rule), kept, before)
        });
        let any = rules.first().map(|rule| measured(*rule));
        FixAccount {
            at,
            lat: Some(fix.position.lat()),
            lon: Some(fix.position.lon()),
            h_acc_m: words::in_metres(fix.h_acc),
            gate: if fix.is_continuous {
                "passed".to_owned()
            } else {
                "passed; the way that led there is not known".to_owned()
            },
            edge_m: Some(rounded(edge_m)),
            height: any.as_ref().and_then(Measured::height),
            hours: any.as_ref().and_then(Measured::hours),
            rules: accounts.collect(),
        }
    }

    /// Says what each rule makes of the last fix that is told of.
    fn verdicts(
        &self,
        (track, follow): (&TrackId, Option<&Follow>),
        corridor: CorridorIndex,
        rules: &[usize],
        (heard, chosen): (&[Heard<'_>], &[Heard<'_>]),
        civil: CivilTime,
    ) -> Vec<RuleVerdict> {
        let about = self.corridors.get(corridor);
        let last_fix = chosen.iter().rev().find_map(|heard| match heard {
            Heard::Fix(number, fix) => Some((*number, *fix)),
            Heard::Rejected(_) => None,
        });
        let notes = follow.map(|follow| &follow.notes);
        let told = self.told_callsign(track);
        let key = track.to_string();
        let who = self.who(track, &key, told.as_ref(), self.last_fix_of(track));
        let verdict_of = |rule: usize| {
            if let Some(reason) = why_not(&self.settings.rules[rule], about, &who) {
                return reason;
            }
            match last_fix {
                Some(fix) => {
                    let account = self.fix_account((track, notes), corridor, &[rule], fix, civil);
                    let account = account.rules.into_iter().next();
                    account.map_or_else(String::new, |account| account.verdict)
                }
                None => without_a_fix(heard),
            }
        };
        let verdicts = rules.iter().map(|&rule| RuleVerdict {
            rule: self.settings.rules[rule].name.clone(),
            verdict: verdict_of(rule),
        });
        verdicts.collect()
    }

    fn last_fix_of(&self, track: &TrackId) -> Option<&Fix> {
        self.tracks.get(track)?.last.as_ref()
    }

    /// Says whether a fix was judged by the rules and corridors that are in force.
    fn is_judged(&self, fix: &FixNote) -> bool {
        self.reloaded
            .is_none_or(|reloaded| reloaded.monotonic < fix.received.monotonic)
    }

    fn track_named(&self, name: &str) -> Result<TrackId, Unknown> {
        let known = || self.vigil.contacts().map(|(track, _)| track);
        let found = known().find(|track| track.to_string() == name);
        found.ok_or_else(|| unknown("track", name, known().map(|it| it.to_string())))
    }

    fn corridor_named(&self, name: &str) -> Result<CorridorIndex, Unknown> {
        let ids = || self.corridors.iter().map(|(_, it)| it.id.to_string());
        let found = self.corridors.find(name);
        found.ok_or_else(|| unknown("corridor", name, ids()))
    }

    fn rules_named(&self, name: Option<&str>) -> Result<Vec<usize>, Unknown> {
        let rules = &self.settings.rules;
        let Some(name) = name else {
            return Ok((0..rules.len()).collect());
        };
        let found = rules.iter().position(|rule| rule.name == name);
        let names = || rules.iter().map(|rule| rule.name.clone());
        Ok(vec![found.ok_or_else(|| unknown("rule", name, names()))?])
    }
}

/// Chooses what an answer tells of: the last ones, or those around an instant.
fn choose<'a, 'n>(
    heard: &'a [Heard<'n>],
    question: &Question,
    civil: CivilTime,
) -> &'a [Heard<'n>] {
    let wanted = question.fixes.min(heard.len());
    let end = match question.at {
        None => heard.len(),
        Some(at) => {
            let until = heard.partition_point(|heard| civil.of(heard.received()) <= at);
            // One more than half of them are before, so that the instant itself is told of.
            (until + wanted / 2).clamp(wanted, heard.len())
        }
    };
    &heard[end - wanted..end]
}

/// Finds what is kept of how a fix was judged.
fn kept(
    notes: Option<&Notes>,
    pair: (usize, CorridorIndex),
    number: u64,
    is_judged: bool,
) -> Kept<'static> {
    let none = Kept {
        after: None,
        found: None,
        held_by: None,
    };
    let Some(notes) = notes.filter(|_| is_judged) else {
        return none;
    };
    let mut last: Option<&Judgement> = None;
    for (_, note) in notes.judgements.iter() {
        if (note.rule, note.corridor) != pair {
            continue;
        }
        if number < note.fix {
            // Nothing has changed between the one before and this one.
            let after = last.map_or(note.before, |last| last.after);
            return Kept {
                after: Some(after),
                found: last
                    .filter(|last| last.fix == number)
                    .and_then(|last| last.found),
                held_by: None,
            };
        }
        last = Some(note);
    }
    match last {
        Some(last) => Kept {
            after: Some(last.after),
            found: last.found.filter(|_| last.fix == number),
            held_by: None,
        },
        // As long as no judgement was dropped, who has none never came near.
        None if notes.judgements.is_whole() => Kept {
            after: Some(Standing::default()),
            found: None,
            held_by: None,
        },
        None => none,
    }
}

fn kept_standing(
    notes: Option<&Notes>,
    pair: (usize, CorridorIndex),
    number: u64,
    fix: &FixNote,
    monitor: &Monitor,
) -> Option<Standing> {
    kept(notes, pair, number, monitor.is_judged(fix)).after
}

fn rule_account(measured: &Measured<'_>, kept: Kept<'_>, before: Option<Standing>) -> RuleAccount {
    RuleAccount {
        rule: measured.rule.name.clone(),
        accuracy_assumed_m: measured.accuracy_assumed_m(),
        margin_in_m: rounded(measured.margin_in_m()),
        margin_out_m: rounded(measured.margin_out_m()),
        side: words::side_name(measured.side()).to_owned(),
        before: before.map(words::standing),
        after: kept.after.map(words::standing),
        verdict: measured.verdict(kept),
    }
}

fn rejected(note: &RejectNote, civil: CivilTime) -> FixAccount {
    FixAccount {
        at: civil.of(note.received),
        lat: note.position.map(LatLon::lat),
        lon: note.position.map(LatLon::lon),
        h_acc_m: None,
        gate: format!("rejected: {}", reason(note.reason)),
        edge_m: None,
        height: None,
        hours: None,
        rules: Vec::new(),
    }
}

/// Says why a position did not pass.
const fn reason(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::NoFix => "its receiver has no 3D fix",
        Rejection::NearZero => "it lies near 0,0, where autopilots without a fix believe to be",
        Rejection::OutOfRange => "it is no place on Earth",
        Rejection::Jump => "nothing could have come there from the position before",
        Rejection::Late => "it is older than the position before",
        Rejection::Repeated => "it is the position before again",
        Rejection::Suspect => "it is in doubt",
    }
}

/// Says why nothing is told of a track without a position that can be believed.
fn without_a_fix(heard: &[Heard<'_>]) -> String {
    match heard.last() {
        Some(Heard::Rejected(note)) => format!(
            "not told: no position of this track has passed the quality gate; the last one did \
             not, since {}",
            reason(note.reason)
        ),
        Some(Heard::Fix(..)) | None => "not told: no position of this track was heard".to_owned(),
    }
}

/// Says why a rule has nothing to do with a corridor or a track, if it has not.
fn why_not(rule: &Rule, corridor: &Corridor, who: &Who<'_>) -> Option<String> {
    let name = &rule.name;
    words::not_meant(&rule.corridors, corridor)
        .or_else(|| words::not_watched(&rule.tracks, who))
        .map(|reason| format!("not told: rule `{name}` {reason}"))
}

/// Suggests the names that are most like one that nobody has.
fn unknown(what: &str, name: &str, known: impl Iterator<Item = String>) -> Unknown {
    let mut nearest: Vec<String> = known.collect();
    let is_part = |known: &String| known.contains(name) || name.contains(known.as_str());
    nearest.sort_by_cached_key(|known| (!is_part(known), levenshtein(known, name), known.clone()));
    nearest.truncate(NEAREST_MAX);
    Unknown {
        what: what.to_owned(),
        name: name.to_owned(),
        nearest,
    }
}

/// Rounds metres to a tenth.
fn rounded(metres: f64) -> f64 {
    (metres * 10.0).round() / 10.0
}
