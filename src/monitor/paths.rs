//! The ways that a sender was heard by lately.

// `core` has addresses, not sockets.
use core::net::SocketAddr;
use std::time::Duration;

use crate::track::{LinkName, Report};
use crate::units::Monotonic;

/// How long a way counts after it brought something.
const FRESH: Duration = Duration::from_secs(30);
/// Ways that are remembered of one sender.
const PATHS_MAX: usize = 8;

/// A link, and the address on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) link: LinkName,
    pub(super) address: Option<SocketAddr>,
}

/// Paths with the time that each brought something last.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths(Vec<(Path, Monotonic)>);

impl Path {
    fn is_of(&self, report: &Report) -> bool {
        self.link == report.link && self.address == report.sender.address
    }
}

impl Paths {
    /// Starts with the way of one report.
    pub(super) fn of(report: &Report) -> Self {
        let mut paths = Self::default();
        paths.note(report);
        paths
    }

    /// Remembers the way of a report; if there are too many, the one that was silent longest goes.
    pub(super) fn note(&mut self, report: &Report) {
        let now = report.received.monotonic;
        if let Some((_path, heard)) = self.0.iter_mut().find(|(path, _)| path.is_of(report)) {
            *heard = now;
            return;
        }
        let oldest = (0..self.0.len()).min_by_key(|index| self.0[*index].1);
        if let Some(oldest) = oldest.filter(|_| self.0.len() == PATHS_MAX) {
            self.0.swap_remove(oldest);
        }
        let path = Path {
            link: report.link.clone(),
            address: report.sender.address,
        };
        self.0.push((path, now));
    }

    /// Forgets the way of a report.
    pub(super) fn leave(&mut self, report: &Report) {
        self.0.retain(|(path, _heard)| !path.is_of(report));
    }

    /// Says whether the way of a report is one of these, and fresh.
    pub(super) fn has(&self, report: &Report) -> bool {
        let now = report.received.monotonic;
        self.fresh(now).any(|path| path.is_of(report))
    }

    /// Says whether a way is fresh, but not that of a report.
    pub(super) fn has_another(&self, report: &Report, within: Duration) -> bool {
        let now = report.received.monotonic;
        let mut others = self.0.iter().filter(|(path, _)| !path.is_of(report));
        others.any(|(_path, heard)| now.since(*heard) <= within)
    }

    /// Says whether none of these is one of the others.
    pub(super) fn is_disjoint(&self, others: &Self, now: Monotonic) -> bool {
        !self
            .fresh(now)
            .any(|path| others.fresh(now).any(|other| other == path))
    }

    /// Returns the way that brought something last.
    pub(super) fn latest(&self) -> Option<&Path> {
        let latest = self.0.iter().max_by_key(|(_path, heard)| *heard);
        latest.map(|(path, _heard)| path)
    }

    fn fresh(&self, now: Monotonic) -> impl Iterator<Item = &Path> {
        let fresh = move |heard: &Monotonic| now.since(*heard) <= FRESH;
        self.0
            .iter()
            .filter(move |(_, heard)| fresh(heard))
            .map(|(path, _)| path)
    }
}
