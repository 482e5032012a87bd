//! Puts an alert together from a fix, a corridor, a rule and the story of the stay.

use std::time::Duration;

use uuid::Uuid;

use crate::corridor::{
    Band, Corridor, CorridorIndex, CorridorSet, Level, Location, Side as LineSide, mgrs,
};
use crate::monitor::alert::{
    self, Alert, Certainty, ConflictSender, CorridorPosition, CrossingDirection, EdgeCrossing,
    Episode, Event, Evidence, ExitReason, Link, Near, Position, RuleName, Track, Velocity,
};
use crate::monitor::names;
use crate::monitor::rule::{Circumstances, Rule, Who};
use crate::monitor::stand::{Crossing, Told};
use crate::monitor::timekeeper::CivilTime;
use crate::monitor::voice::Profile;
use crate::monitor::voices::{Conflict, SenderNote};
use crate::track::{self, Fix, FrameLoss, Text, TrackId, TrackTime, Whom};
use crate::units::{LatLon, Metres};

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
    pub(super) profile: &'a Profile,
    /// What the unit calls it.
    pub(super) callsign: Option<&'a str>,
    pub(super) fix: &'a Fix,
    pub(super) civil: CivilTime,
    pub(super) travelled_m: f64,
    pub(super) episode: Episode,
    pub(super) id: Uuid,
}

impl Told {
    /// Names the event.
    pub(super) fn event(&self) -> Event {
        match self {
            Self::Approaching { .. } => Event::Approaching,
            Self::Entered { .. } => Event::Entered,
            Self::Dwelling { .. } => Event::Dwelling,
            Self::Crossed { .. } => Event::Crossed,
            Self::Exited { .. } => Event::Exited,
        }
    }

    /// What has to be the same of two corridors for one alert to tell of both.
    pub(super) fn kind(&self) -> (Event, Option<ExitReason>) {
        (self.event(), self.reason())
    }

    fn reason(&self) -> Option<ExitReason> {
        match self {
            Self::Exited { reason, .. } => Some(*reason),
            Self::Approaching { .. }
            | Self::Entered { .. }
            | Self::Dwelling { .. }
            | Self::Crossed { .. } => None,
        }
    }

    /// Tells when it happened.
    fn at(&self) -> TrackTime {
        match self {
            Self::Approaching { at, .. }
            | Self::Entered { at, .. }
            | Self::Dwelling { at, .. }
            | Self::Exited { at, .. } => *at,
            Self::Crossed { exit, .. } => exit.at,
        }
    }
}

impl Ingredients<'_> {
    /// Puts the alert together.
    pub(super) fn compose(&self, told: &Told) -> Alert {
        let fix = self.fix;
        let velocity = fix.velocity.map(velocity);
        let course_deg = velocity.and_then(|velocity| velocity.course_deg);
        let location = self.corridors.locate(self.corridor, fix.position);
        let (entry, exit, inside) = story(told);
        let heading = course_deg.and_then(|course_deg| location.heading(course_deg));
        let certainty = self.certainty(told, location.edge_m);
        let key = self.track.to_string();
        let profile_callsign = self.profile.callsign.as_ref().map(Text::as_str);
        let circumstances = Circumstances {
            event: told.event(),
            corridor: self.corridors.get(self.corridor),
            who: Who {
                key: &key,
                kind: self.track.whom.kind(),
                callsign: self.callsign.or(profile_callsign),
                authenticity: fix.authenticity,
            },
            certainty,
            heading: heading.map(|heading| heading.way),
            at: self.civil.at(fix, told.at()),
        };
        Alert {
            severity: self.rule.severity_of(&circumstances),
            status: self.rule.status,
            episode: Some(self.episode),
            detected_at: self.civil.of(fix.received),
            track: Some(track_of(self.track, self.profile, self.callsign, fix)),
            position: Some(position(fix)),
            velocity,
            corridor: Some(corridor_position(
                self.corridors,
                self.corridor,
                &location,
                fix,
                course_deg,
            )),
            place: Some(
                self.corridors
                    .place_line(self.corridor, fix.position, course_deg),
            ),
            entry: entry.map(|crossing| self.edge_crossing(&crossing)),
            exit: exit.map(|crossing| self.edge_crossing(&crossing)),
            inside_seconds: inside.map(|inside| round(inside.as_secs_f64(), 3)),
            travelled_m: inside.map(|_| round(self.travelled_m, 1)),
            direction: direction(told),
            reason: told.reason(),
            approach: approach(told),
            rule: Some(self.rule_name()),
            certainty: Some(certainty),
            accuracy_assumed_m: match fix.h_acc {
                Some(_) => None,
                None => Some(self.rule.margin.accuracy_assumed.get()),
            },
            authenticity: Some(fix.authenticity),
            link: Some(link_of(fix)),
            evidence: Some(evidence_of(fix)),
            ..self.bare(told)
        }
    }

    /// Names the rule, and says how the height lies to a band of its own.
    fn rule_name(&self) -> RuleName {
        let band = self.rule.band.as_ref();
        RuleName {
            altitude: band.map(Band::to_string),
            height: band.map(|band| height_word(band, self.fix).to_owned()),
            ..RuleName::of(&self.rule.name)
        }
    }

    fn bare(&self, told: &Told) -> Alert {
        let at = self.civil.at(self.fix, told.at());
        Alert::bare(self.id, told.event(), at, self.civil.clock, self.unit)
    }

    /// Says how sure it is: outside by the edge that was left, inside by every edge.
    fn certainty(&self, told: &Told, edge_m: f64) -> Certainty {
        let (fix, assumed) = (self.fix, self.rule.margin.accuracy_assumed);
        let outline = certainty(edge_m, fix, assumed);
        let bands = [self.corridors.get(self.corridor).band, self.rule.band];
        let heights = bands.iter().flatten();
        let heights = heights.map(|band| match band.level(&fix.heights) {
            Level::Compared { edge_m, .. } => weigh(edge_m, fix.v_acc, assumed),
            Level::NotCompared => Certainty::Possible,
        });
        let height = heights.min();
        match told {
            Told::Exited {
                reason: ExitReason::Above | ExitReason::Below,
                ..
            } if !fix.is_interfered => height.unwrap_or(outline),
            Told::Exited { .. } => outline,
            // Where a course leads is no more than likely.
            Told::Approaching { .. } => outline.min(Certainty::Likely),
            Told::Entered { .. } | Told::Dwelling { .. } | Told::Crossed { .. } => {
                height.map_or(outline, |height| height.min(outline))
            }
        }
    }

    fn edge_crossing(&self, crossing: &Crossing) -> EdgeCrossing {
        EdgeCrossing {
            lat: round(crossing.position.lat(), 7),
            lon: round(crossing.position.lon(), 7),
            at: self.civil.at(self.fix, crossing.at),
            side: crossing.side.map(|side| side_name(side).to_owned()),
        }
    }
}

/// Says where a fix lies to a corridor, and in one line how to drive there.
pub(super) fn place_in(
    corridors: &CorridorSet,
    corridor: CorridorIndex,
    fix: &Fix,
) -> (CorridorPosition, String) {
    let velocity = fix.velocity.map(velocity);
    let course_deg = velocity.and_then(|velocity| velocity.course_deg);
    let location = corridors.locate(corridor, fix.position);
    let position = corridor_position(corridors, corridor, &location, fix, course_deg);
    let place = corridors.place_line(corridor, fix.position, course_deg);
    (position, place)
}

fn corridor_position(
    corridors: &CorridorSet,
    corridor: CorridorIndex,
    location: &Location,
    fix: &Fix,
    course_deg: Option<f64>,
) -> CorridorPosition {
    let heading = course_deg.and_then(|course_deg| location.heading(course_deg));
    let near = corridors.nearest_place(fix.position);
    let corridor = corridors.get(corridor);
    CorridorPosition {
        chainage_km: location.chainage_m.map(|metres| round(metres / 1000.0, 3)),
        cross_track_m: location.cross_track_m.map(|metres| round(metres, 1)),
        side: location.side.map(|side| side_name(side).to_owned()),
        heading_along: heading.map(|heading| heading.way.as_str().to_owned()),
        heading_off_deg: heading.map(|heading| round(heading.off_deg, 1)),
        edge_m: Some(round(location.edge_m, 1)),
        height: corridor
            .band
            .as_ref()
            .map(|band| height_word(band, fix).to_owned()),
        half_width_m: location.half_width.map(Metres::get),
        near: near.map(|near| Near {
            name: near.name,
            distance_m: round(near.distance_m, 0),
            bearing_deg: bearing(near.bearing_deg),
        }),
        ..corridor_alone(corridor)
    }
}

/// Describes a corridor that nobody is told to be in.
pub(super) fn corridor_alone(corridor: &Corridor) -> CorridorPosition {
    let band = corridor.band.as_ref();
    CorridorPosition {
        id: corridor.id.to_string(),
        name: corridor.name.clone(),
        reference: corridor.reference.clone(),
        country: corridor.country.clone(),
        countries: corridor.countries.clone(),
        section: corridor.section.clone(),
        chainage_km: None,
        cross_track_m: None,
        side: None,
        heading_along: None,
        heading_off_deg: None,
        edge_m: None,
        altitude_min_m: band.and_then(Band::min_m),
        altitude_max_m: band.and_then(Band::max_m),
        altitude_datum: band.map(|band| band.datum().as_str().to_owned()),
        height: None,
        half_width_m: None,
        source: corridor.source.clone(),
        certainty: corridor.certainty.clone(),
        near: None,
    }
}

/// Tells of two senders that use one identity, with the fix that was taken last.
pub(super) fn conflict(
    id: Uuid,
    unit: &str,
    (track, profile, callsign): (&TrackId, &Profile, Option<&str>),
    (fix, civil): (&Fix, CivilTime),
    found: &Conflict,
) -> Alert {
    let sender = |note: &SenderNote| {
        let track = TrackId {
            whom: track.whom.clone(),
            voice: note.voice,
        };
        let address = note.path.as_ref().and_then(|path| path.address);
        ConflictSender {
            track: track.to_string(),
            link: note.path.as_ref().map(|path| path.link.to_string()),
            address: address.map(|address| address.to_string()),
            lat: note.position.map(LatLon::lat),
            lon: note.position.map(LatLon::lon),
            hardware_id: note.hardware.map(|hardware| hardware.to_string()),
        }
    };
    Alert {
        conflict: Some(alert::Conflict {
            evidence: found.evidence.name().to_owned(),
            senders: found.senders.iter().map(sender).collect(),
        }),
        ..of_track(
            id,
            Event::IdentityConflict,
            unit,
            (track, profile, callsign),
            (fix, civil),
        )
    }
}

/// Begins an alert about a track as such, with the fix that was taken last.
pub(super) fn of_track(
    id: Uuid,
    event: Event,
    unit: &str,
    (track, profile, callsign): (&TrackId, &Profile, Option<&str>),
    (fix, civil): (&Fix, CivilTime),
) -> Alert {
    Alert {
        track: Some(track_of(track, profile, callsign, fix)),
        position: Some(position(fix)),
        velocity: fix.velocity.map(velocity),
        authenticity: Some(fix.authenticity),
        link: Some(link_of(fix)),
        evidence: Some(evidence_of(fix)),
        ..Alert::bare(id, event, civil.of(fix.received), civil.clock, unit)
    }
}

fn track_of(track: &TrackId, profile: &Profile, callsign: Option<&str>, fix: &Fix) -> Track {
    let (system_id, component_id, icao) = match &track.whom {
        Whom::Vehicle { system_id, .. } => (Some(*system_id), Some(fix.component_id), None),
        Whom::CameraImage(camera) | Whom::CameraTarget(camera) => {
            (Some(camera.system_id), Some(fix.component_id), None)
        }
        Whom::Aircraft { icao } => (None, None, Some(format!("{icao:06x}"))),
        Whom::Vessel { .. } | Whom::RemoteId { .. } => (None, None, None),
    };
    let text = |text: Option<Text<20>>| text.map(|text| text.to_string());
    let told = || profile.callsign.map(|callsign| callsign.to_string());
    let heartbeat = profile.heartbeat;
    Track {
        key: track.to_string(),
        kind: track.whom.kind().name().to_owned(),
        system_id,
        component_id,
        callsign: callsign.map(str::to_owned).or_else(told),
        icao,
        remote_id: text(profile.remote_id),
        operator_id: text(profile.operator_id),
        loss_percent: fix.sender_loss.map(FrameLoss::percent),
        mav_type: heartbeat.map(|heartbeat| names::mav_type(heartbeat.mav_type)),
        autopilot: heartbeat.map(|heartbeat| names::autopilot(heartbeat.autopilot)),
    }
}

fn link_of(fix: &Fix) -> Link {
    Link {
        name: fix.link.to_string(),
        loss_percent: fix.link_loss.map(FrameLoss::percent),
    }
}

fn evidence_of(fix: &Fix) -> Evidence {
    Evidence {
        frames: vec![fix.frame.to_string()],
        boot_ms: fix.boot_ms,
    }
}

fn story(told: &Told) -> (Option<Crossing>, Option<Crossing>, Option<Duration>) {
    match told {
        Told::Approaching { .. } => (None, None, None),
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

fn approach(told: &Told) -> Option<alert::Approach> {
    let Told::Approaching { lead, .. } = told else {
        return None;
    };
    Some(alert::Approach {
        seconds_to_entry: round(lead.after.as_secs_f64(), 1),
        lat: round(lead.entry.lat(), 7),
        lon: round(lead.entry.lon(), 7),
    })
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
///
/// What a receiver says that is jammed or spoofed is possible at the most.
pub(super) fn certainty(edge_m: f64, fix: &Fix, assumed: Metres) -> Certainty {
    if fix.is_interfered {
        return Certainty::Possible;
    }
    weigh(edge_m, fix.accuracy(), assumed)
}

fn weigh(edge_m: f64, h_acc: Option<Metres>, assumed: Metres) -> Certainty {
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
        mgrs: mgrs(fix.position),
        alt_msl_m: fix.heights.msl_m,
        alt_above_home_m: fix.heights.above_home_m,
        alt_above_ground_m: fix.heights.above_ground_m,
        alt_ellipsoid_m: fix.heights.ellipsoid_m,
        alt_pressure_m: fix.heights.pressure_m,
        h_acc_m: fix.h_acc.map(Metres::get),
        v_acc_m: fix.v_acc.map(Metres::get),
        fix: fix.fix_type.map(names::fix_type),
        source_message: fix.source_message.to_owned(),
        age_ms: fix.age.and_then(|age| u64::try_from(age.as_millis()).ok()),
    }
}

fn velocity(velocity: track::Velocity) -> Velocity {
    let is_moving = COURSE_SPEED_MIN_MPS <= velocity.ground_mps;
    Velocity {
        ground_mps: round(velocity.ground_mps, 2),
        vertical_mps: velocity.up_mps.map(|up_mps| round(up_mps, 2)),
        course_deg: velocity.course_deg.filter(|_| is_moving).map(bearing),
    }
}

/// Says how a height lies to a band, as alerts do.
fn height_word(band: &Band, fix: &Fix) -> &'static str {
    match band.level(&fix.heights) {
        Level::Compared { edge_m, .. } if edge_m <= 0.0 => "within",
        Level::Compared { is_upper: true, .. } => "above",
        Level::Compared {
            is_upper: false, ..
        } => "below",
        Level::NotCompared => "not-compared",
    }
}

fn side_name(side: LineSide) -> &'static str {
    match side {
        LineSide::Left => "left",
        LineSide::Right => "right",
        LineSide::On => "on",
    }
}

/// Rounds a direction to a tenth of a degree, from 0 up to and without 360.
fn bearing(degrees: f64) -> f64 {
    round(degrees, 1).rem_euclid(360.0)
}

/// Rounds to so many decimals; zero has no sign.
pub(super) fn round(value: f64, digits: i32) -> f64 {
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
                weigh(edge_m, h_acc, assumed),
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
        let north_by_west = ned(20.0, -0.001, 0.0);
        assert_eq!(north_by_west.course_deg, Some(0.0));
    }

    #[test]
    fn a_hovering_vehicle_has_no_course_and_down_is_not_up() {
        let hovering = ned(0.3, 0.2, 1.5);
        assert_eq!(hovering.course_deg, None);
        assert_eq!(hovering.vertical_mps, Some(-1.5));
        assert_eq!(ned(0.0, -10.0, 0.0).course_deg, Some(270.0));
    }

    fn ned(north: f64, east: f64, down: f64) -> Velocity {
        velocity(track::Velocity::from_ned(north, east, Some(down)))
    }
}
