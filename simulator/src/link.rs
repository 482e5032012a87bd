//! A link as it is planned: whom it carries, what is wrong with it, when it is down.
//!
//! Pure.

use std::time::Duration;

use crate::channel::LinkFaults;
pub use crate::window::Window;

/// One link between the vehicles and a ground station.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkPlan {
    /// What it is called.
    pub name: String,
    /// Whose frames it carries.
    pub carries: Carries,
    /// What is wrong with it.
    pub faults: LinkFaults,
    /// Times at which something else is wrong with it; the last one that fits counts.
    pub spells: Vec<Spell>,
    /// Times at which nothing that is sent arrives.
    pub down: Vec<Outage>,
}

/// Whose frames a link carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Carries {
    /// Everybody's.
    #[default]
    Everybody,
    /// Those of these senders, by their number: vehicles first, then other traffic.
    Only(Vec<usize>),
}

/// A time at which other faults than usual befall a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spell {
    /// When.
    pub window: Window,
    /// What is wrong with the link then.
    pub faults: LinkFaults,
}

/// A time at which a link is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When.
    pub window: Window,
    /// Whether the device is pulled or the connection closed, rather than the far end unheard.
    pub is_pulled: bool,
}

impl LinkPlan {
    /// Plans a link that carries everybody's frames without a fault.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Says whether the link carries the frames of a sender.
    #[must_use]
    pub fn carries(&self, sender: usize) -> bool {
        match &self.carries {
            Carries::Everybody => true,
            Carries::Only(senders) => senders.contains(&sender),
        }
    }

    /// Returns what is wrong with the link at a time, or nothing if it is down.
    #[must_use]
    pub fn faults_at(&self, time: Duration) -> Option<&LinkFaults> {
        let fits = |window: &Window| window.contains(time);
        if self.down.iter().any(|outage| fits(&outage.window)) {
            return None;
        }
        let spell = self.spells.iter().rev().find(|spell| fits(&spell.window));
        Some(spell.map_or(&self.faults, |spell| &spell.faults))
    }

    /// Says whether the link's device is pulled, or its connection closed, at a time.
    #[must_use]
    pub fn is_pulled_at(&self, time: Duration) -> bool {
        self.down
            .iter()
            .any(|outage| outage.is_pulled && outage.window.contains(time))
    }

    /// Returns when the link is next pulled or plugged in after a time.
    #[must_use]
    pub fn next_pull_after(&self, time: Duration) -> Option<Duration> {
        self.down
            .iter()
            .filter(|outage| outage.is_pulled)
            .flat_map(|outage| [outage.window.from, outage.window.until])
            .filter(|change| time < *change)
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_spell_that_fits_counts_and_down_is_down() {
        let lossy = |loss| LinkFaults {
            loss,
            ..LinkFaults::default()
        };
        let spell = |from, until, loss| Spell {
            window: Window::seconds(from, until),
            faults: lossy(loss),
        };
        let link = LinkPlan {
            faults: lossy(0.1),
            spells: vec![spell(10, 30, 0.2), spell(20, 40, 0.3)],
            down: vec![Outage {
                window: Window::seconds(35, 36),
                is_pulled: false,
            }],
            ..LinkPlan::new("radio")
        };
        let expected = [
            (9, Some(0.1)),
            (10, Some(0.2)),
            (20, Some(0.3)),
            (30, Some(0.3)),
            (35, None),
            (36, Some(0.3)),
            (40, Some(0.1)),
        ];
        for (second, loss) in expected {
            let faults = link.faults_at(Duration::from_secs(second));
            assert_eq!(faults.copied(), loss.map(lossy), "second {second}");
        }
    }

    #[test]
    fn a_pulled_link_is_plugged_in_again() {
        let link = LinkPlan {
            down: vec![Outage {
                window: Window::seconds(10, 20),
                is_pulled: true,
            }],
            ..LinkPlan::new("radio")
        };
        let seconds = |seconds| Duration::from_secs(seconds);
        assert!(!link.is_pulled_at(seconds(9)));
        assert!(link.is_pulled_at(seconds(10)));
        assert!(!link.is_pulled_at(seconds(20)));
        assert_eq!(link.next_pull_after(seconds(0)), Some(seconds(10)));
        assert_eq!(link.next_pull_after(seconds(10)), Some(seconds(20)));
        assert_eq!(link.next_pull_after(seconds(20)), None);
    }
}
