//! One fix against one corridor under one rule, with the way that led there and the way ahead.

use std::time::Duration;

use crate::corridor::{CorridorIndex, CorridorSet};
use crate::monitor::approach::{self, Lead};
use crate::monitor::presence::Presence;
use crate::monitor::rule::Rule;
use crate::monitor::stand::Crossing;
use crate::monitor::standing::{Place, Side};
use crate::track::{Fix, TrackTime};
use crate::units::LatLon;

/// Parts of a way through at whose joints its depth is measured.
const DEPTH_SAMPLES: u32 = 16;

/// One fix against one corridor.
#[derive(Clone, Copy, Debug)]
pub(in crate::monitor) struct Step<'a> {
    pub(in crate::monitor) corridors: &'a CorridorSet,
    pub(in crate::monitor) corridor: CorridorIndex,
    pub(in crate::monitor) rule: &'a Rule,
    pub(in crate::monitor) fix: &'a Fix,
    /// The fix before, if the way between the two may be taken for flown.
    pub(in crate::monitor) before: Option<&'a Fix>,
    /// What the track had flown at the fix, metres.
    pub(in crate::monitor) odometer_m: f64,
    /// Signed distance of the fix to the edge, metres; infinite if beyond every margin.
    pub(in crate::monitor) edge_m: f64,
    /// Whether the corridor counts at the height and the time of the fix.
    pub(in crate::monitor) presence: Presence,
    /// Whether it counted at those of the fix before.
    pub(in crate::monitor) counted: bool,
    /// First entry and last exit of the way, as fractions of it, if it touches the corridor.
    pub(in crate::monitor) passage: Option<(f64, f64)>,
    /// Where the way ahead leads in, if it does so within the horizon of any rule.
    pub(in crate::monitor) lead: Option<Lead>,
}

impl Step<'_> {
    /// How far inside the edge a fix must be: a corridor that is narrower than the margin must still
    /// have an inside.
    pub(super) fn inner_m(&self) -> f64 {
        let depth = self.corridors.get(self.corridor).depth().get();
        self.rule.margin.width(self.fix.accuracy()).min(depth / 2.0)
    }

    /// How far outside the edge a fix must be.
    pub(super) fn outer_m(&self) -> f64 {
        self.rule.exit_margin().width(self.fix.accuracy())
    }

    /// The length of the way that led here, metres.
    pub(super) fn length_m(&self) -> f64 {
        let position = self.fix.position;
        self.before
            .map_or(0.0, |before| before.position.step_m(position))
    }

    /// Says where a track would come in that stands outside, if that is within the rule's horizon.
    ///
    /// The way has to lead as deep as counts for inside: a course that wavers along an edge leads
    /// across it all the time. What is approaching already stays so a little longer.
    pub(super) fn leads_in(&self, place: Place) -> Option<Lead> {
        let (lead, horizon) = (self.lead?, self.rule.horizon?);
        if self.presence.side(self.rule, self.fix.v_acc) != Side::Inside {
            return None;
        }
        let leads = match place {
            Place::Approaching(_) => lead.after <= horizon.mul_f64(approach::KEPT),
            Place::Outside | Place::Nearing(_) | Place::Entering(_) => {
                lead.after <= horizon && self.leads_deep(lead.entry, lead.end)
            }
            // Who is inside as far as is confirmed leads nowhere but out.
            Place::Inside(_) | Place::Leaving(_, _) => false,
        };
        leads.then_some(lead)
    }

    /// Says whether the straight way between two places leads well inside somewhere.
    ///
    /// A bend or a hole may keep the middle of the way outside.
    pub(super) fn leads_deep(&self, from: LatLon, to: LatLon) -> bool {
        let inner_m = self.inner_m();
        (1..DEPTH_SAMPLES).any(|nth| {
            let at = from.towards(to, f64::from(nth) / f64::from(DEPTH_SAMPLES));
            self.corridors.edge_distance_m(self.corridor, at) <= -inner_m
        })
    }

    /// Says where and when the way crossed the edge, by a fraction of it.
    pub(super) fn crossing(&self, before: &Fix, fraction: f64) -> Crossing {
        let position = before.position.towards(self.fix.position, fraction);
        let span: Duration = self
            .fix
            .at
            .since(before.at)
            .mul_f64(fraction.clamp(0.0, 1.0));
        let micros = i64::try_from(span.as_micros()).unwrap_or(0);
        Crossing {
            position,
            at: TrackTime::from_micros(before.at.as_micros().saturating_add(micros)),
            side: self.corridors.edge_side(self.corridor, position),
        }
    }
}
