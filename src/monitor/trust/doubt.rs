//! What speaks against a position.

use serde::{Deserialize, Serialize};

/// One thing that speaks against a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::monitor) enum Doubt {
    /// Several places in a row that agree with each other could not be reached.
    Jump,
    /// They could, if latitude and longitude changed places.
    SwappedAxes,
    /// It moves by what the speed that is told beside it does not show.
    Drift,
    /// It stands still to the centimetre while the speed says that it moves.
    Frozen,
    /// The receiver has no 3D fix.
    FixLost,
    /// What is told is no place, or one near 0,0.
    NoPlace,
    /// The receiver says that its signals are jammed.
    Jammed,
    /// The receiver says that its signals are spoofed.
    Spoofed,
    /// A receiver and the autopilot, or two receivers, tell different places.
    Disagreement,
    /// It wanders far more than the accuracy that is claimed for it.
    Overrated,
}

impl Doubt {
    /// Every doubt, in the order in which alerts name them.
    pub(in crate::monitor) const ALL: [Self; 10] = [
        Self::Jump,
        Self::SwappedAxes,
        Self::Drift,
        Self::Frozen,
        Self::FixLost,
        Self::NoPlace,
        Self::Jammed,
        Self::Spoofed,
        Self::Disagreement,
        Self::Overrated,
    ];

    /// Names the doubt in alerts.
    pub(in crate::monitor) const fn name(self) -> &'static str {
        match self {
            Self::Jump => "jump",
            Self::SwappedAxes => "swapped-axes",
            Self::Drift => "drift",
            Self::Frozen => "frozen",
            Self::FixLost => "fix-lost",
            Self::NoPlace => "no-place",
            Self::Jammed => "jammed",
            Self::Spoofed => "spoofed",
            Self::Disagreement => "disagreement",
            Self::Overrated => "overrated",
        }
    }

    /// Says whether the place that is told cannot be the true one, so that no rule may see it.
    ///
    /// The others are warnings: the place may well be right, and what is told of it says so.
    pub(in crate::monitor) const fn refutes(self) -> bool {
        match self {
            Self::Jump
            | Self::SwappedAxes
            | Self::Drift
            | Self::Frozen
            | Self::FixLost
            | Self::NoPlace => true,
            Self::Jammed | Self::Spoofed | Self::Disagreement | Self::Overrated => false,
        }
    }

    /// Says whether something that is done to satellite signals may cause it, so that others around
    /// may suffer from the same.
    pub(in crate::monitor) const fn may_be_interference(self) -> bool {
        match self {
            Self::Jump
            | Self::Drift
            | Self::Frozen
            | Self::FixLost
            | Self::Jammed
            | Self::Spoofed
            | Self::Disagreement => true,
            Self::SwappedAxes | Self::NoPlace | Self::Overrated => false,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Several doubts, without an order of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::monitor) struct Doubts(u16);

impl Doubts {
    /// None.
    pub(in crate::monitor) const NONE: Self = Self(0);

    /// Returns one alone.
    pub(in crate::monitor) const fn of(doubt: Doubt) -> Self {
        Self(doubt.bit())
    }

    /// Returns one alone if there is a reason for it.
    pub(in crate::monitor) const fn of_if(is_there: bool, doubt: Doubt) -> Self {
        if is_there {
            Self::of(doubt)
        } else {
            Self::NONE
        }
    }

    /// Returns these and those.
    pub(in crate::monitor) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Returns these without those.
    pub(in crate::monitor) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(in crate::monitor) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(in crate::monitor) const fn has(self, doubt: Doubt) -> bool {
        self.0 & doubt.bit() != 0
    }

    /// Returns those that refute the place.
    pub(in crate::monitor) fn refuting(self) -> Self {
        self.filter(Doubt::refutes)
    }

    /// Returns those that only warn.
    pub(in crate::monitor) fn warning(self) -> Self {
        self.without(self.refuting())
    }

    /// Says whether something that is done to satellite signals may cause any of them.
    pub(in crate::monitor) fn may_be_interference(self) -> bool {
        !self.filter(Doubt::may_be_interference).is_empty()
    }

    /// Lists them in the order of [`Doubt::ALL`].
    pub(in crate::monitor) fn iter(self) -> impl Iterator<Item = Doubt> {
        Doubt::ALL.into_iter().filter(move |doubt| self.has(*doubt))
    }

    fn filter(self, is_wanted: impl Fn(Doubt) -> bool) -> Self {
        self.iter().filter(|doubt| is_wanted(*doubt)).collect()
    }
}

impl FromIterator<Doubt> for Doubts {
    fn from_iter<T: IntoIterator<Item = Doubt>>(doubts: T) -> Self {
        doubts
            .into_iter()
            .fold(Self::NONE, |all, doubt| all.and(Self::of(doubt)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_doubt_has_a_place_of_its_own_in_a_set_and_a_name() {
        for doubt in Doubt::ALL {
            let only: Vec<Doubt> = Doubts::of(doubt).iter().collect();
            assert_eq!(only, [doubt]);
            let written = serde_json::to_value(doubt).unwrap();
            assert_eq!(written, doubt.name());
        }
        let all: Doubts = Doubt::ALL.into_iter().collect();
        assert_eq!(all.refuting().and(all.warning()), all);
        assert_eq!(all.iter().count(), Doubt::ALL.len());
    }
}
