//! Why the store could not be opened.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why the store could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The directory could not be made.
    #[error("cannot make the state directory {path}")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The lock file could not be opened.
    #[error("cannot open the lock file {path}")]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process holds the lock.
    #[error("another corridord uses {path}; stop it or point --state elsewhere")]
    InUse {
        /// The state directory.
        path: PathBuf,
    },
    /// The file could not be read or made.
    #[error("cannot open {path}")]
    File {
        /// The database.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is a sound database of another program.
    #[error("{path}: not a corridord database; move it away or point --state elsewhere")]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// The file is no sound database.
    #[error(
        "{path}: the database is damaged ({reason}); it was left as it is: move it away or restore a copy"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer program wrote the file.
    #[error(
        "{path}: schema version {found} is newer than this program knows ({known}); \
         install a newer corridord or point --state elsewhere"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The version in the file.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database did not do what opening it takes.
    #[error("{path}: cannot {action}")]
    Database {
        /// The database.
        path: PathBuf,
        /// What was attempted.
        action: &'static str,
        /// What `SQLite` said.
        #[source]
        source: rusqlite::Error,
    },
    /// The thread could not be started.
    #[error("cannot start the store's thread")]
    Thread {
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl OpenError {
    /// Says whether the database itself is what cannot be used, so that trying again is in vain.
    #[must_use]
    pub fn is_about_data(&self) -> bool {
        match self {
            Self::Foreign { .. } | Self::Damaged { .. } | Self::Newer { .. } => true,
            Self::Directory { .. }
            | Self::Lock { .. }
            | Self::InUse { .. }
            | Self::File { .. }
            | Self::Database { .. }
            | Self::Thread { .. } => false,
        }
    }
}

/// Makes a mapping from a database error to the failure of `action` on `path`.
pub(super) fn failing(
    path: &Path,
    action: &'static str,
) -> impl FnOnce(rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Database {
        path,
        action,
        source,
    }
}
