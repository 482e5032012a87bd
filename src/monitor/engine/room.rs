//! Room for new identities: who is lost and concerns nobody makes way.

use super::{Follow, Monitor};
use crate::monitor::stand::Ended;
use crate::monitor::standing::StandingRecord;

impl Monitor {
    /// Forgets the identity that was lost longest, and says whether there was one.
    ///
    /// None of those that are inside a corridor, or on the way in or out: nobody could close their
    /// stories.
    pub(super) fn make_room(&mut self) -> bool {
        let is_idle = |follow: &Follow| follow.stands.is_empty();
        let may_go = |track: &_| self.tracks.get(track).is_none_or(is_idle);
        let Some(whom) = self.vigil.longest_lost(may_go) else {
            return false;
        };
        self.identities.remove(&whom);
        if let Some(rejects) = self.rejects.remove(&whom) {
            rejects.leave(&mut self.notes_room);
        }
        for track in self.vigil.forget(&whom) {
            if let Some(suspect) = self.suspects.remove(&track) {
                self.doubted.insert(track.to_string(), suspect);
            }
            if let Some(mut follow) = self.tracks.remove(&track) {
                self.set_routes_aside(&mut follow);
                self.keep_episodes(follow);
            }
        }
        true
    }

    /// Keeps the numbers of a track's episodes for when it is heard again: they make the ids of
    /// alerts.
    pub(super) fn keep_episodes(&mut self, follow: Follow) {
        let Follow {
            key,
            pasts,
            last,
            notes,
            ..
        } = follow;
        notes.leave(&mut self.notes_room);
        let counted = pasts.into_iter().filter(|(_, past)| 0 < past.episode);
        let records: Vec<StandingRecord> = counted
            .map(|((rule, corridor), past)| StandingRecord {
                rule: self.settings.rules[rule].name.clone(),
                track: key.clone(),
                corridor: self.corridors.get(corridor).id.to_string(),
                episode: past.episode,
                alerts: past.alerts,
                visit: None,
                approaching: matches!(past.ended, Some(Ended::Withdrawn(_))),
                named: false,
                left_at: last.as_ref().zip(past.ended).map(|(last, ended)| {
                    let civil = self.timekeeper.civil(last.received);
                    civil.at(last, ended.at())
                }),
            })
            .collect();
        if !records.is_empty() {
            self.restored.entry(key).or_default().extend(records);
        }
    }
}
