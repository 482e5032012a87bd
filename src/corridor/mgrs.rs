//! The military grid reference of a place: `34TFL2622955516`, as patrols read it from their maps.
//!
//! Source: NGA.STND.0037, Universal Grids and Grid Reference Systems, chapter 3 and appendix B.

use super::transverse_mercator::project;
use crate::units::LatLon;

/// Where the latitudes of UTM begin, degrees; south of them another grid is used.
pub(super) const SOUTH: f64 = -80.0;

/// Where they end.
const NORTH: f64 = 84.0;

/// The side of a lettered square, metres.
pub(super) const SQUARE_M: u32 = 100_000;

/// What is added to metres east of a central meridian.
pub(super) const FALSE_EASTING_M: f64 = 500_000.0;

/// What is added to metres north of the equator in the southern half.
pub(super) const FALSE_NORTHING_M: f64 = 10_000_000.0;

/// The bands of 8 degrees from south to north, the last one of 12.
pub(super) const BANDS: &[u8; 20] = b"CDEFGHJKLMNPQRSTUVWX";

/// The columns of squares in three zones in a row, from west to east.
pub(super) const COLUMNS: [&[u8; 8]; 3] = [b"ABCDEFGH", b"JKLMNPQR", b"STUVWXYZ"];

/// The rows of squares in an odd zone, from the equator northwards, again and again.
pub(super) const ROWS: &[u8; 20] = b"ABCDEFGHJKLMNPQRSTUV";

/// By how many rows an even zone is ahead.
const EVEN_ZONE_ROWS: u32 = 5;

/// Writes the grid reference of the square metre that `at` lies in.
///
/// Digits are cut off, not rounded: the reference names the south-western corner of the square.
/// Absent beyond 84 degrees north and 80 degrees south, where UTM ends.
#[must_use]
pub fn mgrs(at: LatLon) -> Option<String> {
    if !(SOUTH..NORTH).contains(&at.lat()) {
        return None;
    }
    let band = band(at.lat());
    let zone = zone(at, band);
    let point = project(at.lat(), off_meridian(at.lon(), zone));
    let easting = whole(point.east + FALSE_EASTING_M);
    let northing = if at.lat() < 0.0 {
        // The last square metre before the equator, which rounding may reach.
        whole(point.north + FALSE_NORTHING_M).min(whole(FALSE_NORTHING_M) - 1)
    } else {
        whole(point.north)
    };
    let column = COLUMNS[(zone as usize - 1) % 3][(easting / SQUARE_M) as usize - 1];
    let row = ROWS[(northing / SQUARE_M + ahead(zone)) as usize % ROWS.len()];
    Some(format!(
        "{zone:02}{}{}{}{:05}{:05}",
        char::from(BANDS[band]),
        char::from(column),
        char::from(row),
        easting % SQUARE_M,
        northing % SQUARE_M
    ))
}

/// Says by how many rows of squares a zone is ahead of the first one.
pub(super) const fn ahead(zone: u32) -> u32 {
    if zone.is_multiple_of(2) {
        EVEN_ZONE_ROWS
    } else {
        0
    }
}

/// Counts the bands from the southernmost one.
fn band(lat: f64) -> usize {
    let band = ((lat - SOUTH) / 8.0).floor();
    (whole(band) as usize).min(BANDS.len() - 1)
}

/// Numbers the zone of 6 degrees, wider around Bergen and Svalbard at the cost of neighbours.
fn zone(at: LatLon, band: usize) -> u32 {
    let lon = if at.lon() < 180.0 { at.lon() } else { -180.0 };
    let zone = whole((lon + 180.0) / 6.0) + 1;
    match (BANDS[band], zone) {
        (b'V', 31) if 3.0 <= lon => 32,
        (b'X', 32) => {
            if lon < 9.0 {
                31
            } else {
                33
            }
        }
        (b'X', 34) => {
            if lon < 21.0 {
                33
            } else {
                35
            }
        }
        (b'X', 36) => {
            if lon < 33.0 {
                35
            } else {
                37
            }
        }
        (_, zone) => zone,
    }
}

fn off_meridian(lon: f64, zone: u32) -> f64 {
    let off = lon - meridian(zone);
    if 180.0 < off { off - 360.0 } else { off }
}

/// Returns the longitude of the middle of a zone, degrees.
pub(super) fn meridian(zone: u32) -> f64 {
    f64::from(zone) * 6.0 - 183.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "eastings, northings and counts of zones are positive and far below 2^32"
)]
fn whole(value: f64) -> u32 {
    value as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::place;

    #[test]
    fn a_place_has_the_reference_that_maps_print() {
        check(41.141_15, 22.504_11, "34TFL2622955516");
        check(42.0, 21.0, "34TEM0000049776");
    }

    #[test]
    fn an_edge_belongs_to_what_lies_north_or_east_of_it() {
        check(40.0, 21.0, "34TEK0000027757");
        check(39.999_999, 21.0, "34SEK0000027757");
        check(42.0, 18.0, "34TBM5153554130");
        check(42.0, 17.999_999_9, "33TYG4846454130");
        check(0.0, 21.0, "34NEF0000000000");
        check(-1e-9, 21.0, "34MEE0000099999");
    }

    #[test]
    fn zones_are_wider_around_bergen_and_svalbard() {
        for (lat, lon, start) in [
            (60.0, 4.0, "32V"),
            (55.9, 4.0, "31U"),
            (78.0, 8.9, "31X"),
            (78.0, 9.0, "33X"),
            (78.0, 21.0, "35X"),
            (78.0, 40.0, "37X"),
            (10.0, 180.0, "01P"),
            (10.0, -180.0, "01P"),
            (10.0, 179.9, "60P"),
        ] {
            let reference = mgrs(place(lat, lon)).unwrap();
            assert!(reference.starts_with(start), "{reference} at {lat} {lon}");
        }
    }

    #[test]
    fn there_is_no_reference_around_the_poles() {
        assert_eq!(mgrs(place(84.0, 21.0)), None);
        assert_eq!(mgrs(place(-80.1, 21.0)), None);
        assert!(mgrs(place(83.9, 21.0)).is_some());
        assert!(mgrs(place(-80.0, 21.0)).is_some());
    }

    fn check(lat: f64, lon: f64, reference: &str) {
        assert_eq!(mgrs(place(lat, lon)).as_deref(), Some(reference));
    }
}
