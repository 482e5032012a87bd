//! When a person is told that a link loses frames.

use crate::track::FrameLoss;

/// A link that loses this much is told.
const LOSSY_PERCENT: f64 = 20.0;
/// A link that was told and loses no more than this is good again.
const GOOD_PERCENT: f64 = 10.0;

/// How well a link hears its senders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reception {
    /// Well, or unknown.
    #[default]
    Good,
    /// It loses many frames.
    Lossy,
}

impl Reception {
    /// Takes the loss of the last minute, and says whether that is a change worth a line.
    ///
    /// What is unknown changes nothing: a link that is silent is told as that.
    pub(super) fn look(&mut self, loss: Option<FrameLoss>) -> Option<Self> {
        let percent = loss?.percent();
        let next = match self {
            Self::Good if LOSSY_PERCENT <= percent => Self::Lossy,
            Self::Lossy if percent <= GOOD_PERCENT => Self::Good,
            Self::Good | Self::Lossy => return None,
        };
        *self = next;
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_loses_many_frames_is_told_once_until_it_is_clearly_better() {
        let mut reception = Reception::default();
        let lost = |lost: u64| FrameLoss::of(100 - lost, lost);
        for (loss, change) in [
            (None, None),
            (lost(0), None),
            (lost(19), None),
            (lost(20), Some(Reception::Lossy)),
            (lost(60), None),
            (None, None),
            (lost(11), None),
            (lost(10), Some(Reception::Good)),
            (lost(19), None),
        ] {
            assert_eq!(reception.look(loss), change, "{loss:?}");
        }
    }
}
