//! What a running daemon goes by, to be compared with what a file says.

use std::sync::Arc;

use uuid::Uuid;

use crate::config::Settings;
use crate::corridor::CorridorSet;
use crate::deliver::{self, Endpoint};
use crate::{link, monitor, store};

/// What the daemon goes by.
#[derive(Debug)]
pub struct InForce {
    /// As it was at the start, since no reload changes it.
    start: Start,
    /// What is watched for, and how.
    pub(super) watch: monitor::Settings,
    /// The corridors that are watched.
    pub(super) corridors: Arc<CorridorSet>,
}

/// What counts from a start to the next one.
#[derive(Debug)]
struct Start {
    unit: String,
    history: Option<Uuid>,
    links: Vec<link::Settings>,
    deliver: deliver::Settings,
    store: store::Settings,
}

impl InForce {
    /// Takes what the daemon starts with; `history` is that of its database.
    #[must_use]
    pub fn new(settings: Settings, history: Uuid) -> Self {
        let watch = settings.watch(history);
        Self {
            start: Start {
                unit: settings.unit,
                history: settings.history,
                links: settings.links,
                deliver: settings.deliver,
                store: settings.store,
            },
            watch,
            corridors: Arc::new(settings.corridors),
        }
    }

    /// Returns what the monitor goes by.
    #[must_use]
    pub fn watch(&self) -> &monitor::Settings {
        &self.watch
    }

    /// Returns the corridors that are watched.
    #[must_use]
    pub fn corridors(&self) -> Arc<CorridorSet> {
        Arc::clone(&self.corridors)
    }

    /// Collects what the monitor is to go by from a reload on.
    ///
    /// What counts only from the next start on is as it was: the name, the history, and what is known of
    /// the links.
    pub(super) fn next(&self, settings: Settings) -> (monitor::Settings, Arc<CorridorSet>) {
        let mut watch = settings.watch(self.watch.history);
        watch.history = self.watch.history;
        watch.unit.clone_from(&self.watch.unit);
        watch.recordings.clone_from(&self.watch.recordings);
        let satellites = &self.watch.liveness.satellite_links;
        watch.liveness.satellite_links.clone_from(satellites);
        (watch, Arc::new(settings.corridors))
    }

    /// Names every key that has changed and counts only from the next start on.
    pub(super) fn needs_restart(&self, settings: &Settings) -> Vec<String> {
        let start = &self.start;
        let mut keys = Vec::new();
        for (key, is_same) in [
            ("unit.name", start.unit == settings.unit),
            ("unit.history-id", start.history == settings.history),
            ("store.directory", start.store == settings.store),
        ] {
            if !is_same {
                keys.push(key.to_owned());
            }
        }
        let links = (start.links.as_slice(), settings.links.as_slice());
        keys.extend(named("link", links, |link: &link::Settings| {
            link.name.as_str()
        }));
        let before = start.deliver.endpoints.as_slice();
        let endpoints = (before, settings.deliver.endpoints.as_slice());
        keys.extend(named("endpoint", endpoints, |endpoint: &Endpoint| {
            endpoint.name.as_str()
        }));
        keys
    }
}

/// Compares two lists of what has a name, and names what is new, gone or different.
fn named<T: PartialEq>(
    key: &str,
    (before, after): (&[T], &[T]),
    name: impl Fn(&T) -> &str,
) -> Vec<String> {
    let has = |list: &[T], wanted: &str| list.iter().any(|it| name(it) == wanted);
    let gone = before.iter().filter(|it| !has(after, name(it)));
    let differs = after.iter().filter(|it| !before.contains(it));
    gone.chain(differs)
        .map(|it| format!("{key} `{}`", name(it)))
        .collect()
}
