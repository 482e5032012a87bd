//! Whether an endpoint can be reached, told only when it turns.
//!
//! Pure.

/// What is known of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Health {
    /// It answers, or nobody has asked.
    #[default]
    Reachable,
    /// The last attempt found it unwell.
    Failing,
}

/// A change that is worth a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// From reachable to failing.
    Failing,
    /// From failing to reachable.
    Back,
}

impl Health {
    /// Takes whether an attempt ended in an answer that settles it.
    #[must_use]
    pub(super) fn step(self, settled: bool) -> (Self, Option<Turn>) {
        match (self, settled) {
            (Self::Reachable, true) => (Self::Reachable, None),
            (Self::Reachable, false) => (Self::Failing, Some(Turn::Failing)),
            (Self::Failing, true) => (Self::Reachable, Some(Turn::Back)),
            (Self::Failing, false) => (Self::Failing, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_turn_is_told() {
        let mut health = Health::default();
        let mut told = String::new();
        for settled in [true, false, false, true, true, false] {
            let (next, turn) = health.step(settled);
            health = next;
            told.push(match turn {
                None => '.',
                Some(Turn::Failing) => 'F',
                Some(Turn::Back) => 'B',
            });
        }
        assert_eq!(told, ".F.B.F");
    }
}
