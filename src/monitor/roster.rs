//! Who may become a track: new identities are rate-limited by their source, and bounded in all.
//!
//! Anybody can make up identities, as fast as a radio sends. A flood must neither take the room of
//! those that are known nor grow without end.

use core::net::IpAddr;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::track::{LinkName, Report};
use crate::units::Monotonic;

/// How many identities, and how fast new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RosterSettings {
    /// Tracks that are followed at one time.
    pub tracks_max: usize,
    /// New identities of one source that may come at once.
    pub new_at_once: u32,
    /// After these, one in so much time.
    pub new_every: Duration,
}

impl Default for RosterSettings {
    fn default() -> Self {
        Self {
            tracks_max: 1_000,
            new_at_once: 50,
            new_every: Duration::from_secs(2),
        }
    }
}

/// Sources that are told apart; all others of a link count as one.
const SOURCES_MAX: usize = 1_024;

/// Whoever brings identities: an address on a link, or the link.
type Source = (LinkName, Option<IpAddr>);

/// Counts the new identities of each source.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    /// For each source, until when it has used up its allowance.
    used_until: BTreeMap<Source, Monotonic>,
}

impl Roster {
    /// Says whether the source of a report may bring another new identity, and counts it if so.
    ///
    /// Each one uses up a part of the time; so much may be used up ahead as comes at once.
    pub(super) fn admits(&mut self, settings: &RosterSettings, report: &Report) -> bool {
        let now = report.received.monotonic;
        let mut source = (
            report.link.clone(),
            report.sender.address.map(|address| address.ip()),
        );
        if !self.used_until.contains_key(&source) && SOURCES_MAX <= self.used_until.len() {
            self.used_until.retain(|_, until| now < *until);
            if SOURCES_MAX <= self.used_until.len() {
                source.1 = None;
            }
        }
        let until = self.used_until.entry(source).or_insert(now);
        let ahead = until.since(now);
        let used = ahead + settings.new_every;
        if settings.new_every.saturating_mul(settings.new_at_once) < used {
            return false;
        }
        let micros = u64::try_from(used.as_micros()).unwrap_or(u64::MAX);
        *until = Monotonic::from_micros(now.as_micros().saturating_add(micros));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture::fix;

    const SETTINGS: RosterSettings = RosterSettings {
        tracks_max: 10,
        new_at_once: 3,
        new_every: Duration::from_secs(2),
    };

    #[test]
    fn a_flood_is_cut_and_one_passes_in_every_span() {
        let mut roster = Roster::default();
        let mut admitted = |ms: u32| roster.admits(&SETTINGS, &fix(ms, (0.0, 0.0)));
        assert_eq!([0, 1, 2, 3].map(&mut admitted), [true, true, true, false]);
        assert_eq!(
            [1_000, 2_001, 2_002].map(&mut admitted),
            [false, true, false]
        );
        assert_eq!(
            [60_000, 60_001, 60_002, 60_003].map(&mut admitted),
            [true, true, true, false]
        );
    }

    #[test]
    fn a_source_is_not_cut_for_another_ones_flood() {
        let mut roster = Roster::default();
        let mut from = |address: &str| {
            let mut report = fix(0, (0.0, 0.0));
            report.sender.address = Some(address.parse().unwrap());
            roster.admits(&SETTINGS, &report)
        };
        let flood = ["10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3", "10.0.0.1:4"];
        assert_eq!(flood.map(&mut from), [true, true, true, false]);
        assert!(from("10.0.0.2:1"));
    }
}
