//! Alerts that wait to be told as one.
//!
//! | state     | one is held                    | the wait is over  |
//! |-----------|--------------------------------|-------------------|
//! | Idle      | Gathering                      | Idle              |
//! | Gathering | Gathering, or a new Gathering¹ | Idle, and is told |
//!
//! ¹ and the old one is told, if its list is full of ends that have to be listed.

use std::mem;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::monitor::alert::{Severity, Status};
use crate::monitor::storm::line::{Line, Part};
use crate::units::{Monotonic, Utc};

/// How many alerts a summary lists; with more it would not fit into a body.
pub(super) const LISTED_MAX: usize = 50;

/// Whether somebody waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Group {
    /// Nobody.
    #[default]
    Idle,
    /// These, until the time is up.
    Gathering {
        until: Monotonic,
        gathered: Gathered,
    },
}

/// Alerts that are told as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Gathered {
    /// How many.
    pub(super) count: u32,
    /// When the first was decided.
    pub(super) from: Utc,
    /// When the last was decided.
    pub(super) to: Utc,
    /// The gravest of them.
    pub(super) severity: Severity,
    /// That of the first: alerts of one limit are all meant alike.
    pub(super) status: Status,
    /// The first, then as many as are listed, in their order.
    pub(super) lines: Vec<Line>,
}

impl Group {
    /// Takes one more; a group that begins waits until `until`.
    ///
    /// Returns the alerts that have to be told before.
    pub(super) fn hold(&mut self, line: Line, until: Monotonic) -> Option<Gathered> {
        match self {
            Self::Idle => {
                *self = Self::begin(line, until);
                None
            }
            Self::Gathering { gathered, .. } if gathered.has_room_for(&line) => {
                gathered.add(line);
                None
            }
            Self::Gathering { .. } => {
                let full = mem::replace(self, Self::begin(line, until));
                full.gathered()
            }
        }
    }

    /// Lets time pass and returns the alerts to be told.
    pub(super) fn handle_timeout(&mut self, now: Monotonic) -> Option<Gathered> {
        match self {
            Self::Idle => None,
            Self::Gathering { until, .. } if now < *until => None,
            Self::Gathering { .. } => mem::take(self).gathered(),
        }
    }

    /// Returns when the wait is over.
    pub(super) const fn next_timeout(&self) -> Option<Monotonic> {
        match self {
            Self::Idle => None,
            Self::Gathering { until, .. } => Some(*until),
        }
    }

    fn begin(line: Line, until: Monotonic) -> Self {
        Self::Gathering {
            until,
            gathered: Gathered::of(line),
        }
    }

    fn gathered(self) -> Option<Gathered> {
        match self {
            Self::Idle => None,
            Self::Gathering { gathered, .. } => Some(gathered),
        }
    }
}

impl Gathered {
    /// Returns the id of the first, which names the group.
    pub(super) fn first(&self) -> Uuid {
        self.lines.first().map_or(Uuid::nil(), |line| line.told.id)
    }

    fn of(line: Line) -> Self {
        Self {
            count: 1,
            from: line.at,
            to: line.at,
            severity: line.severity,
            status: line.status,
            lines: vec![line],
        }
    }

    /// Says whether it could list `line`, if that has to be listed.
    fn has_room_for(&self, line: &Line) -> bool {
        self.lines.len() < LISTED_MAX || !self.must_list(line) || self.least().is_some()
    }

    fn add(&mut self, line: Line) {
        self.count = self.count.saturating_add(1);
        self.from = self.from.min(line.at);
        self.to = self.to.max(line.at);
        self.severity = self.severity.max(line.severity);
        if self.lines.len() < LISTED_MAX {
            self.lines.push(line);
        } else if self.must_list(&line)
            && let Some(least) = self.least()
        {
            self.lines.remove(least);
            self.lines.push(line);
        }
    }

    /// Says whether somebody may wait for `line`: it ends what was told to have begun.
    fn must_list(&self, line: &Line) -> bool {
        line.part == Part::Closes && !self.lines.iter().any(|opening| line.closes(opening))
    }

    /// Finds the last line that may be left out; the first stays, since it names the group.
    fn least(&self) -> Option<usize> {
        let may_go = |line: &Line| !self.must_list(line);
        let last = self.lines.iter().skip(1).rposition(may_go);
        last.map(|index| index + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::storm::fixture::line;

    const LATER: Monotonic = Monotonic::from_micros(30_000_000);

    #[test]
    fn a_group_is_told_once_when_its_time_is_up() {
        check("", "", "nobody waits, nothing is told");
        check("e", "1: e", "one alone is told as well");
        check("edx", "3: edx", "in their order");
    }

    #[test]
    fn beyond_what_is_listed_they_are_counted() {
        check(&"d".repeat(60), &format!("60: {}", "d".repeat(50)), "all");
    }

    #[test]
    fn ends_are_listed_rather_than_others() {
        let many = format!("{}xx", "d".repeat(50));
        let listed = format!("52: {}xx", "d".repeat(48));
        check(&many, &listed, "the last others make way");
    }

    #[test]
    fn ends_beyond_the_list_are_told_in_a_summary_of_their_own() {
        let many = "x".repeat(120);
        let fifty = format!("50: {}", "x".repeat(50));
        let rest = format!("20: {}", "x".repeat(20));
        check(
            &many,
            &format!("{fifty} {fifty} {rest}"),
            "none is left out",
        );
    }

    /// Holds alerts named by letters: `e`ntered, `d`welling, e`x`ited, each of a story of its own.
    #[track_caller]
    fn check(held: &str, expected: &str, why: &str) {
        let mut group = Group::Idle;
        let mut told = Vec::new();
        for (number, letter) in (0..).zip(held.chars()) {
            told.extend(group.hold(line(letter, number, number), LATER));
        }
        assert_eq!(group.handle_timeout(Monotonic::default()), None, "too soon");
        told.extend(group.handle_timeout(LATER));
        assert_eq!(group, Group::Idle, "{why}");
        let words: Vec<String> = told.iter().map(words).collect();
        assert_eq!(words.join(" "), expected, "{why}");
    }

    fn words(gathered: &Gathered) -> String {
        let letter = |line: &Line| match line.part {
            Part::Opens => 'e',
            Part::Closes => 'x',
            Part::Stands => 'd',
        };
        let letters: String = gathered.lines.iter().map(letter).collect();
        format!("{}: {letters}", gathered.count)
    }

    #[test]
    fn an_end_whose_beginning_is_listed_too_may_make_way() {
        let mut group = Group::Idle;
        let line = |letter, number, story| line(letter, number, story);
        assert_eq!(group.hold(line('d', 0, 0), LATER), None);
        assert_eq!(group.hold(line('e', 1, 7), LATER), None);
        assert_eq!(group.hold(line('x', 2, 7), LATER), None);
        for number in 3..51 {
            let told = group.hold(line('x', number, number + 100), LATER);
            assert_eq!(told, None, "{number}");
        }
        let listed = group.handle_timeout(LATER).unwrap();
        let numbers: Vec<&Option<String>> = listed.lines.iter().map(|line| &line.story).collect();
        assert_eq!(listed.count, 51);
        assert_eq!(numbers.len(), LISTED_MAX);
        let seven = numbers.iter().filter(|story| story.as_deref() == Some("7"));
        assert_eq!(seven.count(), 1, "the end of what nobody heard of made way");
    }
}
