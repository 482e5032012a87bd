//! Which way a course leads relative to a line.

/// How far a course may differ from the bearing of a line and still follow it, degrees.
const FOLLOWS_DEG: f64 = 60.0;

/// A course relative to a line, which runs from its first vertex to its last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heading {
    /// Which way it leads.
    pub way: Way,
    /// The turn from the bearing of the line to the course, degrees in -180 to 180, to the right
    /// positive.
    pub off_deg: f64,
}

/// Which way a course leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Towards the last vertex, within 60 degrees of the line.
    Along,
    /// Towards the first vertex, within 60 degrees of the line.
    Against,
    /// Neither.
    Across,
}

impl Way {
    /// Returns the word that stands for it in alerts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Along => "along",
            Self::Against => "against",
            Self::Across => "across",
        }
    }
}

impl Heading {
    /// Compares a course with the bearing of a line, both in degrees from north.
    #[must_use]
    pub fn of(course_deg: f64, along_bearing_deg: f64) -> Self {
        let turn = (course_deg - along_bearing_deg).rem_euclid(360.0);
        let off_deg = if 180.0 < turn { turn - 360.0 } else { turn };
        let way = if off_deg.abs() <= FOLLOWS_DEG {
            Way::Along
        } else if 180.0 - FOLLOWS_DEG <= off_deg.abs() {
            Way::Against
        } else {
            Way::Across
        };
        Self { way, off_deg }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_follows_a_line_within_60_degrees() {
        check(170.0, 170.0, Way::Along, 0.0);
        check(10.0, 350.0, Way::Along, 20.0);
        check(350.0, 10.0, Way::Along, -20.0);
        check(230.0, 170.0, Way::Along, 60.0);
        check(231.0, 170.0, Way::Across, 61.0);
        check(109.0, 170.0, Way::Across, -61.0);
        check(80.0, 170.0, Way::Across, -90.0);
        check(289.0, 170.0, Way::Across, 119.0);
        check(290.0, 170.0, Way::Against, 120.0);
        check(350.0, 170.0, Way::Against, 180.0);
        check(-10.0, 170.0, Way::Against, 180.0);
        check(351.0, 170.0, Way::Against, -179.0);
    }

    fn check(course_deg: f64, along_bearing_deg: f64, way: Way, off_deg: f64) {
        let heading = Heading::of(course_deg, along_bearing_deg);
        let what = format!("{course_deg} on a line towards {along_bearing_deg}");
        assert_eq!(heading.way, way, "{what}");
        assert!((heading.off_deg - off_deg).abs() < 1e-9, "{what}");
    }
}
