//! The heights and the times at which a corridor counts.

use serde_json::{Map, Value};

use super::properties::{Properties, shown, wrong_type};
use crate::corridor::band::{Band, BandFault, Datum};
use crate::corridor::flaw::Fault;
use crate::corridor::hours::{Hours, Period, PeriodText};

/// What a period can say.
const KEYS: [&str; 6] = ["days", "from", "to", "zone", "since", "until"];

/// Reads the altitude band.
pub(super) fn band(properties: &mut Properties) -> Option<Band> {
    let faults_before = properties.faults.len();
    let min_m = properties.number("altitude_min_m");
    let max_m = properties.number("altitude_max_m");
    let datum = properties.text("altitude_datum");
    let known = Datum::ALL
        .into_iter()
        .find(|known| Some(known.as_str()) == datum.as_deref());
    if let (Some(found), None) = (datum, known) {
        let wanted = "msl, ellipsoid, home or ground";
        let found = Value::from(found);
        properties
            .faults
            .push(wrong_type("altitude_datum", &found, wanted));
    }
    // What is missing because it cannot be read is not missed, too.
    if faults_before < properties.faults.len() {
        return None;
    }
    let band = match (known, min_m, max_m) {
        (None, None, None) => return None,
        (None, _, _) => Err(BandFault::DatumMissing),
        (Some(datum), _, _) => Band::new(datum, min_m, max_m),
    };
    band.map_err(|fault| properties.faults.push(Fault::Band(fault)))
        .ok()
}

/// Reads the active hours.
pub(super) fn hours(properties: &mut Properties) -> Hours {
    let Some(value) = properties.value("active") else {
        return Hours::default();
    };
    let entries = value.as_array().filter(|entries| !entries.is_empty());
    let Some(entries) = entries else {
        let wanted = "a list of at least one period";
        properties.faults.push(wrong_type("active", value, wanted));
        return Hours::default();
    };
    let mut periods = Vec::new();
    for (nth, entry) in entries.iter().enumerate() {
        match period(nth, entry) {
            Ok(period) => periods.push(period),
            Err(faults) => properties.faults.extend(faults),
        }
    }
    Hours::new(periods)
}

fn period(nth: usize, entry: &Value) -> Result<Period, Vec<Fault>> {
    let Value::Object(members) = entry else {
        let path = format!("active[{nth}]");
        return Err(vec![unlike(path, entry, "an object")]);
    };
    let mut faults = strangers(nth, members);
    let mut text = |key| {
        let value = members.get(key).filter(|value| !value.is_null())?;
        if value.as_str().is_none() {
            faults.push(unlike(format!("active[{nth}].{key}"), value, "a text"));
        }
        value.as_str()
    };
    let mut period = PeriodText {
        days: None,
        from: text("from"),
        to: text("to"),
        zone: text("zone"),
        since: text("since"),
        until: text("until"),
    };
    if let Some(value) = members.get("days").filter(|value| !value.is_null()) {
        period.days = value
            .as_array()
            .and_then(|days| days.iter().map(Value::as_str).collect());
        if period.days.is_none() {
            faults.push(unlike(
                format!("active[{nth}].days"),
                value,
                "a list of texts",
            ));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Period::read(&period).map_err(|faults| {
        let faults = faults.into_iter();
        faults.map(|fault| Fault::Period { nth, fault }).collect()
    })
}

/// Refuses what a period cannot say: a misspelt key would make it count for longer.
fn strangers(nth: usize, members: &Map<String, Value>) -> Vec<Fault> {
    let unknown = members.keys().filter(|key| !KEYS.contains(&key.as_str()));
    unknown
        .map(|key| Fault::PeriodKey {
            nth,
            found: key.clone(),
        })
        .collect()
}

fn unlike(property: String, found: &Value, wanted: &'static str) -> Fault {
    Fault::WrongMember {
        property,
        found: shown(found),
        wanted,
    }
}

#[cfg(test)]
mod tests {
    use crate::corridor::Region;
    use crate::corridor::geojson::{File, read};

    #[test]
    fn heights_and_times_at_which_a_corridor_counts_are_read() {
        let limited = file(
            r#""altitude_min_m": 120, "altitude_max_m": 600, "altitude_datum": "msl",
            "active": [{"days": ["fri"], "from": "22:00", "to": "06:00", "zone": "Europe/Skopje"}]"#,
        );
        let corridor = &limited.unwrap().corridors[0];
        assert_eq!(corridor.band.unwrap().to_string(), "120 to 600 m msl");
        assert_eq!(
            corridor.hours.to_string(),
            "fri 22:00 to 06:00 Europe/Skopje"
        );
        let unlimited = file(r#""altitude_datum": null, "active": null"#);
        assert!(!unlimited.unwrap().corridors[0].is_limited());
    }

    #[test]
    fn heights_that_make_no_band_are_refused() {
        check(
            r#""altitude_max_m": 600"#,
            &["altitude_datum is missing: a height means nothing without one"],
        );
        check(
            r#""altitude_datum": "msl""#,
            &["altitude_datum stands alone: it needs altitude_min_m, altitude_max_m or both"],
        );
        check(
            r#""altitude_max_m": 600, "altitude_datum": "agl""#,
            &["altitude_datum is \"agl\": it must be msl, ellipsoid, home or ground"],
        );
        check(
            r#""altitude_max_m": 600, "altitude_min_m": "low", "altitude_datum": "msl""#,
            &["altitude_min_m is \"low\": it must be a number"],
        );
        check(
            r#""altitude_max_m": 100, "altitude_min_m": 200, "altitude_datum": "msl""#,
            &["altitude_max_m is 100: it must be more than altitude_min_m, which is 200"],
        );
    }

    #[test]
    fn times_that_make_no_sense_are_refused() {
        check(
            r#""active": []"#,
            &["active is []: it must be a list of at least one period"],
        );
        check(
            r#""active": "night""#,
            &["active is \"night\": it must be a list of at least one period"],
        );
        check(
            r#""active": [7]"#,
            &["active[0] is 7: it must be an object"],
        );
        check(
            r#""active": [{}, {"form": "22:00", "days": "mon", "since": 7}]"#,
            &[
                "active[1] has \"form\": its keys are days, from, to, zone, since and until",
                "active[1].since is 7: it must be a text",
                "active[1].days is \"mon\": it must be a list of texts",
            ],
        );
        check(
            r#""active": [{"from": "22:00", "to": "6"}]"#,
            &[
                "active[0]: to is \"6\": it must be a time of day such as 22:00",
                "active[0]: zone is missing: hours need it, such as Europe/Skopje",
            ],
        );
    }

    fn file(limits: &str) -> Result<File, Vec<String>> {
        let text = format!(
            r#"{{"type": "FeatureCollection", "features": [{{"type": "Feature",
                "properties": {{"id": "a", "half_width_m": 9, {limits}}},
                "geometry": {{"type": "LineString", "coordinates": [[22.0, 41.0], [22.1, 41.1]]}}}}]}}"#
        );
        read(&text, &Region::default())
            .map_err(|flaws| flaws.iter().map(|flaw| flaw.fault.to_string()).collect())
    }

    fn check(limits: &str, faults: &[&str]) {
        assert_eq!(file(limits).unwrap_err(), faults, "{limits}");
    }
}
