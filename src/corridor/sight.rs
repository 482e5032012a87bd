//! What a search finds: the point of a shape that a place is measured from.

use super::metric::{Foot, Vantage};
use super::segment::Segment;

/// The point of a shape that a place is measured from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Footing {
    /// The number of its segment within the shape.
    pub(super) nth: usize,
    pub(super) segment: Segment,
    pub(super) foot: Foot,
}

/// A footing, with the place that it is measured from.
///
/// Side, chainage and the rest follow from it, without another search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sight {
    pub(super) from: Vantage,
    pub(super) footing: Footing,
}
