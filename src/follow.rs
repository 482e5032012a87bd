//! The shell around the monitor: feeds it reports and time, and hands its decisions to the store.

mod query;

use std::future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::{debug, info, warn};

use crate::clock::Clock;
use crate::metrics::{Counter, Metrics};
use crate::monitor::{Counts, Liveness, Monitor, Notice, Rejection, Remark};
use crate::store::{Store, StoreClosed};
use crate::track::{Report, TrackKind};
use crate::units::{Moment, Monotonic};

pub use query::{QUERIES_MAX, Query};

/// How often the host is asked whether its clock is kept right.
const ASK_EVERY: Duration = Duration::from_secs(60);
/// A look for silent tracks that is late by more was held up, and so were the reports behind it.
const LATE_MAX: Duration = Duration::from_secs(2);
/// How long these reports have to arrive before anybody is called silent.
const CATCH_UP: Duration = Duration::from_secs(1);

/// Feeds `batches`, and the passing of time, to `monitor` until every link has ended; while
/// `synchronized` exists, the host's clock is kept right. `queries` are answered in between.
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
    mut queries: mpsc::Receiver<Query>,
    store: Store,
    metrics: Arc<Metrics>,
    synchronized: PathBuf,
    clock: Clock,
) -> Result<(), StoreClosed> {
    monitor.set_host_synchronized(synchronized.exists());
    monitor.close_gone(clock.now());
    hand_on(&mut monitor, &store, &metrics).await?;
    let mut told = Counts::default();
    let mut ask_at = Monotonic::default();
    let mut caught_up = Monotonic::default();
    let mut due_answer: Option<Answer> = None;
    loop {
        let due = monitor.next_timeout().map(|due| due.max(caught_up));
        tokio::select! {
            biased;
            () = wait_until(due, clock) => {
                let now = clock.now();
                if due.is_some_and(|due| LATE_MAX < now.monotonic.since(due)) {
                    caught_up = now.monotonic.plus(CATCH_UP);
                } else {
                    monitor.handle_timeout(now);
                }
            }
            batch = batches.recv() => match batch {
                Some(batch) => {
                    if let Some(first) = batch.first()
                        && ask_at <= first.received.monotonic
                    {
                        monitor.set_host_synchronized(synchronized.exists());
                        ask_at = first.received.monotonic.plus(ASK_EVERY);
                    }
                    for report in &batch {
                        monitor.handle_report(report);
                    }
                    // Reports that never end must not keep who asks waiting for ever.
                    if let Ok(query) = queries.try_recv() {
                        due_answer = answer(&mut monitor, query, clock.now());
                    }
                }
                None => return Ok(()),
            },
            Some(query) = queries.recv() => {
                due_answer = answer(&mut monitor, query, clock.now());
            }
        }
        while let Some(notice) = monitor.poll_notice() {
            tell(&notice);
        }
        while let Some(remark) = monitor.poll_remark() {
            remind(&remark);
        }
        hand_on(&mut monitor, &store, &metrics).await?;
        if let Some(answer) = due_answer.take() {
            store.flush().await?;
            answer();
        }
        count(&metrics, &monitor, &mut told);
    }
}

/// Logs and stores everything that was decided.
async fn hand_on(
    monitor: &mut Monitor,
    store: &Store,
    metrics: &Metrics,
) -> Result<(), StoreClosed> {
    while let Some(decision) = monitor.poll_decision() {
        if let Some(alert) = &decision.alert {
            info!(
                alert = %alert.id,
                event = %alert.event,
                subject = alert.subject(),
                corridor = alert.corridor.as_ref().map(|corridor| &corridor.id),
                place = alert.place,
                held_by = decision.held.as_ref().map(|held| &held.by),
                "alert"
            );
        }
        metrics.alerts_held.add(u64::from(decision.held.is_some()));
        let released = decision.releases.len();
        metrics.alerts_released.add(released as u64);
        store.submit(decision).await?;
    }
    Ok(())
}

/// An answer that is given once what it is about is committed.
type Answer = Box<dyn FnOnce() + Send>;

/// Answers a question, or returns the answer; nobody may be waiting for that any longer.
fn answer(monitor: &mut Monitor, query: Query, now: Moment) -> Option<Answer> {
    match query {
        Query::Census { answer } => {
            drop(answer.send(monitor.census(now)));
            None
        }
        Query::Silence { request, answer } => {
            let silence = monitor.silence(request, now);
            Some(Box::new(move || drop(answer.send(silence))))
        }
        Query::EndSilence { number, answer } => {
            let silence = monitor.end_silence(number, now);
            Some(Box::new(move || drop(answer.send(silence))))
        }
        Query::Silences { answer } => {
            drop(answer.send(monitor.silences().to_vec()));
            None
        }
        Query::Explain { question, answer } => {
            drop(answer.send(monitor.explain(now, &question)));
            None
        }
        Query::Reload {
            settings,
            corridors,
            answer,
        } => {
            monitor.reload(now, *settings, corridors);
            // What it ended is committed by the time that somebody is told.
            Some(Box::new(move || _ = answer.send(())))
        }
    }
}

/// Waits until `due`, for ever if that is never; cancel safe.
async fn wait_until(due: Option<Monotonic>, clock: Clock) {
    match due {
        Some(due) => sleep(due.since(clock.now().monotonic)).await,
        None => future::pending().await,
    }
}

/// Logs that a track was lost or is back: of vehicles for everybody, of others, which come and go,
/// for those who look closely.
fn tell(notice: &Notice) {
    let Notice {
        track,
        kind,
        liveness,
        silence,
    } = notice;
    let silent_seconds = silence.as_secs();
    match (liveness, *kind == TrackKind::Vehicle) {
        (Liveness::Lost, true) => info!(track, silent_seconds, "track lost"),
        (Liveness::Alive, true) => info!(track, silent_seconds, "track regained"),
        (Liveness::Lost, false) => debug!(track, silent_seconds, "track lost"),
        (Liveness::Alive, false) => debug!(track, silent_seconds, "track regained"),
        (Liveness::Stale, _) => debug!(track, silent_seconds, "track stale"),
    }
}

/// Logs what somebody who looks after the rules should know.
fn remind(remark: &Remark) {
    match remark {
        Remark::HeightNotCompared { track, rule, datum } => info!(
            track,
            rule,
            %datum,
            "the rule asks for heights that the track does not tell: it counts by its place alone"
        ),
    }
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
    let roll = monitor.roll();
    metrics.tracks_alive.set(roll.alive as u64);
    metrics.tracks_stale.set(roll.stale as u64);
    metrics.tracks_lost.set(roll.lost as u64);
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
        Rejection::Suspect => &metrics.positions_suspect,
    }
}
