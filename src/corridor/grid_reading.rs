//! A military grid reference as people write it, back to the place that it names.

use thiserror::Error;

use super::mgrs::{BANDS, COLUMNS, FALSE_EASTING_M, FALSE_NORTHING_M, ROWS, SOUTH, SQUARE_M};
use super::mgrs::{ahead, meridian};
use super::transverse_mercator::{MapPoint, unproject};
use crate::units::LatLon;

/// Digits of an easting or a northing at most: down to a metre.
const DIGITS_MAX: usize = 5;

/// Metres after which the letters of rows begin again.
const ROWS_SPAN_M: f64 = 2_000_000.0;

/// How often they begin again between the equator and a pole.
const ROUNDS: u8 = 5;

/// Why a text is no grid reference.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoReference {
    /// It is written in another way.
    #[error(
        "\"{0}\" is no grid reference: write zone, band, square and as many digits east as north, such \
         as 34TFL 26229 55516"
    )]
    Notation(String),
    /// The zone does not exist.
    #[error("zone {0} of the grid does not exist: they run from 1 to 60")]
    Zone(u32),
    /// The letter of the band does not exist, or is one around the poles.
    #[error("the grid has no band {0}: they run from C to X, without I and O")]
    Band(char),
    /// The zone has no such column of squares.
    #[error(
        "zone {zone} of the grid has no column of squares {column}: they run from {first} to {last}"
    )]
    Column {
        /// The zone.
        zone: u32,
        /// The letter.
        column: char,
        /// The westernmost column of the zone.
        first: char,
        /// The easternmost one.
        last: char,
    },
    /// No row of squares has this letter.
    #[error("the grid has no row of squares {0}: they run from A to V, without I and O")]
    Row(char),
    /// No square of these letters reaches into the band.
    #[error("square {square} of zone {zone} does not reach into band {band}")]
    Beside {
        /// The square.
        square: String,
        /// The zone.
        zone: u32,
        /// The band.
        band: char,
    },
}

/// Reads a grid reference, and returns the middle of the square that it names.
///
/// `34TFL2622955516`, `34T FL 26229 55516`, `34tfl 262 555`: with up to five digits for each axis,
/// which name a square of a metre to 10 km; without any it is one of 100 km. A square that reaches over
/// the edge of its band may be named by the band on either side.
///
/// # Errors
///
/// Says which part of it names nothing.
///
/// Source: NGA.STND.0037, Universal Grids and Grid Reference Systems, chapter 3 and appendix B.
pub fn read_mgrs(text: &str) -> Result<LatLon, NoReference> {
    let reference = Reference::parse(text)?;
    let square = reference.square()?;
    let (cell_m, [east, north]) = reference.within;
    let middle = MapPoint {
        east: square.east + east + cell_m / 2.0,
        north: square.north + north + cell_m / 2.0,
    };
    let (lat, off_meridian) = unproject(middle);
    let lon = meridian(reference.zone) + off_meridian;
    let lon = if lon < -180.0 {
        lon + 360.0
    } else if 180.0 < lon {
        lon - 360.0
    } else {
        lon
    };
    LatLon::new(lat, lon).map_err(|_beyond_a_pole| reference.beside())
}

/// The parts of a grid reference.
struct Reference {
    zone: u32,
    band: char,
    column: char,
    row: char,
    /// The side of the square that the digits name, and where its corner is in the lettered one, metres
    /// towards east and north.
    within: (f64, [f64; 2]),
}

impl Reference {
    fn parse(text: &str) -> Result<Self, NoReference> {
        let strange = || NoReference::Notation(text.to_owned());
        let upper = text.trim().to_ascii_uppercase();
        let end = upper.find(|it: char| !it.is_ascii_digit());
        let (zone, rest) = upper.split_at(
            end.filter(|end| (1..=2).contains(end))
                .ok_or_else(strange)?,
        );
        let zone = zone.parse().map_err(|_no_number| strange())?;
        let mut rest = rest.chars();
        let mut letter = || rest.by_ref().find(|it| !it.is_whitespace());
        let letters = (letter(), letter(), letter());
        let (Some(band), Some(column), Some(row)) = letters else {
            return Err(strange());
        };
        if [band, column, row]
            .iter()
            .any(|it| !it.is_ascii_uppercase())
        {
            return Err(strange());
        }
        let within = digits(rest.as_str()).ok_or_else(strange)?;
        if !(1..=60).contains(&zone) {
            return Err(NoReference::Zone(zone));
        }
        Ok(Self {
            zone,
            band,
            column,
            row,
            within,
        })
    }

    /// Finds the south-western corner of the lettered square on the map.
    fn square(&self) -> Result<MapPoint, NoReference> {
        let place = |letters: &[u8], letter: char| {
            let letters = letters.iter();
            letters
                .zip(0_u32..)
                .find_map(|(it, nth)| (char::from(*it) == letter).then_some(nth))
        };
        let band = place(BANDS, self.band).ok_or(NoReference::Band(self.band))?;
        let columns = COLUMNS[(self.zone as usize - 1) % COLUMNS.len()];
        let column = place(columns, self.column).ok_or_else(|| NoReference::Column {
            zone: self.zone,
            column: self.column,
            first: char::from(columns[0]),
            last: char::from(columns[columns.len() - 1]),
        })?;
        let mut rows = *ROWS;
        rows.rotate_left(ahead(self.zone) as usize);
        let row = place(&rows, self.row).ok_or(NoReference::Row(self.row))?;

        let south = SOUTH + 8.0 * f64::from(band);
        let is_last = band as usize == BANDS.len() - 1;
        let north = if is_last { south + 12.0 } else { south + 8.0 };
        let equator_m = if south < 0.0 { FALSE_NORTHING_M } else { 0.0 };
        (0..ROUNDS)
            .map(|round| MapPoint {
                east: f64::from((column + 1) * SQUARE_M) - FALSE_EASTING_M,
                north: f64::from(row * SQUARE_M) + f64::from(round) * ROWS_SPAN_M - equator_m,
            })
            .find(|corner| reaches(*corner, south, north))
            .ok_or_else(|| self.beside())
    }

    fn beside(&self) -> NoReference {
        NoReference::Beside {
            square: format!("{}{}", self.column, self.row),
            zone: self.zone,
            band: self.band,
        }
    }
}

/// Reads as many digits east as north: the side of the square that they name and its corner, metres.
fn digits(text: &str) -> Option<(f64, [f64; 2])> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (east, north) = match words.as_slice() {
        [] => ("", ""),
        [both] => both.split_at_checked(both.len() / 2)?,
        [east, north] => (*east, *north),
        _ => return None,
    };
    let are_digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    if east.len() != north.len()
        || DIGITS_MAX < east.len()
        || !are_digits(east)
        || !are_digits(north)
    {
        return None;
    }
    let cell_m = f64::from(SQUARE_M) / 10_f64.powi(i32::try_from(east.len()).ok()?);
    let corner = |text: &str| {
        let number: u32 = if text.is_empty() {
            0
        } else {
            text.parse().ok()?
        };
        Some(f64::from(number) * cell_m)
    };
    Some((cell_m, [corner(east)?, corner(north)?]))
}

/// Says whether a lettered square has a place between two latitudes.
///
/// No column of squares lies on both sides of a central meridian, so that its corners are farthest
/// north and farthest south.
fn reaches(corner: MapPoint, south: f64, north: f64) -> bool {
    let side_m = f64::from(SQUARE_M);
    let lats = [[0.0, 0.0], [side_m, 0.0], [0.0, side_m], [side_m; 2]].map(|[east, up]| {
        let (lat, _) = unproject(MapPoint {
            east: corner.east + east,
            north: corner.north + up,
        });
        lat
    });
    let least = lats.into_iter().fold(f64::INFINITY, f64::min);
    let greatest = lats.into_iter().fold(f64::NEG_INFINITY, f64::max);
    // Rounding must not keep a square out that begins at the equator.
    least < north - 1e-9 && south + 1e-9 < greatest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::mgrs;
    use proptest::prelude::*;

    #[test]
    fn a_reference_is_read_however_it_is_spaced() {
        for text in [
            "34TFL2622955516",
            "34T FL 26229 55516",
            "34 T FL 26229 55516",
            "34TFL 2622955516",
            " 34tfl 26229  55516 ",
        ] {
            check(text, "34TFL2622955516");
        }
        check("4QFJ 12345 67890", "04QFJ1234567890");
    }

    #[test]
    fn fewer_digits_name_the_middle_of_a_larger_square() {
        let check = |text: &str, corner: &str| {
            let [middle, corner] = [text, corner].map(|text| read_mgrs(text).expect(text));
            let off_m = middle.distance_m(corner);
            // The middle of the larger one is a corner of the square metre.
            assert!((off_m - 0.5_f64.sqrt()).abs() < 0.01, "{text}: {off_m} m");
        };
        check("34TFL 2622 5551", "34TFL2622555515");
        check("34TFL262555", "34TFL2625055550");
        check("34TFL 2 5", "34TFL2500055000");
        check("34TFL", "34TFL5000050000");
    }

    #[test]
    fn a_square_over_the_edge_of_its_band_is_found_from_either() {
        check("34SEK0000027757", "34TEK0000027757");
        check("34TEK0000027757", "34TEK0000027757");
        check("34TEK0000027756", "34SEK0000027756");
        check("34NEF0000000000", "34NEF0000000000");
        check("34MEE0000099999", "34MEE0000099999");
    }

    #[track_caller]
    fn check(text: &str, reference: &str) {
        let at = read_mgrs(text).expect(text);
        assert_eq!(mgrs(at).as_deref(), Some(reference), "{text}: {at}");
    }

    #[test]
    fn what_names_nothing_is_refused_in_words() {
        for text in [
            "",
            "34",
            "34T",
            "34TF",
            "TFL2622955516",
            "134TFL2622955516",
            "34TFL26229555160",
            "34TFL262295551",
            "34TFL 2622 55516",
            "34TFL 26 22 95",
            "34TFL262295551600",
            "34T4L2622955516",
            "34TFL26.2955516",
            "34TFLé",
            "34TFL 26é55",
        ] {
            let refused = read_mgrs(text).expect_err(text);
            assert_eq!(refused, NoReference::Notation(text.to_owned()));
        }
        check_refused(
            "61TFL11",
            "zone 61 of the grid does not exist: they run from 1 to 60",
        );
        check_refused(
            "0TFL11",
            "zone 0 of the grid does not exist: they run from 1 to 60",
        );
        check_refused(
            "34IFL11",
            "the grid has no band I: they run from C to X, without I and O",
        );
        check_refused(
            "34TSL11",
            "zone 34 of the grid has no column of squares S: they run from A to H",
        );
        check_refused(
            "34TFW11",
            "the grid has no row of squares W: they run from A to V, without I and O",
        );
        check_refused("34TFA11", "square FA of zone 34 does not reach into band T");
    }

    fn check_refused(text: &str, message: &str) {
        assert_eq!(read_mgrs(text).expect_err(text).to_string(), message);
    }

    proptest! {
        #[test]
        fn the_middle_of_a_square_lies_in_it(lat in -80.0..84.0, lon in -180.0..180.0) {
            let reference = mgrs(LatLon::new(lat, lon).unwrap()).unwrap();
            let middle = read_mgrs(&reference).unwrap();
            prop_assert!(middle.distance_m(LatLon::new(lat, lon).unwrap()) < 0.75, "{reference}");
        }
    }
}
