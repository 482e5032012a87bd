//! What is read, and the one loop that reads it.

use std::future::{Future as _, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

use crate::link::egress::{Egress, Line, Outgoing, Unwritten};
use crate::link::health::{Health, Voice};
use crate::link::inlet::Inlet;
use crate::link::reception::Reception;
use crate::link::recording::Recording;
use crate::link::serial::Serial;
use crate::link::udp::Udp;
use crate::link::{Context, MonitorEnded, Settings};
use crate::metrics::Metrics;
use crate::track::FrameLoss;

/// How often a link is looked after: is its device still there, does it speak.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Bytes of a stream that are taken at once.
const CHUNK_LENGTH: usize = 16 * 1024;

/// Why a link ended.
#[derive(Debug)]
pub enum Ended {
    /// It was asked to.
    Cancelled,
    /// Nobody takes its reports.
    MonitorEnded,
    /// There is nothing more to come, ever: a recording has been played.
    Finished,
    /// It failed, and may be opened again.
    Failed(io::Error),
}

/// Something open that brings bytes.
#[derive(Debug)]
pub(super) enum Source {
    Udp(Box<Udp>),
    Tcp(Stream<TcpStream>),
    Serial(Box<Serial>),
    Recording(Recording),
}

/// Whether more may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    More,
    Finished,
}

impl Source {
    /// Waits until there is something to take; cancel safe.
    async fn ready(&mut self) -> io::Result<()> {
        match self {
            Self::Udp(udp) => udp.ready().await,
            Self::Tcp(stream) => stream.ready().await,
            Self::Serial(serial) => serial.stream.ready().await,
            Self::Recording(recording) => {
                recording.ready().await;
                Ok(())
            }
        }
    }

    /// Takes what is there, up to a number, without waiting.
    fn take(&mut self, inlet: &mut Inlet) -> io::Result<Step> {
        match self {
            Self::Udp(udp) => udp.take(inlet)?,
            Self::Tcp(stream) => stream.take(inlet),
            Self::Serial(serial) => serial.stream.take(inlet),
            Self::Recording(recording) => return Ok(recording.take(inlet)),
        }
        Ok(Step::More)
    }

    /// Says whether it has room for a frame that is to leave.
    fn has_room(&self) -> bool {
        match self {
            Self::Udp(_) | Self::Recording(_) => true,
            Self::Tcp(stream) => stream.unwritten.is_empty(),
            Self::Serial(serial) => serial.stream.unwritten.is_empty(),
        }
    }

    /// Takes a frame that is to leave; there must be room for it.
    fn say(&mut self, frame: Outgoing, metrics: &Metrics) {
        match self {
            Self::Udp(udp) => udp.say(&frame),
            Self::Tcp(stream) => stream.unwritten.put(frame, metrics),
            Self::Serial(serial) => serial.stream.unwritten.put(frame, metrics),
            Self::Recording(_) => {}
        }
    }

    /// Looks after it once in [`LOOK_EVERY`].
    fn look(&mut self, inlet: &mut Inlet, health: &mut Health) -> io::Result<()> {
        match self {
            Self::Udp(udp) => udp.look(),
            Self::Serial(serial) => serial.look(inlet, health),
            Self::Tcp(_) | Self::Recording(_) => Ok(()),
        }
    }

    /// Says whether its silence means that something is wrong.
    fn should_speak(&self) -> bool {
        match self {
            Self::Udp(udp) => udp.has_one_peer(),
            Self::Tcp(_) | Self::Serial(_) => true,
            Self::Recording(_) => false,
        }
    }
}

/// Reads `source` until it is cancelled, the monitor ends, or the source fails or is finished.
///
/// A source that failed is closed before anything else is done. What was read is handed on in
/// every case: the monitor takes reports until every link has ended.
pub(super) async fn pump(
    mut source: Source,
    settings: &Settings,
    context: &Context,
    health: &mut Health,
) -> Ended {
    let mut inlet = Inlet::new(settings, context);
    let mut reception = Reception::default();
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    health.silence.opened(context.clock.now().monotonic);
    let ended = loop {
        tokio::select! {
            biased;
            () = context.cancel.cancelled() => break Ended::Cancelled,
            flushed = inlet.outlet.flush(), if inlet.outlet.is_holding() => {
                if flushed == Err(MonitorEnded) {
                    return Ended::MonitorEnded;
                }
            }
            _tick = looks.tick() => {
                if let Err(error) = source.look(&mut inlet, health) {
                    break Ended::Failed(error);
                }
                if source.should_speak() {
                    let voice = health.silence.look(context.clock.now().monotonic, inlet.heard());
                    tell(settings, voice);
                }
                let loss = inlet.loss();
                tell_reception(settings, reception.look(loss), loss);
            }
            frame = next(inlet.egress.as_mut()), if source.has_room() => source.say(frame, &context.metrics),
            ready = source.ready() => {
                match ready.and_then(|()| source.take(&mut inlet)) {
                    Ok(Step::More) => {}
                    Ok(Step::Finished) => break Ended::Finished,
                    Err(error) => break Ended::Failed(error),
                }
                if inlet.outlet.try_flush() == Err(MonitorEnded) {
                    return Ended::MonitorEnded;
                }
            }
        }
    };
    drop(source);
    inlet.end_stream();
    match inlet.outlet.flush().await {
        Ok(()) => ended,
        Err(MonitorEnded) => Ended::MonitorEnded,
    }
}

/// Waits for a frame that is to leave; without an egress there is none, ever.
async fn next(egress: Option<&mut Egress>) -> Outgoing {
    match egress {
        Some(egress) => egress.next().await,
        None => std::future::pending().await,
    }
}

fn tell(settings: &Settings, voice: Option<Voice>) {
    let (link, address) = (&settings.name, &settings.address);
    match voice {
        None => {}
        Some(Voice::Silent) => warn!(%link, %address, "link is open but silent"),
        Some(Voice::Babble(bytes)) => warn!(
            %link,
            %address,
            bytes,
            "link brings bytes but no MAVLink frame: is its speed right?"
        ),
        Some(Voice::Speaks) => info!(%link, "link speaks"),
    }
}

fn tell_reception(settings: &Settings, change: Option<Reception>, loss: Option<FrameLoss>) {
    let (link, loss_percent) = (&settings.name, loss.map(FrameLoss::percent));
    match change {
        None => {}
        Some(Reception::Lossy) => info!(%link, loss_percent, "link loses frames"),
        Some(Reception::Good) => info!(%link, loss_percent, "link hears well again"),
    }
}

/// A byte stream with the bytes that were read of it and not taken yet.
#[derive(Debug)]
pub(super) struct Stream<T> {
    pub(super) from: T,
    /// The address of the other end, if it has one.
    peer: Option<SocketAddr>,
    buffer: Vec<u8>,
    filled: usize,
    unwritten: Unwritten,
}

impl<T: Line> Stream<T> {
    pub(super) fn new(from: T, peer: Option<SocketAddr>) -> Self {
        Self {
            from,
            peer,
            buffer: vec![0; CHUNK_LENGTH],
            filled: 0,
            unwritten: Unwritten::default(),
        }
    }

    /// Waits for bytes, or until a frame has left; a stream that has ended has failed.
    async fn ready(&mut self) -> io::Result<()> {
        if self.filled == 0 {
            let (from, buffer, unwritten) = (&mut self.from, &mut self.buffer, &mut self.unwritten);
            let read = poll_fn(|task| {
                if unwritten.poll_leave(from, task)? {
                    return Poll::Ready(Ok(None));
                }
                pin!(from.read(buffer)).poll(task).map_ok(Some)
            });
            match read.await? {
                None => {}
                Some(0) => {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the other end closed it",
                    ));
                }
                Some(length) => self.filled = length,
            }
        }
        Ok(())
    }

    fn take(&mut self, inlet: &mut Inlet) {
        if 0 < self.filled {
            inlet.chunk(&self.buffer[..self.filled], self.peer);
            self.filled = 0;
        }
    }
}
