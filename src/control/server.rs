//! Serves clients: reads a line, answers a line, and never lets one of them hold anything up.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::desk::Desk;
use super::protocol::{Call, REQUEST_LENGTH_MAX, Refusal, RefusalKind, answer_line};
use super::request;
use super::socket::Listener;

/// Clients that are served at once; one more is told so.
pub const CLIENTS_MAX: usize = 8;
/// How long a client may take for its next request, or for taking an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait after the system refused a client, mostly for want of descriptors.
const REFUSED_WAIT: Duration = Duration::from_secs(1);

/// Serves whoever connects to `listener` until it is cancelled; the socket is gone then.
pub async fn serve(listener: Listener, desk: Desk, cancel: CancellationToken) {
    serve_with(listener, desk, cancel, PATIENCE).await;
}

async fn serve_with(listener: Listener, desk: Desk, cancel: CancellationToken, patience: Duration) {
    let desk = Arc::new(desk);
    // What is not done at the end is broken off with it.
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => break,
            Some(_done) = clients.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok(client) if clients.len() < CLIENTS_MAX => {
                    clients.spawn(serve_client(client, Arc::clone(&desk), patience));
                }
                Ok(client) => turn_away(&client),
                Err(error) => {
                    warn!(%error, "cannot take a client of the control socket");
                    tokio::select! {
                        () = cancel.cancelled() => break,
                        () = sleep(REFUSED_WAIT) => {}
                    }
                }
            }
        }
    }
}

/// Says that there is no room, as far as that takes no waiting.
fn turn_away(client: &UnixStream) {
    let message = format!("{CLIENTS_MAX} clients are served already, try again");
    let line = answer_line(Err(Refusal::new(RefusalKind::Busy, message)));
    // A fresh socket has room for a line.
    drop(client.try_write(line.as_bytes()));
}

async fn serve_client(client: UnixStream, desk: Arc<Desk>, patience: Duration) {
    if let Err(error) = talk(client, &desk, patience).await {
        debug!(%error, "a client of the control socket went");
    }
}

async fn talk(mut client: UnixStream, desk: &Desk, patience: Duration) -> io::Result<()> {
    let (reader, mut writer) = client.split();
    let mut reader = BufReader::new(reader);
    loop {
        let mut line = Vec::new();
        let mut limited = (&mut reader).take(REQUEST_LENGTH_MAX as u64);
        timeout(patience, limited.read_until(b'\n', &mut line)).await??;
        let is_whole = line.ends_with(b"\n");
        if line.is_empty() || (!is_whole && line.len() < REQUEST_LENGTH_MAX) {
            return Ok(()); // It has nothing more to ask.
        }
        let answer = if is_whole {
            match Call::read(&line) {
                Ok(call) => request::answer(call, desk).await,
                Err(refusal) => Err(refusal),
            }
        } else {
            let message = format!("a request has at most {REQUEST_LENGTH_MAX} bytes");
            Err(Refusal::new(RefusalKind::TooLong, message))
        };
        let answer = answer_line(answer);
        timeout(patience, writer.write_all(answer.as_bytes())).await??;
        if !is_whole {
            return Ok(()); // Where the next request would begin, nobody knows.
        }
    }
}

#[cfg(test)]
mod tests;
