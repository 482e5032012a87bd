//! Opens the database: lock, look, migrate, then start the thread that owns it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::monitor::Restored;
use crate::route::Routing;
use crate::store::error::{OpenError, failing};
use crate::store::handle::{Nudges, Store};
use crate::store::inspect::{self, Found};
use crate::store::lock::{self, Lock};
use crate::store::writer::{Patience, Writer};
use crate::store::{SigningRecord, memories, schema, signing, standings};

/// The file that holds everything.
pub const FILE_NAME: &str = "corridord.db";

/// How many commands may wait for the thread; who has one more waits with it.
const COMMANDS_MAX: usize = 256;

/// How long a write waits for somebody else's, such as a backup by hand.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// Where the store lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The directory of the database; made, for this user only, if it does not exist.
    pub directory: PathBuf,
    /// How long alerts are kept after every endpoint has taken them.
    pub keep: Duration,
}

impl Settings {
    /// How long alerts are kept unless somebody says otherwise: 30 days.
    pub const KEEP: Duration = Duration::from_secs(30 * 86_400);
}

/// An open store and what it remembers.
#[derive(Debug)]
pub struct Opened {
    /// The handle.
    pub store: Store,
    /// The thread that owns the database; it ends after [`Store::close`].
    pub thread: JoinHandle<()>,
    /// The database's own random id, which salts alert ids: a new database repeats none.
    pub history: Uuid,
    /// What the monitor left behind, as it was committed last.
    pub earlier: Restored,
    /// What signatures had come to, as it was committed last.
    pub signing: Vec<SigningRecord>,
}

/// Opens the store in `settings.directory`, for delivery by `routing`.
///
/// `fresh_history` becomes the history of a database that is new; an existing one keeps its own.
///
/// # Errors
///
/// Says which file is in the way and why. A file that is foreign, newer or damaged is left byte
/// for byte as it was.
pub fn open(
    settings: &Settings,
    routing: impl Into<Routing>,
    fresh_history: Uuid,
    clock: Clock,
    metrics: Arc<Metrics>,
) -> Result<Opened, OpenError> {
    make_directory(&settings.directory)?;
    let lock = lock::acquire(&settings.directory)?;
    let path = settings.directory.join(FILE_NAME);
    if inspect::look_at(&path)? == Found::Nothing {
        make_file(&path)?;
    }
    let mut connection = connect(&path)?;
    let fail = |action| failing(&path, action);
    schema::migrate(&mut connection, fresh_history).map_err(fail("bring the schema up to date"))?;
    make_durable(&connection).map_err(fail("turn on write-ahead logging"))?;
    let history = schema::history(&connection).map_err(fail("read the history id"))?;
    let standings = standings::all(&connection).map_err(fail("read the standings"))?;
    let memories = memories::all(&connection).map_err(fail("read what was remembered"))?;
    let signing = signing::all(&connection).map_err(fail("read what signatures had come to"))?;
    let routing = routing.into();
    let (store, thread) = start(connection, lock, settings.keep, routing, clock, metrics)
        .map_err(|source| OpenError::Thread { source })?;
    Ok(Opened {
        store,
        thread,
        history,
        earlier: Restored {
            standings,
            memories,
        },
        signing,
    })
}

/// Makes the directory, and makes its name outlive a power cut.
fn make_directory(path: &Path) -> Result<(), OpenError> {
    let made = || -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)?;
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => fs::File::open(parent)?.sync_all(),
            Some(_) | None => Ok(()),
        }
    };
    made().map_err(|source| OpenError::Directory {
        path: path.to_owned(),
        source,
    })
}

/// Makes an empty file that only this user reads; `SQLite` gives its companions the same mode.
fn make_file(path: &Path) -> Result<(), OpenError> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|source| OpenError::File {
            path: path.to_owned(),
            source,
        })
}

/// Opens the database for writing, and looks again: a journal left by a crash is rolled back by now.
fn connect(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(failing(path, "open the database"))?;
    connection
        .busy_timeout(BUSY_TIMEOUT)
        .map_err(failing(path, "set the busy timeout"))?;
    inspect::check_header(&connection, path)?;
    Ok(connection)
}

fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)
}

fn start(
    connection: Connection,
    lock: Lock,
    keep: Duration,
    routing: Routing,
    clock: Clock,
    metrics: Arc<Metrics>,
) -> io::Result<(Store, JoinHandle<()>)> {
    let (commands, queue) = mpsc::channel(COMMANDS_MAX);
    let nudges = Arc::new(Nudges::new(routing.names()));
    let patience = Arc::new(Patience::default());
    let store = Store::new(commands, Arc::clone(&nudges), Arc::clone(&patience));
    let writer = Writer {
        connection,
        lock,
        queue,
        routing,
        nudges,
        patience,
        keep,
        prune_at: clock.now().monotonic,
        clock,
        metrics,
    };
    let thread = thread::Builder::new()
        .name("store".to_owned())
        .spawn(move || writer.run())?;
    Ok((store, thread))
}

#[cfg(test)]
mod tests;
