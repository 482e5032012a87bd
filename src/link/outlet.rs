//! The way from a link to the monitor: bounded, and never waited for.

use std::collections::HashSet;
use std::mem::take;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::metrics::Metrics;
use crate::track::Report;

/// Reports that may wait in the link before older ones give way.
const HELD_MAX: usize = 1024;

/// Collects reports and hands them on in batches.
///
/// While the monitor is behind, reports wait here. When too many do, only the newest of each
/// sender, kind and subject is kept: a fresher fix follows, and rules never run backwards.
#[derive(Debug)]
pub struct Outlet {
    batches: mpsc::Sender<Vec<Report>>,
    held: Vec<Report>,
    metrics: Arc<Metrics>,
}

/// The monitor has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonitorEnded;

impl Outlet {
    /// Hands batches to `batches`.
    #[must_use]
    pub fn new(batches: mpsc::Sender<Vec<Report>>, metrics: Arc<Metrics>) -> Self {
        Self {
            batches,
            held: Vec::new(),
            metrics,
        }
    }

    /// Takes a report.
    pub fn push(&mut self, report: Report) {
        self.held.push(report);
        if HELD_MAX <= self.held.len() {
            // One datagram may hold more: that alone does not mean that the monitor is behind.
            // If it has ended, the next flush says so.
            let _ended = self.try_flush();
        }
        if HELD_MAX <= self.held.len() {
            self.keep_newest();
        }
    }

    /// Says whether reports wait for the monitor.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Hands on what waits if there is room, without waiting for it.
    ///
    /// # Errors
    ///
    /// Says so if the monitor has ended.
    pub fn try_flush(&mut self) -> Result<(), MonitorEnded> {
        if self.held.is_empty() {
            return Ok(());
        }
        match self.batches.try_reserve() {
            Ok(permit) => permit.send(take(&mut self.held)),
            Err(mpsc::error::TrySendError::Full(())) => {}
            Err(mpsc::error::TrySendError::Closed(())) => return Err(MonitorEnded),
        }
        Ok(())
    }

    /// Waits for room and hands on what waits.
    ///
    /// Cancel safe: reports leave only when there is room.
    ///
    /// # Errors
    ///
    /// Says so if the monitor has ended.
    pub async fn flush(&mut self) -> Result<(), MonitorEnded> {
        let permit = self
            .batches
            .reserve()
            .await
            .map_err(|_closed| MonitorEnded)?;
        if !self.held.is_empty() {
            permit.send(take(&mut self.held));
        }
        Ok(())
    }

    /// Drops every report that a newer one of the same sender, kind and subject follows.
    ///
    /// If that leaves too many, the oldest go: so many tracks are a flood.
    fn keep_newest(&mut self) {
        let before = self.held.len();
        let mut seen = HashSet::new();
        let mut kept: Vec<Report> = Vec::new();
        for report in take(&mut self.held).into_iter().rev() {
            let key = (report.sender.clone(), report.message.subject());
            if kept.len() < HELD_MAX / 2 && seen.insert(key) {
                kept.push(report);
            }
        }
        kept.reverse();
        self.metrics
            .link_reports_dropped
            .add((before - kept.len()) as u64);
        self.held = kept;
    }
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;
    use crate::track::{Authenticity, LinkName, Message, Namespace, RawFrame, Sender, SystemTime};
    use crate::units::Moment;

    fn report(system_id: u32, boot_ms: u32) -> Report {
        Report {
            received: Moment::default(),
            link: LinkName::new("lan"),
            sender: Sender {
                namespace: Namespace::new("lan"),
                system_id,
                component_id: 1,
                address: None,
                authenticity: Authenticity::Unsigned,
            },
            link_loss: None,
            sender_loss: None,
            message: Message::SystemTime(SystemTime {
                unix_us: None,
                boot_ms,
            }),
            frame: RawFrame::new(&[]),
        }
    }

    #[tokio::test]
    async fn while_the_monitor_is_behind_the_newest_report_of_each_track_wins() {
        let (sender, mut receiver) = mpsc::channel(1);
        let metrics = Arc::new(Metrics::default());
        let mut outlet = Outlet::new(sender, Arc::clone(&metrics));
        outlet.push(report(1, 0));
        assert_eq!(outlet.try_flush(), Ok(()));
        let pushed = 3 * u32::try_from(HELD_MAX).unwrap();
        for boot_ms in 1..=pushed {
            outlet.push(report(1 + boot_ms % 2, boot_ms));
            assert_eq!(outlet.try_flush(), Ok(()), "a full queue is no error");
        }
        assert!(outlet.is_holding());
        assert_eq!(receiver.recv().await.map(|batch| batch.len()), Some(1));
        assert_eq!(outlet.flush().await, Ok(()));
        let batch = receiver.recv().await.unwrap();
        assert_eq!(
            batch.last(),
            Some(&report(1 + pushed % 2, pushed)),
            "the newest arrives"
        );
        assert!(batch.len() < HELD_MAX);
        let dropped = usize::try_from(metrics.link_reports_dropped.get()).unwrap();
        assert_eq!(
            batch.len() + dropped,
            usize::try_from(pushed).unwrap(),
            "all are accounted for"
        );
    }

    #[test]
    fn a_monitor_that_keeps_up_gets_every_report_however_many_come_at_once() {
        let (sender, mut receiver) = mpsc::channel(4);
        let metrics = Arc::new(Metrics::default());
        let mut outlet = Outlet::new(sender, Arc::clone(&metrics));
        let pushed = 3 * HELD_MAX + 7;
        for boot_ms in (0..).take(pushed) {
            outlet.push(report(1, boot_ms));
        }
        assert_eq!(outlet.try_flush(), Ok(()));
        let batches = iter::from_fn(|| receiver.try_recv().ok());
        assert_eq!(batches.flatten().count(), pushed);
        assert_eq!(metrics.link_reports_dropped.get(), 0);
    }

    #[test]
    fn an_ended_monitor_is_told() {
        let (sender, receiver) = mpsc::channel(1);
        drop(receiver);
        let mut outlet = Outlet::new(sender, Arc::new(Metrics::default()));
        outlet.push(report(1, 0));
        assert_eq!(outlet.try_flush(), Err(MonitorEnded));
    }
}
