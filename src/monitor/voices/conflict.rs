//! Two senders that use one identity: what shows it, and what is told of them.

use std::mem;

use super::{FORGOTTEN_AFTER, Heard, SPEAKS, VOICES_MAX, Voices};
use crate::monitor::gate::{Clocks, GateSettings, Rejection, Verdict};
use crate::monitor::paths::Path;
use crate::monitor::point::{DELAY_MAX, Point};
use crate::monitor::run::{Run, SAMPLES_MIN};
use crate::monitor::sample::Sample;
use crate::monitor::voice::Voice;
use crate::track::{AutopilotVersion, HardwareId, Report};
use crate::units::{LatLon, Monotonic};

/// Two senders that use one identity.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::monitor) struct Conflict {
    pub(in crate::monitor) evidence: Evidence,
    /// The one that was known, and the other.
    pub(in crate::monitor) senders: [SenderNote; 2],
}

/// What shows that there are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::monitor) enum Evidence {
    /// Their hardware has different ids.
    HardwareId,
    /// Their clocks have nothing to do with each other.
    BootClock,
    /// Nothing flies that fast from one to the other and back.
    Motion,
}

impl Evidence {
    /// Names it in alerts.
    pub(in crate::monitor) const fn name(self) -> &'static str {
        match self {
            Self::HardwareId => "hardware-id",
            Self::BootClock => "boot-clock",
            Self::Motion => "motion",
        }
    }
}

/// What is known of a sender.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::monitor) struct SenderNote {
    pub(in crate::monitor) voice: u8,
    pub(in crate::monitor) path: Option<Path>,
    pub(in crate::monitor) position: Option<LatLon>,
    pub(in crate::monitor) hardware: Option<HardwareId>,
}

impl Voices {
    /// Says what shows that a run is another sender's, if anything does yet.
    pub(super) fn evidence(
        &self,
        settings: &GateSettings,
        run: &Run,
        point: &Point,
    ) -> Option<Evidence> {
        // A sample that was late is no sign that its sender still speaks.
        if run.interrupted < SAMPLES_MIN {
            return None;
        }
        let mut evidence = None;
        for voice in &self.known {
            let Some(last) = voice.gate.last() else {
                continue;
            };
            // Whoever has not been heard for long does not speak beside the run.
            let is_silent = SPEAKS < point.received.since(voice.heard);
            if is_silent || voice.heard.since(run.first) < DELAY_MAX {
                return None;
            }
            if last.clock != point.clock {
                evidence.get_or_insert(Evidence::Motion);
                continue;
            }
            let ahead_ms = point.ahead_ms(last).unsigned_abs();
            if u128::from(ahead_ms) <= DELAY_MAX.as_millis() {
                let ways_differ = run.paths.is_disjoint(&voice.paths, point.received);
                if !ways_differ && !run.is_inverted() {
                    return None;
                }
                evidence.get_or_insert(Evidence::Motion);
            } else if run.clocks == Clocks::Behind
                && voice.gate.predates(point)
                && voice.gate.could_have_been(settings, point)
            {
                // It may be late: what the sender was doing then is not known.
                return None;
            } else {
                evidence = Some(Evidence::BootClock);
            }
        }
        evidence
    }

    /// Makes a run a sender of its own.
    pub(super) fn part(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        evidence: Evidence,
    ) -> Heard {
        if VOICES_MAX <= self.known.len() {
            return Heard::rejected(Rejection::Jump);
        }
        let known = self.order(report).first().copied().unwrap_or(0);
        let mut voice = Voice::new(self.free_number(), report);
        voice.learn(report);
        let Verdict::Passes(pass) = voice.judge(settings, &point) else {
            return Heard::rejected(Rejection::Jump);
        };
        let newcomer = self.known.len();
        self.known.push(voice);
        let heard = self.accept(settings, newcomer, report, sample, point, pass);
        let conflict = self.tell(evidence, known, newcomer);
        Heard { conflict, ..heard }
    }

    /// Compares a hardware id with that of the sender on the same way.
    pub(super) fn compare_hardware(
        &mut self,
        report: &Report,
        version: AutopilotVersion,
    ) -> Option<Conflict> {
        let told = version.hardware?;
        let now = report.received.monotonic;
        if self
            .known
            .iter()
            .any(|voice| voice.profile.hardware == Some(told))
        {
            let before = self.stranger_hardware.take();
            let is_back = before.is_some_and(|(_, heard)| now.since(heard) < FORGOTTEN_AFTER);
            // Both on one way, and the first one again: they are two.
            return is_back.then(|| self.tell_of(Evidence::HardwareId, before))?;
        }
        let known = self.order(report).first().copied()?;
        let has_room = self.known.len() < VOICES_MAX;
        let voice = &mut self.known[known];
        voice.profile.hardware?;
        if !voice.paths.has_another(report, DELAY_MAX) || !has_room {
            self.stranger_hardware = Some((told, now));
            // It may be another aircraft in the place of the one before: that one says no more.
            return None;
        }
        voice.paths.leave(report);
        let number = self.free_number();
        let newcomer = self.known.len();
        self.known.push(Voice::new(number, report));
        self.known[newcomer].profile.hardware = Some(told);
        self.tell(Evidence::HardwareId, known, newcomer)
    }

    /// Tells of two senders on one way, of which one is known by its hardware id alone.
    pub(super) fn tell_of(
        &mut self,
        evidence: Evidence,
        stranger: Option<(HardwareId, Monotonic)>,
    ) -> Option<Conflict> {
        let known = self.note(0);
        let other = SenderNote {
            voice: known.voice.saturating_add(1),
            hardware: stranger.map(|(hardware, _)| hardware),
            position: None,
            path: known.path.clone(),
        };
        let is_news = !mem::replace(&mut self.is_told, true);
        is_news.then_some(Conflict {
            evidence,
            senders: [known, other],
        })
    }

    pub(super) fn tell(
        &mut self,
        evidence: Evidence,
        known: usize,
        newcomer: usize,
    ) -> Option<Conflict> {
        let is_news = !mem::replace(&mut self.is_told, true);
        is_news.then(|| Conflict {
            evidence,
            senders: [self.note(known), self.note(newcomer)],
        })
    }

    pub(super) fn note(&self, index: usize) -> SenderNote {
        let voice = &self.known[index];
        SenderNote {
            voice: voice.number,
            path: voice.paths.latest().cloned(),
            position: voice.gate.last().map(|last| last.position),
            hardware: voice.profile.hardware,
        }
    }
}
