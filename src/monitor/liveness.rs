//! Whether somebody is still heard: a pure state machine over silence.
//!
//! | heard last                                       | stale after       | lost after       |
//! |--------------------------------------------------|-------------------|------------------|
//! | a vehicle, on a direct link                      | `stale`           | `lost`           |
//! | an aircraft, a Remote ID, what a camera looks at | `stale`           | twice `lost`     |
//! | a vessel, or anybody by satellite                | `satellite-stale` | `satellite-lost` |
//!
//! Who is heard both ways is as alive as the better one says. A vessel at anchor tells its place
//! every three minutes (ITU-R M.1371), a transponder is easily shadowed.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::track::{LinkClass, LinkName, Message, Report, TrackKind};
use crate::units::Monotonic;

/// Whether a track is still heard, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Liveness {
    /// It is.
    Alive,
    /// It is silent for longer than usual.
    Stale,
    /// Nobody can count on it.
    Lost,
}

impl Liveness {
    /// Returns the name that it is shown by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Stale => "stale",
            Self::Lost => "lost",
        }
    }
}

/// How much silence changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// So much makes a track stale.
    pub stale: Duration,
    /// So much, which is more, makes it lost.
    pub lost: Duration,
}

/// How much silence is nothing unusual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivenessSettings {
    /// For what direct links bring.
    pub direct: Timeouts,
    /// For what comes by satellite.
    pub satellite: Timeouts,
    /// The links that come by satellite.
    pub satellite_links: BTreeSet<LinkName>,
}

impl Default for LivenessSettings {
    fn default() -> Self {
        Self {
            direct: Timeouts {
                stale: Duration::from_secs(5),
                lost: Duration::from_secs(30),
            },
            satellite: Timeouts {
                stale: Duration::from_secs(3 * 60),
                lost: Duration::from_secs(15 * 60),
            },
            satellite_links: BTreeSet::new(),
        }
    }
}

/// When one track was heard, by class of link, and what was made of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contact {
    kind: TrackKind,
    direct: Option<Monotonic>,
    satellite: Option<Monotonic>,
    pub(super) liveness: Liveness,
}

impl Timeouts {
    fn judge(self, silence: Duration) -> Liveness {
        if self.lost <= silence {
            Liveness::Lost
        } else if self.stale <= silence {
            Liveness::Stale
        } else {
            Liveness::Alive
        }
    }
}

impl LivenessSettings {
    fn timeouts(&self, class: LinkClass, kind: TrackKind) -> Timeouts {
        match (class, kind) {
            (LinkClass::Satellite, _) | (LinkClass::Direct, TrackKind::Vessel) => self.satellite,
            (LinkClass::Direct, TrackKind::Vehicle) => self.direct,
            (
                LinkClass::Direct,
                TrackKind::Aircraft | TrackKind::RemoteId | TrackKind::CameraPoint,
            ) => Timeouts {
                lost: self.direct.lost.saturating_mul(2),
                ..self.direct
            },
        }
    }
}

impl Contact {
    /// Begins with nothing heard yet.
    pub(super) fn new(kind: TrackKind) -> Self {
        Self {
            kind,
            direct: None,
            satellite: None,
            liveness: Liveness::Alive,
        }
    }

    /// Notes that a report brought something of the track, and that it is alive.
    pub(super) fn hear(&mut self, settings: &LivenessSettings, report: &Report) {
        let now = report.received.monotonic;
        let heard = match self.class_of(settings, report) {
            LinkClass::Direct => &mut self.direct,
            LinkClass::Satellite => &mut self.satellite,
        };
        *heard = (*heard).max(Some(now));
        self.liveness = Liveness::Alive;
    }

    /// Judges anew, and says what it is if that is a change.
    pub(super) fn look(&mut self, settings: &LivenessSettings, now: Monotonic) -> Option<Liveness> {
        let direct = self.judge(settings, LinkClass::Direct, now);
        let satellite = self.judge(settings, LinkClass::Satellite, now);
        let next = direct.min(satellite);
        let is_change = next != self.liveness;
        self.liveness = next;
        is_change.then_some(next)
    }

    /// Returns when the track was heard last.
    pub(super) fn heard(&self) -> Option<Monotonic> {
        self.direct.max(self.satellite)
    }

    fn judge(&self, settings: &LivenessSettings, class: LinkClass, now: Monotonic) -> Liveness {
        let heard = match class {
            LinkClass::Direct => self.direct,
            LinkClass::Satellite => self.satellite,
        };
        let timeouts = settings.timeouts(class, self.kind);
        heard.map_or(Liveness::Lost, |heard| timeouts.judge(now.since(heard)))
    }

    /// Says how a report came.
    ///
    /// A modem may be connected to a link that says nothing of it: who sends nothing but what is
    /// meant for satellites is heard by one, as soon as it was silent otherwise for longer than usual.
    fn class_of(&self, settings: &LivenessSettings, report: &Report) -> LinkClass {
        let is_sparse = matches!(
            report.message,
            Message::HighLatency(_) | Message::HighLatency2(_)
        );
        let now = report.received.monotonic;
        if settings.satellite_links.contains(&report.link)
            || (is_sparse && self.judge(settings, LinkClass::Direct, now) != Liveness::Alive)
        {
            LinkClass::Satellite
        } else {
            LinkClass::Direct
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture::{fix, heard_by, high_latency};

    /// Hears a track of `kind` as `heard` says, one character a second (`d` on a direct link, `s`
    /// on a satellite link, `h` `HIGH_LATENCY2` on a direct link, `.` nothing), under timeouts of 2 s
    /// and 4 s, by satellite 5 s and 8 s, and compares the state after each (`A`, `S`, `L`).
    #[track_caller]
    fn check(kind: TrackKind, heard: &str, expected: &str, why: &str) {
        let settings = LivenessSettings {
            direct: timeouts(2, 4),
            satellite: timeouts(5, 8),
            satellite_links: BTreeSet::from([LinkName::new("modem")]),
        };
        let mut contact = Contact::new(kind);
        let mut states = String::new();
        for (ms, way) in (0..).step_by(1_000).zip(heard.chars()) {
            let report = match way {
                's' => heard_by(&fix(ms, (0.0, 0.0)), "modem", "10.0.0.1:1"),
                'h' => high_latency(ms, (0.0, 0.0)),
                _ => fix(ms, (0.0, 0.0)),
            };
            if way != '.' {
                contact.hear(&settings, &report);
            }
            contact.look(&settings, report.received.monotonic);
            states.push(match contact.liveness {
                Liveness::Alive => 'A',
                Liveness::Stale => 'S',
                Liveness::Lost => 'L',
            });
        }
        assert_eq!(states, expected, "{why}");
    }

    fn timeouts(stale_s: u64, lost_s: u64) -> Timeouts {
        Timeouts {
            stale: Duration::from_secs(stale_s),
            lost: Duration::from_secs(lost_s),
        }
    }

    #[test]
    fn silence_makes_stale_and_then_lost_and_a_message_alive() {
        let vehicle = TrackKind::Vehicle;
        check(vehicle, "d.....d..", "AASSLLAAS", "a direct link");
        check(vehicle, "s.......s", "AAAAASSSA", "a satellite link");
        check(vehicle, "s........", "AAAAASSSL", "a satellite that went");
    }

    #[test]
    fn the_better_of_two_links_counts() {
        let vehicle = TrackKind::Vehicle;
        check(vehicle, "d.s......", "AAAAAAASS", "the satellite has it");
        check(vehicle, "s.d.....", "AAAAASSS", "it was heard directly too");
    }

    #[test]
    fn who_says_only_what_is_meant_for_satellites_is_heard_by_one() {
        let vehicle = TrackKind::Vehicle;
        check(
            vehicle,
            "h.......h",
            "AAAAASSSA",
            "it never said anything else",
        );
        check(vehicle, "dh....h....", "AAASSLAAAAA", "it has changed over");
        check(
            vehicle,
            "d..h.......",
            "AASAAAAASSS",
            "before it was lost on the direct link",
        );
    }

    #[test]
    fn others_than_vehicles_are_given_more_time() {
        for kind in [
            TrackKind::Aircraft,
            TrackKind::RemoteId,
            TrackKind::CameraPoint,
        ] {
            check(kind, "d........", "AASSSSSSL", kind.name());
        }
        check(TrackKind::Vessel, "d........", "AAAAASSSL", "at anchor");
    }
}
