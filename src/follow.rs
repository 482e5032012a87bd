//! The shell around the monitor: feeds it reports and hands its decisions to the store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tracing::{info, warn};

use crate::metrics::{Counter, Metrics};
use crate::monitor::{Counts, Monitor, Rejection};
use crate::store::{Store, StoreClosed};
use crate::track::Report;
use crate::units::Monotonic;

/// How often the host is asked whether its clock is kept right.
const ASK_EVERY: Duration = Duration::from_secs(60);

/// Feeds `batches` to `monitor` until every link has ended; while `synchronized` exists, the host's
/// clock is kept right.
///
/// A decision is never dropped. When the store is behind this waits, reports fill their own
/// queue behind it, and the links drop what a fresher report outdates.
///
/// # Errors
///
/// Says so if the store closed while there was something to store.
pub async fn run(
    mut monitor: Monitor,
    mut batches: mpsc::Receiver<Vec<Report>>,
    store: Store,
    metrics: Arc<Metrics>,
    synchronized: PathBuf,
) -> Result<(), StoreClosed> {
    for orphan in monitor.orphans() {
        warn!(
            rule = orphan.rule,
            track = orphan.track,
            corridor = orphan.corridor,
            "inside a corridor, or under a rule, that is not configured: its exit is not told"
        );
    }
    let mut told = Counts::default();
    let mut ask_at = Monotonic::default();
    while let Some(batch) = batches.recv().await {
        if let Some(first) = batch.first()
            && ask_at <= first.received.monotonic
        {
            monitor.set_host_synchronized(synchronized.exists());
            ask_at = first.received.monotonic.plus(ASK_EVERY);
        }
        for report in &batch {
            monitor.handle_report(report);
        }
        while let Some(decision) = monitor.poll_decision() {
            if let Some(alert) = &decision.alert {
                info!(
                    alert = %alert.id,
                    event = %alert.event,
                    track = alert.track.key,
                    corridor = alert.corridor.as_ref().map(|corridor| &corridor.id),
                    place = alert.place,
                    "alert"
                );
            }
            store.submit(decision).await?;
        }
        count(&metrics, &monitor, &mut told);
    }
    Ok(())
}

/// Adds what the monitor counted since the last time.
fn count(metrics: &Metrics, monitor: &Monitor, told: &mut Counts) {
    let counts = monitor.counts();
    metrics
        .positions_accepted
        .add(counts.positions - told.positions);
    metrics
        .positions_outranked
        .add(counts.outranked - told.outranked);
    metrics
        .identities_refused
        .add(counts.refused - told.refused);
    metrics
        .identity_conflicts
        .add(counts.conflicts - told.conflicts);
    metrics
        .clock_steps
        .add(counts.clock_steps - told.clock_steps);
    if told.clock_steps == 0 && 0 < counts.clock_steps {
        warn!("the host's clock was set while it stamps: alerts before and after may not compare");
    }
    if told.refused == 0 && 0 < counts.refused {
        warn!("too many new identities, or too fast: some are not followed");
    }
    for reason in Rejection::ALL {
        let of = |counts: &Counts| counts.rejections.get(&reason).copied().unwrap_or(0);
        rejected(metrics, reason).add(of(counts) - of(told));
    }
    metrics.tracks.set(monitor.tracks() as u64);
    told.clone_from(counts);
}

fn rejected(metrics: &Metrics, reason: Rejection) -> &Counter {
    match reason {
        Rejection::NoFix => &metrics.positions_no_fix,
        Rejection::NearZero => &metrics.positions_near_zero,
        Rejection::OutOfRange => &metrics.positions_out_of_range,
        Rejection::Jump => &metrics.positions_jump,
        Rejection::Late => &metrics.positions_late,
        Rejection::Repeated => &metrics.positions_repeated,
    }
}
