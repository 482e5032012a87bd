//! Eight winds, the directions that people say.

use super::metric::Offset;

/// The tangent of 22.5 degrees, half of what a wind spans.
const HALF_SPAN: f64 = std::f64::consts::SQRT_2 - 1.0;

/// Names the wind that a way leads to.
pub(super) fn wind(way: Offset) -> &'static str {
    let (east, north) = (way.east.abs(), way.north.abs());
    if east < north * HALF_SPAN {
        return if way.north < 0.0 { "south" } else { "north" };
    }
    if north < east * HALF_SPAN {
        return if way.east < 0.0 { "west" } else { "east" };
    }
    match (way.north < 0.0, way.east < 0.0) {
        (false, false) => "north-east",
        (true, false) => "south-east",
        (true, true) => "south-west",
        (false, true) => "north-west",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wind_spans_45_degrees_around_its_middle() {
        check(0.0, "north");
        check(22.4, "north");
        check(22.6, "north-east");
        check(90.0, "east");
        check(135.0, "south-east");
        check(180.0, "south");
        check(225.0, "south-west");
        check(270.0, "west");
        check(315.0, "north-west");
        check(337.6, "north");
        check(360.0, "north");
    }

    fn check(bearing_deg: f64, name: &str) {
        let way = Offset::towards(bearing_deg);
        assert_eq!(wind(way), name, "{bearing_deg} degrees");
    }
}
