//! All that is watched about the places of one sender, and what is made of it.
//!
//! Pure. It is told of every sample by whoever knows which line of places the sample belongs to.

use std::mem;
use std::time::Duration;

use super::{Change, Doubt, Doubts, How, Reckoning, Sign, Standstill, Suspicion, Trust};
use crate::monitor::gate::GateSettings;
use crate::monitor::point::Point;
use crate::track::Velocity;
use crate::units::{LatLon, Metres, Moment, Monotonic, Utc};

/// Samples in a row without a place that mean something.
const ABSENT_MIN: u32 = 3;
/// How long a word about two places at once holds.
const RIVAL_FRESH: Duration = Duration::from_secs(10);

/// What is watched about one sender.
#[derive(Clone, Debug, Default)]
pub(in crate::monitor) struct Scrutiny {
    trust: Trust,
    reckoning: Reckoning,
    standstill: Standstill,
    /// Samples in a row that have no place.
    absent: u32,
    /// When two places were told at one time last.
    rival: Option<Monotonic>,
    /// What was overruled, and when it was seen last: it is how this sender is.
    muted: Option<(Doubts, Monotonic)>,
    /// The last place before the doubts, and when that was.
    trusted: Option<Place>,
    /// Whether places were kept from the rules since the last that they saw.
    has_gap: bool,
    /// Whether the doubts are an earlier run's, and nothing was heard in this one.
    is_restored: bool,
}

/// A place, and when it was heard of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::monitor) struct Place {
    pub(in crate::monitor) position: LatLon,
    pub(in crate::monitor) heard: Utc,
}

/// What changed about the trust in a sender.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::monitor) struct News {
    pub(in crate::monitor) change: Change,
    /// The last place before the doubts.
    pub(in crate::monitor) trusted: Option<Place>,
}

/// What is seen of a sample that has a place.
#[derive(Clone, Copy, Debug)]
pub(in crate::monitor) struct Look {
    /// The last place that was right, if this one is refuted.
    pub(in crate::monitor) refuted_since: Option<Point>,
    pub(in crate::monitor) news: Option<News>,
}

impl Scrutiny {
    /// Goes on with the doubts of an earlier run.
    pub(in crate::monitor) fn restored(
        doubts: Doubts,
        is_hidden: bool,
        trusted: Option<Place>,
    ) -> Self {
        let suspicion = Suspicion {
            since: Moment::default(),
            doubts,
        };
        Self {
            trust: Trust::restored(suspicion, is_hidden),
            trusted,
            has_gap: is_hidden,
            is_restored: true,
            ..Self::default()
        }
    }

    /// Looks at a sample of a line of places; `warnings` are what others say of it.
    pub(in crate::monitor) fn look(
        &mut self,
        settings: &GateSettings,
        now: Moment,
        sign: Sign,
        (point, velocity): (Point, Option<&Velocity>),
        warnings: Doubts,
    ) -> Look {
        self.absent = 0;
        let frozen = self.standstill.step(point, velocity);
        let astray = self.reckoning.step(point, velocity);
        let told_twice = self
            .rival
            .is_some_and(|heard| now.monotonic.since(heard) < RIVAL_FRESH);
        let seen = Doubts::of_if(frozen.is_some(), Doubt::Frozen)
            .and(Doubts::of_if(astray.is_some(), Doubt::Drift))
            .and(Doubts::of_if(told_twice, Doubt::Disagreement))
            .and(Doubts::of_if(
                self.reckoning.is_overrated(),
                Doubt::Overrated,
            ))
            .and(warnings);
        let seen = self.without_muted(settings, now, seen);
        let refuted_since = (!seen.refuting().is_empty())
            .then_some(frozen.or(astray))
            .flatten();
        let sign = if refuted_since.is_some() {
            Sign::Refuted
        } else {
            sign
        };
        if let Some(right) = refuted_since {
            self.remember(&right, now);
        } else if !self.trust.hides() {
            self.trusted = Some(place(&point, now));
        }
        let news = self.step(settings, now, sign, seen);
        Look {
            refuted_since,
            news,
        }
    }

    /// Takes note of places that could not be reached from the last one that was right.
    pub(in crate::monitor) fn refute(
        &mut self,
        settings: &GateSettings,
        now: Moment,
        doubt: Doubt,
        right: &Point,
    ) -> Option<News> {
        self.absent = 0;
        self.begin();
        self.remember(right, now);
        self.step(settings, now, Sign::Refuted, Doubts::of(doubt))
    }

    /// Takes note of a sample without a place that could be believed.
    pub(in crate::monitor) fn miss(
        &mut self,
        settings: &GateSettings,
        now: Moment,
        doubt: Doubt,
    ) -> Option<News> {
        self.absent = self.absent.saturating_add(1);
        if self.absent < ABSENT_MIN {
            return None;
        }
        self.begin();
        self.step(settings, now, Sign::Absent, Doubts::of(doubt))
    }

    /// Takes note of two places that are told at one time.
    pub(in crate::monitor) fn note_rival(&mut self, now: Monotonic) {
        self.rival = Some(now);
    }

    /// Begins a new line of places.
    pub(in crate::monitor) fn begin(&mut self) {
        self.reckoning.begin();
        self.standstill = Standstill::default();
    }

    /// Says whether places are kept from the rules.
    pub(in crate::monitor) const fn hides(&self) -> bool {
        self.trust.hides()
    }

    /// Says whether places were kept from the rules since this was asked last.
    pub(in crate::monitor) fn take_gap(&mut self) -> bool {
        mem::take(&mut self.has_gap)
    }

    /// Returns the last trusted place of an earlier run if the first one of this run could not be
    /// reached from there; once.
    pub(in crate::monitor) fn take_anchor(
        &mut self,
        settings: &GateSettings,
        now: Moment,
        point: &Point,
    ) -> Option<Point> {
        if !mem::take(&mut self.is_restored) || !self.trust.hides() {
            return None;
        }
        let trusted = self.trusted?;
        let passed = now.utc.since(trusted.heard);
        let passed_ms = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        let heard_ago_us = u64::try_from(passed.as_micros()).unwrap_or(u64::MAX);
        let received_us = now.monotonic.as_micros().saturating_sub(heard_ago_us);
        let anchor = Point {
            position: trusted.position,
            ms: point.ms.saturating_sub(passed_ms),
            received: Monotonic::from_micros(received_us),
            ..*point
        };
        (!point.is_reachable_from(&anchor, settings)).then_some(anchor)
    }

    /// Returns how far the fixes are seen to wander, if it is more than is claimed.
    pub(in crate::monitor) fn seen_accuracy(&self, claimed: Option<Metres>) -> Option<Metres> {
        self.reckoning.seen_accuracy(claimed)
    }

    fn step(
        &mut self,
        settings: &GateSettings,
        now: Moment,
        sign: Sign,
        seen: Doubts,
    ) -> Option<News> {
        let trusted = self.trusted;
        let (next, change) = self.trust.step(&settings.trust, now, sign, seen);
        self.trust = next;
        self.has_gap |= next.hides();
        let change = change?;
        match change {
            Change::Trusted(Suspicion { doubts, .. }, How::Overruled) => {
                self.muted = Some((doubts.refuting(), now.monotonic));
            }
            Change::Shown(How::Overruled) => {
                let doubts = next.suspicion().map_or(Doubts::NONE, |it| it.doubts);
                self.muted = Some((doubts.refuting(), now.monotonic));
            }
            Change::Suspect(_)
            | Change::Trusted(_, How::Returned | How::Settled)
            | Change::Shown(How::Returned | How::Settled) => {}
        }
        Some(News { change, trusted })
    }

    /// Leaves out what was overruled, until it was not seen for as long as that took.
    fn without_muted(&mut self, settings: &GateSettings, now: Moment, seen: Doubts) -> Doubts {
        let Some((muted, last)) = &mut self.muted else {
            return seen;
        };
        let heard = seen.without(*muted);
        if heard != seen {
            *last = now.monotonic;
        } else if settings.trust.hidden_max <= now.monotonic.since(*last) {
            self.muted = None;
        }
        heard
    }

    /// Remembers a place as the last that was right, unless the doubts have begun already.
    fn remember(&mut self, right: &Point, now: Moment) {
        if !self.trust.hides() {
            self.trusted = Some(place(right, now));
        }
    }
}

/// Stamps a place with when it was heard, by the clock of the present.
fn place(point: &Point, now: Moment) -> Place {
    Place {
        position: point.position,
        heard: now.utc.before(now.monotonic.since(point.received)),
    }
}
