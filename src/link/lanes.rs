//! One giver of frames and many takers, each with a queue of its own.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Frames that may wait for one taker.
const WAITING_MAX: usize = 1024;

/// The frames for one taker, in their order.
pub(super) type Lane = mpsc::Receiver<Arc<[u8]>>;

/// The way to one taker.
type Way = mpsc::Sender<Arc<[u8]>>;

/// The ways to those who take frames at the moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes(Arc<Mutex<Vec<Way>>>);

/// What became of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// Takers that it waits for.
    pub(super) taken: u64,
    /// Takers whose queue is full, so that it is lost for them alone.
    pub(super) lost: u64,
}

impl Lanes {
    /// Opens the way to another taker, who gets what is passed from here on until it is dropped.
    pub(super) fn open(&self) -> Lane {
        let (sender, lane) = mpsc::channel(WAITING_MAX);
        let mut senders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        senders.push(sender);
        lane
    }

    /// Passes a frame to every taker without waiting for any; those that are gone are forgotten.
    pub(super) fn pass(&self, frame: &[u8]) -> Passed {
        let mut passed = Passed::default();
        let mut senders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if senders.is_empty() {
            return passed;
        }
        let frame: Arc<[u8]> = frame.into();
        senders.retain(|sender| match sender.try_send(Arc::clone(&frame)) {
            Ok(()) => {
                passed.taken += 1;
                true
            }
            Err(TrySendError::Full(_)) => {
                passed.lost += 1;
                true
            }
            Err(TrySendError::Closed(_)) => false,
        });
        passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taker_that_is_slow_loses_its_own_frames_and_nobody_elses() {
        let lanes = Lanes::default();
        let (mut quick, mut slow) = (lanes.open(), lanes.open());
        let pushed = u64::try_from(WAITING_MAX).unwrap() + 10;
        let mut lost = 0;
        for number in 0..pushed {
            let passed = lanes.pass(&number.to_be_bytes());
            lost += passed.lost;
            assert_eq!(passed.taken + passed.lost, 2);
            assert_eq!(quick.try_recv().unwrap()[..], number.to_be_bytes());
        }
        assert_eq!(lost, 10);
        let kept = std::iter::from_fn(|| slow.try_recv().ok());
        let kept: Vec<Vec<u8>> = kept.map(|frame| frame.to_vec()).collect();
        let oldest = (0..pushed - 10).map(|number| number.to_be_bytes().to_vec());
        assert_eq!(kept, oldest.collect::<Vec<_>>());
    }

    #[test]
    fn a_taker_that_is_gone_costs_nothing() {
        let lanes = Lanes::default();
        assert_eq!(lanes.pass(b"x"), Passed::default());
        drop(lanes.open());
        assert_eq!(lanes.pass(b"x"), Passed::default());
        assert!(lanes.0.lock().unwrap().is_empty());
    }
}
