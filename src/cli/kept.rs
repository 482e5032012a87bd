//! Where silences and held alerts are asked for: of the running daemon, else of its database.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::runtime;
use uuid::Uuid;

use crate::cli::ask::Which;
use crate::clock::Clock;
use crate::control::{Ask, AskError, HeldList, HeldRelease, SilenceAdd, SilenceEnd, SilenceList};
use crate::monitor::Decision;
use crate::monitor::memory::Memory;
use crate::monitor::storm::{Storm, StormSettings};
use crate::store::{self, Opened, Store};
use crate::units::Utc;

/// How long the database may take to be closed.
const CLOSE_MAX: Duration = Duration::from_secs(10);

/// Asks for what outlives the daemon.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Kept {
    #[command(flatten)]
    which: Which,
}

/// A request that a database can answer while no daemon runs.
pub(super) trait Lasting: Ask {
    /// Answers it from what is stored.
    async fn answer_from(&self, database: &Database) -> anyhow::Result<Self::Answer>;
}

/// A database that no daemon uses.
pub(super) struct Database {
    store: Store,
    memories: Vec<Memory>,
    now: Utc,
}

impl Kept {
    /// Asks the daemon; if nobody is there, its database.
    pub(super) fn ask<A: Lasting>(&self, asked: &A) -> anyhow::Result<A::Answer> {
        match self.which.ask(asked) {
            Err(error) if is_nobody(&error) => match self.which.state() {
                Some(folder) => ask_database(&folder, asked)
                    .with_context(|| format!("{error}, and its database cannot answer")),
                None => Err(error),
            },
            answered => answered,
        }
    }
}

fn is_nobody(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<AskError>();
    error.is_some_and(|error| matches!(error, AskError::Nobody { .. }))
}

fn ask_database<A: Lasting>(folder: &Path, asked: &A) -> anyhow::Result<A::Answer> {
    if !folder.join(store::FILE_NAME).is_file() {
        bail!("there is none in {}", folder.display());
    }
    let settings = store::Settings {
        directory: folder.to_owned(),
        // What is old is for the daemon to remove.
        keep: Duration::MAX,
    };
    let clock = Clock::start();
    let opened = store::open(&settings, Vec::new(), Uuid::new_v4(), clock, Arc::default())?;
    let Opened {
        store,
        thread,
        earlier,
        ..
    } = opened;
    let database = Database {
        store,
        memories: earlier.memories,
        now: clock.now().utc,
    };
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .context("cannot start the runtime")?;
    let answer = runtime.block_on(asked.answer_from(&database));
    runtime.block_on(database.store.close(CLOSE_MAX))?;
    // It has closed the database by then.
    drop(thread.join());
    answer
}

impl Database {
    fn storm(&self) -> Storm {
        Storm::new(StormSettings::default(), &self.memories)
    }

    /// Writes down what has to outlive this, and waits until it is committed.
    async fn keep(&self, memories: Vec<Memory>) -> anyhow::Result<()> {
        let decision = Decision {
            memories,
            ..Decision::default()
        };
        Ok(self.store.accept(vec![decision]).await?)
    }
}

impl Lasting for SilenceAdd {
    async fn answer_from(&self, database: &Database) -> anyhow::Result<Self::Answer> {
        let request = self.silence.clone();
        let (silence, memories) = database.storm().silence(request, database.now)?;
        database.keep(memories).await?;
        Ok(silence)
    }
}

impl Lasting for SilenceEnd {
    async fn answer_from(&self, database: &Database) -> anyhow::Result<Self::Answer> {
        let (silence, memories) = database.storm().end_silence(self.number, database.now)?;
        database.keep(memories).await?;
        Ok(silence)
    }
}

impl Lasting for SilenceList {
    async fn answer_from(&self, database: &Database) -> anyhow::Result<Self::Answer> {
        Ok(database.storm().silences().all().to_vec())
    }
}

impl Lasting for HeldList {
    async fn answer_from(&self, database: &Database) -> anyhow::Result<Self::Answer> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        Ok(database.store.withheld(self.since, limit).await?)
    }
}

impl Lasting for HeldRelease {
    async fn answer_from(&self, _database: &Database) -> anyhow::Result<Self::Answer> {
        bail!("only a running daemon can let an alert go, since it knows who gets it")
    }
}
