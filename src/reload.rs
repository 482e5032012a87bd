//! Reads the configuration again while the daemon runs, and puts it in force as a whole or not at all.
//!
//! Files are read and corridors indexed beside everything else; the monitor takes the result
//! between two reports. What can only count from the next start on is compared, named and left.

mod changes;
mod in_force;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;
use tracing::{error, info, warn};

use crate::config::{self, Flaws, Loaded, Outside, Purpose};
use crate::control::{ReloadRequest, Reloaded};
use crate::follow::Query;
use crate::notify;

pub use in_force::InForce;

/// Wishes for a reload that may wait; one more waits to be put there.
pub const WISHES_MAX: usize = 4;

/// Where the configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// What overrides it.
    pub outside: Outside,
}

/// Reads the configuration again at each wish, one after the other, until nobody can wish any more.
pub async fn run(
    source: Option<Source>,
    mut in_force: InForce,
    mut wishes: mpsc::Receiver<ReloadRequest>,
    queries: mpsc::Sender<Query>,
) {
    while let Some(ReloadRequest { done }) = wishes.recv().await {
        notify::reloading();
        let outcome = match &source {
            Some(source) => reload(source, &mut in_force, &queries).await,
            None => Some(Reloaded::Refused {
                flaws: vec!["this daemon has no configuration that could be read again".to_owned()],
            }),
        };
        notify::reloaded();
        match outcome {
            Some(outcome) => {
                tell(&outcome);
                // Whoever wished may have gone.
                drop(done.send(outcome));
            }
            // The monitor has ended, and the daemon with it.
            None => return,
        }
    }
}

/// Absent if the monitor has ended.
async fn reload(
    source: &Source,
    in_force: &mut InForce,
    queries: &mpsc::Sender<Query>,
) -> Option<Reloaded> {
    let Source { file, outside } = source.clone();
    // Files may be large, and the disk slow.
    let read = spawn_blocking(move || config::load(file.as_deref(), &outside, Purpose::Run));
    let Loaded { settings, warnings } = match read.await {
        Ok(Ok(loaded)) => loaded,
        Ok(Err(flaws)) => return Some(refused(&flaws)),
        Err(error) => {
            let flaws = vec![format!("reading the configuration broke off: {error}")];
            return Some(Reloaded::Refused { flaws });
        }
    };
    let needs_restart = in_force.needs_restart(&settings);
    let (watch, corridors) = in_force.next(settings);
    let changes = changes::of((&in_force.watch, &in_force.corridors), (&watch, &corridors));
    let (answer, done) = oneshot::channel();
    let query = Query::Reload {
        settings: Box::new(watch.clone()),
        corridors: Arc::clone(&corridors),
        answer,
    };
    queries.send(query).await.ok()?;
    done.await.ok()?;
    (in_force.watch, in_force.corridors) = (watch, corridors);
    Some(Reloaded::Done {
        changes,
        needs_restart,
        warnings: warnings.iter().map(ToString::to_string).collect(),
    })
}

fn refused(flaws: &Flaws) -> Reloaded {
    let Flaws(flaws) = flaws;
    Reloaded::Refused {
        flaws: flaws.iter().map(ToString::to_string).collect(),
    }
}

/// Logs what became of it, each thing by itself.
fn tell(outcome: &Reloaded) {
    match outcome {
        Reloaded::Done {
            changes,
            needs_restart,
            warnings,
        } => {
            for warning in warnings {
                warn!(%warning, "configuration");
            }
            for change in changes {
                info!(%change, "configuration");
            }
            for key in needs_restart {
                warn!(key, "this change of the configuration needs a restart");
            }
            info!(changes = changes.len(), "configuration read again");
        }
        Reloaded::Refused { flaws } => {
            for flaw in flaws {
                error!(%flaw, "configuration");
            }
            error!(
                flaws = flaws.len(),
                "the configuration is wrong: nothing was changed, the daemon goes on as before"
            );
        }
    }
}
