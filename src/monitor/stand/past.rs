//! What is kept of one track and one corridor under one rule when nothing is under way.

use crate::monitor::rule::Rule;
use crate::track::TrackTime;

/// The episodes so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::monitor) struct Past {
    /// Counts episodes from 1; 0 before the first.
    pub(in crate::monitor) episode: u64,
    /// Alerts of the last one.
    pub(in crate::monitor) alerts: u32,
    pub(in crate::monitor) ended: Option<Ended>,
}

/// How the last episode ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::monitor) enum Ended {
    /// Outside was confirmed.
    Left(TrackTime),
    /// The way that led in led elsewhere, before the track was inside.
    Withdrawn(TrackTime),
}

impl Ended {
    /// Returns when it did.
    pub(in crate::monitor) fn at(self) -> TrackTime {
        match self {
            Self::Left(at) | Self::Withdrawn(at) => at,
        }
    }
}

impl Past {
    /// Says until when a stay is told nothing of that begins at `at`: the last one was just before.
    pub(in crate::monitor) fn hushed_until(&self, at: TrackTime, rule: &Rule) -> Option<TrackTime> {
        match self.ended? {
            Ended::Left(left_at) => {
                let until = left_at.plus(rule.cool_down?);
                (at < until).then_some(until)
            }
            Ended::Withdrawn(_) => None,
        }
    }

    /// Says whether an approach that ended still belongs to the story, so that another is the same.
    pub(in crate::monitor) fn may_resume(&self, at: TrackTime, rule: &Rule) -> bool {
        match self.ended {
            Some(Ended::Withdrawn(withdrawn_at)) => at < withdrawn_at.plus(rule.again()),
            Some(Ended::Left(_)) | None => false,
        }
    }

    /// Begins the next episode.
    pub(in crate::monitor) fn begin(&mut self) {
        self.episode += 1;
        self.alerts = 0;
        self.ended = None;
    }
}
