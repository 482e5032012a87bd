//! Lines to a ground station: datagrams, connections, and a pseudo-terminal that looks like a
//! radio on a serial port.
//!
//! A line never holds a flight up. What it cannot take is dropped and counted, as a radio
//! does; what comes back is handed on.

mod pty;
mod tcp;
mod udp;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Transmissions that wait for a line; the newest is dropped when they are so many.
const QUEUE: usize = 1_024;
/// Pieces of what came back that wait to be heard; the line waits when they are so many.
const HEARD: usize = 64;
/// How long the last transmissions may take to leave.
const CLOSING: Duration = Duration::from_secs(1);
/// How long to wait before a connection is tried again.
const RETRY: Duration = Duration::from_millis(250);
/// How much is read at once, bytes.
const READ_BYTES: usize = 2_048;

/// Where a line leads, as it is written; a name is not yet looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `udp:HOST:PORT` or `HOST:PORT`: datagrams, one transmission each.
    Udp(String),
    /// `tcp:HOST:PORT`: a server that is connected to.
    Tcp(String),
    /// `tcp-listen:HOST:PORT`: a server that up to eight clients connect to.
    TcpListen(String),
    /// `pty:PATH`: a pseudo-terminal that is found as that path.
    Pty(PathBuf),
}

/// A text that says of no line where it leads.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is none of HOST:PORT, udp:HOST:PORT, tcp:HOST:PORT, tcp-listen:HOST:PORT, pty:PATH")]
pub struct NotATarget(String);

/// Makes a target of a host and port.
type Kind = fn(String) -> Target;

impl FromStr for Target {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, NotATarget> {
        let refuse = || NotATarget(text.to_owned());
        if let Some(path) = text.strip_prefix("pty:").filter(|path| !path.is_empty()) {
            return Ok(Self::Pty(path.into()));
        }
        let kinds: [(&str, Kind); 4] = [
            ("tcp-listen:", Self::TcpListen),
            ("tcp:", Self::Tcp),
            ("udp:", Self::Udp),
            ("", Self::Udp),
        ];
        let (target, host_port) = kinds
            .into_iter()
            .find_map(|(prefix, kind)| Some((kind, text.strip_prefix(prefix)?)))
            .ok_or_else(refuse)?;
        let (host, port) = host_port.rsplit_once(':').ok_or_else(refuse)?;
        let is_bracketed = host.starts_with('[') && host.ends_with(']');
        let is_host = is_bracketed || !(host.is_empty() || host.contains(':'));
        if !is_host || port.parse::<u16>().is_err() {
            return Err(refuse());
        }
        Ok(target(host_port.to_owned()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(at) => write!(f, "udp:{at}"),
            Self::Tcp(at) => write!(f, "tcp:{at}"),
            Self::TcpListen(at) => write!(f, "tcp-listen:{at}"),
            Self::Pty(path) => write!(f, "pty:{}", path.display()),
        }
    }
}

/// Why a line does not open.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The name has no address.
    #[error("look up {host_port}")]
    LookUp {
        /// What was looked up.
        host_port: String,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// The socket could not be bound or connected, or the terminal made.
    #[error("open {target}")]
    Open {
        /// Where it was to lead.
        target: String,
        /// What the host said.
        #[source]
        source: io::Error,
    },
}

/// What came back on a link.
#[derive(Debug)]
pub(crate) struct Heard {
    /// The link's number.
    pub(crate) link: usize,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

/// The place where a line hands on what comes back.
#[derive(Clone, Debug)]
pub(crate) struct Earpiece {
    link: usize,
    heard: mpsc::Sender<Heard>,
}

impl Earpiece {
    /// Makes a place for every link, and the one that takes from them.
    pub(crate) fn channel(links: usize) -> (Vec<Self>, mpsc::Receiver<Heard>) {
        let (heard, receiver) = mpsc::channel(HEARD);
        let earpiece = |link| Self {
            link,
            heard: heard.clone(),
        };
        ((0..links).map(earpiece).collect(), receiver)
    }

    /// Hands bytes on, and says whether anybody still listens.
    async fn hand_on(&self, bytes: &[u8]) -> bool {
        let heard = Heard {
            link: self.link,
            bytes: bytes.to_vec(),
        };
        self.heard.send(heard).await.is_ok()
    }
}

/// A line that is open, or is being opened.
#[derive(Debug)]
pub(crate) struct Line {
    at: String,
    queue: mpsc::Sender<Vec<u8>>,
    /// Ends with the number of transmissions that nobody was there for.
    task: JoinHandle<u64>,
    /// Resolves once somebody is there.
    somebody: Option<tokio::sync::oneshot::Receiver<()>>,
}

impl Line {
    /// Opens a line; that somebody is at its far end is waited for by [`somebody`](Self::somebody).
    ///
    /// # Errors
    ///
    /// Says what cannot be looked up, bound, connected or made.
    pub(crate) async fn open(target: &Target, earpiece: Earpiece) -> Result<Self, OpenError> {
        let (queue, orders) = mpsc::channel(QUEUE);
        let (there, somebody) = tokio::sync::oneshot::channel();
        let failed = |source| OpenError::Open {
            target: target.to_string(),
            source,
        };
        let (at, task, somebody) = match target {
            Target::Udp(host_port) => {
                let to = look_up(host_port).await?;
                let udp = udp::Udp::bind(to).await.map_err(failed)?;
                let task = tokio::spawn(udp.serve(orders, earpiece));
                (format!("udp:{to}"), task, None)
            }
            Target::Tcp(host_port) => {
                let to = look_up(host_port).await?;
                let stream = tcp::connect(to).await.map_err(failed)?;
                let task = tokio::spawn(tcp::keep_connected(to, stream, orders, earpiece));
                (format!("tcp:{to}"), task, None)
            }
            Target::TcpListen(host_port) => {
                let at = look_up(host_port).await?;
                let listener = tcp::listen(at).await.map_err(failed)?;
                let at = listener.local_addr().map_err(failed)?;
                let task = tokio::spawn(tcp::accept(listener, orders, earpiece, there));
                (format!("tcp-listen:{at}"), task, Some(somebody))
            }
            Target::Pty(path) => {
                let pty = pty::Pty::plug(path).map_err(failed)?;
                let at = target.to_string();
                let task = tokio::spawn(pty.serve(orders, earpiece, there));
                (at, task, Some(somebody))
            }
        };
        Ok(Self {
            at,
            queue,
            task,
            somebody,
        })
    }

    /// Returns where the line leads, with the port that was chosen.
    pub(crate) fn at(&self) -> &str {
        &self.at
    }

    /// Waits until somebody is at the far end, of a line that can tell.
    pub(crate) async fn somebody(&mut self) {
        if let Some(somebody) = self.somebody.take() {
            // An error means that the line has ended, which shows elsewhere.
            let _there = somebody.await;
        }
    }

    /// Hands a transmission to the line and says whether there was room.
    pub(crate) fn send(&self, bytes: Vec<u8>) -> bool {
        self.queue.try_send(bytes).is_ok()
    }

    /// Lets what waits leave, closes the line and returns how much nobody was there for.
    pub(crate) async fn close(self) -> u64 {
        let Self {
            queue, mut task, ..
        } = self;
        drop(queue);
        if let Ok(ended) = timeout(CLOSING, &mut task).await {
            ended.unwrap_or(0)
        } else {
            task.abort();
            0
        }
    }
}

/// Finds the address that `HOST:PORT` names; the first one counts.
async fn look_up(host_port: &str) -> Result<SocketAddr, OpenError> {
    let failed = |source| OpenError::LookUp {
        host_port: host_port.to_owned(),
        source,
    };
    let mut found = tokio::net::lookup_host(host_port).await.map_err(failed)?;
    let none = || io::Error::new(io::ErrorKind::NotFound, "it has no address");
    found.next().ok_or_else(|| failed(none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_as_it_is_written() {
        let written = |text: &str| text.parse::<Target>().map(|target| target.to_string());
        for (text, meant) in [
            ("127.0.0.1:14550", "udp:127.0.0.1:14550"),
            ("udp:[::1]:14550", "udp:[::1]:14550"),
            ("tcp:unit.example:5760", "tcp:unit.example:5760"),
            ("tcp-listen:0.0.0.0:0", "tcp-listen:0.0.0.0:0"),
            ("pty:/tmp/radio", "pty:/tmp/radio"),
        ] {
            assert_eq!(written(text), Ok(meant.to_owned()));
        }
        for text in ["", "14550", "udp:14550", "tcp:host:99999", "pty:", "ws:a:1"] {
            assert_eq!(written(text), Err(NotATarget(text.to_owned())));
        }
    }
}
