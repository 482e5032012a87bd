//! Datagrams, one transmission each, and what the same peer sends back.

use std::io;
use std::net::SocketAddr;

use tokio::sync::mpsc;

use super::{Earpiece, READ_BYTES};
use crate::udp::Sender;

/// A socket towards one peer.
#[derive(Debug)]
pub(super) struct Udp {
    sender: Sender,
    to: SocketAddr,
}

impl Udp {
    /// Binds a port of its own.
    pub(super) async fn bind(to: SocketAddr) -> io::Result<Self> {
        let sender = Sender::bind(to).await?;
        Ok(Self { sender, to })
    }

    /// Sends and listens until there is nothing more to send; returns what did not leave.
    pub(super) async fn serve(
        self,
        mut orders: mpsc::Receiver<Vec<u8>>,
        earpiece: Earpiece,
    ) -> u64 {
        let mut unsent = 0;
        let mut buffer = [0; READ_BYTES];
        loop {
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    Some(bytes) => unsent += u64::from(!self.sender.send(&bytes).await),
                    None => return unsent,
                },
                received = self.sender.receive(&mut buffer) => match received {
                    Ok((length, from)) if from == self.to => {
                        earpiece.hand_on(&buffer[..length]).await;
                    }
                    // A stranger, or a word of the network that nobody listens there.
                    Ok(_) | Err(_) => {}
                },
            }
        }
    }
}
