//! Civil time: what the host's clock says against what vehicles know from satellites.
//!
//! A ground station without a battery-backed clock starts in 1970. What vehicles say is kept as
//! civil time less the host's monotonic clock, which runs on whatever becomes of the host's civil one.
//!
//! | the host is          | vehicles               | an alert is stamped by           | trusted                         |
//! |----------------------|------------------------|----------------------------------|---------------------------------|
//! | synchronized         | say anything           | the host, `ntp`                  | yes                             |
//! | not                  | agree within 2 s       | the host, `host`                 | yes                             |
//! | not                  | say another time       | them, `gnss`                     | if one signs or two agree       |
//! | not, at 2025 or later| say nothing            | the host, `host`                 | unknown                         |
//! | not, before 2025     | say nothing            | the host, `host`                 | no                              |

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::monitor::alert::{Clock, ClockSource};
use crate::track::{Authenticity, Fix, Message, Namespace, Report, SenderTime, TrackTime};
use crate::units::{Moment, Monotonic, Utc};

/// Vehicles that are listened to.
const TELLERS_MAX: usize = 16;
/// Words of one vehicle that are kept.
const WORDS_MAX: usize = 64;
/// A vehicle that said less often what time it is does not count.
const WORDS_MIN: usize = 3;
/// Words that are older than the last one by more than this are forgotten.
const WINDOW: Duration = Duration::from_secs(60);
/// A silent vehicle's word holds for so long: the host's monotonic clock runs true to 0.4 s an hour.
const HOLDS_FOR: Duration = Duration::from_secs(3600);
/// The host's clock is right if it differs by less than this, microseconds.
const HOST_OFF_MIN_US: u64 = 2_000_000;
/// Two vehicles agree if they differ by no more than this, microseconds.
const AGREE_US: u64 = 1_000_000;
/// A clock that moves against the monotonic one by more than this was set, microseconds.
const STEP_US: u64 = 1_000_000;
/// 2020-01-01 and 2100-01-01, microseconds: no receiver that knows the time says another.
const PLAUSIBLE_US: std::ops::Range<i64> = 1_577_836_800_000_000..4_102_444_800_000_000;
/// 2025-01-01: a host's clock before it was never set.
const SET_AFTER: Utc = Utc::from_micros(1_735_689_600_000_000);
/// `GPS_FIX_TYPE_3D_FIX`.
const FIX_3D: u8 = 3;

/// Knows what time it is, as far as anybody does.
#[derive(Clone, Debug, Default)]
pub(super) struct Timekeeper {
    tellers: BTreeMap<Teller, Words>,
    /// The host's civil time less its monotonic one, microseconds.
    host_us: Option<i64>,
    is_synchronized: bool,
}

/// Who says what time it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Teller {
    is_signed: bool,
    namespace: Namespace,
    system_id: u32,
}

/// What a vehicle said lately: when it arrived, and its civil time less that, microseconds.
#[derive(Clone, Debug, Default)]
struct Words(VecDeque<(Monotonic, i64)>);

/// A vehicle's civil time less the host's monotonic one, and how much later its words came at times.
#[derive(Clone, Copy, Debug)]
struct Told {
    epoch_us: i64,
    late_us: u64,
}

/// How alerts are stamped at one moment, and what that is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CivilTime {
    /// Civil time less the host's monotonic one, microseconds; absent if the host's clock is right.
    epoch_us: Option<i64>,
    /// What stamps, as alerts tell it.
    pub(super) clock: Clock,
}

impl Timekeeper {
    /// Says whether something else keeps the host's clock right.
    pub(super) fn set_synchronized(&mut self, is_synchronized: bool) {
        self.is_synchronized = is_synchronized;
    }

    /// Follows the host's clocks, and says whether its civil time was set since the last time.
    pub(super) fn notices_step(&mut self, now: Moment) -> bool {
        let host_us = host_us(now);
        let before = self.host_us.replace(host_us);
        before.is_some_and(|before| STEP_US < before.abs_diff(host_us))
    }

    /// Takes what a message says about civil time, if it does.
    ///
    /// A newcomer only gets the place of one that is silent and not better authenticated.
    pub(super) fn learn(&mut self, report: &Report) {
        let Some(unix_us) = civil_us(&report.message) else {
            return;
        };
        let now = report.received.monotonic;
        let teller = Teller {
            is_signed: report.sender.authenticity == Authenticity::Signed,
            namespace: report.sender.namespace.clone(),
            system_id: report.sender.system_id,
        };
        if !self.tellers.contains_key(&teller) && TELLERS_MAX <= self.tellers.len() {
            let is_spare = |(other, words): &(&Teller, &Words)| {
                other.is_signed <= teller.is_signed && WINDOW < words.silence(now)
            };
            let spare = self.tellers.iter().filter(is_spare);
            let spare =
                spare.min_by_key(|(other, words)| (other.is_signed, Reverse(words.silence(now))));
            let Some(spare) = spare.map(|(other, _)| other.clone()) else {
                return;
            };
            self.tellers.remove(&spare);
        }
        let words = self.tellers.entry(teller).or_default();
        words.note(now, unix_us - micros(now));
    }

    /// Says how to stamp what is decided at `now`.
    pub(super) fn civil(&self, now: Moment) -> CivilTime {
        let by_host = |source, trusted, error_us: Option<u64>| CivilTime {
            epoch_us: None,
            clock: Clock {
                source,
                trusted,
                error_ms: error_us.map(millis),
            },
        };
        let (told, is_signed) = self.told(now.monotonic);
        let chosen = chosen(&told, host_us(now));
        let off_us = chosen.map(|chosen| chosen.epoch_us.abs_diff(host_us(now)));
        let agreed_us = off_us.filter(|off_us| *off_us < HOST_OFF_MIN_US);
        if self.is_synchronized {
            return by_host(ClockSource::Ntp, Some(true), agreed_us);
        }
        match (chosen, agreed_us) {
            (None, _) => {
                let was_never_set = now.utc < SET_AFTER;
                by_host(ClockSource::Host, was_never_set.then_some(false), None)
            }
            (Some(_), Some(off_us)) => by_host(ClockSource::Host, Some(true), Some(off_us)),
            (Some(chosen), None) => by_vehicles(chosen, &told, is_signed),
        }
    }

    /// Collects what vehicles say, and whether they sign it: beside one that does, others do not count.
    fn told(&self, now: Monotonic) -> (Vec<Told>, bool) {
        let of = |is_signed: bool| -> Vec<Told> {
            let tellers = self.tellers.iter();
            let tellers = tellers.filter(|(teller, _)| teller.is_signed == is_signed);
            let mut told: Vec<Told> = tellers.filter_map(|(_, words)| words.told(now)).collect();
            told.sort_by_key(|told| told.epoch_us);
            told
        };
        let signed = of(true);
        if signed.is_empty() {
            (of(false), false)
        } else {
            (signed, true)
        }
    }
}

impl Words {
    fn note(&mut self, now: Monotonic, epoch_us: i64) {
        if self.0.len() == WORDS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((now, epoch_us));
        self.0.retain(|(heard, _)| now.since(*heard) <= WINDOW);
    }

    fn silence(&self, now: Monotonic) -> Duration {
        let last = self.0.back();
        last.map_or(Duration::MAX, |(heard, _)| now.since(*heard))
    }

    /// Takes the word that came fastest for true: on its way it can only grow old.
    fn told(&self, now: Monotonic) -> Option<Told> {
        if self.0.len() < WORDS_MIN || HOLDS_FOR < self.silence(now) {
            return None;
        }
        let epochs = || self.0.iter().map(|(_, epoch_us)| *epoch_us);
        let (latest, fastest) = (epochs().min()?, epochs().max()?);
        Some(Told {
            epoch_us: fastest,
            late_us: fastest.abs_diff(latest),
        })
    }
}

impl CivilTime {
    /// Returns the civil time of a moment on the host's clocks.
    pub(super) fn of(&self, moment: Moment) -> Utc {
        let by_vehicles = |epoch_us: i64| epoch_us.saturating_add(micros(moment.monotonic));
        self.epoch_us.map_or(moment.utc, |epoch_us| {
            Utc::from_micros(by_vehicles(epoch_us))
        })
    }

    /// Converts an instant of a track's timeline, by way of a fix that has both.
    pub(super) fn at(&self, fix: &Fix, at: TrackTime) -> Utc {
        self.of(fix.received).before(fix.at.since(at))
    }
}

/// Chooses the middle one; of two, the one that is nearer to the host.
fn chosen(sorted: &[Told], host_us: i64) -> Option<Told> {
    let last = sorted.len().checked_sub(1)?;
    let middle = [sorted[last / 2], sorted[last.div_ceil(2)]];
    let off_us = |told: &Told| told.epoch_us.abs_diff(host_us);
    middle.into_iter().min_by_key(off_us)
}

/// Stamps by what vehicles say: it is off by how they differ, or by how late the words are at times.
fn by_vehicles(chosen: Told, told: &[Told], is_signed: bool) -> CivilTime {
    let apart = told
        .iter()
        .map(|one| one.epoch_us.abs_diff(chosen.epoch_us));
    let agreeing: Vec<u64> = apart.filter(|apart_us| *apart_us <= AGREE_US).collect();
    let spread_us = agreeing.iter().copied().max().unwrap_or(0);
    CivilTime {
        epoch_us: Some(chosen.epoch_us),
        clock: Clock {
            source: ClockSource::Gnss,
            trusted: Some(is_signed || 2 <= agreeing.len()),
            error_ms: Some(millis(spread_us.max(chosen.late_us))),
        },
    }
}

/// Reads civil time out of a message; a receiver without a fix may only believe to know it.
fn civil_us(message: &Message) -> Option<i64> {
    let unix_us = match message {
        Message::SystemTime(time) => time.unix_us,
        Message::UtmPosition(said) => said.unix_us,
        Message::Gnss(gnss) | Message::SecondGnss(gnss) if FIX_3D <= gnss.fix_type => {
            match gnss.time {
                Some(SenderTime::UnixUs(unix_us)) => Some(unix_us),
                Some(SenderTime::BootUs(_)) | None => None,
            }
        }
        Message::Gnss(_)
        | Message::SecondGnss(_)
        | Message::Heartbeat(_)
        | Message::SystemStatus(_)
        | Message::GlobalPosition(_)
        | Message::RadioStatus(_)
        | Message::AutopilotVersion(_)
        | Message::HighLatency(_)
        | Message::HighLatency2(_)
        | Message::ExtendedState(_)
        | Message::Adsb(_)
        | Message::CameraView(_)
        | Message::CameraTarget(_)
        | Message::AisVessel(_)
        | Message::GnssIntegrity(_)
        | Message::RemoteIdBasic(_)
        | Message::RemoteIdLocation(_)
        | Message::RemoteIdSystem(_)
        | Message::RemoteIdOperator(_) => None,
    };
    let unix_us = i64::try_from(unix_us?).ok()?;
    PLAUSIBLE_US.contains(&unix_us).then_some(unix_us)
}

fn host_us(now: Moment) -> i64 {
    now.utc.as_micros().saturating_sub(micros(now.monotonic))
}

fn micros(time: Monotonic) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// Rounds microseconds up: an error is a bound.
const fn millis(micros: u64) -> u64 {
    micros.div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture::{START, civil_time};

    /// Says how alerts are stamped once everybody told its time for 10 s.
    ///
    /// A vehicle is its number, whether it signs, and how far its clock is ahead of the true time,
    /// milliseconds; the host's is ahead by `host_ms`.
    fn stamped(host_ms: i64, vehicles: &[(u32, bool, i64)]) -> (i64, Clock) {
        let mut keeper = Timekeeper::default();
        for second in 0..10 {
            for &(system_id, signed, ahead_ms) in vehicles {
                keeper.learn(&told(second * 1000, system_id, signed, ahead_ms));
            }
        }
        let now = set(moment(10_000), host_ms);
        let civil = keeper.civil(now);
        let off_us = civil.of(now).as_micros() - moment(10_000).utc.as_micros();
        (off_us / 1000, civil.clock)
    }

    fn told(ms: u32, system_id: u32, signed: bool, ahead_ms: i64) -> Report {
        let mut report = civil_time(ms, ahead_ms);
        report.sender.system_id = system_id;
        if signed {
            report.sender.authenticity = Authenticity::Signed;
        }
        report
    }

    fn moment(ms: u32) -> Moment {
        civil_time(ms, 0).received
    }

    fn set(moment: Moment, ahead_ms: i64) -> Moment {
        let micros = moment.utc.as_micros() + ahead_ms * 1000;
        Moment {
            utc: Utc::from_micros(micros),
            ..moment
        }
    }

    const YEAR_MS: i64 = 365 * 86_400_000;

    #[test]
    fn the_better_clock_stamps_and_says_so() {
        let check = |host_ms, vehicles: &[(u32, bool, i64)], off_ms, source, trusted, error_ms| {
            let clock = Clock {
                source,
                trusted,
                error_ms,
            };
            let expected = (off_ms, clock);
            assert_eq!(
                stamped(host_ms, vehicles),
                expected,
                "{host_ms} ms, {vehicles:?}"
            );
        };
        let (host, gnss) = (ClockSource::Host, ClockSource::Gnss);
        let never_set_ms = -START.as_micros() / 1000;
        check(0, &[], 0, host, None, None);
        check(never_set_ms, &[], never_set_ms, host, Some(false), None);
        check(0, &[(1, false, -300)], 0, host, Some(true), Some(300));
        check(
            1_999,
            &[(1, false, 0)],
            1_999,
            host,
            Some(true),
            Some(1_999),
        );
        check(2_000, &[(1, false, 0)], 0, gnss, Some(false), Some(0));
        check(
            never_set_ms,
            &[(1, false, -9)],
            -9,
            gnss,
            Some(false),
            Some(0),
        );
        check(YEAR_MS, &[(1, true, 0)], 0, gnss, Some(true), Some(0));
        let agreeing = [(1, false, 0), (2, false, -1_000)];
        check(-YEAR_MS, &agreeing, -1_000, gnss, Some(true), Some(1_000));
        let apart = [(1, false, 0), (2, false, -1_001)];
        check(-YEAR_MS, &apart, -1_001, gnss, Some(false), Some(0));
    }

    #[test]
    fn a_liar_does_not_stand_against_the_host_the_most_or_a_signature() {
        let check = |host_ms, vehicles: &[(u32, bool, i64)], expected| {
            let (off_ms, clock) = stamped(host_ms, vehicles);
            let told = (off_ms, clock.source, clock.trusted);
            assert_eq!(told, expected, "{host_ms} ms, {vehicles:?}");
        };
        let (host, gnss) = (ClockSource::Host, ClockSource::Gnss);
        let beside_one = [(1, false, 0), (2, false, YEAR_MS)];
        check(0, &beside_one, (0, host, Some(true)));
        let beside_two = [(1, false, 0), (2, false, 0), (3, false, YEAR_MS)];
        check(-YEAR_MS, &beside_two, (0, gnss, Some(true)));
        let beside_signed = [(1, true, 0), (2, false, YEAR_MS), (3, false, YEAR_MS)];
        check(-YEAR_MS, &beside_signed, (0, gnss, Some(true)));
    }

    #[test]
    fn a_time_that_nobody_can_know_is_not_heard() {
        let check = |ahead_ms, source| {
            let (_, clock) = stamped(-YEAR_MS, &[(1, false, ahead_ms)]);
            assert_eq!(clock.source, source, "{ahead_ms} ms ahead");
        };
        check(0, ClockSource::Gnss);
        check(-7 * YEAR_MS, ClockSource::Host);
        check(80 * YEAR_MS, ClockSource::Host);
    }

    #[test]
    fn the_word_that_came_fastest_counts_and_the_others_bound_the_error() {
        let mut keeper = Timekeeper::default();
        let civil = |keeper: &Timekeeper, ms| keeper.civil(set(moment(ms), YEAR_MS));
        for (ms, ahead_ms) in [(0, -700), (1_000, -40)] {
            keeper.learn(&told(ms, 1, false, ahead_ms));
        }
        assert_eq!(
            civil(&keeper, 1_000).clock.source,
            ClockSource::Host,
            "two words"
        );
        keeper.learn(&told(2_000, 1, false, -250));
        let check = |keeper: &Timekeeper, ms, off_ms: i64, error_ms| {
            let civil = civil(keeper, ms);
            let off_us = civil.of(moment(ms)).as_micros() - moment(ms).utc.as_micros();
            assert_eq!(off_us, off_ms * 1000, "at {ms} ms");
            assert_eq!(civil.clock.error_ms, Some(error_ms), "at {ms} ms");
        };
        check(&keeper, 2_000, -40, 660);
        // They hold over a silence; a minute of others takes their place.
        check(&keeper, 3_600_000, -40, 660);
        for second in 60..64 {
            keeper.learn(&told(second * 1000, 1, false, -300));
        }
        check(&keeper, 63_000, -300, 0);
        assert_eq!(civil(&keeper, 3_700_000).clock.source, ClockSource::Host);
    }

    #[test]
    fn a_flood_of_identities_takes_nobodys_place_who_speaks() {
        let mut keeper = Timekeeper::default();
        for second in 0..3 {
            keeper.learn(&told(second * 1000, 1, false, 0));
            for system_id in 2..100 {
                keeper.learn(&told(second * 1000 + 1, system_id, false, YEAR_MS));
            }
        }
        assert_eq!(keeper.tellers.len(), TELLERS_MAX);
        assert!(keeper.tellers.keys().any(|teller| teller.system_id == 1));
        keeper.learn(&told(70_000, 200, true, 0));
        assert_eq!(keeper.tellers.len(), TELLERS_MAX);
        assert!(keeper.tellers.keys().any(|teller| teller.is_signed));
    }

    #[test]
    fn a_synchronized_host_is_never_corrected() {
        let mut keeper = Timekeeper::default();
        keeper.set_synchronized(true);
        let check = |keeper: &Timekeeper, host_ms, error_ms| {
            let now = set(moment(3_000), host_ms);
            let civil = keeper.civil(now);
            assert_eq!(civil.of(now), now.utc);
            let clock = Clock {
                source: ClockSource::Ntp,
                trusted: Some(true),
                error_ms,
            };
            assert_eq!(civil.clock, clock, "{host_ms} ms");
        };
        check(&keeper, 0, None);
        for second in 0..3 {
            keeper.learn(&told(second * 1000, 1, false, 0));
        }
        check(&keeper, 120, Some(120));
        check(&keeper, YEAR_MS, None);
    }

    #[test]
    fn a_clock_that_is_set_is_noticed_once_and_one_that_drifts_is_not() {
        let mut keeper = Timekeeper::default();
        let mut steps = |ms, ahead_ms| keeper.notices_step(set(moment(ms), ahead_ms));
        let told = [
            (0, 0),
            (1_000, 900),
            (2_000, 1_800),
            (3_000, -YEAR_MS),
            (4_000, -YEAR_MS),
        ];
        let noticed = told.map(|(ms, ahead_ms)| steps(ms, ahead_ms));
        assert_eq!(noticed, [false, false, false, true, false]);
    }
}
