//! Puts an alert together from a fix, a corridor, a rule and the story of the stay.

use std::time::Duration;

use uuid::Uuid;

use crate::corridor::{CorridorIndex, CorridorSet, Location, Side as LineSide};
use crate::monitor::alert::{
    Alert, Certainty, Clock, CorridorPosition, CrossingDirection, EdgeCrossing, Episode, Event,
    Evidence, ExitReason, Link, Near, Position, RuleName, Track, Unit, Velocity,
};
use crate::monitor::names;
use crate::monitor::rule::Rule;
use crate::monitor::stand::{Crossing, Told};
use crate::track::{Fix, FrameLoss, Heartbeat, TrackId, TrackTime};
use crate::units::{Metres, Utc};

/// Slower than this, the direction of the velocity is noise, metres per second.
const COURSE_SPEED_MIN_MPS: f64 = 1.0;

/// What an alert is made of.
#[derive(Debug)]
pub(super) struct Ingredients<'a> {
    pub(super) unit: &'a str,
    pub(super) corridors: &'a CorridorSet,
    pub(super) corridor: CorridorIndex,
    pub(super) rule: &'a Rule,
    pub(super) track: &'a TrackId,
    pub(super) heartbeat: Option<Heartbeat>,
    pub(super) fix: &'a Fix,
    pub(super) travelled_m: f64,
    pub(super) episode: Episode,
    pub(super) id: Uuid,
}

impl Told {
    /// Names the event.
    pub(super) fn event(&self) -> Event {
        match self {
            Self::Entered { .. } => Event::Entered,
            Self::Dwelling { .. } => Event::Dwelling,
            Self::Crossed { .. } => Event::Crossed,
            Self::Exited { .. } => Event::Exited,
        }
    }

    /// Tells when it happened.
    fn at(&self) -> TrackTime {
        match self {
            Self::Entered { at, .. } | Self::Dwelling { at, .. } | Self::Exited { at, .. } => *at,
            Self::Crossed { exit, .. } => exit.at,
        }
    }
}

impl Ingredients<'_> {
    /// Puts the alert together.
    pub(super) fn compose(&self, told: &Told) -> Alert {
        let fix = self.fix;
        let velocity = fix.velocity_ned_mps.map(velocity);
        let course_deg = velocity.and_then(|velocity| velocity.course_deg);
        let location = self.corridors.locate(self.corridor, fix.position);
        let (entry, exit, inside) = story(told);
        Alert {
            id: self.id,
            event: told.event(),
            severity: self.rule.severity,
            status: self.rule.status,
            episode: self.episode,
            occurred_at: utc_of(fix, told.at()),
            detected_at: fix.received.utc,
            track: self.track(),
            position: position(fix),
            velocity,
            corridor: self.corridor_position(&location),
            place: self
                .corridors
                .place_line(self.corridor, fix.position, course_deg),
            entry: entry.map(|crossing| edge_crossing(fix, &crossing)),
            exit: exit.map(|crossing| edge_crossing(fix, &crossing)),
            inside_seconds: inside.map(|inside| round(inside.as_secs_f64(), 3)),
            travelled_m: inside.map(|_| round(self.travelled_m, 1)),
            direction: direction(told),
            reason: match told {
                Told::Exited { .. } => Some(ExitReason::Left),
                Told::Entered { .. } | Told::Dwelling { .. } | Told::Crossed { .. } => None,
            },
            rule: RuleName {
                name: self.rule.name.clone(),
            },
            certainty: certainty(
                location.edge_m,
                fix.h_acc,
                self.rule.margin.accuracy_assumed,
            ),
            authenticity: fix.authenticity,
            link: Link {
                name: fix.link.to_string(),
                loss_percent: fix.link_loss.map(FrameLoss::percent),
            },
            clock: Clock {
                source: "host".to_owned(),
            },
            unit: Unit {
                name: self.unit.to_owned(),
            },
            evidence: Evidence {
                frames: vec![fix.frame.to_string()],
                boot_ms: fix.boot_ms,
            },
        }
    }

    fn track(&self) -> Track {
        let TrackId::Vehicle { system_id, .. } = self.track;
        Track {
            key: self.track.to_string(),
            kind: self.track.kind().to_owned(),
            system_id: *system_id,
            component_id: self.fix.component_id,
            mav_type: self
                .heartbeat
                .map(|heartbeat| names::mav_type(heartbeat.mav_type)),
            autopilot: self
                .heartbeat
                .map(|heartbeat| names::autopilot(heartbeat.autopilot)),
        }
    }

    fn corridor_position(&self, location: &Location) -> CorridorPosition {
        let corridor = self.corridors.get(self.corridor);
        CorridorPosition {
            id: corridor.id.to_string(),
            name: corridor.name.clone(),
            reference: corridor.reference.clone(),
            country: corridor.country.clone(),
            section: corridor.section.clone(),
            chainage_km: location.chainage_m.map(|metres| round(metres / 1000.0, 3)),
            cross_track_m: location.cross_track_m.map(|metres| round(metres, 1)),
            side: location.side.map(|side| side_name(side).to_owned()),
            edge_m: round(location.edge_m, 1),
            half_width_m: location.half_width.map(Metres::get),
            near: location.near.as_ref().map(|near| Near {
                name: near.name.clone(),
                distance_m: round(near.distance_m, 0),
                bearing_deg: bearing(near.bearing_deg),
            }),
        }
    }
}

fn story(told: &Told) -> (Option<Crossing>, Option<Crossing>, Option<Duration>) {
    match told {
        Told::Entered { entry, .. } => (*entry, None, None),
        Told::Dwelling { entry, inside, .. } => (*entry, None, Some(*inside)),
        Told::Crossed { entry, exit } => (Some(*entry), Some(*exit), Some(exit.at.since(entry.at))),
        Told::Exited {
            entry,
            exit,
            inside,
            ..
        } => (*entry, *exit, Some(*inside)),
    }
}

fn direction(told: &Told) -> Option<CrossingDirection> {
    let Told::Crossed { entry, exit } = told else {
        return None;
    };
    match (entry.side?, exit.side?) {
        (LineSide::Left, LineSide::Right) => Some(CrossingDirection::LeftToRight),
        (LineSide::Right, LineSide::Left) => Some(CrossingDirection::RightToLeft),
        (LineSide::Left, LineSide::Left | LineSide::On)
        | (LineSide::Right, LineSide::Right | LineSide::On)
        | (LineSide::On, LineSide::Left | LineSide::Right | LineSide::On) => None,
    }
}

/// Says how sure a side is: the distance to the edge against the accuracy.
fn certainty(edge_m: f64, h_acc: Option<Metres>, assumed: Metres) -> Certainty {
    let accuracy = h_acc.unwrap_or(assumed).get();
    let edge_m = edge_m.abs();
    if edge_m < accuracy {
        Certainty::Possible
    } else if edge_m < 2.0 * accuracy || h_acc.is_none() {
        Certainty::Likely
    } else {
        Certainty::Observed
    }
}

fn position(fix: &Fix) -> Position {
    Position {
        lat: fix.position.lat(),
        lon: fix.position.lon(),
        alt_msl_m: fix.alt_msl_m,
        alt_above_home_m: fix.alt_above_home_m,
        alt_ellipsoid_m: fix.alt_ellipsoid_m,
        h_acc_m: fix.h_acc.map(Metres::get),
        v_acc_m: fix.v_acc.map(Metres::get),
        fix: fix.fix_type.map(names::fix_type),
        source_message: fix.source_message.to_owned(),
    }
}

fn velocity([north, east, down]: [f64; 3]) -> Velocity {
    let ground_mps = north.hypot(east);
    let course = east.atan2(north).to_degrees();
    Velocity {
        ground_mps: round(ground_mps, 2),
        vertical_mps: round(0.0 - down, 2),
        course_deg: (COURSE_SPEED_MIN_MPS <= ground_mps).then(|| bearing(course)),
    }
}

fn edge_crossing(fix: &Fix, crossing: &Crossing) -> EdgeCrossing {
    EdgeCrossing {
        lat: round(crossing.position.lat(), 7),
        lon: round(crossing.position.lon(), 7),
        at: utc_of(fix, crossing.at),
        side: crossing.side.map(|side| side_name(side).to_owned()),
    }
}

fn side_name(side: LineSide) -> &'static str {
    match side {
        LineSide::Left => "left",
        LineSide::Right => "right",
        LineSide::On => "on",
    }
}

/// Converts an instant of the track's timeline to civil time, by way of a fix that has both.
pub(super) fn utc_of(fix: &Fix, at: TrackTime) -> Utc {
    fix.received.utc.before(fix.at.since(at))
}

/// Rounds a direction to a tenth of a degree, from 0 up to and without 360.
fn bearing(degrees: f64) -> f64 {
    round(degrees, 1).rem_euclid(360.0)
}

/// Rounds to so many decimals; zero has no sign.
fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_weighs_the_edge_against_the_accuracy() {
        let known = |metres| Metres::new(metres).ok();
        let assumed = Metres::from_millimetres(10_000);
        let check = |edge_m, h_acc, expected| {
            assert_eq!(
                certainty(edge_m, h_acc, assumed),
                expected,
                "{edge_m} m, {h_acc:?}"
            );
        };
        check(-4.9, known(5.0), Certainty::Possible);
        check(-5.0, known(5.0), Certainty::Likely);
        check(10.0, known(5.0), Certainty::Observed);
        check(-9.0, None, Certainty::Possible);
        check(-900.0, None, Certainty::Likely);
    }

    #[test]
    fn a_direction_stays_below_360_degrees_and_zero_has_no_sign() {
        let check = |value: f64, expected: &str| assert_eq!(format!("{value:?}"), expected);
        check(bearing(359.96), "0.0");
        check(bearing(-0.04), "0.0");
        check(bearing(-0.1), "359.9");
        check(round(-0.04, 1), "0.0");
        let north_by_west = velocity([20.0, -0.001, 0.0]);
        assert_eq!(north_by_west.course_deg, Some(0.0));
    }

    #[test]
    fn a_hovering_vehicle_has_no_course_and_down_is_not_up() {
        let hovering = velocity([0.3, 0.2, 1.5]);
        assert_eq!(hovering.course_deg, None);
        assert!((hovering.vertical_mps + 1.5).abs() < 1e-9);
        assert_eq!(velocity([0.0, -10.0, 0.0]).course_deg, Some(270.0));
    }
}
