//! All corridors together, and which of them are near a place.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use thiserror::Error;

use super::description::{Corridor, CorridorId, Place};
use super::index::{Index, Part};
use super::metric::Foot;
use super::shape::Shape;
use crate::units::{LatLon, Metres};

/// The corridors that are watched and the places that positions are told from.
///
/// Immutable: a new set replaces the old one whole.
#[derive(Debug)]
pub struct CorridorSet {
    corridors: Vec<Corridor>,
    pub(super) places: Vec<Place>,
    by_id: HashMap<CorridorId, CorridorIndex>,
    pub(super) index: Index,
}

/// A corridor's number within its set; of another set it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorridorIndex(usize);

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
}

/// What a set holds, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Corridors of either shape.
    pub corridors: usize,
    /// Corridors along a line.
    pub lines: usize,
    /// Corridors that are areas.
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
            corridors,
            places,
            by_id,
            index,
        })
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
        self.get(corridor).shape.edge_m(at)
    }

    /// Finds all corridors whose edge is at most `radius` away, and those that `at` is inside.
    ///
    /// `found` is cleared first; it comes in the order of the corridors. Nothing is allocated
    /// once `found` has grown to what the place asks for.
    pub fn near(&self, at: LatLon, radius: Metres, found: &mut Vec<Nearby>) {
        found.clear();
        let radius_m = radius.get();
        self.index.around(at, radius_m, |entry| {
            found.push(Nearby {
                corridor: entry.corridor,
                edge_m: match entry.part {
                    Part::Edge(start, end) => Foot::of(at, start, end).distance_m,
                    Part::Inside => f64::INFINITY,
                },
            });
        });
        found.sort_unstable_by(|a, b| {
            (a.corridor.cmp(&b.corridor)).then(a.edge_m.total_cmp(&b.edge_m))
        });
        found.dedup_by_key(|nearby| nearby.corridor);
        found.retain_mut(|nearby| {
            nearby.edge_m = match &self.get(nearby.corridor).shape {
                Shape::Line(line) => line.edge_m(nearby.edge_m),
                shape @ Shape::Area(area) => {
                    let edge_m = area.edge_m(at, nearby.edge_m);
                    // Deeper inside than the radius, the index may have left out the nearest edge.
                    if edge_m < -radius_m {
                        shape.edge_m(at)
                    } else {
                        edge_m
                    }
                }
            };
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
            places: self.places.len(),
            segments: 0,
            length_km: 0.0,
        };
        for corridor in &self.corridors {
            summary.segments += corridor.shape.edges().count();
            match &corridor.shape {
                Shape::Line(line) => {
                    summary.lines += 1;
                    summary.length_km += line.length_m() / 1000.0;
                }
                Shape::Area(_) => summary.areas += 1,
            }
        }
        summary
    }
}

fn indexed(corridors: &[Corridor]) -> impl Iterator<Item = (CorridorIndex, &Corridor)> {
    (corridors.iter().enumerate()).map(|(nth, corridor)| (CorridorIndex(nth), corridor))
}
