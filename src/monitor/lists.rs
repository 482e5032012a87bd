//! Lists of tracks that a unit knows by name: its own, a patrol, those of another service.

use crate::monitor::rule::{Pattern, Who};

/// Tracks with a name in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Its name in the configuration.
    pub name: String,
    /// Track keys, `vehicle:alpha/1`.
    pub tracks: Vec<Pattern>,
    /// Callsigns, in capitals or not.
    pub callsigns: Vec<Pattern>,
}

impl List {
    /// Says whether a track is on the list.
    ///
    /// A second sender that uses the identity of one that is on it is not, unless the list names it
    /// as such: `vehicle:alpha/*` means `vehicle:alpha/1`, not `vehicle:alpha/1#2`. A callsign that
    /// an aircraft tells by its transponder counts like one that the unit gave.
    #[must_use]
    pub fn holds(&self, who: &Who<'_>) -> bool {
        let is_namesake = who.key.contains('#');
        let mut tracks = self.tracks.iter();
        let by_key = |track: &Pattern| {
            (!is_namesake || track.as_str().contains('#')) && track.matches(who.key)
        };
        let by_callsign = |callsign: &str| {
            let mut callsigns = self.callsigns.iter();
            !is_namesake && callsigns.any(|pattern| pattern.matches_in_any_case(callsign))
        };
        tracks.any(by_key) || who.callsign.is_some_and(by_callsign)
    }

    /// Says whether nobody can be on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty() && self.callsigns.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::track::{Authenticity, TrackKind};

    #[test]
    fn a_list_holds_tracks_by_key_and_by_callsign() {
        check("vehicle:alpha/1", None, true, "by its key");
        check("vehicle:alpha/10", None, false, "another one");
        check("vehicle:bravo/7", None, true, "all of a fleet");
        check("icao:4ca7b1", Some("RAVEN 1"), true, "by its callsign");
        check("icao:4ca7b1", Some("ROOK 1"), false, "another callsign");
        check("icao:4ca7b1", None, false, "nobody knows its callsign");
    }

    #[test]
    fn who_uses_the_identity_of_a_friend_is_none() {
        check("vehicle:alpha/1#2", None, false, "by key");
        check("vehicle:bravo/7#2", None, false, "by pattern");
        check("vehicle:alpha/9#2", Some("Raven 9"), false, "by callsign");
        check("vehicle:alpha/5#2", None, true, "unless it is meant");
    }

    #[track_caller]
    fn check(key: &str, callsign: Option<&str>, expected: bool, why: &str) {
        let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect();
        let list = List {
            name: "friend".to_owned(),
            tracks: patterns(&["vehicle:alpha/1", "vehicle:bravo/*", "vehicle:alpha/5#2"]),
            callsigns: patterns(&["raven *"]),
        };
        let who = Who {
            key,
            kind: TrackKind::Vehicle,
            callsign,
            authenticity: Authenticity::Unsigned,
        };
        assert_eq!(list.holds(&who), expected, "{why}");
    }
}
