//! What an earlier run left behind: standings that are taken up.

use super::{Follow, Monitor};
use crate::corridor::CorridorIndex;
use crate::monitor::stand::Stand;
use crate::monitor::standing::StandingRecord;
use crate::track::Fix;

impl Monitor {
    /// Gives a track that is heard for the first time the standings of an earlier run.
    pub(super) fn restore(&mut self, follow: &mut Follow, first: &Fix) {
        let Some(records) = self.restored.remove(&follow.key) else {
            return;
        };
        let arrived_at = self.timekeeper.civil(first.received).of(first.received);
        for record in records {
            if let Some(key) = self.watch_of(&record) {
                let stand = Stand::restore(&record, &self.corridors, key.1, (first, arrived_at));
                follow.stands.insert(key, stand);
                follow.forget_if_over(key);
            } else {
                let orphans = self.restored.entry(follow.key.clone());
                orphans.or_default().push(record);
            }
        }
    }

    /// Finds the rule and the corridor of a standing, if the one watches the other.
    pub(super) fn watch_of(&self, record: &StandingRecord) -> Option<(usize, CorridorIndex)> {
        let mut rules = self.settings.rules.iter();
        let rule = rules.position(|rule| rule.name == record.rule)?;
        let corridor = self.corridors.find(&record.corridor)?;
        self.watches(rule, corridor).then_some((rule, corridor))
    }
}
