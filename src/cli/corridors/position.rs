//! A place as people write it: latitude and longitude in decimal degrees, or a grid reference.

use thiserror::Error;

use crate::corridor::{NoReference, Region, read_mgrs};
use crate::units::{LatLon, NotAPlace};

/// Reads a place.
///
/// `41.5 22.1`, `41.5,22.1`, `41.5 N, 22.1 E`, `E22.1 N41.5`, `41.5° 22.1°`; with commas for
/// points only if a blank parts the two, `41,5 22,1`. Without letters latitude comes first, and
/// numbers that lie in `region` only the other way round are refused. Of a grid reference, `34TFL
/// 26229 55516`, it is the middle of the square, to a ten-millionth of a degree.
///
/// # Errors
///
/// Says what is missing, or which axis is wrong.
pub(super) fn read(text: &str, region: &Region) -> Result<LatLon, NoPosition> {
    if is_reference(text) {
        let middle = read_mgrs(text).map_err(NoPosition::Reference)?;
        return place(rounded(middle.lat()), rounded(middle.lon()));
    }
    let numbers = split(text);
    let numbers: Vec<Number> = numbers
        .iter()
        .map(|word| number(word).ok_or_else(|| NoPosition::Notation(text.to_owned())))
        .collect::<Result<_, _>>()?;
    let &[first, second] = numbers.as_slice() else {
        return Err(NoPosition::Notation(text.to_owned()));
    };
    match (first.axis, second.axis) {
        (Some(Axis::Latitude), Some(Axis::Latitude))
        | (Some(Axis::Longitude), Some(Axis::Longitude)) => {
            Err(NoPosition::SameAxis(text.to_owned()))
        }
        (Some(Axis::Longitude), _) | (_, Some(Axis::Latitude)) => place(second.value, first.value),
        (Some(Axis::Latitude), _) | (_, Some(Axis::Longitude)) => place(first.value, second.value),
        (None, None) => {
            let (lat, lon) = (first.value, second.value);
            if !region.contains(lat, lon) && region.contains(lon, lat) {
                return Err(NoPosition::Swapped { lat, lon });
            }
            place(lat, lon)
        }
    }
}

/// Why a text is no place.
#[derive(Clone, Debug, Error, PartialEq)]
pub(super) enum NoPosition {
    /// It is no pair of numbers.
    #[error(
        "\"{0}\" is no place: write latitude and longitude in decimal degrees, such as 41.5 22.1 \
         or 41.5N 22.1E, or a grid reference such as 34TFL 26229 55516"
    )]
    Notation(String),
    /// It is no grid reference, but looks like one.
    #[error(transparent)]
    Reference(NoReference),
    /// Both numbers are on one axis.
    #[error("\"{0}\" is no place: both numbers are on the same axis")]
    SameAxis(String),
    /// A number is out of range.
    #[error(transparent)]
    OffEarth(NotAPlace),
    /// The numbers only make sense the other way round.
    #[error(
        "latitude {lat} and longitude {lon} lie outside the region, and inside it with the axes \
         swapped: latitude comes first; write {lat}N {lon}E if it is meant"
    )]
    Swapped {
        /// The first number.
        lat: f64,
        /// The second number.
        lon: f64,
    },
}

#[derive(Clone, Copy)]
enum Axis {
    Latitude,
    Longitude,
}

#[derive(Clone, Copy)]
struct Number {
    value: f64,
    axis: Option<Axis>,
}

fn place(lat: f64, lon: f64) -> Result<LatLon, NoPosition> {
    LatLon::new(lat, lon).map_err(NoPosition::OffEarth)
}

/// Says whether a text begins as grid references do: a zone and three letters.
fn is_reference(text: &str) -> bool {
    let text = text.trim_start();
    let letters = text.trim_start_matches(|it: char| it.is_ascii_digit());
    let mut letters = letters.chars().filter(|it| !it.is_whitespace());
    text.starts_with(|it: char| it.is_ascii_digit())
        && (0..3).all(|_| letters.next().is_some_and(|it| it.is_ascii_alphabetic()))
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// Parts a text into numbers, each with its letter.
fn split(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let decimal_commas = match words.as_slice() {
        [one, other] => [one, other].iter().all(|word| has_decimal_comma(word)),
        _ => false,
    };
    if decimal_commas {
        return words.iter().map(|word| word.replace(',', ".")).collect();
    }
    let mut numbers: Vec<String> = Vec::new();
    // A letter that stands alone belongs to the number before it, or else to the next one.
    let mut waiting = String::new();
    for word in text
        .split([',', ';', ' ', '\t'])
        .filter(|it| !it.is_empty())
    {
        let lone = word.len() == 1 && letter(word.chars().next()).is_some();
        match numbers.last_mut() {
            Some(last) if lone && !ends_in_letter(last) => last.push_str(word),
            _ if lone => word.clone_into(&mut waiting),
            _ => numbers.push(format!("{}{word}", std::mem::take(&mut waiting))),
        }
    }
    if !waiting.is_empty() {
        numbers.push(waiting);
    }
    numbers
}

fn has_decimal_comma(word: &str) -> bool {
    word.split_once(',').is_some_and(|(whole, part)| {
        !part.is_empty()
            && part.bytes().all(|digit| digit.is_ascii_digit())
            && whole
                .bytes()
                .next_back()
                .is_some_and(|it| it.is_ascii_digit())
    })
}

fn ends_in_letter(word: &str) -> bool {
    letter(word.chars().next_back()).is_some() || letter(word.chars().next()).is_some()
}

/// Reads a number with at most one letter before or after it.
fn number(word: &str) -> Option<Number> {
    let before = letter(word.chars().next());
    let after = letter(word.chars().next_back());
    let digits = word.trim_start_matches(|it| letter(Some(it)).is_some() && before.is_some());
    let digits = digits.trim_end_matches(|it| letter(Some(it)).is_some() && after.is_some());
    let digits = digits.strip_suffix('°').unwrap_or(digits);
    // What `parse` reads besides digits, `inf` and `1e3`, nobody means here.
    let plain = digits
        .bytes()
        .all(|it| it.is_ascii_digit() || b"+-.".contains(&it));
    let value: f64 = digits.parse().ok().filter(|_| plain)?;
    match (before, after) {
        (None, None) => Some(Number { value, axis: None }),
        (Some((axis, sign)), None) | (None, Some((axis, sign))) if 0.0 <= value => Some(Number {
            value: sign * value,
            axis: Some(axis),
        }),
        (Some(_), _) | (_, Some(_)) => None,
    }
}

/// Reads the letter of a hemisphere, and its sign.
fn letter(letter: Option<char>) -> Option<(Axis, f64)> {
    match letter?.to_ascii_uppercase() {
        'N' => Some((Axis::Latitude, 1.0)),
        'S' => Some((Axis::Latitude, -1.0)),
        'E' => Some((Axis::Longitude, 1.0)),
        'W' => Some((Axis::Longitude, -1.0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_in_every_sane_notation() {
        for text in [
            "41.5 22.1",
            "41.5,22.1",
            "41.5, 22.1",
            "41.5;22.1",
            "41,5 22,1",
            "41.5N 22.1E",
            "41.5 N 22.1 E",
            "N 41.5 E 22.1",
            "n41.5, e22.1",
            "22.1E 41.5N",
            "E 22.1, N 41.5",
            "22.1E 41.5",
            "41.5° 22.1°",
            "41.5°N 22.1°E",
            "+41.5 +22.1",
        ] {
            check(text, (41.5, 22.1));
        }
        check("-41.5 -22.1", (-41.5, -22.1));
        check("-41.5,-22.1", (-41.5, -22.1));
        check("41.5S 22.1W", (-41.5, -22.1));
        check("22 41N", (41.0, 22.0));
    }

    #[test]
    fn a_grid_reference_is_the_middle_of_its_square() {
        for text in [
            "34TFL2622955516",
            "34TFL 26229 55516",
            "34 t fl 26229 55516",
        ] {
            check(text, (41.141_150_4, 22.504_107_8));
        }
        check_refused(
            "34TSL1",
            "\"34TSL1\" is no grid reference: write zone, band, square and as many digits east as \
             north, such as 34TFL 26229 55516",
        );
        check_refused(
            "34TSL11",
            "zone 34 of the grid has no column of squares S: they run from A to H",
        );
    }

    fn check(text: &str, (lat, lon): (f64, f64)) {
        let at = read(text, &Region::default()).expect(text);
        assert_eq!(at, LatLon::new(lat, lon).expect("a place"), "{text}");
    }

    #[test]
    fn what_is_no_place_is_refused_in_words() {
        for text in [
            "41.5",
            "41.5 22.1 7",
            "",
            "north",
            "41.5.1 22.1",
            "1e1 2e1",
            "inf 22.1",
            "-41.5N 22.1",
            "41°30'N 22°6'E",
            "41,5,22,1",
            "NN 41.5",
        ] {
            let refused = read(text, &Region::default()).expect_err(text);
            assert_eq!(refused, NoPosition::Notation(text.to_owned()), "{text}");
        }
        check_refused(
            "41.5N 22.1N",
            "\"41.5N 22.1N\" is no place: both numbers are on the same axis",
        );
        check_refused("91 22", "latitude 91 is outside -90 to 90");
        check_refused(
            "22.1 41.5",
            "latitude 22.1 and longitude 41.5 lie outside the region, and inside it with the axes \
             swapped: latitude comes first; write 22.1N 41.5E if it is meant",
        );
        check("22.1N 41.5E", (22.1, 41.5));
    }

    fn check_refused(text: &str, told: &str) {
        let refused = read(text, &Region::default()).expect_err(text);
        assert_eq!(refused.to_string(), told);
    }
}
