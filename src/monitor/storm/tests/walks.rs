//! Anything may happen: what comes in goes out once, and a restart changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::stage::{Stage, rate};
use super::{TRACK, interference};
use crate::monitor::alert::{Alert, Event, Severity};
use crate::monitor::storm::fixture::{alert, of_episode};
use crate::monitor::storm::inhibition::INHIBITION_MAX;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// A track goes in or out of the corridor, whichever is next.
    Moves { track: u8, severity: Severity },
    /// A track is lost, or heard again.
    Fades { track: u8 },
    /// Interference around the first track begins, or clears.
    Jams,
    /// The first track is silenced, or not any more.
    Silences,
    /// So many seconds pass.
    Waits { seconds: u16 },
    /// The program is killed and starts again, at once.
    Restarts,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let severity = prop_oneof![
        8 => Just(Severity::Major),
        1 => Just(Severity::Critical),
    ];
    let act = prop_oneof![
        12 => (0_u8..9, severity).prop_map(|(track, severity)| Act::Moves { track, severity }),
        2 => (0_u8..9).prop_map(|track| Act::Fades { track }),
        1 => Just(Act::Jams),
        1 => Just(Act::Silences),
        3 => (0_u16..50).prop_map(|seconds| Act::Waits { seconds }),
        1 => Just(Act::Restarts),
    ];
    prop::collection::vec(act, 0..160)
}

/// Plays `acts` to the end of every wait and returns the stage, with all that went in.
fn play(acts: &[Act], restarts: bool) -> (Stage, Vec<Alert>) {
    let mut stage = Stage::new(rate(3));
    let mut alerts = Vec::new();
    let mut inside: BTreeMap<u8, u128> = BTreeMap::new();
    let mut lost: BTreeSet<u8> = BTreeSet::new();
    let (mut jammed, mut silenced, mut number) = (false, false, 0);
    for act in acts {
        number += 1;
        let tell = |event, track: u8, stage: &Stage| {
            alert(
                event,
                &format!("vehicle:alpha/{}", track + 1),
                number,
                stage.utc(),
            )
        };
        let told = match *act {
            Act::Moves { track, severity } => {
                let (event, story) = match inside.remove(&track) {
                    Some(story) => (Event::Exited, story),
                    None => (Event::Entered, u128::from(number)),
                };
                if event == Event::Entered {
                    inside.insert(track, story);
                }
                let alert = of_episode(tell(event, track, &stage), story);
                Some(Alert { severity, ..alert })
            }
            Act::Fades { track } => {
                let event = if lost.remove(&track) {
                    Event::TrackRegained
                } else {
                    lost.insert(track);
                    Event::TrackLost
                };
                Some(tell(event, track, &stage))
            }
            Act::Jams => {
                jammed = !jammed;
                Some(interference(number, !jammed, &stage))
            }
            Act::Silences => {
                silenced = !silenced
                    && stage
                        .storm()
                        .silences()
                        .all()
                        .iter()
                        .all(|it| it.over_at() <= stage.utc());
                if silenced {
                    stage.silence(TRACK);
                }
                None
            }
            Act::Waits { seconds } => {
                stage.wait(Duration::from_secs(u64::from(seconds)));
                None
            }
            Act::Restarts => {
                if restarts {
                    stage.restart(Duration::ZERO);
                }
                None
            }
        };
        if let Some(alert) = told {
            alerts.push(alert.clone());
            stage.pass(alert);
        }
    }
    stage.wait(2 * INHIBITION_MAX);
    (stage, alerts)
}

proptest! {
    #[test]
    fn what_comes_in_goes_out_once(acts in acts()) {
        let (stage, alerts) = play(&acts, true);
        let mut held = BTreeMap::new();
        let mut passed = BTreeSet::new();
        for decision in &stage.out {
            match (&decision.alert, &decision.held) {
                (Some(alert), Some(by)) => {
                    prop_assert_ne!(alert.severity, Severity::Critical, "{}", &by.by);
                    prop_assert!(held.insert(alert.id, by.by.clone()).is_none());
                }
                (Some(alert), None) => {
                    prop_assert!(passed.insert(alert.id), "{} twice", alert.id);
                }
                (None, _) => {}
            }
        }
        let came: BTreeSet<Uuid> = alerts.iter().map(|alert| alert.id).collect();
        for id in &came {
            prop_assert!(passed.contains(id) != held.contains_key(id), "{}", id);
        }

        let silenced = held.values().filter(|by| by.starts_with("silence")).count();
        let by_silences: u64 = stage.storm().silences().all().iter().map(|it| it.held).sum();
        prop_assert_eq!(silenced as u64, by_silences);

        let summaries = stage.summaries();
        let counted: u64 = summaries.iter().map(|(_, it)| u64::from(it.count)).sum();
        let released: Vec<Uuid> = stage.out.iter().flat_map(|it| &it.releases).map(|it| it.alert).collect();
        prop_assert_eq!(held.len() as u64, counted + released.len() as u64 + by_silences);

        let mut listed = BTreeSet::new();
        let lines = summaries.iter().flat_map(|(_, it)| &it.alerts).map(|line| line.id);
        for id in lines.chain(released) {
            prop_assert!(listed.insert(id), "{} twice", id);
            prop_assert!(held.contains_key(&id), "{} was not held", id);
        }
        let ends = alerts.iter().filter(|it| it.event == Event::Exited);
        for end in ends.filter(|it| held.contains_key(&it.id)) {
            let began = alerts.iter().find(|it| it.event == Event::Entered && it.episode == end.episode);
            let was_told = began.is_some_and(|began| passed.contains(&began.id));
            let by = &held[&end.id];
            let is_silenced = by.starts_with("silence");
            prop_assert!(!was_told || is_silenced || listed.contains(&end.id), "{}", end.id);
        }
    }

    #[test]
    fn a_restart_changes_nothing(acts in acts()) {
        let (with, _) = play(&acts, true);
        let (without, _) = play(&acts, false);
        prop_assert_eq!(told(&with), told(&without));
    }
}

/// Returns all that leaves the program, without what it keeps to itself.
fn told(stage: &Stage) -> Vec<(Option<Alert>, Option<String>, Vec<Uuid>)> {
    let speaks = stage
        .out
        .iter()
        .filter(|it| it.alert.is_some() || !it.releases.is_empty());
    let words = speaks.map(|it| {
        let by = it.held.as_ref().map(|held| held.by.clone());
        (
            it.alert.clone(),
            by,
            it.releases.iter().map(|it| it.alert).collect(),
        )
    });
    words.collect()
}
