//! Verdicts on samples, one letter each.

use super::*;
use crate::monitor::fixture::of_message;
use crate::track::{GlobalPosition, Gnss};

/// A sample as (boot milliseconds, latitude); the longitude stays at 22 E.
type Sample = (u32, f64);

fn report(received_ms: u64, message: Message) -> Report {
    of_message(u32::try_from(received_ms).unwrap(), message)
}

fn sample((boot_ms, lat): Sample) -> GlobalPosition {
    GlobalPosition {
        boot_ms,
        lat_e7: degrees_e7(lat),
        lon_e7: 220_000_000,
        alt_msl_m: 300.0,
        alt_above_home_m: 100.0,
        north_mps: 0.0,
        east_mps: 0.0,
        down_mps: 0.0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "test latitudes fit")]
fn degrees_e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

fn judge(voices: &mut Voices, received_ms: u64, sample: &GlobalPosition) -> char {
    let report = report(received_ms, Message::GlobalPosition(*sample));
    let heard = voices.handle(&GateSettings::default(), &report);
    assert_eq!(heard.conflict, None);
    match heard.outcome {
        Outcome::Fix {
            continuous: true, ..
        } => '.',
        Outcome::Fix {
            continuous: false, ..
        } => '!',
        Outcome::Rejected(Rejection::NoFix) => 'N',
        Outcome::Rejected(Rejection::NearZero) => '0',
        Outcome::Rejected(Rejection::OutOfRange) => 'O',
        Outcome::Rejected(Rejection::Jump) => 'J',
        Outcome::Rejected(Rejection::Late) => 'L',
        Outcome::Rejected(Rejection::Repeated) => 'R',
        Outcome::Rejected(Rejection::Suspect) => 'S',
        Outcome::Outranked => '>',
        Outcome::Nothing => '-',
    }
}

fn check(samples: &[Sample], expected: &str, why: &str) {
    let mut voices = Voices::default();
    let verdicts: String = (0..)
        .zip(samples)
        .map(|(index, &given)| judge(&mut voices, index * 1000, &sample(given)))
        .collect();
    assert_eq!(verdicts, expected, "{why}");
}

#[test]
fn late_and_repeated_samples_never_run_the_track_backwards() {
    let at = 41.5;
    check(
        &[(5000, at), (6000, at), (6000, at), (5500, at), (7000, at)],
        "..RL.",
        "the boot clock decides, not the arrival",
    );
}

#[test]
fn a_reboot_is_believed_after_three_samples_and_the_timeline_runs_on() {
    let at = 41.5;
    check(
        &[(60_000, at), (900, at), (1900, at), (2900, at), (3900, at)],
        ".LL..",
        "the boot clock starts again",
    );
    let mut voices = Voices::default();
    let settings = GateSettings::default();
    let mut times = Vec::new();
    for (received_ms, boot_ms) in [(0, 60_000), (1000, 900), (2000, 1900), (3000, 2900)] {
        let sample = sample((boot_ms, at));
        let report = report(received_ms, Message::GlobalPosition(sample));
        if let Outcome::Fix { fix, .. } = voices.handle(&settings, &report).outcome {
            times.push(fix.at.as_micros());
        }
    }
    assert_eq!(times, [60_000_000, 63_000_000]);
}

#[test]
fn a_boot_clock_that_stands_still_filters_nobody_for_ever() {
    let at = |n: u32| 41.5 + f64::from(n) * 1e-4;
    check(
        &[
            (0, at(0)),
            (0, at(1)),
            (0, at(2)),
            (0, at(3)),
            (0, at(3)),
            (0, at(4)),
        ],
        ".RR.R.",
        "three new places, then every new place",
    );
    check(
        &[(1000, at(0)), (1000, at(1)), (2000, at(2)), (2000, at(3))],
        ".R.R",
        "a clock that moves is believed",
    );
    let mut voices = Voices::default();
    let settings = GateSettings::default();
    let mut times = Vec::new();
    for n in 0..5 {
        let sample = sample((0, at(n)));
        let report = report(u64::from(n) * 1000, Message::GlobalPosition(sample));
        if let Outcome::Fix { fix, .. } = voices.handle(&settings, &report).outcome {
            times.push(fix.at.as_micros());
        }
    }
    assert_eq!(times, [0, 3_000_000, 4_000_000], "arrival tells the time");
}

#[test]
fn a_rejected_sample_does_not_move_the_timeline() {
    let (here, there) = (41.5, 42.5);
    let mut voices = Voices::default();
    let settings = GateSettings::default();
    let mut times = Vec::new();
    for (received_ms, boot_ms, lat) in [
        (0, 60_000, here),
        (1000, 900, here),
        (2000, 1900, here),
        (3000, 2900, there),
        (4000, 64_000, here),
    ] {
        let sample = sample((boot_ms, lat));
        let report = report(received_ms, Message::GlobalPosition(sample));
        if let Outcome::Fix { fix, .. } = voices.handle(&settings, &report).outcome {
            times.push(fix.at.as_micros());
        }
    }
    assert_eq!(
        times,
        [60_000_000, 64_000_000],
        "a reboot elsewhere is no reboot yet"
    );
}

#[test]
fn one_very_late_sample_is_no_reboot() {
    let at = 41.5;
    check(
        &[
            (60_000, at),
            (20_000, at),
            (61_000, at),
            (21_000, at),
            (62_000, at),
            (22_000, at),
        ],
        ".L.L.L",
        "a sample in order clears the suspicion",
    );
}

#[test]
fn a_jump_is_rejected_and_a_true_place_believed_at_last() {
    let (here, there) = (41.5, 42.5);
    check(
        &[
            (1000, here),
            (2000, there),
            (3000, here),
            (4000, there),
            (5000, here),
        ],
        ".J.J.",
        "single wild samples are noise",
    );
    check(
        &[
            (1000, here),
            (2000, there),
            (3000, there),
            (4000, there),
            (5000, there),
        ],
        ".JJSS",
        "three that agree make it suspect",
    );
}

#[test]
fn two_vehicles_with_one_system_id_are_not_taken_for_one_fast_one() {
    let (here, there) = (41.5, 41.6);
    check(
        &[
            (100_000, here),
            (900_000, there),
            (101_000, here),
            (901_000, there),
            (102_000, here),
        ],
        ".J.J.",
        "800 s on the boot clock, but one on ours",
    );
}

#[test]
fn a_fast_aircraft_is_no_jump() {
    let step = 60.0 / 111_000.0;
    let samples: Vec<Sample> = (0..8_u32)
        .map(|n| (1000 * (n + 1), 41.5 + step * f64::from(n)))
        .collect();
    check(&samples, "........", "60 m/s");
}

#[test]
fn places_that_cannot_be_are_rejected() {
    check(
        &[(1000, 0.0001)],
        ".",
        "near zero latitude alone is the equator",
    );
    let mut voices = Voices::default();
    let nowhere = GlobalPosition {
        lat_e7: 353,
        lon_e7: -129,
        ..sample((1000, 0.0))
    };
    assert_eq!(judge(&mut voices, 0, &nowhere), '0');
    let beyond = GlobalPosition {
        lat_e7: 910_000_000,
        ..sample((2000, 0.0))
    };
    assert_eq!(judge(&mut voices, 0, &beyond), 'O');
}

#[test]
fn a_receiver_without_a_fix_is_not_believed_while_its_word_is_fresh() {
    let mut voices = Voices::default();
    let gnss = Gnss {
        time: None,
        fix_type: 1,
        satellites: None,
        place: None,
        alt_msl_m: None,
        alt_ellipsoid_m: None,
        ground_speed_mps: None,
        course_deg: None,
        h_acc: None,
        v_acc: None,
        speed_acc_mps: None,
    };
    let said = report(0, Message::Gnss(gnss));
    assert_eq!(
        voices.handle(&GateSettings::default(), &said).outcome,
        Outcome::Nothing
    );
    assert_eq!(judge(&mut voices, 4000, &sample((4000, 41.5))), 'N');
    assert_eq!(judge(&mut voices, 6000, &sample((6000, 41.5))), '.');
}
