//! Every metric by name: what the daemon counts, in one place.
//!
//! Counters only grow and end in `_total` when they are shown; a gauge can fall.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `count`.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// Returns the number.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that can fall.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// Replaces the number.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// Returns the number.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Declares the metrics with the name that each is shown by.
macro_rules! metrics {
    ($($(#[$doc:meta])* $field:ident: $kind:ident = $name:literal,)*) => {
        /// What one daemon has counted since it started.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $($(#[$doc])* pub $field: $kind,)*
        }

        impl Metrics {
            /// Returns every metric with its name.
            #[must_use]
            pub fn snapshot(&self) -> Vec<(&'static str, u64)> {
                vec![$(($name, self.$field.get()),)*]
            }
        }
    };
}

metrics! {
    /// Bytes read from links.
    link_bytes: Counter = "link_bytes_total",
    /// Times that an open link was lost.
    link_losses: Counter = "link_losses_total",
    /// Frames left out of a recording: the disk was too slow, or could not be written to.
    link_recording_dropped: Counter = "link_recording_dropped_total",
    /// Recordings removed: too many, too old, or in the way of the free disk.
    link_recordings_removed: Counter = "link_recordings_removed_total",
    /// Datagrams and clients from sources that a link is not allowed to hear, or has no room for.
    link_refused_sources: Counter = "link_refused_sources_total",
    /// Datagrams read from links, and frames of recordings.
    link_datagrams: Counter = "link_datagrams_total",
    /// Datagrams that the host dropped because a socket had no room for them.
    link_kernel_drops: Counter = "link_kernel_drops_total",
    /// MAVLink frames with a good checksum.
    link_frames: Counter = "link_frames_total",
    /// Frames that senders have counted and a link has not brought, each link by itself; a lower
    /// bound.
    link_frames_lost: Counter = "link_frames_lost_total",
    /// Frames of message ids that the dialect does not know.
    link_frames_unknown: Counter = "link_frames_unknown_total",
    /// Frames discarded for an incompatibility flag.
    link_frames_refused: Counter = "link_frames_refused_total",
    /// Frames whose checksum is wrong.
    link_frames_bad_checksum: Counter = "link_frames_bad_checksum_total",
    /// Frames that a signed link found good.
    link_frames_signed: Counter = "link_frames_signed_total",
    /// Frames without a signature that a signed link refused.
    link_frames_unsigned_refused: Counter = "link_frames_unsigned_refused_total",
    /// Frames on a signed link whose signature is wrong.
    link_frames_bad_signature: Counter = "link_frames_bad_signature_total",
    /// Frames that a signed link refused, because their stream has come further already.
    link_frames_replayed: Counter = "link_frames_replayed_total",
    /// Frames that a signed link refused, because they start a stream behind its clock.
    link_frames_too_old: Counter = "link_frames_too_old_total",
    /// Frames that a signed link refused, because it remembers too many streams already.
    link_frames_too_many_streams: Counter = "link_frames_too_many_streams_total",
    /// Bytes that belong to no frame.
    link_garbage_bytes: Counter = "link_garbage_bytes_total",
    /// Frames sent on links, to each address by itself.
    link_frames_sent: Counter = "link_frames_sent_total",
    /// Frames that should have been sent on a link and found no room or nobody there.
    link_frames_unsent: Counter = "link_frames_unsent_total",
    /// Frames of shared links that were passed to consumers, to each of them.
    forward_frames: Counter = "forward_frames_total",
    /// Frames that a consumer was too slow for.
    forward_frames_dropped: Counter = "forward_frames_dropped_total",
    /// Reports dropped for a newer one of the same kind, because the monitor was behind.
    link_reports_dropped: Counter = "link_reports_dropped_total",
    /// Positions that passed the quality gate.
    positions_accepted: Counter = "positions_accepted_total",
    /// Positions rejected: the receiver has no 3D fix.
    positions_no_fix: Counter = "positions_rejected_no_fix_total",
    /// Positions rejected: near 0,0.
    positions_near_zero: Counter = "positions_rejected_near_zero_total",
    /// Positions rejected: no place on Earth.
    positions_out_of_range: Counter = "positions_rejected_out_of_range_total",
    /// Positions rejected: an impossible jump.
    positions_jump: Counter = "positions_rejected_jump_total",
    /// Positions rejected: older than the last one.
    positions_late: Counter = "positions_rejected_late_total",
    /// Positions rejected: the same sample again.
    positions_repeated: Counter = "positions_rejected_repeated_total",
    /// Positions kept from the rules: their track was suspect.
    positions_suspect: Counter = "positions_rejected_suspect_total",
    /// Positions that a better source of the same sender made unnecessary.
    positions_outranked: Counter = "positions_outranked_total",
    /// Messages of identities that there was no room for, or that came too fast.
    identities_refused: Counter = "identities_refused_total",
    /// Identities that two senders were found to use.
    identity_conflicts: Counter = "identity_conflicts_total",
    /// Times that the host's clock was set while it stamped.
    clock_steps: Counter = "clock_steps_total",
    /// Tracks followed.
    tracks: Gauge = "tracks",
    /// Tracks that are heard, with or without a position.
    tracks_alive: Gauge = "tracks_alive",
    /// Tracks that are silent for longer than usual.
    tracks_stale: Gauge = "tracks_stale",
    /// Tracks that are lost and not forgotten.
    tracks_lost: Gauge = "tracks_lost",
    /// Alerts committed to the store.
    alerts_accepted: Counter = "alerts_accepted_total",
    /// Alerts that were held back from everybody, by a limit, a silence or another alert.
    alerts_held: Counter = "alerts_held_total",
    /// Alerts that were held back and told later.
    alerts_released: Counter = "alerts_released_total",
    /// Transactions of the store that wrote: each is one fsync, however much it carries.
    store_transactions: Counter = "store_transactions_total",
    /// Writes to the store that failed and were tried again.
    store_write_failures: Counter = "store_write_failures_total",
    /// Alerts that an endpoint has taken.
    deliveries: Counter = "deliveries_total",
    /// Alerts that were sent to an endpoint that never says whether they have come.
    deliveries_sent: Counter = "deliveries_sent_total",
    /// Attempts that failed and will be tried again.
    delivery_retries: Counter = "delivery_retries_total",
    /// Alerts that an endpoint refused: parked for a person, or gone (410).
    deliveries_refused: Counter = "deliveries_refused_total",
    /// Alerts that were given up because they were too old.
    deliveries_expired: Counter = "deliveries_expired_total",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_counters_end_in_total() {
        let metrics = Metrics::default();
        metrics.positions_jump.add(2);
        let snapshot = metrics.snapshot();
        assert!(snapshot.contains(&("positions_rejected_jump_total", 2)));
        let mut names: Vec<&str> = snapshot.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), snapshot.len(), "every name once");
        assert!(
            names
                .iter()
                .all(|name| name.ends_with("_total") || name.starts_with("tracks"))
        );
    }
}
