//! The forms in which all of this outlives a restart.
//!
//! The monotonic clocks of two runs do not compare: instants are kept as civil time, and put back
//! no farther away than they can have been, however the host's clock was set meanwhile.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::monitor::memory::{Memory, Topic};
use crate::monitor::storm::group::{Gathered, Group};
use crate::monitor::storm::inhibition::{INHIBITION_MAX, Inhibition, Inhibitor, Scope};
use crate::monitor::storm::limit::Limit;
use crate::monitor::storm::line::{Line, Source};
use crate::monitor::storm::rate::{Bucket, Rate};
use crate::monitor::storm::silence::Silence;
use crate::monitor::storm::silences::Silences;
use crate::units::{Moment, Monotonic, Utc};

/// Where the greatest number of a silence is kept.
const LAST_SILENCE: &str = "last-silence";

/// A limit, and the alerts that wait at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptLimit {
    pub(super) source: Source,
    full_at: Utc,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    until: Utc,
    gathered: Gathered,
}

/// A reason to mute, and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptInhibition {
    by: Inhibitor,
    scope: Scope,
    until: Utc,
    kept: Vec<(Source, Line)>,
}

/// One thing that was kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kept {
    Limit(KeptLimit),
    Inhibition(KeptInhibition),
}

/// Writes a limit down.
pub(super) fn limit(source: &Source, limit: &Limit, now: Moment) -> Memory {
    memory(limit_key(source), Some(&KeptLimit::of(source, limit, now)))
}

/// Writes a reason to mute down.
pub(super) fn inhibition(inhibition: &Inhibition, now: Moment) -> Memory {
    let kept = KeptInhibition {
        by: inhibition.by.clone(),
        scope: inhibition.scope.clone(),
        until: civil(inhibition.until, now),
        kept: inhibition.kept.clone(),
    };
    memory(inhibition_key(&inhibition.by), Some(&kept))
}

/// Forgets a reason to mute.
pub(super) fn no_inhibition(by: &Inhibitor) -> Memory {
    memory::<KeptInhibition>(inhibition_key(by), None)
}

/// Writes a silence down.
pub(super) fn silence(silence: &Silence) -> Memory {
    memory(silence_key(silence.number), Some(silence))
}

/// Forgets a silence.
pub(super) fn no_silence(number: u32) -> Memory {
    memory::<Silence>(silence_key(number), None)
}

/// Writes down which number the last silence has.
pub(super) fn last_silence(silences: &Silences) -> Memory {
    memory(LAST_SILENCE.to_owned(), Some(&silences.last()))
}

/// Reads the silences among what was kept.
pub(super) fn silences(memories: &[Memory]) -> Silences {
    let mut last = 0;
    let mut all = Vec::new();
    for memory in memories.iter().filter(|it| it.topic == Topic::Storm) {
        if memory.key == LAST_SILENCE {
            last = read(memory).unwrap_or(last);
        } else if memory.key.starts_with("silence/") {
            all.extend(read::<Silence>(memory));
        }
    }
    Silences::restored(last, all)
}

/// Reads everything else; what cannot be read is left out, since a unit has to start.
pub(super) fn others(memories: &[Memory]) -> Vec<Kept> {
    let storms = memories.iter().filter(|it| it.topic == Topic::Storm);
    let kept = storms.filter_map(|memory| {
        if memory.key.starts_with("limit/") {
            read(memory).map(Kept::Limit)
        } else if memory.key.starts_with("inhibit/") {
            read(memory).map(Kept::Inhibition)
        } else {
            None
        }
    });
    kept.collect()
}

impl KeptLimit {
    /// Keeps a limit as it is at `now`.
    pub(super) fn of(source: &Source, limit: &Limit, now: Moment) -> Self {
        let waiting = match &limit.group {
            Group::Idle => None,
            Group::Gathering { until, gathered } => Some(Waiting {
                until: civil(*until, now),
                gathered: gathered.clone(),
            }),
        };
        Self {
            source: source.clone(),
            full_at: now.utc.after(limit.bucket.wants(now.monotonic)),
            waiting,
        }
    }

    /// Goes on at `now`.
    pub(super) fn restore(self, rate: Rate, now: Moment) -> Limit {
        let group = self.waiting.map_or(Group::Idle, |waiting| {
            let left = waiting.until.since(now.utc).min(rate.group_wait);
            Group::Gathering {
                until: now.monotonic.plus(left),
                gathered: waiting.gathered,
            }
        });
        Limit {
            bucket: Bucket::wanting(self.full_at.since(now.utc), rate, now.monotonic),
            group,
        }
    }
}

impl KeptInhibition {
    /// Goes on at `now`.
    pub(super) fn restore(self, now: Moment) -> Inhibition {
        let left = self.until.since(now.utc).min(INHIBITION_MAX);
        Inhibition {
            by: self.by,
            scope: self.scope,
            until: now.monotonic.plus(left),
            kept: self.kept,
        }
    }
}

fn civil(at: Monotonic, now: Moment) -> Utc {
    now.utc.after(at.since(now.monotonic))
}

fn limit_key(source: &Source) -> String {
    match source {
        Source::Rule(name) => format!("limit/rule/{name}"),
        Source::Fleet => "limit/fleet".to_owned(),
        Source::Endpoint(name) => format!("limit/endpoint/{name}"),
    }
}

fn inhibition_key(by: &Inhibitor) -> String {
    match by {
        Inhibitor::TrackLost(track) => format!("inhibit/track-lost/{track}"),
        Inhibitor::Interference(since) => format!("inhibit/interference/{since}"),
    }
}

fn silence_key(number: u32) -> String {
    format!("silence/{number}")
}

fn memory<T: Serialize>(key: String, state: Option<&T>) -> Memory {
    Memory {
        topic: Topic::Storm,
        key,
        // None of these forms has a part without a JSON form.
        state: state.and_then(|state| serde_json::to_string(state).ok()),
    }
}

fn read<T: DeserializeOwned>(memory: &Memory) -> Option<T> {
    let state = memory.state.as_ref()?;
    serde_json::from_str(state).ok()
}
