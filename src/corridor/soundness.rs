//! What makes a line or a disc sound: vertices that can be measured, a length and a width.

use super::disc::Disc;
use super::flaw::{Fault, Member, Spot};
use super::line::Line;
use super::metric::Scale;
use super::shape::edges;
use crate::units::{LatLon, Metres};

/// The greatest latitude of a vertex, degrees; towards the poles local metres fail.
const LATITUDE_MAX: f64 = 80.0;

/// Lists what is wrong with the vertices of a line.
pub(super) fn line_faults(vertices: &[LatLon]) -> Vec<Fault> {
    let mut faults = vertex_faults(vertices, None);
    if vertices.len() < 2 {
        faults.push(Fault::TooFewVertices(vertices.len()));
    } else if edges(vertices).all(|(start, end)| start == end) {
        faults.push(Fault::NoLength);
    }
    faults
}

/// Says what is wrong with a half-width, in metres.
pub(super) fn width_fault(half_width_m: f64) -> Option<Fault> {
    if half_width_m <= 0.0 {
        Some(Fault::WidthNotPositive(half_width_m))
    } else if Line::HALF_WIDTH_MAX_M < half_width_m {
        Some(Fault::WidthTooGreat {
            found: half_width_m,
            most: Line::HALF_WIDTH_MAX_M,
        })
    } else {
        None
    }
}

/// Lists what is wrong with the half-widths of a part of a line, one for each of its vertices.
pub(super) fn width_faults(widths: &[Metres], vertices: &[LatLon]) -> Vec<Fault> {
    if widths.len() != vertices.len() {
        return vec![Fault::WidthNumbers {
            found: widths.len(),
            wanted: vertices.len(),
        }];
    }
    let wrong = widths.iter().enumerate().filter_map(|(vertex, width)| {
        let fault = width_fault(width.get())?;
        Some(fault.within(Some(Member::Vertex(vertex))))
    });
    let steps = edges(vertices)
        .zip(widths.windows(2))
        .enumerate()
        .filter(|(_, ((start, end), widths))| start == end && widths.first() != widths.last())
        .map(|(edge, _)| Fault::WidthStep.within(Some(Member::Vertex(edge + 1))));
    wrong.chain(steps).collect()
}

/// Says whether what lies within some metres of a vertex reaches over the antimeridian.
pub(super) fn reach_fault(at: LatLon, vertex: usize, width_m: f64) -> Option<Fault> {
    // Beyond the widest strip at the highest latitude.
    const FAR: f64 = 170.0;
    let left = 180.0 - at.lon().abs();
    let reaches = FAR < at.lon().abs() && left * Scale::around(at.lat()).east < width_m;
    reaches.then_some(Fault::OverAntimeridian {
        spot: Spot { hole: None, vertex },
    })
}

/// Says what is wrong with the radius of a disc, in metres.
pub(super) fn radius_fault(radius_m: f64) -> Option<Fault> {
    if radius_m <= 0.0 {
        Some(Fault::RadiusNotPositive(radius_m))
    } else if Disc::RADIUS_MAX_M < radius_m {
        Some(Fault::RadiusTooGreat {
            found: radius_m,
            most: Disc::RADIUS_MAX_M,
        })
    } else {
        None
    }
}

/// Lists the vertices, of a line or of a ring, that no local metre can measure.
pub(super) fn vertex_faults(vertices: &[LatLon], hole: Option<usize>) -> Vec<Fault> {
    let polar = vertices.iter().enumerate().filter_map(|(vertex, at)| {
        (LATITUDE_MAX < at.lat().abs()).then_some(Fault::Polar {
            spot: Spot { hole, vertex },
            lat: at.lat(),
            most: LATITUDE_MAX,
        })
    });
    let wide = edges(vertices)
        .enumerate()
        .filter_map(|(edge, (start, end))| {
            let vertex = edge + 1;
            (180.0 < (end.lon() - start.lon()).abs()).then_some(Fault::Antimeridian {
                spot: Spot { hole, vertex },
            })
        });
    polar.chain(wide).collect()
}
