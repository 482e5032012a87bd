//! All corridors together, and which of them are near a place.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use thiserror::Error;

use super::chain::From;
use super::description::{Corridor, CorridorId, Place};
use super::distance::settle;
use super::index::Index;
use super::places::Places;
use super::probe::Probe;
use super::revision;
use super::shape::Shape;
use super::sight::Sight;
use crate::units::{LatLon, Metres};

/// The corridors that are watched and the places that positions are told from.
///
/// Immutable: a new set replaces the old one whole.
#[derive(Debug)]
pub struct CorridorSet {
    corridors: Vec<Corridor>,
    pub(super) places: Places,
    by_id: HashMap<CorridorId, CorridorIndex>,
    pub(super) index: Index,
    revision: u64,
}

/// A corridor's number within its set; of another set it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorridorIndex(usize);

impl CorridorIndex {
    pub(super) const fn get(self) -> usize {
        self.0
    }
}

/// Two corridors that cannot be told apart.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("two corridors have the id \"{id}\"")]
pub struct DuplicateId {
    /// The id that both have.
    pub id: CorridorId,
}

/// A corridor near a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearby {
    /// Which one.
    pub corridor: CorridorIndex,
    /// The signed distance to its edge, metres: negative inside, 0 on the edge.
    pub edge_m: f64,
    /// From where to where the edge was measured; absent if it was not, but is known to be no nearer.
    pub(super) sight: Option<Sight>,
}

impl Nearby {
    /// Returns the number of the segment that the edge was measured from, the greatest if there is none.
    fn segment(&self) -> usize {
        self.sight.map_or(usize::MAX, |sight| sight.footing.nth)
    }
}

/// What a set holds, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Corridors of any shape.
    pub corridors: usize,
    /// Corridors along a line.
    pub lines: usize,
    /// Corridors that are areas or discs.
    pub areas: usize,
    /// Named places.
    pub places: usize,
    /// Edges, of lines and of areas.
    pub segments: usize,
    /// The length of all centrelines, kilometres.
    pub length_km: f64,
}

impl CorridorSet {
    /// Indexes corridors; they keep their order.
    ///
    /// # Errors
    ///
    /// Names the first id that two corridors share.
    pub fn new(corridors: Vec<Corridor>, places: Vec<Place>) -> Result<Self, DuplicateId> {
        let mut by_id = HashMap::with_capacity(corridors.len());
        for (nth, corridor) in corridors.iter().enumerate() {
            match by_id.entry(corridor.id.clone()) {
                Entry::Vacant(free) => free.insert(CorridorIndex(nth)),
                Entry::Occupied(taken) => {
                    return Err(DuplicateId {
                        id: taken.key().clone(),
                    });
                }
            };
        }
        let index = Index::new(indexed(&corridors).map(|(nth, corridor)| (nth, &corridor.shape)));
        Ok(Self {
            revision: revision::of(&corridors),
            corridors,
            places: Places::new(places),
            by_id,
            index,
        })
    }

    /// Returns a number that is the same for sets of the same shapes in the same order.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns how many corridors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.corridors.len()
    }

    /// Says whether there is no corridor.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.corridors.is_empty()
    }

    /// Returns every corridor with its index, in order.
    pub fn iter(&self) -> impl Iterator<Item = (CorridorIndex, &Corridor)> {
        indexed(&self.corridors)
    }

    /// Returns a corridor.
    ///
    /// # Panics
    ///
    /// If the index comes from a larger set.
    #[must_use]
    pub fn get(&self, corridor: CorridorIndex) -> &Corridor {
        &self.corridors[corridor.0]
    }

    /// Finds a corridor by its id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<CorridorIndex> {
        self.by_id.get(id).copied()
    }

    /// Measures the signed distance from `at` to the edge of a corridor, metres.
    ///
    /// Negative inside, 0 on the edge.
    #[must_use]
    pub fn edge_distance_m(&self, corridor: CorridorIndex, at: LatLon) -> f64 {
        self.measure(corridor, at).edge_m
    }

    /// Measures to a corridor, however far away it is.
    #[must_use]
    pub fn measure(&self, corridor: CorridorIndex, at: LatLon) -> Nearby {
        self.nearby(corridor, &Probe::new(at))
    }

    fn nearby(&self, corridor: CorridorIndex, probe: &Probe) -> Nearby {
        let nearest = self.index.nearest(corridor, probe, From::Edge);
        Nearby {
            corridor,
            edge_m: self.signed_m(corridor, probe, nearest.metres),
            sight: nearest.sight(probe),
        }
    }

    /// Turns the least of the distances to its segments into the signed distance to the edge.
    ///
    /// The strip of a line is the union of those of its segments. An area has an inside that is
    /// near none of its edges.
    fn signed_m(&self, corridor: CorridorIndex, probe: &Probe, nearest_m: f64) -> f64 {
        settle(match &self.get(corridor).shape {
            Shape::Area(_) if self.index.encloses(corridor, probe.at) => -nearest_m,
            Shape::Line(_) | Shape::Area(_) | Shape::Disc(_) => nearest_m,
        })
    }

    /// Finds all corridors whose edge is at most `radius` away, and those that `at` is inside.
    ///
    /// `found` is cleared first; it comes in the order of the corridors. Nothing is allocated
    /// once `found` has grown to what the place asks for.
    pub fn near(&self, at: LatLon, radius: Metres, found: &mut Vec<Nearby>) {
        self.near_to(&Probe::new(at), radius, found);
    }

    /// Does the same for a place that is prepared to be measured from.
    pub(super) fn near_to(&self, probe: &Probe, radius: Metres, found: &mut Vec<Nearby>) {
        found.clear();
        let radius_m = radius.get();
        self.index.around(probe, radius_m, |corridor, nearest| {
            found.push(Nearby {
                corridor,
                edge_m: nearest.metres,
                sight: nearest.sight(probe),
            });
        });
        found.sort_unstable_by(|a, b| {
            (a.corridor.cmp(&b.corridor))
                .then(a.edge_m.total_cmp(&b.edge_m))
                .then_with(|| a.segment().cmp(&b.segment()))
        });
        found.dedup_by_key(|nearby| nearby.corridor);
        found.retain_mut(|nearby| {
            nearby.edge_m = self.signed_m(nearby.corridor, probe, nearby.edge_m);
            // Inside an area and farther from its edges than anybody looked.
            if nearby.edge_m == f64::NEG_INFINITY {
                *nearby = self.nearby(nearby.corridor, probe);
            }
            nearby.edge_m <= radius_m
        });
    }

    /// Counts what the set holds.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary {
            corridors: self.corridors.len(),
            lines: 0,
            areas: 0,
            places: self.places.iter().count(),
            segments: 0,
            length_km: 0.0,
        };
        for corridor in &self.corridors {
            summary.segments += corridor.shape.segment_count();
            match &corridor.shape {
                Shape::Line(line) => {
                    summary.lines += 1;
                    summary.length_km += line.length_m() / 1000.0;
                }
                Shape::Area(_) | Shape::Disc(_) => summary.areas += 1,
            }
        }
        summary
    }
}

fn indexed(corridors: &[Corridor]) -> impl Iterator<Item = (CorridorIndex, &Corridor)> {
    (corridors.iter().enumerate()).map(|(nth, corridor)| (CorridorIndex(nth), corridor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{area, line, metres, moved, place, square};

    #[test]
    fn a_set_is_shared_between_threads() {
        fn check<T: Send + Sync>() {}
        check::<CorridorSet>();
    }

    #[test]
    fn two_corridors_with_one_id_make_no_set() {
        let strip = || line("a", 10.0, vec![place(41.0, 22.0), place(41.1, 22.0)]);
        let error = CorridorSet::new(vec![strip(), strip()], Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "two corridors have the id \"a\"");
    }

    #[test]
    fn a_set_finds_by_id_and_counts() {
        let strip = line("strip", 10.0, vec![place(41.0, 22.0), place(41.1, 22.0)]);
        let yard = area("yard", square(42.0, 22.0, 1_000.0), Vec::new());
        let set = CorridorSet::new(vec![strip, yard], Vec::new()).unwrap();
        assert!(set.find("nowhere").is_none());
        assert_eq!(set.get(set.find("yard").unwrap()).name, "yard");
        let summary = set.summary();
        assert_eq!((summary.corridors, summary.lines, summary.areas), (2, 1, 1));
        assert_eq!((summary.segments, summary.places), (5, 0));
        assert!((summary.length_km - 11.1).abs() < 0.1);
        assert!(
            (set.iter()
                .map(|(_, corridor)| corridor.depth().get())
                .sum::<f64>()
                - 260.0)
                .abs()
                < 1.0
        );
    }

    #[test]
    fn the_signed_distance_is_negative_inside_and_zero_on_the_edge() {
        let (start, end) = (place(41.0, 22.0), place(41.1, 22.0));
        let strip = || line("strip", 500.0, vec![start, end]);
        let beside = |east| moved(place(41.05, 22.0), east, 0.0);
        check(strip(), start, Some(-500.0), "on a vertex");
        check(strip(), beside(0.0), Some(-500.0), "on the centreline");
        check(strip(), beside(-499.0), Some(-1.0), "just inside");
        check(strip(), beside(600.0), Some(100.0), "outside");
        check(strip(), beside(1_503.0), None, "beyond the radius");
        check(
            strip(),
            moved(end, 0.0, 700.0),
            Some(200.0),
            "beyond the round end",
        );

        let yard = || {
            area(
                "yard",
                square(41.0, 22.0, 8_000.0),
                vec![square(41.0, 22.0, 2_000.0)],
            )
        };
        let middle = place(41.0, 22.0);
        check(
            yard(),
            square(41.0, 22.0, 8_000.0)[0],
            Some(0.0),
            "on a vertex",
        );
        check(
            yard(),
            square(41.0, 22.0, 2_000.0)[2],
            Some(0.0),
            "on a vertex of the hole",
        );
        check(
            yard(),
            moved(middle, 2_500.0, 0.0),
            Some(-1_500.0),
            "far from every edge",
        );
        check(
            yard(),
            moved(middle, 3_900.0, 0.0),
            Some(-100.0),
            "just inside",
        );
        check(
            yard(),
            moved(middle, 900.0, 0.0),
            Some(100.0),
            "in the hole",
        );
        check(yard(), middle, Some(1_000.0), "in the middle of the hole");
        check(yard(), moved(middle, 0.0, -4_300.0), Some(300.0), "outside");
        check(
            yard(),
            moved(middle, 0.0, -5_300.0),
            None,
            "beyond the radius",
        );
    }

    /// Asks for what lies within a kilometre; the sides of a square of 8 km are off by a metre.
    fn check(corridor: Corridor, at: LatLon, edge_m: Option<f64>, what: &str) {
        let set = CorridorSet::new(vec![corridor], Vec::new()).unwrap();
        let mut found = Vec::new();
        set.near(at, metres(1_001.0), &mut found);
        let measured = found.first().map(|nearby| nearby.edge_m);
        match (edge_m, measured) {
            (Some(expected), Some(measured)) => {
                assert!((measured - expected).abs() < 1.5, "{what}: {measured} m");
            }
            (expected, measured) => assert_eq!(measured, expected, "{what}"),
        }
    }

    #[test]
    fn the_edge_itself_is_inside() {
        let (low, high) = (place(41.0, 22.0), place(41.5, 22.5));
        let ring = vec![low, place(41.0, 22.5), high, place(41.5, 22.0), low];
        let set = CorridorSet::new(vec![area("yard", ring, Vec::new())], Vec::new()).unwrap();
        let mut found = Vec::new();
        for step in 0..=1_000 {
            let fraction = f64::from(step) / 1_000.0;
            for edge in set.corridors[0].shape.segments() {
                let at = edge.start.towards(edge.end, fraction);
                set.near(at, Metres::ZERO, &mut found);
                assert_eq!(found.len(), 1, "{at} lies on the edge");
                assert!(found[0].edge_m.abs() <= 0.0);
            }
        }
    }
}
