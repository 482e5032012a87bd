//! An area: polygons with holes.

use super::flaw::{Fault, Member};
use super::metric::{Scale, length_m};
use super::ring::{faults_among, ring_faults};
use super::runs::Runs;
use super::segment::Segment;
use super::shape::edges;
use crate::units::{LatLon, Metres};

/// An area within polygons, but for their holes.
///
/// Every ring is closed and crosses neither itself nor another one. Polygons may touch in points,
/// but neither overlap nor share an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// For each polygon the exterior ring, then the holes; the last vertex of a ring is its first.
    rings: Runs,
    /// For each polygon, the number of its exterior ring.
    exteriors: Box<[usize]>,
    depth: Metres,
}

/// One polygon of an area.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon {
    /// The ring around it, closed, in any direction of rotation.
    pub exterior: Vec<LatLon>,
    /// The rings of its holes, closed like the exterior ring.
    pub holes: Vec<Vec<LatLon>>,
}

impl Area {
    /// Checks an exterior ring and the holes in it, in any direction of rotation.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the rings, not only the first thing.
    pub fn new(exterior: Vec<LatLon>, holes: Vec<Vec<LatLon>>) -> Result<Self, Vec<Fault>> {
        Self::of_polygons(vec![Polygon { exterior, holes }])
    }

    /// Checks polygons.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, not only the first thing; how they lie to each other is
    /// judged once each is sound.
    pub fn of_polygons(polygons: Vec<Polygon>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        if polygons.is_empty() {
            faults.push(Fault::NoPolygon);
        }
        for (nth, polygon) in polygons.iter().enumerate() {
            let member = (1 < polygons.len()).then_some(Member::Polygon(nth));
            let of_polygon = ring_faults(&polygon.exterior, &polygon.holes);
            faults.extend(of_polygon.into_iter().map(|fault| fault.within(member)));
        }
        if faults.is_empty() {
            faults = faults_among(&polygons);
        }
        if faults.is_empty() {
            Ok(Self::of_sound(polygons))
        } else {
            Err(faults)
        }
    }

    fn of_sound(polygons: Vec<Polygon>) -> Self {
        let depth = polygons
            .iter()
            .map(depth)
            .reduce(Metres::min)
            .unwrap_or_default();
        let mut rings = Vec::new();
        let mut exteriors = Vec::with_capacity(polygons.len());
        for polygon in polygons {
            exteriors.push(rings.len());
            rings.push(polygon.exterior);
            rings.extend(polygon.holes);
        }
        for ring in &mut rings {
            ring.dedup();
        }
        Self {
            rings: Runs::new(rings),
            exteriors: exteriors.into_boxed_slice(),
            depth,
        }
    }

    /// Returns the exterior ring of each polygon, its last vertex the same as its first.
    pub fn exteriors(&self) -> impl Iterator<Item = &[LatLon]> {
        self.exteriors.iter().map(|ring| self.rings.run(*ring))
    }

    /// Returns the rings of each polygon, all closed: the exterior ring, then the holes.
    pub fn polygons(&self) -> impl Iterator<Item = Vec<&[LatLon]>> {
        (self.exteriors.iter().enumerate()).map(|(nth, first)| {
            let end = self.exteriors.get(nth + 1).copied();
            let end = end.unwrap_or_else(|| self.rings.iter().count());
            (*first..end).map(|ring| self.rings.run(ring)).collect()
        })
    }

    /// Measures the size but for the holes, square metres.
    pub(super) fn size_m2(&self) -> f64 {
        let polygons = self.polygons();
        let sizes = polygons.map(|rings| match rings.as_slice() {
            [exterior, holes @ ..] => {
                let holes: f64 = holes.iter().map(|hole| ring_size_m2(hole)).sum();
                ring_size_m2(exterior) - holes
            }
            [] => 0.0,
        });
        sizes.sum::<f64>().max(0.0)
    }

    /// Returns the size over the length of the edges, of the polygon where that is least.
    pub(super) const fn depth(&self) -> Metres {
        self.depth
    }

    /// Says whether a segment is of the ring of a hole.
    pub(super) fn is_of_hole(&self, segment: usize) -> bool {
        self.exteriors
            .binary_search(&self.rings.run_of(segment))
            .is_err()
    }

    pub(super) const fn rings(&self) -> &Runs {
        &self.rings
    }

    pub(super) const fn segment_count(&self) -> usize {
        self.rings.segments()
    }

    pub(super) fn segment(&self, nth: usize) -> Segment {
        let vertex = self.rings.vertex(nth);
        let vertices = self.rings.vertices();
        Segment::edge(vertices[vertex], vertices[vertex + 1])
    }
}

fn depth(polygon: &Polygon) -> Metres {
    let rings = || std::iter::once(&polygon.exterior).chain(&polygon.holes);
    let perimeter: f64 = rings()
        .flat_map(|ring| edges(ring))
        .map(|(start, end)| length_m(start, end))
        .sum();
    let holes: f64 = polygon.holes.iter().map(|hole| ring_size_m2(hole)).sum();
    let size = ring_size_m2(&polygon.exterior) - holes;
    Metres::new(size.max(0.0) / perimeter).unwrap_or(Metres::ZERO)
}

/// Measures what a ring encloses, square metres, in the plane of its first vertex.
fn ring_size_m2(ring: &[LatLon]) -> f64 {
    let Some(origin) = ring.first().copied() else {
        return 0.0;
    };
    let twice: f64 = edges(ring)
        .map(|(start, end)| {
            let scale = Scale::between(start, end);
            scale.offset(origin, start).cross(scale.offset(origin, end))
        })
        .sum();
    (twice / 2.0).abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{encloses, place, square};

    #[test]
    fn the_depth_of_a_square_is_a_quarter_of_its_side() {
        let area = Area::new(square(41.0, 22.0, 4_000.0), Vec::new()).unwrap();
        assert!((area.depth().get() - 1_000.0).abs() < 1.0);
    }

    #[test]
    fn a_hole_makes_an_area_less_deep() {
        let hole = square(41.0, 22.0, 2_000.0);
        let area = Area::new(square(41.0, 22.0, 4_000.0), vec![hole]).unwrap();
        assert!((area.depth().get() - 500.0).abs() < 1.0);
        assert!(!encloses(&area, place(41.0, 22.0)));
        assert!(encloses(&area, place(41.013, 22.0)));
        assert!(!encloses(&area, place(41.02, 22.0)));
    }

    fn polygon(lat: f64, lon: f64, side_m: f64) -> Polygon {
        Polygon {
            exterior: square(lat, lon, side_m),
            holes: Vec::new(),
        }
    }

    #[test]
    fn an_area_of_several_polygons_is_as_deep_as_the_least_of_them() {
        let mut holed = polygon(41.0, 22.0, 8_000.0);
        holed.holes.push(square(41.0, 22.0, 4_000.0));
        // An island in the hole of another polygon is ground like any other.
        let island = polygon(41.0, 22.0, 2_000.0);
        let area = Area::of_polygons(vec![holed, island]).unwrap();
        assert!((area.depth().get() - 500.0).abs() < 1.0);
        assert!(encloses(&area, place(41.0, 22.0)));
        assert!(!encloses(&area, place(41.013, 22.0)));
        assert!(encloses(&area, place(41.03, 22.0)));
        assert_eq!(area.segment_count(), 12);
        let rings: Vec<usize> = area.polygons().map(|rings| rings.len()).collect();
        assert_eq!(rings, [2, 1]);
        assert_eq!(area.exteriors().count(), 2);
        let of_hole: Vec<usize> = (0..12).filter(|nth| area.is_of_hole(*nth)).collect();
        assert_eq!(of_hole, [4, 5, 6, 7]);
        assert!((area.size_m2() / 52e6 - 1.0).abs() < 1e-3);
    }

    #[test]
    fn polygons_may_touch_in_a_point_and_nothing_else() {
        let box_of = |south: f64, west: f64| Polygon {
            exterior: [(0.0, 0.0), (0.0, 0.1), (0.1, 0.1), (0.1, 0.0), (0.0, 0.0)]
                .map(|(north, east)| place(south + north, west + east))
                .to_vec(),
            holes: Vec::new(),
        };
        let check = |second: Polygon, fault: Option<&str>| {
            let found = Area::of_polygons(vec![box_of(41.0, 22.0), second]).err();
            let found = found.map(|faults| faults.iter().map(ToString::to_string).collect());
            let expected = fault.map(|fault| vec![fault.to_owned()]);
            assert_eq!(found, expected);
        };
        check(box_of(41.1, 22.1), None);
        check(box_of(41.5, 22.1), None);
        let shared = "polygons 0 and 1 share an edge: they must be one";
        check(box_of(41.0, 22.1), Some(shared));
        let overlap = "polygons 0 and 1 overlap: they must be one";
        check(box_of(41.05, 22.05), Some(overlap));
        check(box_of(41.0, 22.0), Some(overlap));
    }

    #[test]
    fn a_fault_names_the_polygon_that_has_it() {
        let mut open = polygon(42.0, 22.0, 500.0);
        open.exterior.pop();
        let faults = Area::of_polygons(vec![polygon(41.0, 22.0, 500.0), open]).unwrap_err();
        assert_eq!(
            faults[0].to_string(),
            "polygon 1: the exterior ring is not closed: its last position must be its first"
        );
    }
}
