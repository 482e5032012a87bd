//! When a person is told that the host drops datagrams.
//!
//! It decides and does not log.

/// Looks without a drop after which a burst is over; a look is a second.
const CALM_LOOKS: u32 = 60;

/// Collects what was dropped, and tells each burst at its begin and its end.
#[derive(Debug, Default)]
pub(super) struct Overflow {
    /// Dropped since the last look.
    fresh: u64,
    flood: Option<Flood>,
}

/// A burst that is not over.
#[derive(Debug)]
struct Flood {
    dropped: u64,
    calm_looks: u32,
}

/// What there is to tell, with the number of datagrams that were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Burst {
    /// So many so far.
    Began(u64),
    /// So many in all.
    Ended(u64),
}

impl Overflow {
    /// Takes what was dropped.
    pub(super) const fn note(&mut self, dropped: u64) {
        self.fresh += dropped;
    }

    /// Looks once in a second, and says what there is to tell.
    pub(super) fn look(&mut self) -> Option<Burst> {
        let fresh = std::mem::take(&mut self.fresh);
        match &mut self.flood {
            None if fresh == 0 => None,
            None => {
                self.flood = Some(Flood {
                    dropped: fresh,
                    calm_looks: 0,
                });
                Some(Burst::Began(fresh))
            }
            Some(flood) if fresh == 0 => {
                flood.calm_looks += 1;
                let ended = (CALM_LOOKS <= flood.calm_looks).then_some(Burst::Ended(flood.dropped));
                if ended.is_some() {
                    self.flood = None;
                }
                ended
            }
            Some(flood) => {
                flood.dropped += fresh;
                flood.calm_looks = 0;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_told_once_until_a_minute_without_drops() {
        let mut overflow = Overflow::default();
        let mut after = |looks: u32, dropped: u64| {
            for _calm in 1..looks {
                assert_eq!(overflow.look(), None);
            }
            overflow.note(dropped);
            overflow.look()
        };
        assert_eq!(after(100, 7), Some(Burst::Began(7)));
        assert_eq!(after(1, 3), None);
        assert_eq!(after(60, 1), None, "59 calm looks are no end");
        assert_eq!(after(60, 0), Some(Burst::Ended(11)));
        assert_eq!(after(200, 2), Some(Burst::Began(2)));
    }
}
