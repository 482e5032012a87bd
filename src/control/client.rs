//! The other end: asks a running daemon, from another process.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use super::protocol::{ANSWER_LENGTH_MAX, Answered, Call, Refusal, VERSION};
use super::request::Ask;

/// How long the daemon may take; a reload reads every file of corridors.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(60);

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// Nobody listens.
    #[error("no daemon answers on {}", path.display())]
    Nobody {
        /// The path of the socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The talk broke off.
    #[error("the daemon on {} gave no answer", path.display())]
    BrokenOff {
        /// The path of the socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The daemon says no.
    #[error("the daemon refuses")]
    Refused {
        /// Why.
        #[source]
        source: Refusal,
    },
    /// The daemon is of another version.
    #[error("the daemon on {} answers what this program does not understand", path.display())]
    NotUnderstood {
        /// The path of the socket.
        path: PathBuf,
        /// What is not understood.
        #[source]
        source: serde_json::Error,
    },
}

/// Asks the daemon whose socket is `path`, and waits for its answer.
///
/// # Errors
///
/// Says whether nobody was there, nobody answered, or the answer was no.
pub fn ask<A: Ask>(path: &Path, asked: &A) -> Result<A::Answer, AskError> {
    let not_understood = |source| AskError::NotUnderstood {
        path: path.to_owned(),
        source,
    };
    let stream = UnixStream::connect(path).map_err(|source| AskError::Nobody {
        path: path.to_owned(),
        source,
    })?;
    let arguments = serde_json::to_value(asked).map_err(not_understood)?;
    let call = Call {
        name: A::NAME.to_owned(),
        arguments: arguments.as_object().cloned().unwrap_or_default(),
    };
    let line = talk(stream, &call.line()).map_err(|source| AskError::BrokenOff {
        path: path.to_owned(),
        source,
    })?;
    let answered: Answered = serde_json::from_slice(&line).map_err(not_understood)?;
    if let Some(source) = answered.refusal {
        return Err(AskError::Refused { source });
    }
    let answer = answered.answer.filter(|_| answered.version == VERSION);
    serde_json::from_value(answer.unwrap_or_default()).map_err(not_understood)
}

fn talk(mut stream: UnixStream, line: &str) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(ANSWER_WAIT_MAX))?;
    stream.set_write_timeout(Some(ANSWER_WAIT_MAX))?;
    // One that has no room for us says so without listening.
    let written = stream.write_all(line.as_bytes());
    let mut answer = Vec::new();
    BufReader::new(stream)
        .take(ANSWER_LENGTH_MAX as u64)
        .read_until(b'\n', &mut answer)?;
    if answer.ends_with(b"\n") {
        return Ok(answer);
    }
    written?;
    Err(io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "it closed the connection",
    ))
}
