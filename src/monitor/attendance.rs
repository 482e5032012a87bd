//! Whether anybody is in a corridor that should not be left alone: a pure state machine.
//!
//! | state    | somebody is seen inside | time passes                                  | hours end |
//! |----------|-------------------------|----------------------------------------------|-----------|
//! | off duty | off duty                | counting, once the hours have begun          | off duty  |
//! | attended | attended                | counting, once nobody was seen for a minute  | off duty  |
//! | counting | attended                | absent, once the span is over: *told*        | off duty  |
//! | absent   | attended: *told*, if asked | absent, *told* again if that is due       | off duty  |
//!
//! Counting begins with the last sight of somebody. If there was none it begins when the unit
//! starts to watch, or when the hours begin, and the alert says so.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::corridor::Hours;
use crate::monitor::alert::{Severity, Status};
use crate::monitor::rule::{CorridorFilter, TrackFilter};
use crate::units::{Moment, Monotonic, Utc};

/// Nobody has to be seen more often than that to count as there.
const QUIET_MAX: Duration = Duration::from_secs(60);
/// How long somebody who is there has to be heard after a start.
const SETTLE_MAX: Duration = Duration::from_secs(60);

/// Corridors that should not be left alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Attendance {
    /// Unique, also among rules; alerts name it as their rule.
    pub name: String,
    /// Which corridors, each by itself.
    pub corridors: CorridorFilter,
    /// Who counts as being there.
    pub tracks: TrackFilter,
    /// How long nobody may be there.
    pub span: Duration,
    /// When somebody should be there.
    pub hours: Hours,
    /// How often an absence is told again.
    pub repeat: Option<Duration>,
    /// Whether the end of an absence is told.
    pub tells_end: bool,
    /// How grave its alerts are.
    pub severity: Severity,
    /// Whether its alerts are meant.
    pub status: Status,
}

/// Whether one corridor is attended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Watch {
    /// Nobody has to be there at this time.
    OffDuty,
    /// Somebody is.
    Attended {
        /// Who was seen last.
        by: Arc<str>,
        /// When.
        seen: Moment,
    },
    /// Nobody is, and that is not told yet.
    Counting {
        /// Since when.
        gap: Gap,
        /// When it is to be told.
        due: Monotonic,
    },
    /// Nobody is, and that was told.
    Absent {
        /// Since when.
        gap: Gap,
        /// How many alerts told of it.
        told: u32,
        /// When it is to be told again.
        due: Option<Monotonic>,
    },
}

/// A time without anybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Gap {
    /// When it began, as far as the unit knows.
    pub(super) since: Utc,
    /// Whether that is only since the unit watches.
    pub(super) since_start: bool,
    /// Who was seen last, by track key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<String>,
}

/// What is worth telling.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told {
    pub(super) gap: Gap,
    /// Counts the alerts of one absence from 0.
    pub(super) index: u32,
    /// When somebody came, if that ended it.
    pub(super) until: Option<Utc>,
}

/// What is kept of a watch over a restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub(super) enum WatchRecord {
    /// Somebody was there.
    Attended {
        /// Who.
        by: String,
    },
    /// Nobody was there.
    Gap {
        /// Since when.
        #[serde(flatten)]
        gap: Gap,
        /// How many alerts told of it.
        told: u32,
        /// When the last one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told_at: Option<Utc>,
    },
}

/// What a step has changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// Whether what is kept over a restart is another one.
    pub(super) is_change: bool,
    /// What to tell.
    pub(super) told: Option<Told>,
}

impl Watch {
    /// Begins to watch, with what an earlier run knew.
    ///
    /// Civil time bridges the restart. Nobody is called absent before whoever is there had time to
    /// be heard.
    pub(super) fn begin(record: Option<WatchRecord>, now: Moment, attendance: &Attendance) -> Self {
        let settle = attendance.span.min(SETTLE_MAX);
        let after = |span: Duration, since: Utc| {
            let left = span.saturating_sub(now.utc.since(since));
            now.monotonic.plus(left.max(settle))
        };
        match record {
            None => Self::count(None, true, now, attendance.span),
            Some(WatchRecord::Attended { by }) => Self::count(Some(by), true, now, attendance.span),
            Some(WatchRecord::Gap { gap, told: 0, .. }) => {
                let due = after(attendance.span, gap.since);
                Self::Counting { gap, due }
            }
            Some(WatchRecord::Gap { gap, told, told_at }) => {
                let since = told_at.unwrap_or(now.utc);
                let due = attendance.repeat.map(|repeat| after(repeat, since));
                Self::Absent { gap, told, due }
            }
        }
    }

    /// Takes the sight of somebody inside.
    pub(super) fn see(&mut self, by: &Arc<str>, now: Moment, attendance: &Attendance) -> Outcome {
        match self {
            Self::OffDuty => Outcome::default(),
            Self::Attended { by: last, seen } => {
                if by != last {
                    *last = Arc::clone(by);
                }
                *seen = now;
                Outcome::default()
            }
            Self::Counting { .. } => {
                *self = Self::attended(by, now);
                Outcome::change()
            }
            Self::Absent { gap, told, .. } => {
                let told = attendance.tells_end.then(|| Told {
                    gap: gap.clone(),
                    index: *told,
                    until: Some(now.utc),
                });
                *self = Self::attended(by, now);
                Outcome {
                    told,
                    ..Outcome::change()
                }
            }
        }
    }

    /// Takes the passing of time; `is_on_duty` says whether somebody should be there.
    pub(super) fn wait(
        &mut self,
        now: Moment,
        is_on_duty: bool,
        attendance: &Attendance,
    ) -> Outcome {
        match (&mut *self, is_on_duty) {
            (Self::OffDuty, false) => Outcome::default(),
            (Self::OffDuty, true) => {
                *self = Self::count(None, false, now, attendance.span);
                Outcome::change()
            }
            (Self::Attended { .. } | Self::Counting { .. } | Self::Absent { .. }, false) => {
                *self = Self::OffDuty;
                Outcome::change()
            }
            (Self::Attended { by, seen }, true) => {
                if now.monotonic < seen.monotonic.plus(quiet(attendance)) {
                    return Outcome::default();
                }
                let gap = Gap {
                    since: seen.utc,
                    since_start: false,
                    last: Some(by.to_string()),
                };
                let due = seen.monotonic.plus(attendance.span);
                *self = Self::Counting { gap, due };
                Outcome::change()
            }
            (Self::Counting { gap, due }, true) => {
                if now.monotonic < *due {
                    return Outcome::default();
                }
                let gap = gap.clone();
                self.tell(gap, 0, now, attendance)
            }
            (Self::Absent { gap, told, due }, true) => {
                if due.is_none_or(|due| now.monotonic < due) {
                    return Outcome::default();
                }
                let (gap, told) = (gap.clone(), *told);
                self.tell(gap, told, now, attendance)
            }
        }
    }

    /// Returns when time may change something, hours aside.
    pub(super) fn due(&self, attendance: &Attendance) -> Option<Monotonic> {
        match self {
            Self::OffDuty => None,
            Self::Attended { seen, .. } => Some(seen.monotonic.plus(quiet(attendance))),
            Self::Counting { due, .. } => Some(*due),
            Self::Absent { due, .. } => *due,
        }
    }

    /// Returns what is kept over a restart; `now` is when the last alert told, if one did.
    pub(super) fn record(&self, now: Utc) -> Option<WatchRecord> {
        match self {
            Self::OffDuty => None,
            Self::Attended { by, .. } => Some(WatchRecord::Attended { by: by.to_string() }),
            Self::Counting { gap, .. } => Some(WatchRecord::Gap {
                gap: gap.clone(),
                told: 0,
                told_at: None,
            }),
            Self::Absent { gap, told, .. } => Some(WatchRecord::Gap {
                gap: gap.clone(),
                told: *told,
                told_at: Some(now),
            }),
        }
    }

    fn attended(by: &Arc<str>, now: Moment) -> Self {
        Self::Attended {
            by: Arc::clone(by),
            seen: now,
        }
    }

    fn count(last: Option<String>, since_start: bool, now: Moment, span: Duration) -> Self {
        Self::Counting {
            gap: Gap {
                since: now.utc,
                since_start,
                last,
            },
            due: now.monotonic.plus(span),
        }
    }

    fn tell(&mut self, gap: Gap, index: u32, now: Moment, attendance: &Attendance) -> Outcome {
        let due = attendance.repeat.map(|repeat| now.monotonic.plus(repeat));
        *self = Self::Absent {
            gap: gap.clone(),
            told: index.saturating_add(1),
            due,
        };
        Outcome {
            told: Some(Told {
                gap,
                index,
                until: None,
            }),
            ..Outcome::change()
        }
    }
}

/// How long nobody has to be seen for the count to begin.
fn quiet(attendance: &Attendance) -> Duration {
    QUIET_MAX.min(attendance.span / 2)
}

impl Outcome {
    fn change() -> Self {
        Self {
            is_change: true,
            told: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens in a minute: somebody is seen (`x`), nobody (`.`), it is out of hours (`o`), the
    /// program starts again (`r`); twelve minutes pass (`z`) without it.
    ///
    /// Compares what was told: `A` absent, `E` the end of it.
    #[track_caller]
    fn check_with(attendance: &Attendance, minutes: &str, expected: &str, why: &str) {
        let mut now = Moment {
            monotonic: Monotonic::from_micros(0),
            utc: Utc::from_micros(1_777_629_600_000_000),
        };
        let raven: Arc<str> = Arc::from("vehicle:lan/1");
        let mut watch = Watch::begin(None, now, attendance);
        let mut kept = watch.record(now.utc);
        let mut told = String::new();
        for minute in minutes.chars() {
            let span = if minute == 'z' { 12 } else { 1 };
            let span = Duration::from_secs(60 * span);
            now.monotonic = now.monotonic.plus(span);
            now.utc = now.utc.after(span);
            let mut outcomes = Vec::new();
            match minute {
                'x' => {
                    outcomes.push(watch.see(&raven, now, attendance));
                }
                'r' | 'z' => {
                    let json = serde_json::to_string(&kept).unwrap();
                    now.monotonic = Monotonic::from_micros(1_000_000);
                    watch = Watch::begin(serde_json::from_str(&json).unwrap(), now, attendance);
                }
                _ => {}
            }
            outcomes.push(watch.wait(now, minute != 'o', attendance));
            if outcomes.iter().any(|outcome| outcome.is_change) {
                kept = watch.record(now.utc);
            }
            let mut word = '.';
            for one in outcomes.into_iter().filter_map(|outcome| outcome.told) {
                word = if one.until.is_some() { 'E' } else { 'A' };
            }
            told.push(word);
        }
        assert_eq!(told, expected, "{why}");
    }

    #[track_caller]
    fn check(minutes: &str, expected: &str, why: &str) {
        check_with(&attendance(), minutes, expected, why);
    }

    /// Five minutes are too long.
    fn attendance() -> Attendance {
        Attendance {
            name: "patrol".to_owned(),
            corridors: CorridorFilter::default(),
            tracks: TrackFilter::default(),
            span: Duration::from_secs(300),
            hours: Hours::default(),
            repeat: None,
            tells_end: false,
            severity: Severity::default(),
            status: Status::default(),
        }
    }

    #[test]
    fn an_absence_is_told_once() {
        check("........", "....A...", "nobody ever came");
        check(
            "..x.......",
            ".......A..",
            "five minutes after the last sight",
        );
        check("..x...x....x", "............", "seen often enough");
        check("......x......", "....A......A.", "each absence by itself");
    }

    #[test]
    fn an_absence_is_told_again_and_its_end_if_that_is_asked_for() {
        let attendance = Attendance {
            repeat: Some(Duration::from_secs(120)),
            tells_end: true,
            ..attendance()
        };
        check_with(
            &attendance,
            "........x..",
            "....A.A.E..",
            "every two minutes",
        );
        check_with(&attendance, "..x..x.....", "..........A", "not an absence");
    }

    #[test]
    fn out_of_hours_nobody_has_to_be_there() {
        check(
            "...ooooo......",
            ".............A"[..14].into(),
            "the count begins anew",
        );
        check("......o.x....", "....A........", "an absence ends quietly");
        check("oxo....", ".......", "who was there before does not count");
    }

    #[test]
    fn a_restart_neither_tells_again_nor_forgets() {
        check("...r......", "....A.....", "the count goes on");
        check(
            "......r.......",
            "....A.........",
            "what is told stays told",
        );
        check("..x..r...", ".......A.", "since the last sight");
        check(".z....", "..A...", "long over, but told only when heard");
        check("..xr......", "........A.", "attended when the run ended");
    }

    #[test]
    fn the_alert_says_since_when_and_who_was_there_last() {
        let now = |seconds: u64| Moment {
            monotonic: Monotonic::from_micros(seconds * 1_000_000),
            utc: Utc::from_micros(i64::try_from(seconds).unwrap() * 1_000_000),
        };
        let mut watch = Watch::begin(None, now(10), &attendance());
        let told = |watch: &mut Watch, seconds| {
            let outcome = watch.wait(now(seconds), true, &attendance());
            outcome.told.map(|told| told.gap)
        };
        let from_start = Gap {
            since: now(10).utc,
            since_start: true,
            last: None,
        };
        assert_eq!(told(&mut watch, 309), None);
        assert_eq!(told(&mut watch, 310), Some(from_start));
        let raven: Arc<str> = Arc::from("vehicle:lan/1");
        let seen = watch.see(&raven, now(400), &attendance());
        assert_eq!((seen.is_change, seen.told), (true, None));
        assert_eq!(told(&mut watch, 500), None);
        let since_sight = Gap {
            since: now(400).utc,
            since_start: false,
            last: Some(raven.to_string()),
        };
        assert_eq!(watch.due(&attendance()), Some(now(700).monotonic));
        assert_eq!(told(&mut watch, 700), Some(since_sight));
        assert_eq!(watch.due(&attendance()), None);
    }
}
