//! What makes the rings of an area sound: closed, crossing nothing, holes inside.

use geo::algorithm::validation::{InvalidPolygon, RingRole};
use geo::coordinate_position::CoordPos;
use geo::dimensions::Dimensions;
use geo::{BoundingRect, Coord, LineString, Relate, Validation};
use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};

use super::area::Polygon;
use super::crossing::self_crossing;
use super::flaw::{Fault, Ring};
use super::soundness::vertex_faults;
use crate::units::LatLon;

/// Lists what is wrong with the rings of an area.
///
/// Each ring is judged by itself; how they lie to each other is asked once they are sound.
pub(super) fn ring_faults(exterior: &[LatLon], holes: &[Vec<LatLon>]) -> Vec<Fault> {
    let mut faults = faults_of_one(exterior, Ring::Exterior);
    for (nth, hole) in holes.iter().enumerate() {
        faults.extend(faults_of_one(hole, Ring::Hole(nth)));
    }
    if faults.is_empty() {
        faults = faults_between(exterior, holes);
    }
    faults
}

fn faults_of_one(vertices: &[LatLon], ring: Ring) -> Vec<Fault> {
    let hole = match ring {
        Ring::Exterior => None,
        Ring::Hole(hole) => Some(hole),
    };
    let mut faults = vertex_faults(vertices, hole);
    if vertices.len() < 4 {
        faults.push(Fault::RingTooShort {
            ring,
            found: vertices.len(),
        });
    }
    if vertices.first() != vertices.last() {
        faults.push(Fault::RingOpen(ring));
    }
    if faults.is_empty() {
        faults.extend(self_crossing(vertices, ring));
    }
    faults
}

fn faults_between(exterior: &[LatLon], holes: &[Vec<LatLon>]) -> Vec<Fault> {
    if holes.is_empty() {
        return Vec::new();
    }
    drawn(exterior, holes)
        .validation_errors()
        .into_iter()
        .map(|error| {
            if let InvalidPolygon::InteriorRingNotContainedInExteriorRing(RingRole::Interior(
                hole,
            )) = error
            {
                Fault::HoleOutside(hole)
            } else {
                Fault::Rings(error.to_string())
            }
        })
        .collect()
}

/// Lists the pairs of sound polygons that have ground or an edge in common.
pub(super) fn faults_among(polygons: &[Polygon]) -> Vec<Fault> {
    if polygons.len() < 2 {
        return Vec::new();
    }
    let drawn: Vec<geo::Polygon> = polygons
        .iter()
        .map(|polygon| drawn(&polygon.exterior, &polygon.holes))
        .collect();
    let boxes = RTree::bulk_load(
        drawn
            .iter()
            .enumerate()
            .filter_map(|(nth, polygon)| {
                let around = polygon.bounding_rect()?;
                let corners = Rectangle::from_corners(
                    [around.min().x, around.min().y],
                    [around.max().x, around.max().y],
                );
                Some(GeomWithData::new(corners, nth))
            })
            .collect(),
    );
    let mut pairs: Vec<(usize, usize)> = boxes
        .intersection_candidates_with_other_tree(&boxes)
        .map(|(one, other)| (one.data, other.data))
        .filter(|(one, other)| one < other)
        .collect();
    pairs.sort_unstable();
    pairs
        .into_iter()
        .filter_map(|(one, other)| fault_between(&drawn, one, other))
        .collect()
}

fn fault_between(polygons: &[geo::Polygon], one: usize, other: usize) -> Option<Fault> {
    let common = polygons.get(one)?.relate(polygons.get(other)?);
    if common.get(CoordPos::Inside, CoordPos::Inside) != Dimensions::Empty {
        Some(Fault::PolygonsOverlap(one, other))
    } else if common.get(CoordPos::OnBoundary, CoordPos::OnBoundary) == Dimensions::OneDimensional {
        Some(Fault::PolygonsShareEdge(one, other))
    } else {
        None
    }
}

fn drawn(exterior: &[LatLon], holes: &[Vec<LatLon>]) -> geo::Polygon {
    let ring = |vertices: &[LatLon]| vertices.iter().copied().map(coord).collect::<LineString>();
    geo::Polygon::new(
        ring(exterior),
        holes.iter().map(|hole| ring(hole)).collect(),
    )
}

pub(super) fn coord(at: LatLon) -> Coord {
    Coord {
        x: at.lon(),
        y: at.lat(),
    }
}
