//! A line to those who never answer: a TCP connection, with or without TLS, or datagrams.
//!
//! A connection is kept between events, as TAK servers want it. What they send us is read and
//! forgotten, so that they do not wait for us.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex as Noted, PoisonError};
use std::time::Duration;

use rustls::pki_types::ServerName;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::deliver::expiry::Expiry;
use crate::deliver::tls;
use crate::deliver::{Answer, ClientError, Endpoint};

/// How many hops a datagram to a group may take: those of a deployed network.
const MULTICAST_TTL: u32 = 16;

/// How much of what an endpoint sends us is read at a time.
const READ_BYTES: usize = 16 * 1024;

/// Sends to one endpoint.
#[derive(Debug)]
pub(super) struct Line {
    host: String,
    port: u16,
    means: Means,
    connect_timeout: Duration,
    total_timeout: Duration,
    peer_expiry: Noted<Option<Expiry>>,
}

enum Means {
    Stream {
        tls: Option<TlsConnector>,
        open: Mutex<Option<Box<dyn Stream>>>,
    },
    Datagram {
        /// The address of the interface that a group is reached by.
        interface: Option<Ipv4Addr>,
    },
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl std::fmt::Debug for Means {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Stream { tls: None, .. } => "Stream",
            Self::Stream { tls: Some(_), .. } => "Stream over TLS",
            Self::Datagram { .. } => "Datagram",
        })
    }
}

/// Reads `?interface=ADDRESS`, the interface that a multicast group is reached by.
///
/// # Errors
///
/// Says what is no address; absent if there is no such part.
#[must_use]
pub fn interface_of(url: &Url) -> Option<Result<Ipv4Addr, String>> {
    let (_, value) = url.query_pairs().find(|(name, _)| name == "interface")?;
    let parsed = value.parse();
    Some(parsed.map_err(|_no_address| format!("`{value}` is no IPv4 address of an interface")))
}

impl Line {
    /// Makes a line that is not open yet.
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, ClientError> {
        let stream = |tls| Means::Stream {
            tls,
            open: Mutex::default(),
        };
        let means = match endpoint.url.scheme() {
            "udp" => Means::Datagram {
                interface: interface_of(&endpoint.url).and_then(Result::ok),
            },
            "tls" => {
                let authorities = endpoint.authorities.as_ref();
                let config = tls::client_config(authorities, endpoint.identity.as_ref());
                let config = config.map_err(|source| ClientError::Tls {
                    endpoint: endpoint.name.clone(),
                    source,
                })?;
                stream(Some(TlsConnector::from(Arc::new(config))))
            }
            _tcp => stream(None),
        };
        let host = endpoint.url.host_str().unwrap_or_default();
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: endpoint.url.port().unwrap_or_default(),
            means,
            connect_timeout: endpoint.connect_timeout,
            total_timeout: endpoint.total_timeout,
            peer_expiry: Noted::default(),
        })
    }

    /// Sends once; a connection that was lost meanwhile is made anew.
    pub(super) async fn send(&self, event: &[u8]) -> Answer {
        let sent = async {
            match &self.means {
                Means::Stream { tls, open } => {
                    let mut open = open.lock().await;
                    self.write(tls.as_ref(), &mut open, event).await
                }
                Means::Datagram { interface } => self.throw(*interface, event).await,
            }
        };
        match timeout(self.total_timeout, sent).await {
            Ok(Ok(())) => Answer::Sent,
            Ok(Err(error)) => Answer::Failed {
                cause: error.to_string(),
            },
            Err(_elapsed) => Answer::Failed {
                cause: "operation timed out".to_owned(),
            },
        }
    }

    /// Returns when the endpoint's own certificate expires, if it has shown one.
    pub(super) fn peer_expiry(&self) -> Option<Expiry> {
        let noted = self.peer_expiry.lock();
        noted.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn write(
        &self,
        tls: Option<&TlsConnector>,
        open: &mut Option<Box<dyn Stream>>,
        event: &[u8],
    ) -> io::Result<()> {
        let mut kept = None;
        if let Some(mut stream) = open.take()
            && is_open(&mut stream).await
        {
            kept = Some(stream);
        }
        let mut stream = if let Some(stream) = kept {
            stream
        } else {
            let connected = timeout(self.connect_timeout, self.connect(tls)).await;
            connected.map_err(|_elapsed| timed_out())??
        };
        stream.write_all(event).await?;
        stream.flush().await?;
        // Kept only if nothing went wrong, and not across an attempt that was cut off.
        *open = Some(stream);
        Ok(())
    }

    async fn connect(&self, tls: Option<&TlsConnector>) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = tls else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::try_from(self.host.clone());
        let name = name.map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
        let stream = tls.connect(name, stream).await?;
        let shown = stream.get_ref().1.peer_certificates();
        if let Some(certificate) = shown.and_then(<[_]>::first) {
            let expiry = Expiry::of("the certificate of the endpoint", certificate);
            let noted = self.peer_expiry.lock();
            *noted.unwrap_or_else(PoisonError::into_inner) = expiry;
        }
        Ok(Box::new(stream))
    }

    async fn throw(&self, interface: Option<Ipv4Addr>, event: &[u8]) -> io::Result<()> {
        let found = lookup_host((self.host.as_str(), self.port));
        let found = timeout(self.connect_timeout, found).await;
        let mut found = found.map_err(|_elapsed| timed_out())??;
        let to = found.next().ok_or(ErrorKind::NotFound)?;
        let any: SocketAddr = match to {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any).await?;
        if to.ip().is_multicast() && to.is_ipv4() {
            socket.set_multicast_ttl_v4(MULTICAST_TTL)?;
            if let Some(interface) = interface {
                SockRef::from(&socket).set_multicast_if_v4(&interface)?;
            }
        }
        let sent = socket.send_to(event, to).await?;
        if sent < event.len() {
            return Err(ErrorKind::WriteZero.into());
        }
        Ok(())
    }
}

/// Reads what has come meanwhile, and says whether the other side is still there.
async fn is_open(stream: &mut Box<dyn Stream>) -> bool {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        // Nothing to be read at this moment is the sign of life.
        match timeout(Duration::ZERO, stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) => return false,
            Ok(Ok(_)) => {}
            Err(_elapsed) => return true,
        }
    }
}

fn timed_out() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "operation timed out")
}

#[cfg(test)]
mod tests;
