//! Whom a rule watches its corridors for.

use std::sync::Arc;

use super::corridors::asks;
use crate::monitor::lists::List;
use crate::monitor::rule::Pattern;
use crate::track::{Authenticity, TrackKind};

/// Which tracks are meant; but for `kinds`, an empty list asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackFilter {
    /// Kinds.
    pub kinds: Vec<TrackKind>,
    /// Callsigns, in capitals or not.
    pub callsigns: Vec<Pattern>,
    /// Lists; who is on one of them passes.
    pub lists: Vec<Arc<List>>,
    /// Lists; who is on one of them does not.
    pub not_lists: Vec<Arc<List>>,
    /// How sure it is that the sender is who it says.
    pub authenticity: Vec<Authenticity>,
}

/// What a filter asks of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its kind.
    pub kind: TrackKind,
    /// What the unit calls it, or what it calls itself by its transponder.
    pub callsign: Option<&'a str>,
    /// How sure it is that nobody else sent its last fix.
    pub authenticity: Authenticity,
}

impl Default for TrackFilter {
    fn default() -> Self {
        Self::of_kinds(&[TrackKind::Vehicle])
    }
}

impl TrackFilter {
    /// Asks for kinds and for nothing else.
    #[must_use]
    pub fn of_kinds(kinds: &[TrackKind]) -> Self {
        Self {
            kinds: kinds.to_vec(),
            callsigns: Vec::new(),
            lists: Vec::new(),
            not_lists: Vec::new(),
            authenticity: Vec::new(),
        }
    }

    /// Says whether a track passes.
    ///
    /// Who has no callsign passes no list of callsigns.
    #[must_use]
    pub fn matches(&self, who: &Who<'_>) -> bool {
        let is_called = |pattern: &Pattern| {
            let callsign = who.callsign;
            callsign.is_some_and(|callsign| pattern.matches_in_any_case(callsign))
        };
        self.kinds.contains(&who.kind)
            && asks(&self.callsigns, is_called)
            && asks(&self.lists, |list| list.holds(who))
            && !self.not_lists.iter().any(|list| list.holds(who))
            && asks(&self.authenticity, |wanted| *wanted == who.authenticity)
    }

    /// Says whether no track can pass, as far as kinds and authenticity tell.
    ///
    /// Transponders and Remote ID sign nothing; vehicles do not broadcast.
    #[must_use]
    pub fn is_contradictory(&self) -> bool {
        !self.kinds.iter().any(|kind| {
            asks(&self.authenticity, |wanted| {
                let is_broadcast = match kind {
                    TrackKind::Aircraft | TrackKind::Vessel | TrackKind::RemoteId => true,
                    TrackKind::Vehicle | TrackKind::CameraPoint => false,
                };
                match wanted {
                    Authenticity::Broadcast => is_broadcast,
                    Authenticity::Simulated => *kind == TrackKind::Aircraft,
                    Authenticity::Unsigned
                    | Authenticity::Signed
                    | Authenticity::BadSignatureAccepted => !is_broadcast,
                }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAVEN: Who<'_> = Who {
        key: "vehicle:alpha/1",
        kind: TrackKind::Vehicle,
        callsign: Some("Raven 1"),
        authenticity: Authenticity::Unsigned,
    };
    const STRANGER: Who<'_> = Who {
        key: "icao:4ca7b1",
        kind: TrackKind::Aircraft,
        callsign: None,
        authenticity: Authenticity::Broadcast,
    };

    #[test]
    fn a_track_passes_if_it_meets_everything_that_is_asked_for() {
        check(&everybody(), [true, true], "of every kind");
        check(&TrackFilter::default(), [true, false], "vehicles");
        let ravens = TrackFilter {
            callsigns: vec![Pattern::new("RAVEN*")],
            ..everybody()
        };
        check(&ravens, [true, false], "who has no callsign has not that");
        let unsigned = TrackFilter {
            authenticity: vec![Authenticity::Unsigned, Authenticity::Signed],
            ..everybody()
        };
        check(&unsigned, [true, false], "one of two will do");
    }

    #[test]
    fn unknown_is_who_is_on_no_list() {
        let friend = TrackFilter {
            lists: vec![friends()],
            ..everybody()
        };
        check(&friend, [true, false], "a friend");
        let unknown = TrackFilter {
            not_lists: vec![friends()],
            ..everybody()
        };
        check(&unknown, [false, true], "unknown");
    }

    #[test]
    fn what_no_track_can_be_is_found() {
        use Authenticity::{Broadcast, Signed, Simulated};
        use TrackKind::{Aircraft, CameraPoint, RemoteId, Vehicle, Vessel};

        let is_contradictory = |kinds: &[TrackKind], authenticity: &[Authenticity]| {
            let filter = TrackFilter {
                authenticity: authenticity.to_vec(),
                ..TrackFilter::of_kinds(kinds)
            };
            filter.is_contradictory()
        };
        for kind in [Aircraft, RemoteId, Vessel] {
            assert!(is_contradictory(&[kind], &[Signed]), "{}", kind.name());
            assert!(!is_contradictory(&[kind], &[Broadcast]), "{}", kind.name());
            assert!(!is_contradictory(&[kind, Vehicle], &[Signed]));
        }
        for kind in [Vehicle, CameraPoint] {
            assert!(is_contradictory(&[kind], &[Broadcast]), "{}", kind.name());
            assert!(!is_contradictory(&[kind], &[]), "{}", kind.name());
        }
        assert!(is_contradictory(&[Vehicle, Vessel], &[Simulated]));
        assert!(!is_contradictory(&[Aircraft], &[Simulated]));
    }

    #[track_caller]
    fn check(filter: &TrackFilter, expected: [bool; 2], why: &str) {
        let passed = [RAVEN, STRANGER].map(|who| filter.matches(&who));
        assert_eq!(passed, expected, "{why}");
    }

    fn everybody() -> TrackFilter {
        TrackFilter::of_kinds(&TrackKind::ALL)
    }

    fn friends() -> Arc<List> {
        Arc::new(List {
            name: "friend".to_owned(),
            tracks: vec![Pattern::new("vehicle:alpha/*")],
            callsigns: Vec::new(),
        })
    }
}
