//! Frames out of bytes, beside the `mavlink` crate's reader on the same bytes.
//!
//! `benches/ratios` runs this and prints how many times faster ours is.

mod mix;
mod sockets;

use std::fs;
use std::hint::black_box;
use std::path::Path;

use corridord::wire::{Decoded, Event, FrameCounts, Framer, StreamFramer, decode};
use criterion::{Criterion, Throughput};
use mavlink::dialects::ardupilotmega::MavMessage;
use mavlink::error::MessageReadError;
use mavlink::{MavlinkReader, MavlinkVersion};

use mix::SplitMix;

/// What a read of a serial line or of coalesced datagrams may bring at once.
const CHUNK: usize = 4096;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let frames = mix::frames(MavlinkVersion::V2);
    compare(&mut criterion, "v2", &frames);
    compare(&mut criterion, "v1", &mix::frames(MavlinkVersion::V1));
    noise(&mut criterion, &frames);
    sockets::measure(&mut criterion, &frames);
    criterion.final_summary();
}

/// Reads one stream in every way, after making sure that all of them find every message.
fn compare(criterion: &mut Criterion, name: &str, sent: &[Vec<u8>]) {
    let (bytes, messages) = (sent.concat(), sent.len() as u64);
    assert_eq!(frames(&bytes).frames, messages);
    assert_eq!(frames_in_chunks(&bytes), messages);
    assert_eq!(read_any(&bytes), messages);
    keep(name, &bytes);

    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(messages));
    group.bench_function("frames", |bencher| {
        bencher.iter(|| frames(black_box(&bytes)));
    });
    group.bench_function("payloads", |bencher| {
        bencher.iter(|| payloads(black_box(&bytes)));
    });
    group.bench_function("stream", |bencher| {
        bencher.iter(|| frames_in_chunks(black_box(&bytes)));
    });
    group.bench_function("mavlink", |bencher| {
        bencher.iter(|| read_any(black_box(&bytes)));
    });
    group.finish();
}

/// The same messages with as many bytes of noise between them as they have themselves.
fn noise(criterion: &mut Criterion, sent: &[Vec<u8>]) {
    let mut random = SplitMix::new(0x0153);
    let mut bytes = Vec::new();
    for frame in sent {
        bytes.extend_from_slice(frame);
        bytes.extend(frame.iter().map(|_| random.byte()));
    }
    let mut group = criterion.benchmark_group("noise");
    group.throughput(Throughput::Elements(sent.len() as u64));
    group.bench_function("frames", |bencher| {
        bencher.iter(|| frames(black_box(&bytes)));
    });
    group.finish();
}

fn frames(bytes: &[u8]) -> FrameCounts {
    let mut framer = Framer::new(bytes);
    for event in framer.by_ref() {
        black_box(event.frame());
    }
    framer.counts()
}

/// Reads every message that is wanted, and hands back how many there were.
fn payloads(bytes: &[u8]) -> u64 {
    let mut wanted = 0;
    for event in Framer::new(bytes) {
        if let Event::Frame(frame) = event
            && let Decoded::Message(message) = &decode(&frame)
        {
            black_box(message);
            wanted += 1;
        }
    }
    wanted
}

fn frames_in_chunks(bytes: &[u8]) -> u64 {
    let mut framer = StreamFramer::new();
    for chunk in bytes.chunks(CHUNK) {
        framer.feed(chunk);
        while let Some(event) = framer.next_event() {
            black_box(event.frame());
        }
    }
    framer.counts().frames
}

fn read_any(bytes: &[u8]) -> u64 {
    let mut reader = MavlinkReader::new(bytes);
    let mut messages = 0;
    loop {
        match &reader.read_any_message::<MavMessage>() {
            Ok((_header, message)) => {
                black_box(message);
                messages += 1;
            }
            Err(MessageReadError::Io(_)) => return messages,
            Err(MessageReadError::Parse(error)) => panic!("the dialect wrote it itself: {error}"),
        }
    }
}

/// Leaves the stream where `benches/ratios` lets pymavlink read it.
fn keep(name: &str, bytes: &[u8]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::write(folder.join(format!("{name}.mavlink")), bytes)
        .expect("the target folder is writable");
}
