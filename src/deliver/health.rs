//! Whether an endpoint can be reached, and what may be tried meanwhile.
//!
//! Pure.

use std::time::Duration;

use crate::backoff::DELIVERY;
use crate::units::Monotonic;

/// After so many failed attempts in a row an endpoint that answers counts as failing.
const STRIKES_MAX: u32 = 3;

/// How far apart attempts with fresh alerts are while an endpoint fails.
const FRESH_EVERY: Duration = Duration::from_secs(1);

/// What is known of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It answers, or nobody has asked.
    Reachable {
        /// Attempts in a row that it answered and did not settle.
        strikes: u32,
    },
    /// The last attempts found it unwell.
    Failing {
        /// How many probes failed.
        failures: u32,
        /// When the next probe is due.
        probe_at: Monotonic,
        /// When a fresh alert may be tried before that.
        fresh_at: Monotonic,
    },
}

/// How an attempt ended, as far as the endpoint's health is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The endpoint took the alert, or refused that alert.
    Settled,
    /// It answered that it may take it another time.
    PutOff {
        /// The wait that it asked for.
        asked: Option<Duration>,
    },
    /// It did not answer.
    NoAnswer,
}

/// A change that is worth a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// From reachable to failing.
    Failing,
    /// From failing to reachable.
    Back,
}

/// What may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Whatever is due.
    Work,
    /// One alert, whichever: it shows whether the endpoint is back.
    Probe,
    /// A fresh alert, if there is one; else nothing until the probe.
    Fresh {
        /// How long that is.
        probe_in: Duration,
    },
    /// Nothing for so long.
    Wait(Duration),
}

impl Default for Health {
    fn default() -> Self {
        Self::Reachable { strikes: 0 }
    }
}

impl Health {
    /// Takes how an attempt ended at `now`; `random`, 0 to 1, decides the jitter of a wait.
    #[must_use]
    pub(super) fn step(self, ending: Ending, now: Monotonic, random: f64) -> (Self, Option<Turn>) {
        match (self, ending) {
            (Self::Reachable { .. }, Ending::Settled) => (Self::default(), None),
            (Self::Failing { .. }, Ending::Settled) => (Self::default(), Some(Turn::Back)),
            (Self::Reachable { strikes }, Ending::PutOff { .. }) if strikes + 1 < STRIKES_MAX => {
                let strikes = strikes + 1;
                (Self::Reachable { strikes }, None)
            }
            (Self::Reachable { .. }, Ending::PutOff { asked }) => {
                (Self::failing(1, asked, now, random), Some(Turn::Failing))
            }
            (Self::Reachable { .. }, Ending::NoAnswer) => {
                (Self::failing(1, None, now, random), Some(Turn::Failing))
            }
            (
                Self::Failing {
                    failures, probe_at, ..
                },
                Ending::PutOff { .. } | Ending::NoAnswer,
            ) => {
                let asked = match ending {
                    Ending::PutOff { asked } => asked,
                    Ending::NoAnswer | Ending::Settled => None,
                };
                if probe_at <= now {
                    let failures = failures.saturating_add(1);
                    return (Self::failing(failures, asked, now, random), None);
                }
                // It began before, or was a fresh alert between two probes.
                let fresh_at = now.plus(asked.unwrap_or_default().max(FRESH_EVERY));
                let failing = Self::Failing {
                    failures,
                    probe_at: match asked {
                        Some(asked) => probe_at.max(now.plus(asked)),
                        None => probe_at,
                    },
                    fresh_at,
                };
                (failing, None)
            }
        }
    }

    fn failing(failures: u32, asked: Option<Duration>, now: Monotonic, random: f64) -> Self {
        let by_schedule = DELIVERY.delay(failures, random);
        Self::Failing {
            failures,
            probe_at: now.plus(asked.unwrap_or(by_schedule)),
            fresh_at: now.plus(asked.unwrap_or_default().max(FRESH_EVERY)),
        }
    }

    /// Says what may be tried at `now`, with so many attempts under way.
    #[must_use]
    pub(super) fn plan(self, now: Monotonic, under_way: usize) -> Plan {
        match self {
            Self::Reachable { .. } => Plan::Work,
            Self::Failing {
                probe_at, fresh_at, ..
            } => {
                let wait = |until: Monotonic| until.since(now);
                if 0 < under_way {
                    Plan::Wait(wait(probe_at).max(FRESH_EVERY))
                } else if probe_at <= now {
                    Plan::Probe
                } else if fresh_at <= now {
                    Plan::Fresh {
                        probe_in: wait(probe_at),
                    }
                } else {
                    Plan::Wait(wait(probe_at.min(fresh_at)))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Monotonic {
        Monotonic::from_micros(millis * 1000)
    }

    const PUT_OFF: Ending = Ending::PutOff { asked: None };

    /// Steps through endings, one letter each: `s` settled, `p` put off, `n` no answer. Each comes
    /// when the probe is due. Tells turns, and failures so far.
    fn told(endings: &str) -> String {
        let (mut health, mut now) = (Health::default(), at(0));
        let mut told = String::new();
        for letter in endings.chars() {
            if let Health::Failing { probe_at, .. } = health {
                now = probe_at;
            }
            let ending = match letter {
                's' => Ending::Settled,
                'p' => PUT_OFF,
                _ => Ending::NoAnswer,
            };
            let (next, turn) = health.step(ending, now, 0.5);
            health = next;
            told.push(match (turn, health) {
                (Some(Turn::Failing), _) => 'F',
                (Some(Turn::Back), _) => 'B',
                (None, Health::Reachable { .. }) => '.',
                (None, Health::Failing { failures, .. }) => char::from_digit(failures, 10).unwrap(),
            });
        }
        told
    }

    #[test]
    fn an_endpoint_fails_when_it_does_not_answer_or_puts_off_thrice() {
        assert_eq!(told("ssnnns"), "..F23B", "no answer at all");
        assert_eq!(told("ppsppp"), ".....F", "three in a row");
        assert_eq!(told("pppp"), "..F2");
        assert_eq!(told("nsns"), "FBFB");
    }

    #[test]
    fn probes_go_by_the_schedule_and_fresh_alerts_once_a_second() {
        let (failing, _) = Health::default().step(Ending::NoAnswer, at(0), 0.5);
        assert_eq!(failing.plan(at(0), 0), Plan::Wait(Duration::from_secs(1)));
        assert_eq!(failing.plan(at(1000), 0), Plan::Probe);
        let (failing, _) = failing.step(Ending::NoAnswer, at(1000), 0.5);
        let in_a_second = Duration::from_secs(1);
        let expected = Plan::Fresh {
            probe_in: in_a_second,
        };
        assert_eq!(
            failing.plan(at(2000), 0),
            expected,
            "the probe comes at 3 s"
        );
        assert_eq!(
            failing.plan(at(2000), 1),
            Plan::Wait(in_a_second),
            "one at a time"
        );
        let (failing, _) = failing.step(Ending::NoAnswer, at(2000), 0.5);
        assert_eq!(
            failing.plan(at(2500), 0),
            Plan::Wait(Duration::from_millis(500)),
            "a fresh one puts no probe off"
        );
        assert_eq!(failing.plan(at(3000), 0), Plan::Probe);
        assert_eq!(Health::default().plan(at(0), 3), Plan::Work);
    }

    #[test]
    fn a_wait_that_is_asked_for_holds_for_fresh_alerts_too() {
        let asked = Some(Duration::from_secs(30));
        let put_off = Ending::PutOff { asked };
        let mut health = Health::default();
        for _ in 0..3 {
            (health, _) = health.step(put_off, at(0), 0.5);
        }
        assert_eq!(health.plan(at(0), 0), Plan::Wait(Duration::from_secs(30)));
        assert_eq!(health.plan(at(30_000), 0), Plan::Probe);
    }
}
