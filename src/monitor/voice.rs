//! One sender that uses an identity: what it told of itself, and its quality gate.

use std::time::Duration;

use crate::monitor::gate::{Gate, GateSettings, Pass, Verdict};
use crate::monitor::paths::Paths;
use crate::monitor::point::{ClockKind, Point, SenderClock};
use crate::monitor::receivers::Receivers;
use crate::monitor::sample::{Sample, Source, Stamp};
use crate::monitor::trust::{Doubt, Doubts, Look, Scrutiny, Sign};
use crate::track::{
    Fix, FrameLoss, Gnss, HardwareId, Heartbeat, LinkName, Message, Report, SystemTime, Text,
    Velocity,
};
use crate::units::{LatLon, Metres, Monotonic};

/// How long a position keeps worse sources of the same sender out.
const SOURCE_FRESH: Duration = Duration::from_secs(5);
/// How long a link's word about what it has lost holds after it brought something.
const LOSS_FRESH: Duration = Duration::from_secs(60);
/// Links whose losses are remembered of one sender.
const LINKS_MAX: usize = 8;
/// `MAV_COMP_ID_AUTOPILOT1`.
const AUTOPILOT: u8 = 1;

/// What a sender tells of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Profile {
    pub(super) heartbeat: Option<Heartbeat>,
    pub(super) hardware: Option<HardwareId>,
    pub(super) callsign: Option<Text<9>>,
    pub(super) remote_id: Option<Text<20>>,
    pub(super) operator_id: Option<Text<20>>,
}

/// A sender.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    /// Counts the senders that use one identity at one time, from 1.
    pub(super) number: u8,
    pub(super) gate: Gate,
    pub(super) paths: Paths,
    pub(super) profile: Profile,
    /// When the last sample passed.
    pub(super) heard: Monotonic,
    /// When it was heard first.
    since: Monotonic,
    autopilot: u8,
    source: Option<(Rank, Monotonic)>,
    receivers: Receivers,
    pub(super) scrutiny: Scrutiny,
    /// What each link has lost of the autopilot's frames, and when it said so.
    losses: Vec<(LinkName, Monotonic, FrameLoss)>,
    /// A component, and its civil time less its boot clock, milliseconds.
    epoch: Option<(u8, i64)>,
}

/// How good a source is, best first: the autopilot's word before another component's.
type Rank = (bool, Source);

impl Voice {
    pub(super) fn new(number: u8, report: &Report) -> Self {
        Self {
            number,
            gate: Gate::default(),
            paths: Paths::of(report),
            profile: Profile::default(),
            heard: report.received.monotonic,
            since: report.received.monotonic,
            autopilot: AUTOPILOT,
            source: None,
            receivers: Receivers::default(),
            scrutiny: Scrutiny::default(),
            losses: Vec::new(),
            epoch: None,
        }
    }

    /// Takes what a message says about the sender, but not where it is.
    pub(super) fn learn(&mut self, report: &Report) {
        let now = report.received.monotonic;
        let component_id = report.sender.component_id;
        self.learn_loss(report);
        match &report.message {
            Message::Heartbeat(heartbeat) if heartbeat.is_autopilot() => {
                self.autopilot = component_id;
                self.profile.heartbeat = Some(*heartbeat);
            }
            Message::HighLatency2(said) => {
                let heartbeat = Heartbeat {
                    mav_type: said.mav_type,
                    autopilot: said.autopilot,
                };
                if heartbeat.is_autopilot() {
                    self.profile.heartbeat.get_or_insert(heartbeat);
                }
            }
            Message::SystemTime(time) => self.learn_epoch(component_id, *time),
            Message::Gnss(gnss) => self.learn_place(now, Source::FirstGnss, gnss),
            Message::SecondGnss(gnss) => self.learn_place(now, Source::SecondGnss, gnss),
            Message::GnssIntegrity(said) => self.receivers.learn_integrity(now, *said),
            Message::AutopilotVersion(version) => {
                self.profile.hardware = version.hardware.or(self.profile.hardware);
            }
            Message::Adsb(said) => self.profile.callsign = said.callsign.or(self.profile.callsign),
            Message::RemoteIdBasic(said) => {
                let told = said.uas_id.and_then(|id| id.text());
                self.profile.remote_id = told.or(self.profile.remote_id);
            }
            Message::RemoteIdOperator(said) => {
                self.profile.operator_id = said.operator_id.or(self.profile.operator_id);
            }
            Message::Heartbeat(_)
            | Message::SystemStatus(_)
            | Message::GlobalPosition(_)
            | Message::RadioStatus(_)
            | Message::HighLatency(_)
            | Message::ExtendedState(_)
            | Message::CameraView(_)
            | Message::CameraTarget(_)
            | Message::AisVessel(_)
            | Message::UtmPosition(_)
            | Message::RemoteIdLocation(_)
            | Message::RemoteIdSystem(_) => {}
        }
    }

    /// Remembers what the link of a report has lost of the autopilot's frames.
    ///
    /// Each link numbers a sender's frames by itself, so that the counts of two are not added up.
    fn learn_loss(&mut self, report: &Report) {
        let now = report.received.monotonic;
        let Some(loss) = report.sender_loss else {
            return;
        };
        if report.sender.component_id != self.autopilot {
            return;
        }
        self.losses
            .retain(|(link, told, _)| *link != report.link && now.since(*told) <= LOSS_FRESH);
        if self.losses.len() < LINKS_MAX {
            self.losses.push((report.link.clone(), now, loss));
        }
    }

    /// Returns what the best link has lost lately: what it brought is not lost, whatever others lose.
    fn loss(&self, now: Monotonic) -> Option<FrameLoss> {
        let fresh = self
            .losses
            .iter()
            .filter(|(_, told, _)| now.since(*told) <= LOSS_FRESH);
        fresh.map(|(_, _, loss)| *loss).min()
    }

    fn learn_epoch(&mut self, component_id: u8, time: SystemTime) {
        let unix_ms = time.unix_us.and_then(|us| i64::try_from(us / 1000).ok());
        if let Some(unix_ms) = unix_ms {
            self.epoch = Some((component_id, unix_ms - i64::from(time.boot_ms)));
        }
    }

    /// Puts a sample on the clock that it was stamped by; civil time becomes boot time where the
    /// sender told how the two go together.
    pub(super) fn point(&self, report: &Report, sample: &Sample, position: LatLon) -> Point {
        let arrival_ms = report.received.monotonic.as_micros() / 1000;
        let age = sample.age.unwrap_or_default();
        let sent_ms = i64::try_from(arrival_ms).unwrap_or(i64::MAX)
            - i64::try_from(age.as_millis()).unwrap_or(0);
        let component_id = report.sender.component_id;
        let point = |kind, ms| Point {
            clock: SenderClock { component_id, kind },
            ms,
            received: report.received.monotonic,
            position,
            h_acc: self.h_acc(report, sample),
        };
        match sample.stamp {
            None => point(ClockKind::Arrival, sent_ms),
            Some(Stamp::Boot(ms)) => point(ClockKind::Boot, ms),
            Some(Stamp::Unix(ms)) => match self.epoch {
                Some((component, epoch_ms)) if component == component_id => {
                    point(ClockKind::Boot, ms - epoch_ms)
                }
                Some(_) | None => point(ClockKind::Unix, ms),
            },
            Some(Stamp::BootOrOwn(ms)) => {
                let kind = self.gate.kind_of(&point(ClockKind::Own, ms));
                point(kind, ms)
            }
        }
    }

    /// Says whether a better source of this sender keeps such a sample out.
    ///
    /// A raw position waits until it is clear that no filtered one comes.
    pub(super) fn outranks(&self, report: &Report, source: Source) -> bool {
        let now = report.received.monotonic;
        if source.is_raw() && now.since(self.since) <= SOURCE_FRESH {
            return true;
        }
        self.source.is_some_and(|(rank, heard)| {
            rank < self.rank(report, source) && now.since(heard) <= SOURCE_FRESH
        })
    }

    fn rank(&self, report: &Report, source: Source) -> Rank {
        (report.sender.component_id != self.autopilot, source)
    }

    /// Says whether it is known that no receiver has a 3D fix.
    pub(super) fn lacks_fix(&self, now: Monotonic) -> bool {
        self.receivers.lack_fix(now)
    }

    pub(super) fn judge(&mut self, settings: &GateSettings, point: &Point) -> Verdict {
        self.gate.judge(settings, point)
    }

    /// Takes a sample that passed.
    pub(super) fn take(&mut self, report: &Report, sample: &Sample, point: Point, pass: Pass) {
        self.paths.note(report);
        self.heard = report.received.monotonic;
        self.hold(report, sample);
        self.gate.accept(point, pass);
    }

    /// Remembers the source of a sample that is the sender's, but counts for nothing.
    pub(super) fn hold(&mut self, report: &Report, sample: &Sample) {
        let rank = self.rank(report, sample.source);
        self.source = Some((rank, report.received.monotonic));
        self.keep_way(report);
    }

    /// Keeps the way of a sample fresh that counts for nothing: its sender is still heard by it.
    pub(super) fn keep_way(&mut self, report: &Report) {
        if self.paths.has(report) {
            self.paths.note(report);
        }
    }

    /// Looks at a sample that is the sender's.
    pub(super) fn look(
        &mut self,
        settings: &GateSettings,
        report: &Report,
        sample: &Sample,
        point: Point,
        sign: Sign,
    ) -> Look {
        let now = report.received;
        let [jammed, spoofed] = self.receivers.interference(now.monotonic);
        let warnings = Doubts::of_if(jammed, Doubt::Jammed)
            .and(Doubts::of_if(spoofed, Doubt::Spoofed))
            .and(Doubts::of_if(
                self.receivers.disagree(now.monotonic),
                Doubt::Disagreement,
            ));
        let place = (point, sample.velocity.as_ref());
        self.scrutiny.look(settings, now, sign, place, warnings)
    }

    /// Makes a sample that was taken a fix.
    pub(super) fn fix(&self, report: &Report, sample: &Sample, point: Point, pass: Pass) -> Fix {
        let now = report.received.monotonic;
        let gnss = self.receivers.first(now);
        let mut heights = sample.heights;
        heights.ellipsoid_m = heights
            .ellipsoid_m
            .or(gnss.and_then(|gnss| gnss.alt_ellipsoid_m));
        Fix {
            at: pass.at,
            received: report.received,
            link: report.link.clone(),
            link_loss: report.link_loss,
            sender_loss: self.loss(now),
            component_id: report.sender.component_id,
            authenticity: sample.authenticity,
            position: point.position,
            heights,
            h_acc: point.h_acc,
            h_acc_seen: self.scrutiny.seen_accuracy(point.h_acc),
            v_acc: sample.v_acc.or(gnss.and_then(|gnss| gnss.v_acc)),
            fix_type: sample.fix_type.or(gnss.map(|gnss| gnss.fix_type)),
            is_interfered: self.receivers.interference(now).contains(&true),
            velocity: sample
                .velocity
                .filter(|velocity: &Velocity| velocity.ground_mps.is_finite()),
            age: sample.age,
            boot_ms: (point.clock.kind == ClockKind::Boot)
                .then(|| u32::try_from(point.ms).ok())
                .flatten(),
            source_message: sample.source.message(),
            frame: report.frame,
        }
    }

    fn h_acc(&self, report: &Report, sample: &Sample) -> Option<Metres> {
        let gnss = self.receivers.first(report.received.monotonic);
        sample.h_acc.or(gnss.and_then(|gnss| gnss.h_acc))
    }

    /// Takes a receiver's own solution, and holds it against where the autopilot says to be.
    fn learn_place(&mut self, now: Monotonic, source: Source, gnss: &Gnss) {
        let is_used = self.source.is_some_and(|((_, used), _)| used.is_raw());
        let filtered = self.gate.last().filter(|_| !is_used).copied();
        self.receivers
            .learn(now, source == Source::SecondGnss, gnss, filtered.as_ref());
    }

    /// Says how far this sender was last from where a receiver says to be, metres.
    pub(super) fn distance_m(&self, gnss: &Gnss) -> Option<f64> {
        let place = LatLon::try_from(gnss.place?).ok()?;
        Some(self.gate.last()?.position.distance_m(place))
    }
}
