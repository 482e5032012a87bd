//! A silence: what somebody does not want to hear for a while, why, and until when.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::monitor::alert::{Alert, Event, Severity};
use crate::units::Utc;

/// The longest time that a silence may last.
pub const SILENCE_MAX: Duration = Duration::from_secs(30 * 86_400);

/// What a silence is asked for with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceRequest {
    /// What it holds back.
    pub matchers: Matchers,
    /// When it ends.
    pub until: Utc,
    /// Why.
    pub comment: String,
    /// Who says so.
    pub author: String,
    /// Whether it holds back critical alerts too.
    #[serde(default)]
    pub critical: bool,
}

/// A silence, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Counts from 1 in each database.
    pub number: u32,
    /// What was asked for.
    #[serde(flatten)]
    pub request: SilenceRequest,
    /// When it began.
    pub since: Utc,
    /// When somebody ended it before its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Utc>,
    /// How many alerts it has held back.
    #[serde(default)]
    pub held: u64,
}

/// Which alerts a silence is about: those that pass every list that is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Matchers {
    /// Rules by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Corridors by id; an alert about several passes only if all are here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corridors: Vec<String>,
    /// ISO 3166-1 alpha-2 codes; what concerns several passes only if all are here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Tracks by key or callsign.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<String>,
    /// Events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Nothing graver than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity_max: Option<Severity>,
}

/// Why there is no such silence.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotASilence {
    /// It would hold back everything.
    #[error(
        "it says nothing of what it is about: name a rule, corridor, country, track, event or a greatest severity"
    )]
    AboutEverything,
    /// It would be over before it begins.
    #[error("its end, {until}, is not after {now}")]
    Over {
        /// When it would end.
        until: Utc,
        /// What time it is.
        now: Utc,
    },
    /// It would last too long.
    #[error("its end, {until}, is more than {} days away", SILENCE_MAX.as_secs() / 86_400)]
    TooLong {
        /// When it would end.
        until: Utc,
    },
    /// Nobody says why.
    #[error("the comment is empty")]
    NoComment,
    /// Nobody stands for it.
    #[error("the author is empty")]
    NoAuthor,
}

impl SilenceRequest {
    /// Checks that it is about something, that it ends, and that somebody says why.
    ///
    /// # Errors
    ///
    /// Says what is missing, the first of it.
    pub fn check(&self, now: Utc) -> Result<(), NotASilence> {
        let until = self.until;
        if self.matchers == Matchers::default() {
            Err(NotASilence::AboutEverything)
        } else if until <= now {
            Err(NotASilence::Over { until, now })
        } else if now.after(SILENCE_MAX) < until {
            Err(NotASilence::TooLong { until })
        } else if self.comment.trim().is_empty() {
            Err(NotASilence::NoComment)
        } else if self.author.trim().is_empty() {
            Err(NotASilence::NoAuthor)
        } else {
            Ok(())
        }
    }
}

impl Silence {
    /// Says whether it holds `alert` back at `now`.
    #[must_use]
    pub fn holds(&self, alert: &Alert, now: Utc) -> bool {
        let may = self.request.critical || alert.severity != Severity::Critical;
        may && now < self.over_at() && self.request.matchers.pass(alert)
    }

    /// Returns when it is over, or was ended.
    #[must_use]
    pub fn over_at(&self) -> Utc {
        let until = self.request.until;
        self.ended_at.map_or(until, |ended| ended.min(until))
    }
}

impl Matchers {
    /// Says whether `alert` passes every list that is not empty.
    fn pass(&self, alert: &Alert) -> bool {
        let rule = alert.rule.as_ref().map(|rule| rule.name.as_str());
        let track = alert.track.as_ref();
        let names = track.into_iter().flat_map(|track| {
            let callsign = track.callsign.as_deref();
            [Some(track.key.as_str()), callsign].into_iter().flatten()
        });
        any(&self.rules, rule)
            && any(&self.tracks, names)
            && all(&self.corridors, corridors(alert))
            && all(&self.countries, countries(alert))
            && (self.events.is_empty() || self.events.contains(&alert.event))
            && self.severity_max.is_none_or(|max| alert.severity <= max)
    }
}

/// Says whether a list that is not empty has one of `names`.
fn any<'a>(wanted: &[String], names: impl IntoIterator<Item = &'a str>) -> bool {
    let has = |name: &str| wanted.iter().any(|it| it == name);
    wanted.is_empty() || names.into_iter().any(has)
}

/// Says whether a list that is not empty has all of `names`, and there are some.
fn all<'a>(wanted: &[String], names: impl IntoIterator<Item = &'a str>) -> bool {
    let mut names = names.into_iter().peekable();
    let has = |name: &str| wanted.iter().any(|it| it == name);
    wanted.is_empty() || (names.peek().is_some() && names.all(has))
}

/// Returns the ids of all corridors that an alert is about.
fn corridors(alert: &Alert) -> impl Iterator<Item = &str> {
    let first = alert.corridor.as_ref().map(|it| it.id.as_str());
    first
        .into_iter()
        .chain(alert.also.iter().map(|it| it.id.as_str()))
}

/// Returns the countries that these concern.
fn countries(alert: &Alert) -> impl Iterator<Item = &str> {
    let first = alert.corridor.as_ref();
    let own = first.and_then(|it| it.country.as_deref());
    let concerned = first.into_iter().flat_map(|it| &it.countries);
    let others = alert.also.iter().flat_map(|it| &it.countries);
    own.into_iter()
        .chain(concerned.chain(others).map(String::as_str))
}

impl fmt::Display for Matchers {
    /// Writes `rule road, track RAVEN or OWL, at most minor`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events: Vec<String> = self.events.iter().map(Event::to_string).collect();
        let lists = [
            ("rule", &self.rules),
            ("corridor", &self.corridors),
            ("country", &self.countries),
            ("track", &self.tracks),
            ("event", &events),
        ];
        let lists = lists.into_iter().filter(|(_, names)| !names.is_empty());
        let mut words: Vec<String> = lists
            .map(|(what, names)| format!("{what} {}", names.join(" or ")))
            .collect();
        words.extend(
            self.severity_max
                .map(|max| format!("at most {}", max.name())),
        );
        f.write_str(&words.join(", "))
    }
}
