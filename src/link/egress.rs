//! The only way of bytes out of the daemon onto a telemetry link.
//!
//! Invariants:
//!
//! 1. A link that is allowed to say nothing, and is not shared, has none.
//! 2. It takes what the link's ground station says, if that is allowed, and frames that consumers of
//!    `forward` sent, and changes none of them.
//! 3. Reading never waits for it: what a line has no room for is left out and counted.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UdpSocket;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::link::lanes::Lane;
use crate::link::{Context, Junction, Settings};
use crate::metrics::Metrics;
use crate::station::{GroundStation, Transmit};
use crate::units::Monotonic;
use crate::wire::Frame;

/// What may be said on one opening of a link, in its order.
#[derive(Debug)]
pub(super) struct Egress {
    station: GroundStation,
    transmit: Transmit,
    /// What consumers send, if the link is shared.
    consumers: Option<Lane>,
    clock: Clock,
}

/// A frame on its way out; only an egress hands one out.
#[derive(Clone, Debug)]
pub(super) struct Outgoing(Arc<[u8]>);

impl Egress {
    /// Makes one if the settings of the link ask for it and somebody can be spoken to.
    pub(super) fn new(settings: &Settings, context: &Context) -> Option<Self> {
        let transmit = settings.station.transmit;
        let is_silent = transmit.is_nothing() && context.junction.is_none();
        if is_silent || !settings.address.can_be_sent_to() {
            return None;
        }
        let now = context.clock.now().monotonic;
        Some(Self {
            station: GroundStation::new(now, settings.station),
            transmit,
            consumers: context.junction.as_ref().map(Junction::open_to_line),
            clock: context.clock,
        })
    }

    /// Takes a frame that was heard, whose checksum is right.
    pub(super) fn hear(&mut self, now: Monotonic, frame: &Frame<'_>) {
        self.station.handle_frame(now, frame);
    }

    /// Waits for the next frame that is to leave; cancel safe.
    pub(super) async fn next(&mut self) -> Outgoing {
        loop {
            let now = self.clock.now().monotonic;
            if let Some(said) = self.station.poll_transmission(now)
                && self.transmit.admits(said.kind())
            {
                return Outgoing(Arc::clone(said.frame()));
            }
            let due = self.station.next_timeout();
            tokio::select! {
                frame = next_of(self.consumers.as_mut()) => return Outgoing(frame),
                () = sleep_until(due, now) => {}
            }
        }
    }
}

/// Waits for a frame of a consumer, for ever if there is none.
async fn next_of(consumers: Option<&mut Lane>) -> Arc<[u8]> {
    if let Some(lane) = consumers
        && let Some(frame) = lane.recv().await
    {
        return frame;
    }
    std::future::pending().await
}

async fn sleep_until(due: Option<Monotonic>, now: Monotonic) {
    match due {
        Some(due) => sleep(due.since(now)).await,
        None => std::future::pending().await,
    }
}

impl Outgoing {
    /// Sends it as a datagram, to the peer of the socket or to somebody.
    pub(super) fn leave_by(&self, socket: &UdpSocket, to: Option<SocketAddr>, metrics: &Metrics) {
        // The socket itself: the runtime would take the first frame for one without room, since it
        // has not been told of any yet.
        let socket = SockRef::from(socket);
        let sent = match to {
            None => socket.send(&self.0),
            Some(to) => socket.send_to(&self.0, &to.into()),
        };
        match sent {
            Ok(_length) => metrics.link_frames_sent.add(1),
            // No room, no network, or nobody there: it may be there for the next frame.
            Err(_error) => metrics.link_frames_unsent.add(1),
        }
    }
}

/// A connection or a device: bytes both ways.
pub(super) trait Line: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Line for T {}

/// What a stream has not taken yet of the frame that it was given last.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    frame: Option<Outgoing>,
    written: usize,
}

impl Unwritten {
    /// Says whether the stream has room for a frame.
    pub(super) const fn is_empty(&self) -> bool {
        self.frame.is_none()
    }

    /// Takes the next frame.
    pub(super) fn put(&mut self, frame: Outgoing, metrics: &Metrics) {
        (self.frame, self.written) = (Some(frame), 0);
        metrics.link_frames_sent.add(1);
    }

    /// Writes what the stream has room for, and has the task woken when it has more.
    ///
    /// Returns whether a frame was finished.
    pub(super) fn poll_leave(
        &mut self,
        to: &mut impl Line,
        task: &mut TaskContext<'_>,
    ) -> io::Result<bool> {
        while let Some(Outgoing(frame)) = &self.frame {
            match Pin::new(&mut *to).poll_write(task, &frame[self.written..]) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(length)) => self.written += length,
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(false),
            }
            if self.written == frame.len() {
                self.frame = None;
                return Ok(true);
            }
        }
        Ok(false)
    }
}
