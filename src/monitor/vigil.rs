//! The watch over every track's liveness: who was heard when, and what is told of it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::monitor::liveness::{Contact, Liveness, LivenessSettings};
use crate::track::{Report, TrackId, TrackKind, Whom};
use crate::units::Monotonic;

/// How often silence is looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How a track's liveness changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The track's key.
    pub track: String,
    /// Its kind.
    pub kind: TrackKind,
    /// What it is from then on; alive after it was lost, not after it was only stale.
    pub liveness: Liveness,
    /// For how long it was silent.
    pub silence: Duration,
}

/// How many tracks are how alive, those included that have no believable position yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    /// Tracks that are heard.
    pub alive: usize,
    /// Tracks that are silent for longer than usual.
    pub stale: usize,
    /// Tracks that are lost and not forgotten.
    pub lost: usize,
}

/// Watches over all that was heard.
#[derive(Clone, Debug, Default)]
pub(super) struct Vigil {
    /// By identity, and by the number of the sender that uses it.
    contacts: BTreeMap<Whom, BTreeMap<u8, Contact>>,
    roll: Roll,
    next_sweep: Monotonic,
    notices: VecDeque<Notice>,
    /// Those that became lost, and when they were heard last.
    losses: VecDeque<(TrackId, Monotonic)>,
}

impl Vigil {
    /// Notes that a report brought something of a track.
    pub(super) fn hear(
        &mut self,
        settings: &LivenessSettings,
        whom: &Whom,
        voice: u8,
        report: &Report,
    ) {
        let now = report.received.monotonic;
        if self.next_timeout().is_none() {
            self.next_sweep = now.plus(SWEEP_EVERY);
        }
        let known = self.contacts.get_mut(whom);
        if let Some(contact) = known.and_then(|voices| voices.get_mut(&voice)) {
            let (before, heard) = (contact.liveness, contact.heard());
            contact.hear(settings, report);
            if before == Liveness::Lost {
                let silence = heard.map_or(Duration::ZERO, |heard| now.since(heard));
                self.notices
                    .push_back(notice(whom, voice, Liveness::Alive, silence));
            }
            *self.roll.of(before) -= 1;
        } else {
            let mut contact = Contact::new(whom.kind());
            contact.hear(settings, report);
            let voices = self.contacts.entry(whom.clone()).or_default();
            voices.insert(voice, contact);
        }
        self.roll.alive += 1;
    }

    /// Looks for those that have become silent, if it is time for that.
    pub(super) fn handle_timeout(&mut self, settings: &LivenessSettings, now: Monotonic) {
        if now < self.next_sweep {
            return;
        }
        self.next_sweep = now.plus(SWEEP_EVERY);
        for (whom, voices) in &mut self.contacts {
            for (voice, contact) in voices {
                let before = contact.liveness;
                let Some(liveness) = contact.look(settings, now) else {
                    continue;
                };
                *self.roll.of(before) -= 1;
                *self.roll.of(liveness) += 1;
                let silence = contact.heard().map_or(Duration::ZERO, |it| now.since(it));
                if let (Liveness::Lost, Some(heard)) = (liveness, contact.heard()) {
                    self.losses.push_back((track(whom, *voice), heard));
                }
                self.notices
                    .push_back(notice(whom, *voice, liveness, silence));
            }
        }
    }

    /// Returns when to look next; nobody has to look while nobody can become silent.
    pub(super) fn next_timeout(&self) -> Option<Monotonic> {
        (0 < self.roll.alive + self.roll.stale).then_some(self.next_sweep)
    }

    /// Returns the next change, oldest first.
    pub(super) fn poll_notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// Returns everybody who was heard and is not forgotten.
    pub(super) fn contacts(&self) -> impl Iterator<Item = (TrackId, &Contact)> {
        let contacts = self.contacts.iter();
        contacts.flat_map(|(whom, voices)| {
            voices
                .iter()
                .map(move |(voice, contact)| (track(whom, *voice), contact))
        })
    }

    /// Returns the next track that became lost, and when it was heard last.
    pub(super) fn poll_loss(&mut self) -> Option<(TrackId, Monotonic)> {
        self.losses.pop_front()
    }

    /// Returns how many are how alive.
    pub(super) fn roll(&self) -> Roll {
        self.roll
    }

    /// Finds, of the identities whose tracks are all lost and may all go, the one that was heard
    /// the longest time ago.
    pub(super) fn longest_lost(&self, may_go: impl Fn(&TrackId) -> bool) -> Option<Whom> {
        let mut oldest: Option<(Option<Monotonic>, &Whom)> = None;
        for (whom, voices) in &self.contacts {
            let heard = voices.values().filter_map(Contact::heard).max();
            let is_lost = voices.values().all(|it| it.liveness == Liveness::Lost);
            if is_lost
                && oldest.is_none_or(|(before, _)| heard < before)
                && voices.keys().all(|voice| may_go(&track(whom, *voice)))
            {
                oldest = Some((heard, whom));
            }
        }
        oldest.map(|(_heard, whom)| whom.clone())
    }

    /// Forgets an identity, and returns the tracks that it had.
    pub(super) fn forget(&mut self, whom: &Whom) -> Vec<TrackId> {
        let voices = self.contacts.remove(whom).unwrap_or_default();
        for contact in voices.values() {
            *self.roll.of(contact.liveness) -= 1;
        }
        voices.keys().map(|voice| track(whom, *voice)).collect()
    }
}

impl Roll {
    fn of(&mut self, liveness: Liveness) -> &mut usize {
        match liveness {
            Liveness::Alive => &mut self.alive,
            Liveness::Stale => &mut self.stale,
            Liveness::Lost => &mut self.lost,
        }
    }
}

fn notice(whom: &Whom, voice: u8, liveness: Liveness, silence: Duration) -> Notice {
    Notice {
        track: track(whom, voice).to_string(),
        kind: whom.kind(),
        liveness,
        silence,
    }
}

fn track(whom: &Whom, voice: u8) -> TrackId {
    TrackId {
        whom: whom.clone(),
        voice,
    }
}
