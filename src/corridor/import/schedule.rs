//! When a zone counts: its periods and schedules become our `active`.

use serde_json::{Map, Value, json};

use super::fault::{Fault, Note};
use super::json::{shown, text};

/// The days of the week, as both formats write them.
const DAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// How many minutes a day has.
const DAY_MINUTES: i32 = 24 * 60;

/// Reads the periods at `path`; absent if the zone always counts.
///
/// Our schedules know hours, not daybreak: hours that are given by the sun are left out, which makes
/// the zone count all day and is noted.
pub(super) fn active(
    periods: Option<&Value>,
    path: &str,
) -> Result<(Option<Value>, Vec<Note>), Fault> {
    let periods = match periods {
        None | Some(Value::Null) => return Ok((None, Vec::new())),
        Some(Value::Array(periods)) => periods,
        other => return Err(Fault::property(path, other, "a list of periods")),
    };
    let mut entries = Vec::new();
    let mut notes = Vec::new();
    for (nth, period) in periods.iter().enumerate() {
        let path = format!("{path}[{nth}]");
        let found = entries_of(period, &path, &mut notes)?;
        // One period that never ends makes the others say nothing.
        if found.is_empty() {
            return Ok((None, notes));
        }
        entries.extend(found.into_iter().map(Value::Object));
    }
    Ok((
        (!entries.is_empty()).then_some(Value::Array(entries)),
        notes,
    ))
}

/// Reads one period; no entries if it is always.
fn entries_of(
    period: &Value,
    path: &str,
    notes: &mut Vec<Note>,
) -> Result<Vec<Map<String, Value>>, Fault> {
    if text(period.get("permanent")) == Some("YES") {
        return Ok(Vec::new());
    }
    let mut bounds = Map::new();
    for (ours, theirs) in [("since", "startDateTime"), ("until", "endDateTime")] {
        if let Some(instant) = instant(period, path, theirs)? {
            bounds.insert(ours.to_owned(), instant.into());
        }
    }
    let schedule = match period.get("schedule") {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(schedule)) => schedule,
        other => {
            return Err(Fault::property(
                &format!("{path}.schedule"),
                other,
                "a list",
            ));
        }
    };
    let mut entries = Vec::new();
    for (nth, daily) in schedule.iter().enumerate() {
        let mut entry = bounds.clone();
        let path = format!("{path}.schedule[{nth}]");
        if let Some(days) = days(daily.get("day"), &path)? {
            entry.insert("days".to_owned(), days);
        }
        if let Some(hours) = hours(daily, &path, notes)? {
            entry.extend(hours);
        }
        // A schedule of every day and hour is none.
        if entry.is_empty() {
            return Ok(Vec::new());
        }
        entries.push(entry);
    }
    if entries.is_empty() && !bounds.is_empty() {
        entries.push(bounds);
    }
    Ok(entries)
}

/// Reads an instant, and writes it as RFC 3339 in UTC; one without an offset is UTC.
fn instant(period: &Value, path: &str, name: &str) -> Result<Option<String>, Fault> {
    let value = period.get(name).filter(|value| !value.is_null());
    let Some(value) = value.filter(|value| value.as_str() != Some("")) else {
        return Ok(None);
    };
    let stamp = value.as_str().and_then(|text| {
        let civil = || {
            let civil = text.parse::<jiff::civil::DateTime>().ok()?;
            civil.to_zoned(jiff::tz::TimeZone::UTC).ok()
        };
        let stamp = text.parse::<jiff::Timestamp>().ok();
        stamp.or_else(|| Some(civil()?.timestamp()))
    });
    let wanted = "a time such as 2026-05-01T10:00:00Z";
    match stamp {
        Some(stamp) => Ok(Some(stamp.to_string())),
        None => Err(Fault::property(
            &format!("{path}.{name}"),
            Some(value),
            wanted,
        )),
    }
}

/// Reads days, `["MON", "TUE"]` or `"MON"`; absent if it is any day.
fn days(value: Option<&Value>, path: &str) -> Result<Option<Value>, Fault> {
    let named: Vec<&Value> = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(days)) => days.iter().collect(),
        Some(day) => vec![day],
    };
    let mut days = Vec::new();
    for day in named {
        match day.as_str() {
            Some("ANY") => return Ok(None),
            Some(day) if DAYS.contains(&day) => days.push(day.to_lowercase()),
            _ => {
                let path = format!("{path}.day");
                return Err(Fault::property(&path, Some(day), "MON to SUN, or ANY"));
            }
        }
    }
    Ok((!days.is_empty() && days.len() < DAYS.len()).then(|| days.into()))
}

/// Reads the hours of a day; absent if it is the whole day.
fn hours(
    daily: &Value,
    path: &str,
    notes: &mut Vec<Note>,
) -> Result<Option<Map<String, Value>>, Fault> {
    let events = [daily.get("startEvent"), daily.get("endEvent")];
    let event = events.into_iter().find_map(text);
    if let Some(event) = event {
        notes.push(Note::Daylight(event.to_owned()));
        return Ok(None);
    }
    let start = time_of_day(daily, path, "startTime")?;
    let end = time_of_day(daily, path, "endTime")?;
    let (Some(start), Some(end)) = (start, end) else {
        if start.is_some() || end.is_some() {
            notes.push(Note::HalfHours);
        }
        return Ok(None);
    };
    let (from, to) = (start.minutes, end.minutes_rounded_up());
    if from % DAY_MINUTES == to % DAY_MINUTES {
        return Ok(None);
    }
    let Some(zone) =
        zone(start.offset_minutes).filter(|_| start.offset_minutes == end.offset_minutes)
    else {
        notes.push(Note::Offset(shown(daily)));
        return Ok(None);
    };
    let clock = |minutes: i32| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    let hours = json!({"from": clock(from), "to": clock(to), "zone": zone});
    Ok(hours.as_object().cloned())
}

/// A time of day as it is written, with its offset from UTC.
#[derive(Clone, Copy, Debug)]
struct TimeOfDay {
    minutes: i32,
    has_seconds: bool,
    offset_minutes: i32,
}

impl TimeOfDay {
    /// Takes the end of the minute: what ends at 23:59:59 ends with the day.
    fn minutes_rounded_up(self) -> i32 {
        self.minutes + i32::from(self.has_seconds)
    }
}

fn time_of_day(daily: &Value, path: &str, name: &str) -> Result<Option<TimeOfDay>, Fault> {
    let value = daily.get(name).filter(|value| !value.is_null());
    let Some(value) = value.filter(|value| value.as_str() != Some("")) else {
        return Ok(None);
    };
    if let Some(time) = value.as_str().and_then(parse_time) {
        return Ok(Some(time));
    }
    let wanted = "a time of day such as 10:00:00Z";
    Err(Fault::property(
        &format!("{path}.{name}"),
        Some(value),
        wanted,
    ))
}

/// Reads `10:00`, `10:00:00`, `10:00:00.5`, with `Z`, `+02:00`, `+0200` or without an offset.
fn parse_time(text: &str) -> Option<TimeOfDay> {
    let end = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, offset) = text.split_at_checked(end)?;
    let is_midnight = clock.starts_with("24:00");
    let clock: jiff::civil::Time = clock.replacen("24:00", "00:00", 1).parse().ok()?;
    let hours = if is_midnight {
        24
    } else {
        i32::from(clock.hour())
    };
    Some(TimeOfDay {
        minutes: hours * 60 + i32::from(clock.minute()),
        has_seconds: 0 < clock.second() || 0 < clock.subsec_nanosecond(),
        offset_minutes: parse_offset(offset)?,
    })
}

fn parse_offset(text: &str) -> Option<i32> {
    if matches!(text, "" | "Z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?.replace(':', "");
    let is_offset = matches!(digits.len(), 2 | 4) && digits.bytes().all(|it| it.is_ascii_digit());
    let number: i32 = digits.parse().ok().filter(|_| is_offset)?;
    let minutes = match digits.len() {
        2 => number * 60,
        _ => number / 100 * 60 + number % 100,
    };
    Some(sign * minutes)
}

/// Names the IANA zone of an offset in whole hours; its sign is that of POSIX, the other way round.
fn zone(offset_minutes: i32) -> Option<String> {
    match (offset_minutes / 60, offset_minutes % 60) {
        (0, 0) => Some("UTC".to_owned()),
        (hours @ -12..=14, 0) => Some(format!("Etc/GMT{:+}", -hours)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_become_entries() {
        check(&json!(null), &json!(null), &[]);
        check(&json!([]), &json!(null), &[]);
        check(&json!([{"permanent": "YES"}]), &json!(null), &[]);
        check(
            &json!([{"startDateTime": "2026-01-01T00:00:00Z"}, {"permanent": "YES"}]),
            &json!(null),
            &[],
        );
        check(
            &json!([{"permanent": "NO", "startDateTime": "2026-01-01T02:00:00.50+02:00",
                "endDateTime": "2026-05-01T10:00"}]),
            &json!([{"since": "2026-01-01T00:00:00.5Z", "until": "2026-05-01T10:00:00Z"}]),
            &[],
        );
        check(
            &json!([{"startDateTime": "", "endDateTime": null, "schedule": [
                {"day": ["MON", "TUE"], "startTime": "16:00:00Z", "endTime": "17:30:00.00Z"},
                {"day": "SUN", "startTime": "22:00+02:00", "endTime": "06:00+0200"},
                {"day": ["ANY"], "startTime": "08:00", "endTime": "23:59:59"}]}]),
            &json!([
                {"days": ["mon", "tue"], "from": "16:00", "to": "17:30", "zone": "UTC"},
                {"days": ["sun"], "from": "22:00", "to": "06:00", "zone": "Etc/GMT-2"},
                {"from": "08:00", "to": "00:00", "zone": "UTC"}]),
            &[],
        );
        check(
            &json!([{"schedule": [{"day": ["SAT"], "startTime": "00:00:00Z", "endTime": "23:59:59Z"}]}]),
            &json!([{"days": ["sat"]}]),
            &[],
        );
        check(
            &json!([{"schedule": [{"day": ["ANY"], "startTime": "00:00Z", "endTime": "24:00Z"}]}]),
            &json!(null),
            &[],
        );
    }

    #[test]
    fn hours_that_cannot_be_told_are_left_out_with_a_note() {
        check(
            &json!([{"schedule": [{"day": ["SAT"], "startEvent": "SR", "endEvent": "SS"}]}]),
            &json!([{"days": ["sat"]}]),
            &["its hours begin or end with the sun (SR): it counts all day"],
        );
        check(
            &json!([{"schedule": [{"day": ["SAT"], "startTime": "10:00Z"}]}]),
            &json!([{"days": ["sat"]}]),
            &["its hours have no beginning or no end: it counts all day"],
        );
        check(
            &json!([{"schedule": [{"startTime": "10:00+05:30", "endTime": "11:00+05:30"}]}]),
            &json!(null),
            &[
                "its hours are in no whole offset from UTC ({\"endTime\":\"11:00+05:30\",\"startTime\":\"10...): \
               it counts all day",
            ],
        );
    }

    #[test]
    fn times_that_make_no_sense_are_refused() {
        let check = |periods: &Value, fault: &str| {
            let found = active(Some(periods), "applicability");
            assert_eq!(
                found.map_err(|fault| fault.to_string()),
                Err(fault.to_owned())
            );
        };
        check(
            &json!("always"),
            "applicability is \"always\": it must be a list of periods",
        );
        check(
            &json!([{"startDateTime": "May"}]),
            "applicability[0].startDateTime is \"May\": it must be a time such as 2026-05-01T10:00:00Z",
        );
        check(
            &json!([{"schedule": 7}]),
            "applicability[0].schedule is 7: it must be a list",
        );
        check(
            &json!([{"schedule": [{"day": ["MON", "HOLIDAY"]}]}]),
            "applicability[0].schedule[0].day is \"HOLIDAY\": it must be MON to SUN, or ANY",
        );
        check(
            &json!([{"schedule": [{"startTime": "25:00Z", "endTime": "26:00Z"}]}]),
            "applicability[0].schedule[0].startTime is \"25:00Z\": it must be a time of day such as \
             10:00:00Z",
        );
    }

    #[track_caller]
    fn check(periods: &Value, entries: &Value, notes: &[&str]) {
        let (found, told) = active(Some(periods), "applicability").unwrap();
        assert_eq!(&found.unwrap_or_default(), entries, "{periods}");
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert_eq!(told, notes, "{periods}");
    }
}
