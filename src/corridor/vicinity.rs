//! How far a place may move before it can matter which corridors it is in or near.

use super::passage::Passage;
use super::probe::Probe;
use super::set::{CorridorSet, Nearby};
use crate::units::{LatLon, Metres};

/// The farthest that is looked for the nearest edge, metres.
const MOST_M: f64 = 50_000.0;

/// The share of a distance that is kept, since measured distances change by a little more than the
/// way: in a plane that is not quite the Earth.
const KEPT: f64 = 0.98;

/// Nearer than this to an edge nothing is remembered, metres.
const LEAST_M: f64 = 0.01;

/// The corridors that a place lies in, and how far around it there is no edge of any.
///
/// Until a place has moved that far, the answers of its set are known without asking: it is inside
/// the same corridors and has touched no edge on a straight way. By default it knows nothing.
#[derive(Clone, Debug, Default)]
pub struct Vicinity {
    /// The set that was asked.
    revision: Option<u64>,
    anchor: Option<Probe>,
    room_m: f64,
    inside: Vec<Nearby>,
}

impl Vicinity {
    /// Says how far from `at` there surely is no edge, metres, if it is in here at all.
    ///
    /// Places and straight ways within one vicinity are all inside the same corridors.
    #[inline]
    #[must_use]
    pub fn room_m(&self, set: &CorridorSet, at: LatLon) -> Option<f64> {
        let anchor = self.anchor.as_ref()?;
        let [east, north] = anchor.flat(at);
        let moved_m = (east * east + north * north).sqrt();
        let left_m = self.room_m - moved_m;
        (0.0 < left_m && self.revision == Some(set.revision())).then_some(left_m)
    }

    /// Returns the corridors that every place in here is inside of, in order, as far from their
    /// edges as there is room.
    pub fn inside(&self, room_m: f64) -> impl Iterator<Item = Nearby> {
        self.inside.iter().map(move |nearby| Nearby {
            corridor: nearby.corridor,
            edge_m: -room_m,
            sight: None,
        })
    }

    /// Returns what any straight way in here passes: the same corridors, from start to end.
    pub fn passages(&self) -> impl Iterator<Item = Passage> {
        self.inside.iter().map(|nearby| Passage {
            corridor: nearby.corridor,
            enter: 0.0,
            leave: 1.0,
        })
    }
}

impl CorridorSet {
    /// Looks how far around `at` there is no edge, up to 50 km.
    ///
    /// Nothing is allocated once `vicinity` has grown to what the place asks for.
    pub fn survey(&self, at: LatLon, vicinity: &mut Vicinity) {
        let probe = Probe::new(at);
        self.near_to(&probe, Metres::ZERO, &mut vicinity.inside);
        let inside = &vicinity.inside;
        let is_known = |corridor| {
            let found = inside.binary_search_by_key(&corridor, |nearby| nearby.corridor);
            found.is_ok()
        };
        let clear_m = self.index.clearance_m(&probe, MOST_M, is_known);
        let depths = inside.iter().map(|nearby| -nearby.edge_m);
        let room_m = depths.fold(clear_m, f64::min);
        vicinity.room_m = probe.at_least_m(room_m * KEPT) - LEAST_M;
        vicinity.anchor = Some(probe);
        vicinity.revision = Some(self.revision());
    }
}
