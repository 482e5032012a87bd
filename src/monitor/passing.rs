//! A way right through a corridor that is not told yet.
//!
//! It leads in at a place and out at another. Being outside is then confirmed like any other
//! standing: one wild fix on the far side looks like a crossing, and the next one like another.

use crate::monitor::rule::Confirm;
use crate::monitor::stand::Crossing;
use crate::track::TrackTime;
use crate::units::LatLon;

/// What is known of the way since the track was last confirmed outside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passing {
    entry: Option<Crossing>,
    /// The first fix surely outside since the last way out, and how many there were.
    outside: Option<(TrackTime, u32)>,
}

impl Passing {
    /// Notes a way in; says whether the story begins with it.
    ///
    /// It does not if it leads back in from the far side. `leads_deep` says whether the straight
    /// way between two places leads well inside.
    pub(super) fn go_in(
        &mut self,
        crossing: Crossing,
        leads_deep: impl Fn(LatLon, LatLon) -> bool,
    ) -> bool {
        self.outside = None;
        if let Some(entry) = self.entry {
            let from_far = match (entry.side, crossing.side) {
                (Some(home), Some(side)) => home != side,
                (_, _) => leads_deep(entry.position, crossing.position),
            };
            if from_far {
                return false;
            }
        }
        self.entry = Some(crossing);
        true
    }

    /// Notes a way out.
    pub(super) fn go_out(&mut self) {
        self.outside = None;
    }

    /// Says whether a way in is known that may turn out to lead through.
    pub(super) fn is_under_way(&self) -> bool {
        self.entry.is_some()
    }

    /// Takes a fix surely outside and says whether there are enough of them.
    pub(super) fn is_confirmed(&mut self, at: TrackTime, confirm: Confirm) -> bool {
        let (since, fixes) = self.outside.unwrap_or((at, 0));
        let fixes = fixes.saturating_add(1);
        self.outside = Some((since, fixes));
        confirm.is_met(fixes, at.since(since))
    }

    /// Returns where the way led in, if with `exit` it led right through.
    ///
    /// It did if it changed the side of a line, or if the corridor lies between its ends.
    pub(super) fn led_through(
        self,
        exit: Crossing,
        leads_deep: impl Fn(LatLon, LatLon) -> bool,
    ) -> Option<Crossing> {
        let entry = self.entry?;
        let sides_differ = entry.side.is_some() && exit.side.is_some() && entry.side != exit.side;
        let through = sides_differ || leads_deep(entry.position, exit.position);
        (entry.at <= exit.at && through).then_some(entry)
    }
}
