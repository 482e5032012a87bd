//! What becomes of every place with every fix, and of whole flights.

use std::time::Duration;

use super::*;

/// A rule that never confirms anything.
fn patient() -> Rule {
    Rule {
        confirm: Confirm {
            fixes: Some(u32::MAX),
            span: None,
        },
        dwell: None,
        ..Rule::default()
    }
}

/// A rule that confirms at once, and for which every fix inside is a dwell.
fn eager() -> Rule {
    Rule {
        confirm: Confirm {
            fixes: Some(1),
            span: None,
        },
        dwell: Some(Duration::ZERO),
        dwell_every: Some(Duration::ZERO),
        ..Rule::default()
    }
}

const NOW: TrackTime = TrackTime::from_micros(100_000_000);

/// Each place as it may be at [`NOW`].
fn places() -> [Place; 6] {
    let at = TrackTime::from_micros(90_000_000);
    let row = Row {
        since: at,
        fixes: 1,
    };
    let stay = Stay::begun(TrackTime::from_micros(50_000_000));
    [
        Place::Outside,
        Place::Nearing(row),
        Place::Approaching(None),
        Place::Entering(row),
        Place::Inside(stay),
        Place::Leaving(stay, row),
    ]
}

const SIGHTS: [Sight; 4] = [Sight::Inside, Sight::Margin, Sight::Ahead, Sight::Outside];

fn name(place: Place) -> &'static str {
    match place {
        Place::Outside => "Outside",
        Place::Nearing(_) => "Nearing",
        Place::Approaching(_) => "Approaching",
        Place::Entering(_) => "Entering",
        Place::Inside(_) => "Inside",
        Place::Leaving(_, _) => "Leaving",
    }
}

fn mark(change: Option<Change>) -> &'static str {
    match change {
        None => "",
        Some(Change::Entered { .. }) => "¹",
        Some(Change::Approaching) => "²",
        Some(Change::Withdrawn) => "³",
        Some(Change::Brushed) => "⁴",
        Some(Change::Dwelling) => "⁵",
        Some(Change::Exited { .. }) => "⁶",
    }
}

/// Steps from a place and writes what comes of it as the table does.
fn outcome(from: Standing, sight: Sight, rule: &Rule) -> String {
    match from.step(NOW, sight, rule) {
        (Standing::Certain(place), change) => format!("{}{}", name(place), mark(change)),
        (Standing::Uncertain(place, _), change) => {
            assert_eq!((place, change), (from.place(), None), "it moves nothing");
            "uncertain".to_owned()
        }
    }
}

/// The rows of the table in a text, cell by cell.
fn table(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(|line| line.trim_start_matches("//! "));
    let begins = |line: &&str| line.starts_with("| place ");
    let rows = lines
        .skip_while(|line| !begins(line))
        .take_while(|line| line.starts_with('|'));
    let cells = |row: &str| -> Vec<String> {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    rows.skip(2).map(cells).collect()
}

#[test]
fn every_place_does_with_every_fix_what_the_table_says() {
    let rows = table(include_str!("../standing.rs"));
    assert_eq!(rows.len(), places().len());
    for (row, place) in rows.iter().zip(places()) {
        assert_eq!(row[0], name(place));
        let doubt = Row {
            since: NOW,
            fixes: 3,
        };
        for (cell, sight) in row[1..].iter().zip(SIGHTS) {
            for from in [Standing::Certain(place), Standing::Uncertain(place, doubt)] {
                let (slow, fast) = (
                    outcome(from, sight, &patient()),
                    outcome(from, sight, &eager()),
                );
                let told = if slow == fast {
                    slow
                } else {
                    format!("{slow}, or {fast}")
                };
                assert_eq!(&told, cell, "{from:?}, {sight:?}");
            }
        }
        assert_eq!(row.len(), 1 + SIGHTS.len());
    }
}

#[test]
fn the_description_of_the_structure_has_the_same_table() {
    let described = table(include_str!("../../../ARCHITECTURE.md"));
    assert_eq!(described, table(include_str!("../standing.rs")));
}

/// Steps through `sights` (`x` inside, `~` within the margin, `>` ahead, `-` outside), one fix a
/// second, and compares the changes (`A` approaching, `W` withdrawn, `E` entered, `D` dwelling,
/// `B` brushed, `L` left).
#[track_caller]
fn check_with(rule: &Rule, sights: &str, expected: &str, why: &str) {
    let mut standing = Standing::default();
    let mut told = String::new();
    for (second, sight) in (0..).zip(sights.chars()) {
        let sight = match sight {
            'x' => Sight::Inside,
            '~' => Sight::Margin,
            '>' => Sight::Ahead,
            _ => Sight::Outside,
        };
        let at = TrackTime::from_micros(second * 1_000_000);
        let (next, change) = standing.step(at, sight, rule);
        standing = next;
        told.push(match change {
            None => '.',
            Some(Change::Approaching) => 'A',
            Some(Change::Withdrawn) => 'W',
            Some(Change::Entered { .. }) => 'E',
            Some(Change::Dwelling) => 'D',
            Some(Change::Brushed) => 'B',
            Some(Change::Exited { .. }) => 'L',
        });
    }
    assert_eq!(told, expected, "{why}");
}

fn fixes(fixes: u32) -> Confirm {
    Confirm {
        fixes: Some(fixes),
        span: None,
    }
}

/// Three fixes confirm, and six seconds are a dwell.
fn usual() -> Rule {
    Rule {
        confirm: fixes(3),
        dwell: Some(Duration::from_secs(6)),
        ..Rule::default()
    }
}

#[track_caller]
fn check(sights: &str, expected: &str, why: &str) {
    check_with(&usual(), sights, expected, why);
}

#[test]
fn entering_is_told_once_and_only_when_confirmed() {
    check("--xxxx", "....E.", "the third fix in a row confirms");
    check("-xx-xx-", "...B..B", "two short visits do not add up");
    check(
        "-x~x~x",
        ".....E",
        "an uncertain fix neither counts nor breaks the row",
    );
}

#[test]
fn leaving_is_told_once_and_a_stray_fix_outside_is_noise() {
    check("xxx-x----", "..E....L.", "three in a row outside");
    check(
        "xxx~~~",
        "..E...",
        "the margin around the edge holds the standing",
    );
    check(
        "xxx-~--",
        "..E...L",
        "uncertain fixes do not break the way out",
    );
}

#[test]
fn dwelling_is_told_once_an_episode() {
    check(
        "xxxxxxxxx",
        "..E...D..",
        "six seconds after the first fix inside",
    );
    check(
        "xxxxx-xx",
        "..E...D.",
        "a stray fix outside does not restart the dwell",
    );
    check("xxxxx~~~x", "..E.....D", "only a fix inside supports it");
}

#[test]
fn dwelling_is_told_again_as_often_as_is_asked_for() {
    let rule = Rule {
        dwell_every: Some(Duration::from_secs(2)),
        ..usual()
    };
    check_with(
        &rule,
        "xxxxxxxxxxxx",
        "..E...D.D.D.",
        "every two seconds from the first on",
    );
    check_with(
        &rule,
        "xxxxxxx~~~~xxx",
        "..E...D....DD.",
        "what was missed is told once, and the rhythm goes on",
    );
}

#[test]
fn one_fix_confirms_when_one_is_asked_for() {
    let rule = Rule {
        confirm: fixes(1),
        ..usual()
    };
    check_with(&rule, "-x-x-", ".ELEL", "every change of side is told");
}

#[test]
fn the_way_out_is_confirmed_by_itself_if_that_is_asked_for() {
    let slow_out = Rule {
        confirm: fixes(1),
        confirm_exit: Some(fixes(4)),
        ..usual()
    };
    check_with(
        &slow_out,
        "x---x----",
        "E.......L",
        "in at once, out slowly",
    );
    let slow_in = Rule {
        confirm: fixes(4),
        confirm_exit: Some(fixes(1)),
        ..usual()
    };
    check_with(&slow_in, "xxxx-xxx-", "...EL...B", "in slowly, out at once");
}

#[test]
fn time_confirms_a_slow_track_before_fixes_do() {
    let rule = Rule {
        confirm: Confirm {
            fixes: Some(5),
            span: Some(Duration::from_secs(1)),
        },
        ..usual()
    };
    check_with(&rule, "-xx--", "..E.L", "two fixes a second apart");
}

#[test]
fn a_way_that_leads_in_is_told_and_withdrawn_once_confirmed() {
    check(">>>>xxx", "..A...E", "the third fix in a row");
    check(">>->>-", "......", "a course that wobbles");
    check(">>>->--->>>", "..A....W..A", "three that lead elsewhere");
    check(">>~>~xx~x", "...A....E", "the margin breaks no row");
    check(">>>x->>>", "..A.B..A", "in for a fix and out again");
    check("xxx>>>>>>", "..E..L..A", "out, and around");
}

/// The standing after `sights`, one fix a second.
fn after(sights: &str) -> (Standing, TrackTime) {
    let mut standing = Standing::default();
    let mut at = TrackTime::default();
    for (second, sight) in (0..).zip(sights.chars()) {
        at = TrackTime::from_micros(second * 1_000_000);
        let sight = match sight {
            'x' => Sight::Inside,
            '~' => Sight::Margin,
            _ => Sight::Outside,
        };
        (standing, _) = standing.step(at, sight, &usual());
    }
    (standing, at)
}

#[test]
fn a_track_that_stays_within_the_margin_is_in_doubt_on_either_side() {
    let check = |sights: &str, inside, in_doubt, why: &str| {
        let (standing, at) = after(sights);
        assert_eq!(
            (standing.is_inside(), standing.is_in_doubt(at, &usual())),
            (inside, in_doubt),
            "{sights}: {why}"
        );
    };
    check("--~~", false, false, "two fixes are not enough");
    check("--~~~", false, true, "three are");
    check("--~~~-", false, false, "outside again");
    check("xxx~~", true, false, "two fixes are not enough");
    check("xxx~~~", true, true, "inside as far as anybody knows");
    check("xxx~~~x", true, false, "inside again");
    check("~~~", false, true, "first heard there");
}

#[test]
fn a_hushed_stay_is_told_once_its_time_has_come_and_not_before() {
    let hushed = Stay {
        hushed_until: Some(TrackTime::from_micros(110_000_000)),
        ..Stay::begun(TrackTime::from_micros(50_000_000))
    };
    let from = Standing::Certain(Place::Inside(hushed));
    assert_eq!(from.step(NOW, Sight::Inside, &eager()), (from, None));
    let later = TrackTime::from_micros(110_000_000);
    let (told, change) = from.step(later, Sight::Inside, &eager());
    let since = hushed.since;
    assert_eq!(change, Some(Change::Entered { since }));
    assert_eq!(told.stay(), Some(Stay::begun(since)));
    let (_, change) = told.step(later, Sight::Inside, &eager());
    assert_eq!(change, Some(Change::Dwelling));
}

#[test]
fn the_boundary_counts_as_inside() {
    assert_eq!(Side::of(0.0, 0.0, 0.0), Side::Inside);
    assert_eq!(Side::of(0.001, 0.0, 0.0), Side::Outside);
    assert_eq!(Side::of(-5.0, 10.0, 10.0), Side::Uncertain);
    assert_eq!(Side::of(10.0, 10.0, 10.0), Side::Uncertain);
}
