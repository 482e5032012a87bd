//! Where course and speed lead within a while: straight on, at the present height.

use std::time::Duration;

use geo::{Destination, Geodesic, Point};

use crate::corridor::Passage;
use crate::track::Fix;
use crate::units::LatLon;

/// Slower than this, a course leads nowhere in particular, metres per second.
const SPEED_MIN_MPS: f64 = 3.0;
/// How much farther ahead than its horizon a rule looks: what is approaching stays so while it wavers.
pub(super) const KEPT: f64 = 1.5;

/// The way that a track has ahead of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ahead {
    pub(super) from: LatLon,
    pub(super) to: LatLon,
    span: Duration,
}

/// Where and when a way ahead leads into a corridor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lead {
    pub(super) entry: LatLon,
    pub(super) after: Duration,
    /// Where it leads out again, or ends.
    pub(super) end: LatLon,
}

impl Ahead {
    /// Looks so far ahead of a fix; nowhere without a course, or at less than 3 m/s.
    pub(super) fn of(fix: &Fix, span: Duration) -> Option<Self> {
        let velocity = fix.velocity?;
        let course_deg = velocity.course_deg?;
        if velocity.ground_mps < SPEED_MIN_MPS {
            return None;
        }
        let from = Point::new(fix.position.lon(), fix.position.lat());
        let way_m = velocity.ground_mps * span.as_secs_f64();
        let to = Geodesic.destination(from, course_deg, way_m);
        Some(Self {
            from: fix.position,
            to: LatLon::new(to.y(), to.x()).ok()?,
            span,
        })
    }

    /// Says where and when it leads into what it passes so; not if it begins there.
    pub(super) fn lead(&self, passage: &Passage) -> Option<Lead> {
        (0.0 < passage.enter).then(|| Lead {
            entry: self.from.towards(self.to, passage.enter),
            after: self.span.mul_f64(passage.enter.clamp(0.0, 1.0)),
            end: self.from.towards(self.to, passage.leave),
        })
    }
}

/// Returns how far a track comes at its present speed, metres; nowhere if it could not say where.
pub(super) fn reach_m(fix: &Fix, span: Duration) -> f64 {
    let speed = fix.velocity.map_or(0.0, |velocity| velocity.ground_mps);
    if speed < SPEED_MIN_MPS {
        0.0
    } else {
        speed * span.as_secs_f64()
    }
}
