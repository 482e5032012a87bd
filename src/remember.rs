//! The shell around the signature checks of links: keeps what they remember in the store, and tells
//! what they refuse.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::clock::Clock;
use crate::link::{Burst, Settings, Signatures};
use crate::metrics::Metrics;
use crate::store::{SigningRecord, Store, StoreClosed};
use crate::units::Monotonic;
use crate::wire::{KeyId, SigningMemory};

/// How often the checks are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often timestamps that grow are written down; a new stream is at the next look.
const KEEP_EVERY: Duration = Duration::from_secs(60);

/// Makes the checks of a link that has a key, which go on with what `remembered` says of it.
#[must_use]
pub fn recall(
    link: &Settings,
    remembered: &[SigningRecord],
    metrics: &Arc<Metrics>,
) -> Option<Arc<Signatures>> {
    let signing = link.signing.as_ref()?;
    let of_key = |key: KeyId| {
        let is_it =
            |it: &&SigningRecord| it.link == link.name.as_str() && it.key == key.to_string();
        let record = remembered.iter().find(is_it);
        record
            .map(|record| record.memory.clone())
            .unwrap_or_default()
    };
    let metrics = Arc::clone(metrics);
    Some(Arc::new(Signatures::new(
        &link.name, signing, of_key, metrics,
    )))
}

/// Looks after the checks of `links` until it is cancelled, and then a last time.
///
/// # Errors
///
/// Says so if the store closed while there was something to keep.
pub async fn run(
    links: Vec<Arc<Signatures>>,
    store: Store,
    clock: Clock,
    cancel: CancellationToken,
) -> Result<(), StoreClosed> {
    let mut ledgers: Vec<Ledger> = links.into_iter().map(Ledger::new).collect();
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut kept = clock.now().monotonic;
    loop {
        let is_last = tokio::select! {
            biased;
            () = cancel.cancelled() => true,
            _tick = looks.tick() => false,
        };
        let now = clock.now().monotonic;
        let is_due = is_last || KEEP_EVERY <= now.since(kept);
        let mut records = Vec::new();
        for ledger in &mut ledgers {
            tell(&ledger.signatures, now);
            if is_due || ledger.has_new_streams() {
                records.extend(ledger.changes());
            }
        }
        if is_due {
            kept = now;
        }
        if !records.is_empty() {
            store.remember(records).await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

fn tell(signatures: &Signatures, now: Monotonic) {
    let link = signatures.link();
    for (reason, burst) in signatures.look(now) {
        match burst {
            Burst::Begun { frames, system_id } => {
                let message = if signatures.hears(reason) {
                    "frames are heard though they cannot be trusted"
                } else {
                    "frames refused"
                };
                warn!(%link, %reason, system_id, frames, "{message}");
            }
            Burst::Over { frames } => info!(%link, %reason, frames, "no more such frames"),
        }
    }
}

/// What of a link's memory is in the store.
struct Ledger {
    signatures: Arc<Signatures>,
    kept: BTreeMap<KeyId, SigningMemory>,
    streams: usize,
}

impl Ledger {
    fn new(signatures: Arc<Signatures>) -> Self {
        Self {
            kept: signatures.memories().into_iter().collect(),
            streams: signatures.streams(),
            signatures,
        }
    }

    fn has_new_streams(&self) -> bool {
        self.streams != self.signatures.streams()
    }

    /// Returns what is not in the store yet, and takes it for kept.
    fn changes(&mut self) -> Vec<SigningRecord> {
        let mut changes = Vec::new();
        self.streams = 0;
        for (key, memory) in self.signatures.memories() {
            self.streams += memory.streams.len();
            let kept = self.kept.entry(key).or_default();
            if *kept != memory {
                changes.push(SigningRecord {
                    link: self.signatures.link().to_string(),
                    key: key.to_string(),
                    memory: change(kept, &memory),
                });
                *kept = memory;
            }
        }
        changes
    }
}

/// Returns the clock, and the streams that have come further than what is kept.
fn change(kept: &SigningMemory, memory: &SigningMemory) -> SigningMemory {
    let has_come_further = |(stream, time): &(_, _)| kept.streams.get(stream) != Some(time);
    let streams = memory.streams.iter().map(|(stream, time)| (*stream, *time));
    SigningMemory {
        clock: memory.clock,
        streams: streams.filter(has_come_further).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{SignedStream, SigningTime};

    #[test]
    fn only_what_has_come_further_is_written_down() {
        check(&[], &[], &[]);
        check(&[], &[(0, 5), (1, 6)], &[(0, 5), (1, 6)]);
        check(&[(0, 5), (1, 6)], &[(0, 5), (1, 6)], &[]);
        check(
            &[(0, 5), (1, 6)],
            &[(0, 5), (1, 7), (2, 1)],
            &[(1, 7), (2, 1)],
        );
    }

    #[track_caller]
    fn check(kept: &[(u8, u64)], memory: &[(u8, u64)], expected: &[(u8, u64)]) {
        let expected = SigningMemory {
            clock: SigningTime::from_steps(9),
            ..memory_of(expected)
        };
        let memory = SigningMemory {
            clock: expected.clock,
            ..memory_of(memory)
        };
        assert_eq!(change(&memory_of(kept), &memory), expected);
    }

    fn memory_of(streams: &[(u8, u64)]) -> SigningMemory {
        let stream = |(link_id, steps): &(u8, u64)| {
            let stream = SignedStream {
                system_id: 7,
                component_id: 1,
                link_id: *link_id,
            };
            (stream, SigningTime::from_steps(*steps))
        };
        SigningMemory {
            streams: streams.iter().map(stream).collect(),
            ..SigningMemory::default()
        }
    }
}
