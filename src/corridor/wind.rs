//! Eight winds, the directions that people say.

/// Where each wind ends, degrees clockwise from north.
const WINDS: [(f64, &str); 8] = [
    (22.5, "north"),
    (67.5, "north-east"),
    (112.5, "east"),
    (157.5, "south-east"),
    (202.5, "south"),
    (247.5, "south-west"),
    (292.5, "west"),
    (337.5, "north-west"),
];

/// Names the wind that a bearing in 0 to 360 degrees points to.
pub(super) fn wind(bearing_deg: f64) -> &'static str {
    WINDS
        .iter()
        .find(|(end, _)| bearing_deg < *end)
        .map_or("north", |(_, name)| name)
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
        assert_eq!(wind(bearing_deg), name, "{bearing_deg} degrees");
    }
}
