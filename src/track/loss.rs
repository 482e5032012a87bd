//! How much of what was sent did not arrive.

/// The share of frames that was lost, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameLoss(u16);

impl FrameLoss {
    /// Takes frames that were heard and lost; absent if there were none.
    #[must_use]
    pub fn of(heard: u64, lost: u64) -> Option<Self> {
        let sent = heard.saturating_add(lost);
        let permille = lost.saturating_mul(1000).checked_div(sent)?;
        u16::try_from(permille).ok().map(Self)
    }

    /// Returns the share in per cent, with one decimal.
    #[must_use]
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_known_only_of_something() {
        let percent = |heard, lost| FrameLoss::of(heard, lost).map(FrameLoss::percent);
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(5, 0), Some(0.0));
        assert_eq!(percent(0, 5), Some(100.0));
        assert_eq!(percent(875, 125), Some(12.5));
    }
}
