//! Places and corridors for tests, and the judge of their distances.

use super::area::Area;
use super::description::{Class, Corridor, CorridorId};
use super::distance::settle;
use super::hours::Hours;
use super::line::Line;
use super::posts::Posts;
use super::shape::{Shape, edges};
use crate::units::{LatLon, Metres};

pub(super) fn place(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).unwrap()
}

pub(super) fn metres(value: f64) -> Metres {
    Metres::new(value).unwrap()
}

/// Measures by Karney's algorithm, which shares nothing with local metres.
pub(super) fn geodesic_m(from: LatLon, to: LatLon) -> f64 {
    use geo::{Distance, Geodesic, Point};
    Geodesic.distance(
        Point::new(from.lon(), from.lat()),
        Point::new(to.lon(), to.lat()),
    )
}

/// Goes some metres towards east and north, by the geodesic.
pub(super) fn moved(from: LatLon, east_m: f64, north_m: f64) -> LatLon {
    use geo::{Destination, Geodesic, Point};
    let bearing = east_m.atan2(north_m).to_degrees();
    let there = Geodesic.destination(
        Point::new(from.lon(), from.lat()),
        bearing,
        east_m.hypot(north_m),
    );
    place(there.y(), there.x())
}

/// Measures the signed distance to the edge of a shape by a walk over all that it is made of.
pub(super) fn walked_m(shape: &Shape, at: LatLon) -> f64 {
    let segments = shape.segments().map(|segment| segment.edge_m(at));
    let nearest_m = segments.fold(f64::INFINITY, f64::min);
    settle(match shape {
        Shape::Area(area) if encloses(area, at) => -nearest_m,
        Shape::Line(_) | Shape::Disc(_) | Shape::Area(_) => nearest_m,
    })
}

/// Says whether a place lies inside an area, by the edges that a ray towards east crosses.
pub(super) fn encloses(area: &Area, at: LatLon) -> bool {
    let edges = area.rings().iter().flat_map(edges);
    let crossed = edges.filter(|(start, end)| {
        let fraction = (at.lat() - start.lat()) / (end.lat() - start.lat());
        (at.lat() < start.lat()) != (at.lat() < end.lat())
            && at.lon() < start.lon() + fraction * (end.lon() - start.lon())
    });
    crossed.count() % 2 == 1
}

/// Lays a closed ring of `side_m` metres a side around a middle.
pub(super) fn square(lat: f64, lon: f64, side_m: f64) -> Vec<LatLon> {
    let middle = place(lat, lon);
    let half = side_m / 2.0;
    [
        (-1.0, -1.0),
        (1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
        (-1.0, -1.0),
    ]
    .into_iter()
    .map(|(east, north)| moved(middle, east * half, north * half))
    .collect()
}

pub(super) fn line(id: &str, half_width_m: f64, vertices: Vec<LatLon>) -> Corridor {
    let line = Line::new(vertices, metres(half_width_m)).unwrap();
    corridor(id, Class::Corridor, Shape::Line(line))
}

pub(super) fn area(id: &str, exterior: Vec<LatLon>, holes: Vec<Vec<LatLon>>) -> Corridor {
    corridor(
        id,
        Class::Zone,
        Shape::Area(Area::new(exterior, holes).unwrap()),
    )
}

pub(super) fn corridor(id: &str, class: Class, shape: Shape) -> Corridor {
    Corridor {
        id: CorridorId::new(id),
        name: id.to_owned(),
        reference: None,
        country: None,
        countries: Vec::new(),
        class,
        tags: Vec::new(),
        section: None,
        from: None,
        to: None,
        posts: Posts::default(),
        band: None,
        hours: Hours::default(),
        source: None,
        certainty: None,
        shape,
    }
}
