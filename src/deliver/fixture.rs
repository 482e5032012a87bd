//! A receiving endpoint on the loopback interface, for the tests of this room.

use std::sync::Arc;

use rustls::ServerConfig;
use sha2::{Digest, Sha256};
use socket2::SockRef;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::deliver::Endpoint;
use crate::store::fixture::DEADLINE;

/// How many requests may wait for the test to look at them.
const REQUESTS_MAX: usize = 10_000;

/// What the receiver got.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Returns a header that has to be there, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header == name);
        &found.unwrap_or_else(|| panic!("header {name}")).1
    }

    /// Returns a value of the JSON body.
    pub(super) fn value(&self, pointer: &str) -> String {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        let value = body.pointer(pointer).unwrap();
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    }
}

/// What the receiver does about a request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    pub(super) manner: Manner,
}

/// How the receiver behaves.
#[derive(Clone, Debug)]
pub(super) enum Manner {
    /// It answers.
    Answer,
    /// It keeps the connection and says nothing until it is notified.
    AnswerAfter(Arc<Notify>),
    /// It closes the connection without an answer.
    Cut,
    /// It resets the connection without an answer.
    Reset,
    /// It answers, with a body that never ends.
    Endless,
    /// It begins to answer and then says nothing.
    Stuck,
}

impl Reply {
    pub(super) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
            manner: Manner::Answer,
        }
    }

    pub(super) fn silence() -> Self {
        Self {
            manner: Manner::AnswerAfter(Arc::default()),
            ..Self::status(500)
        }
    }

    pub(super) fn cut() -> Self {
        Self {
            manner: Manner::Cut,
            ..Self::status(0)
        }
    }

    pub(super) fn in_manner(status: u16, manner: Manner) -> Self {
        Self {
            manner,
            ..Self::status(status)
        }
    }

    pub(super) fn with_header(status: u16, name: &'static str, value: &str) -> Self {
        Self {
            headers: vec![(name, value.to_owned())],
            ..Self::status(status)
        }
    }
}

/// Answers as the test says and hands on what it got; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct Receiver {
    url: Url,
    requests: mpsc::Receiver<Request>,
    _tasks: JoinSet<()>,
}

impl Receiver {
    pub(super) async fn start(respond: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, respond).await
    }

    /// Starts a receiver that is spoken to by TLS.
    pub(super) async fn start_tls(
        tls: ServerConfig,
        respond: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(TlsAcceptor::from(Arc::new(tls))), respond).await
    }

    async fn listen(
        tls: Option<TlsAcceptor>,
        respond: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}/hook", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::channel(REQUESTS_MAX);
        let respond = Arc::new(respond);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (respond, sender) = (Arc::clone(&respond), sender.clone());
                let tls = tls.clone();
                connections.spawn(async move { greet(stream, tls, &*respond, &sender).await });
            }
        });
        Self {
            url: url.parse().unwrap(),
            requests,
            _tasks: tasks,
        }
    }

    /// An endpoint that points here.
    pub(super) fn endpoint(&self, name: &str) -> Endpoint {
        Endpoint::new(name, self.url.clone(), Vec::new())
    }

    /// Waits for the next request.
    pub(super) async fn next(&mut self) -> Request {
        let next = timeout(DEADLINE, self.requests.recv()).await;
        next.expect("a request in time").unwrap()
    }

    /// Returns how many requests wait to be looked at.
    pub(super) fn waiting(&self) -> usize {
        self.requests.len()
    }
}

/// An address where nobody listens.
pub(super) async fn closed_port() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    url.parse().unwrap()
}

/// Serves a connection, by TLS or as it is; a reset is what closing with nothing to wait for is.
async fn greet(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    respond: &(dyn Fn(&Request) -> Reply + Send + Sync),
    sender: &mpsc::Sender<Request>,
) {
    let same = SockRef::from(&stream).try_clone().unwrap();
    let reset = match tls {
        None => serve(stream, respond, sender).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => serve(stream, respond, sender).await,
            Err(_refused) => false,
        },
    };
    if reset {
        same.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    }
}

/// Serves until the connection ends, and says whether it is to be reset.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    respond: &(dyn Fn(&Request) -> Reply + Send + Sync),
    sender: &mpsc::Sender<Request>,
) -> bool {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await {
        let reply = respond(&request);
        drop(sender.send(request).await);
        match &reply.manner {
            Manner::Answer => {}
            Manner::AnswerAfter(notify) => notify.notified().await,
            Manner::Cut => return false,
            Manner::Reset => return true,
            Manner::Endless => {
                let head = format!("HTTP/1.1 {} Said\r\n\r\n", reply.status);
                let mut written = stream.write_all(head.as_bytes()).await;
                while written.is_ok() {
                    written = stream.write_all(&[b'x'; 4096]).await;
                }
                return false;
            }
            Manner::Stuck => {
                let head = format!(
                    "HTTP/1.1 {} Said\r\ncontent-length: 9\r\n\r\nx",
                    reply.status
                );
                drop(stream.write_all(head.as_bytes()).await);
                drop(stream.flush().await);
                std::future::pending::<()>().await;
            }
        }
        if stream.write_all(&written(&reply)).await.is_err() || stream.flush().await.is_err() {
            return false;
        }
    }
    false
}

/// Writes a reply as it goes over the wire.
fn written(reply: &Reply) -> Vec<u8> {
    let mut lines = vec![format!("HTTP/1.1 {} Said", reply.status)];
    let headers = reply.headers.iter();
    lines.extend(headers.map(|(name, value)| format!("{name}: {value}")));
    lines.push(format!("content-length: {}", reply.body.len()));
    let head = lines.join("\r\n");
    format!("{head}\r\n\r\n{}", reply.body).into_bytes()
}

async fn read_request(
    stream: &mut BufReader<impl AsyncRead + AsyncWrite + Unpin>,
) -> Option<Request> {
    let mut request = Request::default();
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    request.method = line.split(' ').next()?.to_owned();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => {
                let header = (name.to_lowercase(), value.to_owned());
                request.headers.push(header);
            }
            None => break,
        }
    }
    let length = request.header("content-length").parse().ok()?;
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}

/// Computes HMAC-SHA256 from its definition, for keys of at most one block.
///
/// Source: RFC 2104, section 2.
pub(super) fn hmac_by_definition(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; 64];
        key.iter().zip(&mut block).for_each(|(key, at)| *at ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message);
    let outer = Sha256::new().chain_update(pad(0x5c));
    outer.chain_update(inner.finalize()).finalize().to_vec()
}
