//! The socket in the file system: made for its owner only, taken away at the end.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use socket2::{Domain, SockAddr, Socket, Type};
use thiserror::Error;
use tokio::net::{UnixListener, UnixStream};

/// The name of the socket in its folder.
pub const FILE_NAME: &str = "control.sock";
/// Clients that may wait to be taken.
const WAITING_MAX: i32 = 16;
/// Reading and writing for the owner, nothing for anybody else.
const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

/// Where the daemon can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The path of the socket.
    pub socket: PathBuf,
}

/// Why the daemon cannot be asked there.
#[derive(Debug, Error)]
pub enum ListenError {
    /// Somebody answers already.
    #[error("another daemon listens on {}", path.display())]
    InUse {
        /// The path.
        path: PathBuf,
    },
    /// What lies there is somebody else's.
    #[error("{} is no socket, and is left as it is", path.display())]
    Foreign {
        /// The path.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("cannot listen on {}", path.display())]
    System {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Listens until it is dropped, and takes the socket away then.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
    /// The device and the number of the file: another one of this name is not ours to take away.
    file: Option<(u64, u64)>,
}

impl Listener {
    /// Makes the socket; one that a killed daemon left behind is replaced. Call it within a runtime.
    ///
    /// # Errors
    ///
    /// Says who or what is in the way; a path is at most 107 bytes long.
    pub fn open(settings: &Settings) -> Result<Self, ListenError> {
        let path = settings.socket.clone();
        make_way(&path)?;
        let failing = |source| ListenError::System {
            path: path.clone(),
            source,
        };
        let socket = listen(&path).map_err(failing)?;
        let file = file_at(&path);
        Ok(Self { socket, path, file })
    }

    /// Waits for a client; cancel safe.
    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        let (client, _unnamed) = self.socket.accept().await?;
        Ok(client)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if self.file.is_some() && file_at(&self.path) == self.file {
            // A folder that went away has taken it along.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Takes away what a killed daemon left, and nothing else.
fn make_way(path: &Path) -> Result<(), ListenError> {
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !found.file_type().is_socket() {
        return Err(ListenError::Foreign {
            path: path.to_owned(),
        });
    }
    match StdUnixStream::connect(path) {
        Ok(_answered) => Err(ListenError::InUse {
            path: path.to_owned(),
        }),
        Err(_nobody) => fs::remove_file(path).map_err(|source| ListenError::System {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Binds a socket that nobody else could open even for a moment.
///
/// The mode of an unbound socket becomes that of its file (unix(7): "the owner and the permissions of
/// the socket's file"; Linux takes them from the descriptor).
fn listen(path: &Path) -> io::Result<UnixListener> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    rustix::fs::fchmod(&socket, OWNER_ONLY)?;
    socket.bind(&SockAddr::unix(path)?)?;
    socket.listen(WAITING_MAX)?;
    socket.set_nonblocking(true)?;
    UnixListener::from_std(socket.into())
}

fn file_at(path: &Path) -> Option<(u64, u64)> {
    let found = fs::symlink_metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::net::UnixListener as StdUnixListener;

    fn settings(folder: &tempfile::TempDir) -> Settings {
        Settings {
            socket: folder.path().join(FILE_NAME),
        }
    }

    #[tokio::test]
    async fn it_is_its_owners_only_and_goes_with_its_listener() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&folder);
        let listener = Listener::open(&settings).unwrap();
        let mode = fs::metadata(&settings.socket).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "{mode:o}");
        drop(listener);
        assert!(!settings.socket.exists());
    }

    #[tokio::test]
    async fn what_a_killed_daemon_left_is_replaced_and_what_lives_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&folder);
        drop(StdUnixListener::bind(&settings.socket).unwrap());
        assert!(settings.socket.exists(), "left behind");
        let listener = Listener::open(&settings).unwrap();

        let second = Listener::open(&settings).unwrap_err();
        assert!(matches!(second, ListenError::InUse { .. }), "{second}");
        drop(listener);
    }

    #[tokio::test]
    async fn a_file_that_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&folder);
        fs::write(&settings.socket, "mine").unwrap();
        let refused = Listener::open(&settings).unwrap_err();
        assert!(matches!(refused, ListenError::Foreign { .. }), "{refused}");
        assert_eq!(fs::read(&settings.socket).unwrap(), b"mine");
    }

    #[tokio::test]
    async fn a_socket_of_somebody_else_is_not_taken_away_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&folder);
        let listener = Listener::open(&settings).unwrap();
        fs::remove_file(&settings.socket).unwrap();
        let other = StdUnixListener::bind(&settings.socket).unwrap();
        drop(listener);
        assert!(settings.socket.exists());
        drop(other);
    }

    #[tokio::test]
    async fn a_path_that_is_too_long_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            socket: folder.path().join("x".repeat(120)),
        };
        let refused = Listener::open(&settings).unwrap_err();
        assert!(matches!(refused, ListenError::System { .. }), "{refused}");
    }
}
