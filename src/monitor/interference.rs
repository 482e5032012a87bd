//! Several tracks of a unit that turn suspect together: a pure state machine of the area.
//!
//! | state     | Suspect                        | Trusted, or silent for long           |
//! |-----------|--------------------------------|---------------------------------------|
//! | Clear     | Clear, or Disturbed¹           | Clear                                 |
//! | Disturbed | Disturbed; who is near joins   | Disturbed, or Clear² after the last   |
//!
//! ¹ told, once so many tracks near each other turned suspect within the window: as many as are asked
//! for, or all that are heard around if they are fewer, but two at least. ² told.
//!
//! There is one area at a time: a field unit hears as far as its radios reach.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::units::{LatLon, Metres, Moment, Monotonic, Utc};

/// When several tracks count as disturbed together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InterferenceSettings {
    /// So many tracks; all that are there if they are fewer, but two at least.
    pub tracks: u32,
    /// Within so long of each other.
    pub window: Duration,
    /// Not further apart than this.
    pub radius: Metres,
}

impl Default for InterferenceSettings {
    fn default() -> Self {
        Self {
            tracks: 3,
            window: Duration::from_secs(60),
            radius: Metres::from_millimetres(50_000_000),
        }
    }
}

/// Fewer than so many are no area.
const TRACKS_MIN: usize = 2;
/// The smallest area, metres.
const RADIUS_MIN_M: f64 = 5_000.0;
/// A track that was not heard for so long keeps no area disturbed.
const SILENCE: Duration = Duration::from_secs(300);

/// The tracks that suffer, and the area if they are several.
#[derive(Clone, Debug, Default)]
pub(super) struct Airspace {
    suffering: BTreeMap<String, Sufferer>,
    area: Option<Area>,
}

/// A track whose position is suspect as if by interference.
#[derive(Clone, Copy, Debug)]
struct Sufferer {
    since: Monotonic,
    /// Absent until it is heard in this run.
    heard: Option<Monotonic>,
    place: LatLon,
}

/// An area without satellite navigation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Area {
    pub(super) since: Utc,
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) radius_m: f64,
    /// All that suffered in it.
    pub(super) tracks: BTreeSet<String>,
}

/// What changed about the area.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Turn {
    /// There is one.
    Began(Area),
    /// Another track is part of it.
    Grew(Area),
    /// It is over.
    Cleared(Area),
}

impl Airspace {
    /// Goes on with the area of an earlier run.
    pub(super) fn restored(area: Area) -> Self {
        let place = area.centre();
        let sufferer = |key: &String| {
            let sufferer = Sufferer {
                since: Monotonic::default(),
                heard: None,
                place: place?,
            };
            Some((key.clone(), sufferer))
        };
        Self {
            suffering: area.tracks.iter().filter_map(sufferer).collect(),
            area: Some(area),
        }
    }

    /// Returns the area, if there is one.
    pub(super) fn area(&self) -> Option<&Area> {
        self.area.as_ref()
    }

    /// Takes a track that turned suspect at its last trusted place; `around` says how many are heard
    /// near a place.
    pub(super) fn suspect(
        &mut self,
        settings: &InterferenceSettings,
        (now, civil): (Moment, Utc),
        (key, place): (&str, LatLon),
        around: impl Fn(LatLon, f64) -> usize,
    ) -> Option<Turn> {
        let known = self.suffering.get(key);
        let sufferer = Sufferer {
            since: known.map_or(now.monotonic, |known| known.since),
            heard: Some(now.monotonic),
            place,
        };
        self.suffering.insert(key.to_owned(), sufferer);
        let radius_m = settings.radius.get();
        if let Some(area) = &mut self.area {
            let is_near = area.distance_m(place).is_some_and(|it| it <= radius_m);
            let is_new = is_near && area.tracks.insert(key.to_owned());
            if is_new {
                area.reach(place);
            }
            return is_new.then(|| Turn::Grew(area.clone()));
        }
        let together: Vec<(&String, LatLon)> = self
            .suffering
            .iter()
            .filter(|(_, other)| {
                now.monotonic.since(other.since) <= settings.window
                    && other.place.distance_m(place) <= radius_m
            })
            .map(|(key, other)| (key, other.place))
            .collect();
        let wanted = usize::try_from(settings.tracks).unwrap_or(usize::MAX);
        let wanted = wanted.min(around(place, radius_m)).max(TRACKS_MIN);
        if together.len() < wanted {
            return None;
        }
        let area = Area::around(civil, &together)?;
        self.area = Some(area.clone());
        Some(Turn::Began(area))
    }

    /// Takes a track that is trusted again.
    pub(super) fn trusted(&mut self, key: &str) -> Option<Turn> {
        self.suffering.remove(key)?;
        self.clear()
    }

    /// Takes note that a track is heard; cheap while nobody suffers.
    pub(super) fn hear(&mut self, key: &str, now: Monotonic) {
        if let Some(sufferer) = self.suffering.get_mut(key) {
            sufferer.heard = Some(now);
        }
    }

    /// Says whether anybody suffers.
    pub(super) fn is_calm(&self) -> bool {
        self.suffering.is_empty() && self.area.is_none()
    }

    /// Leaves out who was not heard for long.
    pub(super) fn handle_timeout(&mut self, now: Monotonic) -> Option<Turn> {
        for sufferer in self.suffering.values_mut() {
            sufferer.heard.get_or_insert(now);
        }
        let is_heard =
            |sufferer: &Sufferer| sufferer.heard.is_none_or(|it| now.since(it) < SILENCE);
        self.suffering.retain(|_, sufferer| is_heard(sufferer));
        self.clear()
    }

    /// Returns when somebody may have been silent for long.
    pub(super) fn next_timeout(&self) -> Option<Monotonic> {
        self.area.as_ref()?;
        let heard = self.suffering.values().filter_map(|it| it.heard).min();
        Some(heard.map_or(Monotonic::default(), |heard| heard.plus(SILENCE)))
    }

    fn clear(&mut self) -> Option<Turn> {
        let area = self.area.as_ref()?;
        if area
            .tracks
            .iter()
            .any(|key| self.suffering.contains_key(key))
        {
            return None;
        }
        self.area.take().map(Turn::Cleared)
    }
}

impl Area {
    /// Returns the middle.
    fn centre(&self) -> Option<LatLon> {
        LatLon::new(self.lat, self.lon).ok()
    }

    /// Says whether a place lies in it.
    pub(super) fn has(&self, place: LatLon) -> bool {
        let distance_m = self.distance_m(place);
        distance_m.is_some_and(|distance_m| distance_m <= self.radius_m)
    }

    fn around(since: Utc, tracks: &[(&String, LatLon)]) -> Option<Self> {
        // Halfway from the middle of those before to the next, by its share.
        let mut places = tracks.iter().map(|(_, place)| *place);
        let first = places.next()?;
        let (centre, _) = places.fold((first, 1.0), |(centre, count), place| {
            let count: f64 = count + 1.0;
            (centre.towards(place, 1.0 / count), count)
        });
        let mut area = Self {
            since,
            lat: centre.lat(),
            lon: centre.lon(),
            radius_m: RADIUS_MIN_M,
            tracks: tracks.iter().map(|(key, _)| (*key).clone()).collect(),
        };
        for (_, place) in tracks {
            area.reach(*place);
        }
        Some(area)
    }

    fn reach(&mut self, place: LatLon) {
        let distance_m = self.distance_m(place).unwrap_or(0.0);
        self.radius_m = self.radius_m.max(distance_m.ceil());
    }

    fn distance_m(&self, place: LatLon) -> Option<f64> {
        Some(self.centre()?.distance_m(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture::place;

    /// Lets tracks turn suspect (a letter) and trusted (its capital), a second each, `.` for a second
    /// and `_` for a minute of nothing, and compares what is told: `!` began, `+` grew, `-` cleared.
    ///
    /// `a` to `d` are 1 km apart, `z` is 80 km away; `heard` tracks are around.
    #[track_caller]
    fn check(heard: usize, events: &str, expected: &str, why: &str) {
        let settings = InterferenceSettings::default();
        let mut airspace = Airspace::default();
        let mut second = 0_u32;
        let mut told = String::new();
        for event in events.chars() {
            second += if event == '_' { 60 } else { 1 };
            let now = Moment {
                monotonic: Monotonic::from_micros(u64::from(second) * 1_000_000),
                ..Moment::default()
            };
            let turn = match event {
                '.' | '_' => airspace.handle_timeout(now.monotonic),
                'a'..='z' => {
                    let east_m = if event == 'z' {
                        80_000.0
                    } else {
                        1_000.0 * f64::from(u32::from(event) - u32::from('a'))
                    };
                    let track = (event.to_string(), place((east_m, 0.0)));
                    let track = (track.0.as_str(), track.1);
                    airspace.suspect(&settings, (now, now.utc), track, |_, _| heard)
                }
                _ => airspace.trusted(&event.to_lowercase().to_string()),
            };
            told.push(match turn {
                None => ' ',
                Some(Turn::Began(_)) => '!',
                Some(Turn::Grew(_)) => '+',
                Some(Turn::Cleared(_)) => '-',
            });
        }
        assert_eq!(told.trim_end(), expected.trim_end(), "{why}");
    }

    #[test]
    fn three_tracks_that_turn_suspect_together_make_an_area() {
        check(5, "abc", "  !", "three of five");
        check(5, "abcdABCD", "  !+   -", "until the last is trusted");
        check(5, "aAbBcC", "", "one after another");
        check(5, "ab__c", "", "not within a minute");
        check(5, "abz", "", "too far away");
        check(5, "aab", "", "one of them twice");
        check(5, "abczABCZ", "  !   - ", "who is far is no part of it");
    }

    #[test]
    fn of_two_both_are_needed_and_one_is_never_enough() {
        check(2, "ab", " !", "two of two");
        check(1, "a", "", "one of one");
        check(3, "ab", "", "two of three");
    }

    #[test]
    fn who_is_silent_for_long_keeps_no_area() {
        check(3, "abc______", "  !    -", "five minutes");
    }

    #[test]
    fn an_area_reaches_as_far_as_its_tracks_and_lies_in_their_middle() {
        let settings = InterferenceSettings::default();
        let mut airspace = Airspace::default();
        let now = (Moment::default(), Utc::default());
        for (key, east_m) in [("a", -9_000.0), ("b", 9_000.0)] {
            airspace.suspect(&settings, now, (key, place((east_m, 0.0))), |_, _| 2);
        }
        let area = airspace.area().unwrap();
        let off_m = area.centre().unwrap().distance_m(place((0.0, 0.0)));
        assert!(off_m < 100.0, "{off_m} m off");
        assert!(
            (8_900.0..9_200.0).contains(&area.radius_m),
            "{}",
            area.radius_m
        );
        assert!(area.has(place((5_000.0, 0.0))) && !area.has(place((0.0, 20_000.0))));
        let restored = Airspace::restored(area.clone());
        assert_eq!(restored.area(), airspace.area());
        assert!(!restored.is_calm());
    }
}
