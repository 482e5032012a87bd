//! The way of bytes into a link: frames, reports, counts.

use std::net::SocketAddr;
use std::sync::Arc;

use tracing::trace;

use crate::clock::Clock;
use crate::link::egress::Egress;
use crate::link::health::Heard;
use crate::link::{Arrival, Context, Ear, Junction, Outlet, Settings, Tally, Tape};
use crate::metrics::Metrics;
use crate::track::{FrameLoss, LinkName};
use crate::units::Monotonic;
use crate::wire::{Event, FrameCounts, Framer, SequenceCounts, Sequences, StreamFramer};

/// Turns the bytes of one socket, connection or device into reports.
#[derive(Debug)]
pub(super) struct Inlet {
    link: LinkName,
    ear: Ear,
    tape: Option<Tape>,
    /// Where the reports go.
    pub(super) outlet: Outlet,
    /// What may be said to those that are heard, if anything.
    pub(super) egress: Option<Egress>,
    junction: Option<Junction>,
    clock: Clock,
    metrics: Arc<Metrics>,
    stream: StreamFramer,
    /// What was counted of the stream already.
    counted: FrameCounts,
    /// Absent for a recording, in which links may be merged that have a counter each.
    sequences: Option<Sequences>,
    /// What was counted of the senders' counters already.
    settled: SequenceCounts,
    tally: Arc<Tally>,
    heard: Heard,
}

impl Inlet {
    pub(super) fn new(settings: &Settings, context: &Context) -> Self {
        Self {
            link: settings.name.clone(),
            ear: Ear::new(settings, context.signatures.clone()),
            tape: context.tape.clone(),
            outlet: Outlet::new(context.batches.clone(), Arc::clone(&context.metrics)),
            egress: Egress::new(settings, context),
            junction: context.junction.clone(),
            clock: context.clock,
            metrics: Arc::clone(&context.metrics),
            stream: StreamFramer::new(),
            counted: FrameCounts::default(),
            sequences: (!settings.address.is_recording()).then(Sequences::default),
            settled: SequenceCounts::default(),
            tally: Arc::clone(&context.tally),
            heard: Heard::default(),
        }
    }

    /// Returns what has come in so far.
    pub(super) const fn heard(&self) -> Heard {
        self.heard
    }

    /// Returns what was lost in the last minute, if enough came in to tell.
    pub(super) fn loss(&self) -> Option<FrameLoss> {
        self.loss_at(self.clock.now().monotonic)
    }

    /// Takes a datagram, which is framed by itself, and the address that it came from.
    pub(super) fn datagram(&mut self, bytes: &[u8], address: Option<SocketAddr>) {
        self.metrics.link_datagrams.add(1);
        self.take_bytes(bytes);
        let arrival = self.arrival(address);
        let mut framer = Framer::new(bytes);
        for event in framer.by_ref() {
            share(self.junction.as_ref(), &event);
            hear(
                &self.ear,
                &mut self.outlet,
                self.tape.as_ref(),
                self.sequences.as_mut(),
                self.egress.as_mut(),
                arrival,
                &event,
            );
        }
        let counts = framer.counts();
        self.count(arrival, counts, FrameCounts::default());
    }

    /// Takes the next bytes of a stream, and the address of its other end.
    pub(super) fn chunk(&mut self, bytes: &[u8], address: Option<SocketAddr>) {
        trace!(link = %self.link, length = bytes.len(), "bytes");
        self.take_bytes(bytes);
        self.stream.feed(bytes);
        self.walk(address);
    }

    /// Says that nothing follows in the stream; the next chunk begins another one.
    pub(super) fn end_stream(&mut self) {
        self.stream.end();
        self.walk(None);
        self.stream = StreamFramer::new();
        self.counted = FrameCounts::default();
    }

    fn walk(&mut self, address: Option<SocketAddr>) {
        let arrival = self.arrival(address);
        while let Some(event) = self.stream.next_event() {
            share(self.junction.as_ref(), &event);
            hear(
                &self.ear,
                &mut self.outlet,
                self.tape.as_ref(),
                self.sequences.as_mut(),
                self.egress.as_mut(),
                arrival,
                &event,
            );
        }
        let before = self.counted;
        self.counted = self.stream.counts();
        self.count(arrival, self.counted, before);
    }

    fn loss_at(&self, now: Monotonic) -> Option<FrameLoss> {
        self.sequences.as_ref()?.loss(now)
    }

    fn arrival(&self, address: Option<SocketAddr>) -> Arrival {
        let received = self.clock.now();
        Arrival {
            received,
            address,
            link_loss: self.loss_at(received.monotonic),
        }
    }

    fn take_bytes(&mut self, bytes: &[u8]) {
        self.metrics.link_bytes.add(bytes.len() as u64);
        self.heard.bytes += bytes.len() as u64;
    }

    /// Counts what `counts` has beyond `before`.
    fn count(&mut self, arrival: Arrival, counts: FrameCounts, before: FrameCounts) {
        let frames = counts.frames - before.frames;
        self.heard.frames += frames;
        let metrics = &self.metrics;
        metrics.link_frames.add(frames);
        metrics
            .link_frames_unknown
            .add(counts.unknown_ids - before.unknown_ids);
        metrics
            .link_frames_refused
            .add(counts.refused_flags - before.refused_flags);
        metrics
            .link_frames_bad_checksum
            .add(counts.bad_crc - before.bad_crc);
        metrics
            .link_garbage_bytes
            .add(counts.garbage_bytes - before.garbage_bytes);
        self.tally
            .add_frames(arrival.received.monotonic, counts, before);

        let Some(settled) = self.sequences.as_ref().map(Sequences::total) else {
            return;
        };
        metrics
            .link_frames_lost
            .add(settled.lost - self.settled.lost);
        self.tally.add_sequences(settled, self.settled);
        self.settled = settled;
    }
}

/// Passes a frame on as it is, also one that is not understood: that is for its consumers to judge.
fn share(junction: Option<&Junction>, event: &Event<'_>) {
    if let Some(junction) = junction {
        junction.pass_heard(event.frame().raw());
    }
}

/// Records a frame and hands on what it says.
///
/// A frame that the dialect does not know is recorded too: somebody else may know it.
fn hear(
    ear: &Ear,
    outlet: &mut Outlet,
    tape: Option<&Tape>,
    mut sequences: Option<&mut Sequences>,
    egress: Option<&mut Egress>,
    arrival: Arrival,
    event: &Event<'_>,
) {
    let now = arrival.received.monotonic;
    if let Some(sequences) = &mut sequences {
        sequences.hear(now, event.frame(), arrival.address);
    }
    match event {
        Event::Frame(frame) => {
            if let Some(egress) = egress {
                egress.hear(now, frame);
            }
            if let Some(tape) = tape {
                tape.record(arrival.received, frame);
            }
            ear.hear(arrival, frame, |mut report| {
                let sequences = sequences.as_ref();
                report.sender_loss = sequences.and_then(|it| it.sender_loss(now));
                outlet.push(report);
            });
        }
        Event::Unknown(frame) => {
            if let Some(tape) = tape {
                tape.record(arrival.received, frame);
            }
        }
        Event::Refused(_) => {}
    }
}
