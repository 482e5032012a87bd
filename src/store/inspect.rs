//! Looks at a database before anything may change it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use url::Url;

use crate::store::error::{OpenError, failing};
use crate::store::schema;

/// What every `SQLite` file begins with.
///
/// Source: <https://www.sqlite.org/fileformat2.html>, section 1.3.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What stands at the path of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No file, or an empty one: a crash at the very first start leaves that.
    Nothing,
    /// A database that this program may open.
    Database,
}

/// Looks at the file without changing a byte of it and without leaving a companion beside it.
///
/// A rollback journal means that a crash interrupted the making of the schema. Only opening the
/// file for writing rolls that back, so the look is then left to [`check_header`].
///
/// # Errors
///
/// Refuses what is damaged, foreign or newer.
pub(super) fn look_at(path: &Path) -> Result<Found, OpenError> {
    match is_sqlite(path) {
        Ok(None) => return Ok(Found::Nothing),
        Ok(Some(true)) => {}
        Ok(Some(false)) => return Err(damaged(path, "not a database".to_owned())),
        Err(source) => {
            let path = path.to_owned();
            return Err(OpenError::File { path, source });
        }
    }
    if has_companion(path, "-journal") {
        return Ok(Found::Database);
    }
    let connection = open_untouched(path)?;
    check_header(&connection, path)?;
    check_pages(&connection, path)?;
    Ok(Found::Database)
}

/// Refuses a database of another program or of a newer version of this one.
///
/// # Errors
///
/// Names the path and what was found.
pub(super) fn check_header(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let read = |name| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(|error| damaged_or_failing(path, error))
    };
    let (application, version) = (read("application_id")?, read("user_version")?);
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| damaged_or_failing(path, error))?;
    if tables == 0 && application == 0 && version == 0 {
        return Ok(());
    }
    if application != schema::APPLICATION_ID {
        let path = path.to_owned();
        return Err(OpenError::Foreign { path });
    }
    if schema::VERSION < version {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found: version,
            known: schema::VERSION,
        });
    }
    Ok(())
}

/// Says whether the file begins as a database does; `None` if there is nothing in it.
fn is_sqlite(path: &Path) -> io::Result<Option<bool>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut start = Vec::new();
    file.by_ref().take(16).read_to_end(&mut start)?;
    Ok((!start.is_empty()).then(|| start == MAGIC))
}

/// Opens the file read-only: as immutable, so that no companion is made, unless a log of a
/// daemon that was killed stands beside it and has to be read as well.
fn open_untouched(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let absolute = std::path::absolute(path).map_err(|source| OpenError::File {
        path: path.to_owned(),
        source,
    })?;
    let opened = match Url::from_file_path(&absolute) {
        Ok(mut url) if !has_companion(path, "-wal") => {
            url.set_query(Some("immutable=1"));
            Connection::open_with_flags(url.as_str(), flags)
        }
        Ok(_) | Err(()) => Connection::open_with_flags(&absolute, flags),
    };
    opened.map_err(failing(path, "open the database read-only"))
}

/// Walks all pages: a page that a failing card lost is better found at the start than at night.
fn check_pages(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| damaged_or_failing(path, error))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(damaged(path, verdict.replace('\n', " ")))
    }
}

fn has_companion(path: &Path, suffix: &str) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
        .metadata()
        .is_ok_and(|metadata| 0 < metadata.len())
}

fn damaged_or_failing(path: &Path, error: rusqlite::Error) -> OpenError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
            damaged(path, error.to_string())
        }
        Some(_) | None => failing(path, "read the database")(error),
    }
}

fn damaged(path: &Path, reason: String) -> OpenError {
    OpenError::Damaged {
        path: path.to_owned(),
        reason,
    }
}
