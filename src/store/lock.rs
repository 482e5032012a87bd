//! One daemon per state directory: an advisory lock that ends with the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::store::OpenError;

/// The file that is locked; its content says nothing and it is never removed.
const FILE_NAME: &str = "corridord.lock";

/// Held for as long as the database may be written.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Locks `directory`. The system frees the lock when the process ends, however it ends.
pub(super) fn acquire(directory: &Path) -> Result<Lock, OpenError> {
    let path = directory.join(FILE_NAME);
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path);
    let file = opened.map_err(|source| OpenError::Lock {
        path: path.clone(),
        source,
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: directory.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(OpenError::Lock { path, source }),
    }
}
