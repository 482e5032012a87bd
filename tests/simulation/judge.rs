//! What must hold of everything that a unit tells, whatever befalls it.
//!
//! 1. Per rule, track and corridor, entered and exited alternate; dwelling stands between them, crossed does not.
//! 2. An episode has one id of its own, and its alerts count from 0 without a gap.
//! 3. No id comes twice.
//! 4. A fix supports each event: the frame that an alert shows was heard, is of that track, lies where the alert says, and on the
//!    side of the edge that the event asks for, beyond the margin; and so do as many others as confirm it.
//! 5. What an alert says of the edge is what a geometry of its own says.
//! 6. A track is lost and regained in turn.
//! 7. Nobody is taken for two, and nobody's place is doubted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use corridord::monitor::alert::{Alert, EdgeCrossing, Episode, Event, ExitReason};
use corridord::monitor::rule::Rule;
use corridord::units::Metres;
use uuid::Uuid;

use super::flight::Flight;
use super::radio::{self, H_ACC_M, Sample};
use super::unit::{Run, START_US, Told};
use super::world::{FLAT_M, Ground, Spot, World};

/// How long before the deciding fix those that confirm it may lie.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(60);

/// What alerts are judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge<'a> {
    pub(crate) world: &'a World,
    pub(crate) rules: &'a [Rule],
    pub(crate) flights: &'a [Flight],
    pub(crate) samples: &'a [Sample],
}

/// Where the story of one rule, track and corridor stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Inside,
}

/// A rule, a track and a corridor.
pub(crate) type Key = (String, String, String);

impl Judge<'_> {
    /// Says the first thing that does not hold of a run.
    pub(crate) fn flaw(&self, run: &Run) -> Option<String> {
        if let Some(flaw) = run.flaws.first() {
            return Some(flaw.clone());
        }
        let mut places: BTreeMap<Key, Place> = BTreeMap::new();
        let mut episodes: BTreeMap<Uuid, (Key, u32)> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        let mut lost = BTreeSet::new();
        for told in &run.told {
            let alert = &told.alert;
            let found = (!ids.insert(alert.id))
                .then(|| "its id came before".to_owned())
                .or_else(|| unwanted(alert))
                .or_else(|| losses(alert, &mut lost))
                .or_else(|| self.order(alert, &mut places))
                .or_else(|| episode(alert, &mut episodes))
                .or_else(|| self.support(told, run));
            if let Some(found) = found {
                return Some(format!("{}: {found}", in_words(told)));
            }
        }
        None
    }

    /// Says what is wrong with the order of the alerts of a rule, a track and a corridor.
    fn order(&self, alert: &Alert, places: &mut BTreeMap<Key, Place>) -> Option<String> {
        stories(alert).into_iter().find_map(|(key, _)| {
            let rule = self.rule(&key.0)?;
            let events = &rule.events;
            let tells_both = events.contains(&Event::Entered) && events.contains(&Event::Exited);
            let place = places.entry(key.clone()).or_default();
            let was = *place;
            let wanted = match was {
                Place::Outside => [Event::Approaching, Event::Entered, Event::Crossed].as_slice(),
                Place::Inside => [Event::Dwelling, Event::Exited].as_slice(),
            };
            if alert.event == Event::Entered {
                *place = Place::Inside;
            } else if alert.event == Event::Exited {
                *place = Place::Outside;
            }
            (tells_both && !wanted.contains(&alert.event)).then(|| format!("{key:?} was {was:?}"))
        })
    }

    /// Says what is wrong with the fixes behind an alert about a corridor.
    fn support(&self, told: &Told, run: &Run) -> Option<String> {
        let alert = &told.alert;
        if !Event::OF_CORRIDORS.contains(&alert.event) {
            return None;
        }
        let corridor = alert.corridor.as_ref()?;
        let (Some(track), Some(position), Some(evidence)) =
            (&alert.track, &alert.position, &alert.evidence)
        else {
            return Some("it shows no fix".to_owned());
        };
        let number = evidence
            .frames
            .last()
            .and_then(|frame| radio::sample_of(frame));
        let heard = &run.heard[..told.heard];
        let heard_as = heard
            .iter()
            .rev()
            .find(|(sample, _)| Some(*sample) == number);
        let Some((number, started)) = heard_as.copied() else {
            return Some("its frame was not heard".to_owned());
        };
        let sample = &self.samples[number];
        if track.key != radio::track_of(sample.vehicle) {
            return Some("its frame is another track's".to_owned());
        }
        let Some(spot) = sample.spot else {
            return Some("its frame is no position".to_owned());
        };
        let off_m = spot.distance_m(Spot::of(position.lat, position.lon));
        if 0.1 < off_m {
            return Some(format!("its frame lies {off_m} m beside it"));
        }
        let ground = self.world.ground(&corridor.id)?;
        let edge_m = ground.edge_m(spot);
        if corridor
            .edge_m
            .is_none_or(|told_m| FLAT_M < (told_m - edge_m).abs())
        {
            return Some(format!(
                "the edge is {edge_m} m away, not {:?}",
                corridor.edge_m
            ));
        }
        let rule = self.rule(&alert.rule.as_ref()?.name)?;
        let height_m = self.flights[sample.vehicle].height_m;
        let is_supported = |spot: Spot| supports(alert, rule, height_m, ground, spot);
        if !is_supported(spot) {
            return Some(format!(
                "a fix {edge_m} m from the edge does not support it"
            ));
        }
        let since = sample.sent.saturating_sub(CONFIRMED_WITHIN);
        let of_this_start = heard.iter().filter(|(_, of)| *of == started);
        let supporters = of_this_start.map(|(number, _)| &self.samples[*number]);
        let supporters = supporters.filter(|other| {
            let is_then = (since..=sample.sent).contains(&other.sent);
            other.vehicle == sample.vehicle && is_then && other.spot.is_some_and(is_supported)
        });
        let times: BTreeSet<Duration> = supporters.map(|other| other.sent).collect();
        let wanted = fixes_wanted(alert.event, rule);
        if times.len() < wanted {
            return Some(format!("{} fixes support it, not {wanted}", times.len()));
        }
        let edges = [("entry", &alert.entry), ("exit", &alert.exit)];
        edges.into_iter().find_map(|(name, edge)| {
            let off_m = edge_off_m(ground, edge.as_ref()?);
            (FLAT_M < off_m).then(|| format!("its {name} lies {off_m} m from the edge"))
        })
    }

    fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }
}

/// Says why nothing like it is to be told at all: every vehicle is honest and alone.
fn unwanted(alert: &Alert) -> Option<String> {
    let never = [
        Event::IdentityConflict,
        Event::PositionSuspect,
        Event::PositionTrusted,
        Event::GnssInterference,
    ];
    never
        .contains(&alert.event)
        .then(|| "every vehicle is honest, and nobody is two".to_owned())
}

/// Says whether a fix at a spot lies on the side that an event asks for, beyond the margin.
///
/// The margin follows the accuracy, which may be unknown for a while: the lesser one counts.
fn supports(alert: &Alert, rule: &Rule, height_m: f64, ground: &Ground, spot: Spot) -> bool {
    let accuracy = Metres::new(H_ACC_M).expect("a length");
    let accuracy = accuracy.min(rule.margin.accuracy_assumed);
    let margin_m = rule.margin.width(Some(accuracy));
    let edge_m = ground.edge_m(spot);
    let inner_m = margin_m.min(ground.depth_m() / 2.0);
    if [Event::Entered, Event::Dwelling].contains(&alert.event) {
        edge_m <= FLAT_M - inner_m && ground.counts_at(height_m)
    } else if alert.event == Event::Approaching {
        -inner_m - FLAT_M <= edge_m && ground.counts_at(height_m)
    } else if alert.event == Event::Crossed {
        margin_m - FLAT_M <= edge_m
    } else {
        alert.reason == Some(ExitReason::Left) && margin_m - FLAT_M <= edge_m
    }
}

/// How many fixes have to lie on the side that an event asks for.
fn fixes_wanted(event: Event, rule: &Rule) -> usize {
    if ![Event::Entered, Event::Crossed, Event::Exited].contains(&event) {
        return 1;
    }
    let by_fixes = rule.confirm.fixes.map(|fixes| fixes as usize);
    let by_span = rule.confirm.span.map(|_| 2);
    by_fixes.into_iter().chain(by_span).min().unwrap_or(1)
}

/// Says what is wrong with the order of the losses of a track.
fn losses(alert: &Alert, lost: &mut BTreeSet<String>) -> Option<String> {
    let key = &alert.track.as_ref()?.key;
    let is_wrong = (alert.event == Event::TrackLost && !lost.insert(key.clone()))
        || (alert.event == Event::TrackRegained && !lost.remove(key));
    is_wrong.then(|| "that was told already".to_owned())
}

/// Says what is wrong with the place of an alert in its episodes.
fn episode(alert: &Alert, episodes: &mut BTreeMap<Uuid, (Key, u32)>) -> Option<String> {
    stories(alert).into_iter().find_map(|(key, episode)| {
        let Some(episode) = episode else {
            return Some("it is of no episode".to_owned());
        };
        let (known, next) = episodes.entry(episode.id).or_insert((key.clone(), 0));
        if *known != key {
            return Some("its episode is another's".to_owned());
        }
        let expected = *next;
        *next = episode.index + 1;
        (episode.index != expected)
            .then(|| format!("{} follows in its episode, not {expected}", episode.index))
    })
}

/// The stories that an alert goes on with: none if it is of no corridor, several if it names others.
pub(crate) fn stories(alert: &Alert) -> Vec<(Key, Option<Episode>)> {
    let (Some(rule), Some(track), Some(corridor)) = (&alert.rule, &alert.track, &alert.corridor)
    else {
        return Vec::new();
    };
    if !Event::OF_CORRIDORS.contains(&alert.event) {
        return Vec::new();
    }
    let key = |corridor: &String| (rule.name.clone(), track.key.clone(), corridor.clone());
    let others = alert.also.iter();
    let others = others.map(|also| (key(&also.id), Some(also.episode)));
    let own = (key(&corridor.id), alert.episode);
    std::iter::once(own).chain(others).collect()
}

fn edge_off_m(ground: &Ground, edge: &EdgeCrossing) -> f64 {
    ground.edge_m(Spot::of(edge.lat, edge.lon)).abs()
}

/// An alert in a few words.
pub(crate) fn in_words(told: &Told) -> String {
    let alert = &told.alert;
    let since = |us: i64| Duration::from_micros(u64::try_from(us - START_US).unwrap_or(0));
    format!(
        "{} of {} in {:?} at {:.1} s, told at {:.1} s",
        alert.event,
        alert.subject(),
        alert.corridor.as_ref().map(|corridor| &corridor.id),
        since(alert.occurred_at.as_micros()).as_secs_f64(),
        told.at.as_secs_f64()
    )
}
