//! Connections: one that is made, or those of up to eight clients.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{Earpiece, QUEUE, READ_BYTES, RETRY};

/// How many clients are served at a time.
const CLIENTS_MAX: usize = 8;

/// Connects to a server.
pub(super) async fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Listens for clients.
pub(super) async fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(at).await
}

/// Sends over a connection, and makes it again when it is lost.
///
/// Ends when there is nothing more to send; returns what there was no connection for.
pub(super) async fn keep_connected(
    to: SocketAddr,
    first: TcpStream,
    mut orders: mpsc::Receiver<Vec<u8>>,
    earpiece: Earpiece,
) -> u64 {
    let mut unsent = 0;
    let mut stream = Some(first);
    loop {
        let connected = if let Some(stream) = stream.take() {
            stream
        } else {
            tokio::select! {
                connected = reconnect(to) => connected,
                () = drop_all(&mut orders, &mut unsent) => return unsent,
            }
        };
        match serve(connected, &mut orders, &earpiece).await {
            Ended::NothingMore => return unsent,
            Ended::Lost { unsent: lost } => unsent += lost,
        }
    }
}

/// Sends to every client that connects; `there` is told of the first.
///
/// Ends when there is nothing more to send; returns what no client was there for.
pub(super) async fn accept(
    listener: TcpListener,
    mut orders: mpsc::Receiver<Vec<u8>>,
    earpiece: Earpiece,
    there: oneshot::Sender<()>,
) -> u64 {
    let mut there = Some(there);
    let mut unsent = 0;
    let mut queues: Vec<mpsc::Sender<Vec<u8>>> = Vec::new();
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            order = orders.recv() => {
                let Some(bytes) = order else { break };
                queues.retain(|queue| !queue.is_closed());
                let sent = queues.iter().filter(|queue| queue.try_send(bytes.clone()).is_ok());
                unsent += u64::from(sent.count() == 0);
            }
            accepted = listener.accept(), if queues.len() < CLIENTS_MAX => {
                let Ok((stream, _)) = accepted else { continue };
                let (queue, mut orders) = mpsc::channel(QUEUE);
                let earpiece = earpiece.clone();
                clients.spawn(async move { serve(stream, &mut orders, &earpiece).await });
                queues.push(queue);
                if let Some(there) = there.take() {
                    // Nobody may wait for it any more.
                    let _told = there.send(());
                }
            }
        }
    }
    queues.clear();
    clients.join_all().await;
    unsent
}

/// Why a connection is served no more.
enum Ended {
    /// There is nothing more to send, and all of it was.
    NothingMore,
    /// The connection is gone, with what it was about to take.
    Lost { unsent: u64 },
}

async fn serve(
    stream: TcpStream,
    orders: &mut mpsc::Receiver<Vec<u8>>,
    earpiece: &Earpiece,
) -> Ended {
    let (reader, mut writer) = stream.into_split();
    let mut reading = tokio::spawn(listen_to(reader, earpiece.clone()));
    let ended = loop {
        tokio::select! {
            biased;
            order = orders.recv() => match order {
                Some(bytes) => if writer.write_all(&bytes).await.is_err() {
                    break Ended::Lost { unsent: 1 };
                },
                None => break Ended::NothingMore,
            },
            _closed = &mut reading => return Ended::Lost { unsent: 0 },
        }
    };
    reading.abort();
    // What was written leaves by itself; a peer that is gone is no matter.
    let _closed = writer.shutdown().await;
    ended
}

/// Hands on what a peer says until it says no more.
async fn listen_to(mut reader: OwnedReadHalf, earpiece: Earpiece) {
    let mut buffer = [0; READ_BYTES];
    while let Ok(length @ 1..) = reader.read(&mut buffer).await {
        if !earpiece.hand_on(&buffer[..length]).await {
            return;
        }
    }
}

async fn reconnect(to: SocketAddr) -> TcpStream {
    loop {
        match connect(to).await {
            Ok(stream) => return stream,
            Err(error) => tracing::trace!(%to, %error, "not connected"),
        }
        sleep(RETRY).await;
    }
}

/// Drops what is to be sent until there is nothing more.
async fn drop_all(orders: &mut mpsc::Receiver<Vec<u8>>, dropped: &mut u64) {
    while orders.recv().await.is_some() {
        *dropped += 1;
    }
}
