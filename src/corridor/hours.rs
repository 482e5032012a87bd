//! When a corridor counts: days, hours by the clocks of a place, and dates.

use std::fmt;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp};
use thiserror::Error;

use crate::units::Utc;

/// How many days ahead a change is looked for: what repeats every week changes within one.
const LOOK_AHEAD_DAYS: i64 = 8;

/// The times at which a corridor counts: within any of its periods, or always if it has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hours(Vec<Period>);

/// Some days, some hours of them, and the dates that these lie between.
///
/// Hours are those of the clocks of a zone, whatever the season. Of an hour that is skipped in
/// spring its clocks show the next one, and of one that is repeated in autumn the first one counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// The days that it begins on, from Monday; hours that pass midnight belong to the day before.
    days: [bool; 7],
    /// From when to when; the end is not after the beginning if it lies on the next day.
    hours: Option<(Time, Time)>,
    zone: TimeZone,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// A period as it stands in a file; what is absent limits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeriodText<'a> {
    /// `mon` to `sun`.
    pub days: Option<Vec<&'a str>>,
    /// A time of day, `22:00`.
    pub from: Option<&'a str>,
    /// A time of day; `24:00` is the end of the day.
    pub to: Option<&'a str>,
    /// An IANA time zone; UTC without it, but for hours.
    pub zone: Option<&'a str>,
    /// A time with its offset, or a date, which begins by the clocks of the zone.
    pub since: Option<&'a str>,
    /// The same; of a date the end.
    pub until: Option<&'a str>,
}

/// What can be wrong with a period.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PeriodFault {
    /// A day that does not exist.
    #[error("days has \"{0}\": it must be mon, tue, wed, thu, fri, sat or sun")]
    Day(String),
    /// A list of no days.
    #[error("days is empty: leave it out for every day")]
    NoDays,
    /// A text that is no time of day.
    #[error("{property} is \"{found}\": it must be a time of day such as 22:00")]
    TimeOfDay {
        /// The property.
        property: &'static str,
        /// Its value.
        found: String,
    },
    /// Hours that begin and never end, or the other way round.
    #[error("{0} is missing: from and to need each other")]
    HalfHours(&'static str),
    /// Hours that may be no time at all, or all day.
    #[error("from and to are the same: leave both out for the whole day")]
    NoHours,
    /// Hours by nobody's clocks.
    #[error("zone is missing: hours need it, such as Europe/Skopje")]
    ZoneMissing,
    /// A zone that the IANA database does not have.
    #[error("zone is \"{0}\": it must be an IANA time zone such as Europe/Skopje")]
    Zone(String),
    /// A text that is neither a time nor a date.
    #[error(
        "{property} is \"{found}\": it must be a time with its offset such as 2026-05-01T22:00:00Z, \
         or a date"
    )]
    Instant {
        /// The property.
        property: &'static str,
        /// Its value.
        found: String,
    },
    /// A period that is over before it begins.
    #[error("until is \"{until}\": it must be later than since, which is \"{since}\"")]
    Over {
        /// When it begins.
        since: String,
        /// When it ends.
        until: String,
    },
}

impl Hours {
    /// Takes the periods; without any the corridor counts always.
    #[must_use]
    pub fn new(periods: Vec<Period>) -> Self {
        Self(periods)
    }

    /// Says whether there is nothing that limits the time.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// Says whether the corridor counts at an instant.
    #[must_use]
    pub fn is_active(&self, at: Utc) -> bool {
        self.is_always() || self.0.iter().any(|period| period.holds(stamp(at)))
    }

    /// Finds the next instant at which the answer is another one; absent if there is none.
    #[must_use]
    pub fn next_change(&self, at: Utc) -> Option<Utc> {
        let now = stamp(at);
        let starts = self.0.iter().filter_map(|period| period.since);
        let starts: Vec<Timestamp> = starts.filter(|since| now < *since).chain([now]).collect();
        let mut bounds: Vec<Timestamp> = self
            .0
            .iter()
            .flat_map(|period| starts.iter().flat_map(|start| period.bounds_around(*start)))
            .filter(|bound| now < *bound)
            .collect();
        bounds.sort_unstable();
        let is_active = self.is_active(at);
        let holds = |at: Timestamp| self.0.iter().any(|period| period.holds(at));
        let change = bounds
            .into_iter()
            .find(|bound| holds(*bound) != is_active)?;
        Some(Utc::from_micros(change.as_microsecond()))
    }
}

impl Period {
    /// Checks a period.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, at once.
    pub fn read(text: &PeriodText<'_>) -> Result<Self, Vec<PeriodFault>> {
        let mut faults = Vec::new();
        let mut keep = |fault| faults.push(fault);
        let days = read_days(text.days.as_deref()).map_err(&mut keep).ok();
        let hours = read_hours(text)
            .map_err(|found| found.into_iter().for_each(&mut keep))
            .ok();
        let zone = read_zone(text).map_err(&mut keep).ok();
        let mut bound = |property, found: Option<&str>, is_end| {
            let found = found?;
            let zone = zone.as_ref()?;
            let bound = read_instant(found, zone, is_end);
            if bound.is_none() {
                let found = found.to_owned();
                keep(PeriodFault::Instant { property, found });
            }
            bound
        };
        let since = bound("since", text.since, false);
        let until = bound("until", text.until, true);
        if let (Some(begins), Some(ends)) = (since, until)
            && ends <= begins
        {
            keep(PeriodFault::Over {
                since: text.since.unwrap_or_default().to_owned(),
                until: text.until.unwrap_or_default().to_owned(),
            });
        }
        match (days, hours, zone) {
            (Some(days), Some(hours), Some(zone)) if faults.is_empty() => Ok(Self {
                days,
                hours,
                zone,
                since,
                until,
            }),
            (_, _, _) => Err(faults),
        }
    }

    fn holds(&self, at: Timestamp) -> bool {
        if self.since.is_some_and(|since| at < since) || self.until.is_some_and(|until| until <= at)
        {
            return false;
        }
        let today = self.zone.to_datetime(at).date();
        // Hours that pass midnight may have begun the day before.
        [today.yesterday().ok(), Some(today)]
            .into_iter()
            .flatten()
            .filter_map(|day| self.on(day))
            .any(|(begins, ends)| begins <= at && at < ends)
    }

    /// Returns when the period begins and ends that belongs to a day, if it is one of its days.
    fn on(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        if !self.days[weekday(day.weekday())] {
            return None;
        }
        let (from, to) = self.hours.unwrap_or((Time::midnight(), Time::midnight()));
        let last = if to <= from {
            day.tomorrow().ok()?
        } else {
            day
        };
        Some((
            instant(&self.zone, day.to_datetime(from))?,
            instant(&self.zone, last.to_datetime(to))?,
        ))
    }

    /// Lists when it may begin or end within a week from `start`.
    fn bounds_around(&self, start: Timestamp) -> Vec<Timestamp> {
        let today = self.zone.to_datetime(start).date();
        let days = (-1..=LOOK_AHEAD_DAYS).filter_map(|ahead| {
            let day = today.checked_add(Span::new().try_days(ahead).ok()?).ok()?;
            self.on(day)
        });
        let hours = days.flat_map(|(begins, ends)| [begins, ends]);
        hours.chain(self.since).chain(self.until).collect()
    }
}

fn stamp(at: Utc) -> Timestamp {
    let nearest = if at.as_micros() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_microsecond(at.as_micros()).unwrap_or(nearest)
}

/// Converts what the clocks of a zone show; absent at the ends of the calendar.
fn instant(zone: &TimeZone, shown: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(shown).compatible().ok()
}

/// Numbers the days from Monday.
fn weekday(day: Weekday) -> usize {
    day.since(Weekday::Monday).unsigned_abs().into()
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn read_days(days: Option<&[&str]>) -> Result<[bool; 7], PeriodFault> {
    let Some(days) = days else {
        return Ok([true; 7]);
    };
    if days.is_empty() {
        return Err(PeriodFault::NoDays);
    }
    let mut chosen = [false; 7];
    for day in days {
        let known = DAYS.iter().position(|known| known == day);
        chosen[known.ok_or_else(|| PeriodFault::Day((*day).to_owned()))?] = true;
    }
    Ok(chosen)
}

fn read_hours(text: &PeriodText<'_>) -> Result<Option<(Time, Time)>, Vec<PeriodFault>> {
    let (from, to) = match (text.from, text.to) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(vec![PeriodFault::HalfHours("to")]),
        (None, Some(_)) => return Err(vec![PeriodFault::HalfHours("from")]),
        (Some(from), Some(to)) => (from, to),
    };
    let end_of_day = if to == "24:00" { "00:00" } else { to };
    match (read_time("from", from), read_time("to", end_of_day)) {
        (Ok(from), Ok(to)) if from == to && end_of_day == text.to.unwrap_or_default() => {
            Err(vec![PeriodFault::NoHours])
        }
        (Ok(from), Ok(to)) => Ok(Some((from, to))),
        (from, to) => Err([from.err(), to.err()].into_iter().flatten().collect()),
    }
}

fn read_time(property: &'static str, text: &str) -> Result<Time, PeriodFault> {
    Time::strptime("%H:%M", text).map_err(|_reason| PeriodFault::TimeOfDay {
        property,
        found: text.to_owned(),
    })
}

/// Looks a zone up in the database that is part of the program: a field unit may have none.
fn read_zone(text: &PeriodText<'_>) -> Result<TimeZone, PeriodFault> {
    match text.zone {
        Some(name) => TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_reason| PeriodFault::Zone(name.to_owned())),
        None if text.from.is_some() || text.to.is_some() => Err(PeriodFault::ZoneMissing),
        None => Ok(TimeZone::UTC),
    }
}

fn read_instant(text: &str, zone: &TimeZone, is_end: bool) -> Option<Timestamp> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(stamp);
    }
    let date = Date::strptime("%Y-%m-%d", text).ok()?;
    let date = if is_end { date.tomorrow().ok()? } else { date };
    instant(zone, date.to_datetime(Time::midnight()))
}

impl fmt::Display for Hours {
    /// Writes `always`, or the periods: `mon tue 22:00 to 06:00 Europe/Skopje; until ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_always() {
            return f.write_str("always");
        }
        for (nth, period) in self.0.iter().enumerate() {
            let comma = if 0 < nth { "; " } else { "" };
            write!(f, "{comma}{period}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        if self.days == [true; 7] {
            words.push("every day".to_owned());
        } else {
            let chosen = DAYS
                .iter()
                .zip(self.days)
                .filter(|(_, is_chosen)| *is_chosen);
            words.extend(chosen.map(|(day, _)| (*day).to_owned()));
        }
        if let Some((from, to)) = self.hours {
            let zone = self.zone.iana_name().unwrap_or("UTC");
            words.push(format!(
                "{} to {} {zone}",
                from.strftime("%H:%M"),
                to.strftime("%H:%M")
            ));
        }
        words.extend(self.since.map(|since| format!("since {since}")));
        words.extend(self.until.map(|until| format!("until {until}")));
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours by the clocks of Skopje.
    fn skopje(from: &'static str, to: &'static str) -> PeriodText<'static> {
        PeriodText {
            from: Some(from),
            to: Some(to),
            zone: Some("Europe/Skopje"),
            ..PeriodText::default()
        }
    }

    #[test]
    fn without_periods_a_corridor_always_counts() {
        check(&[], &[("2026-05-01T10:00:00Z", true)]);
        assert_eq!(
            Hours::default().next_change(utc("2026-05-01T10:00:00Z")),
            None
        );
    }

    #[test]
    fn hours_pass_midnight_by_the_clocks_of_their_zone() {
        check(
            &[skopje("22:00", "06:00")],
            &[
                // In summer the clocks of Skopje are two hours ahead.
                ("2026-05-01T19:59:59Z", false),
                ("2026-05-01T20:00:00Z", true),
                ("2026-05-02T03:59:59Z", true),
                ("2026-05-02T04:00:00Z", false),
                // In winter one.
                ("2026-01-01T20:59:59Z", false),
                ("2026-01-01T21:00:00Z", true),
                ("2026-01-02T05:00:00Z", false),
            ],
        );
    }

    #[test]
    fn the_night_of_the_change_of_clocks_is_an_hour_shorter_or_longer() {
        check(
            &[skopje("22:00", "06:00")],
            &[
                // 29 March 2026: 02:00 becomes 03:00, so that 06:00 is 04:00 UTC.
                ("2026-03-28T20:59:59Z", false),
                ("2026-03-28T21:00:00Z", true),
                ("2026-03-29T03:59:59Z", true),
                ("2026-03-29T04:00:00Z", false),
                // 25 October 2026: 03:00 becomes 02:00, so that 06:00 is 05:00 UTC.
                ("2026-10-24T19:59:59Z", false),
                ("2026-10-24T20:00:00Z", true),
                ("2026-10-25T04:59:59Z", true),
                ("2026-10-25T05:00:00Z", false),
            ],
        );
    }

    #[test]
    fn an_hour_that_is_skipped_or_repeated_begins_once() {
        check(
            &[skopje("02:30", "04:00")],
            &[
                // 02:30 does not exist: the clocks show 03:30 then.
                ("2026-03-29T01:29:59Z", false),
                ("2026-03-29T01:30:00Z", true),
                ("2026-03-29T02:00:00Z", false),
                // 02:30 comes twice: the first one counts.
                ("2026-10-25T00:29:59Z", false),
                ("2026-10-25T00:30:00Z", true),
                ("2026-10-25T02:59:59Z", true),
                ("2026-10-25T03:00:00Z", false),
            ],
        );
    }

    #[test]
    fn a_night_belongs_to_the_day_that_it_begins_on() {
        let friday = PeriodText {
            days: Some(vec!["fri"]),
            ..skopje("22:00", "06:00")
        };
        check(
            &[friday],
            &[
                // 1 May 2026 is a Friday.
                ("2026-04-30T22:00:00Z", false),
                ("2026-05-01T21:00:00Z", true),
                ("2026-05-02T03:00:00Z", true),
                ("2026-05-02T21:00:00Z", false),
            ],
        );
    }

    #[test]
    fn dates_bound_a_period_and_the_last_one_counts_whole() {
        let may = PeriodText {
            since: Some("2026-05-01"),
            until: Some("2026-05-31"),
            zone: Some("Europe/Skopje"),
            ..PeriodText::default()
        };
        check(
            &[may],
            &[
                ("2026-04-30T21:59:59Z", false),
                ("2026-04-30T22:00:00Z", true),
                ("2026-05-31T21:59:59Z", true),
                ("2026-05-31T22:00:00Z", false),
            ],
        );
        let exact = PeriodText {
            since: Some("2026-05-01T12:00:00+02:00"),
            ..PeriodText::default()
        };
        check(
            &[exact],
            &[
                ("2026-05-01T09:59:59Z", false),
                ("2026-05-01T10:00:00Z", true),
            ],
        );
    }

    #[test]
    fn any_of_several_periods_will_do() {
        let weekend = PeriodText {
            days: Some(vec!["sat", "sun"]),
            ..PeriodText::default()
        };
        check(
            &[skopje("22:00", "24:00"), weekend],
            &[
                ("2026-05-01T19:00:00Z", false),
                ("2026-05-01T21:00:00Z", true),
                ("2026-05-01T23:00:00Z", false),
                ("2026-05-02T10:00:00Z", true),
            ],
        );
    }

    fn check(periods: &[PeriodText<'_>], instants: &[(&str, bool)]) {
        let hours = hours(periods);
        for (at, expected) in instants {
            assert_eq!(hours.is_active(utc(at)), *expected, "{at}");
        }
    }

    #[test]
    fn the_next_change_is_found() {
        let friday = PeriodText {
            days: Some(vec!["fri"]),
            ..skopje("22:00", "06:00")
        };
        let check = |period: &PeriodText<'_>, at: &str, expected: Option<&str>| {
            let found = hours(std::slice::from_ref(period)).next_change(utc(at));
            assert_eq!(found, expected.map(utc), "{at}");
        };
        check(
            &friday,
            "2026-05-02T10:00:00Z",
            Some("2026-05-08T20:00:00Z"),
        );
        check(
            &friday,
            "2026-05-01T20:00:00Z",
            Some("2026-05-02T04:00:00Z"),
        );
        let autumn = PeriodText {
            since: Some("2026-10-01T00:00:00Z"),
            until: Some("2026-11-01T00:00:00Z"),
            ..friday
        };
        check(
            &autumn,
            "2026-05-02T10:00:00Z",
            Some("2026-10-02T20:00:00Z"),
        );
        check(&autumn, "2026-11-02T10:00:00Z", None);
        let whole_days = PeriodText {
            zone: Some("Europe/Skopje"),
            ..PeriodText::default()
        };
        check(&whole_days, "2026-05-02T10:00:00Z", None);
    }

    #[test]
    fn everything_that_is_wrong_with_a_period_is_told() {
        let check = |period: PeriodText<'_>, told: &[&str]| {
            let faults = Period::read(&period).unwrap_err();
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            assert_eq!(faults, told, "{period:?}");
        };
        check(
            PeriodText {
                days: Some(vec!["mon", "friday"]),
                from: Some("22"),
                to: Some("26:00"),
                zone: Some("Europe/Skopye"),
                ..PeriodText::default()
            },
            &[
                "days has \"friday\": it must be mon, tue, wed, thu, fri, sat or sun",
                "from is \"22\": it must be a time of day such as 22:00",
                "to is \"26:00\": it must be a time of day such as 22:00",
                "zone is \"Europe/Skopye\": it must be an IANA time zone such as Europe/Skopje",
            ],
        );
        check(
            PeriodText {
                days: Some(Vec::new()),
                from: Some("22:00"),
                ..PeriodText::default()
            },
            &[
                "days is empty: leave it out for every day",
                "to is missing: from and to need each other",
                "zone is missing: hours need it, such as Europe/Skopje",
            ],
        );
        check(
            skopje("06:00", "06:00"),
            &["from and to are the same: leave both out for the whole day"],
        );
        check(
            PeriodText {
                since: Some("May"),
                until: Some("2026-05-01T22:00"),
                ..PeriodText::default()
            },
            &[
                "since is \"May\": it must be a time with its offset such as 2026-05-01T22:00:00Z, or a date",
                "until is \"2026-05-01T22:00\": it must be a time with its offset such as \
                 2026-05-01T22:00:00Z, or a date",
            ],
        );
        check(
            PeriodText {
                since: Some("2026-05-02"),
                until: Some("2026-05-01"),
                ..PeriodText::default()
            },
            &["until is \"2026-05-01\": it must be later than since, which is \"2026-05-02\""],
        );
    }

    #[test]
    fn hours_are_told_in_words() {
        let friday = PeriodText {
            days: Some(vec!["fri", "sat"]),
            ..skopje("22:00", "06:00")
        };
        let may = PeriodText {
            since: Some("2026-05-01"),
            ..PeriodText::default()
        };
        assert_eq!(
            hours(&[friday, may]).to_string(),
            "fri sat 22:00 to 06:00 Europe/Skopje; every day since 2026-05-01T00:00:00Z"
        );
        assert_eq!(Hours::default().to_string(), "always");
    }

    fn hours(periods: &[PeriodText<'_>]) -> Hours {
        Hours::new(periods.iter().map(|it| Period::read(it).unwrap()).collect())
    }

    fn utc(text: &str) -> Utc {
        Utc::try_from(text.to_owned()).unwrap()
    }
}
