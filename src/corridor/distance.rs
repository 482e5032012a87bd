//! What lies on an edge.

/// What is nearer to an edge than this lies on it, metres.
///
/// Degrees as f64 resolve a nanometre; a micrometre hides what the arithmetic adds to it.
const ON_EDGE_M: f64 = 1e-6;

/// Takes what lies within [`ON_EDGE_M`] of the edge to lie on it.
pub(super) fn settle(edge_m: f64) -> f64 {
    if edge_m.abs() < ON_EDGE_M {
        0.0
    } else {
        edge_m
    }
}
