//! What the way of a frame allocates: nothing, and a batch of reports but its own room; and what a
//! fix that is compared with the corridors does: nothing.

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use corridord::corridor::{CorridorSet, Region, Vicinity, geojson, shipped};
use corridord::link::{Arrival, Ear, Outlet};
use corridord::metrics::Metrics;
use corridord::units::{LatLon, Metres};
use corridord::wire::{Decoded, Event, Framer, StreamFramer, decode};
use serde_json::Value;
use tokio::sync::mpsc;

use traffic::{Traffic, Where};

#[path = "../benches/rules/traffic.rs"]
mod traffic;

/// What the room of a batch may take: it doubles until the batch fits.
const PER_BATCH_MAX: u64 = 10;

#[test]
fn frames_and_messages_allocate_nothing() {
    let bytes = every_message();
    read_all(&bytes);
    let (messages, info) = measured(|| read_all(&bytes));
    assert!(100 < messages, "{messages} messages");
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn a_stream_allocates_nothing_once_it_has_its_room() {
    let bytes = every_message();
    let mut stream = StreamFramer::new();
    walk(&mut stream, &bytes);
    let (frames, info) = measured(|| walk(&mut stream, &bytes));
    assert!(100 < frames, "{frames} frames");
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn reports_allocate_by_the_batch_and_not_by_the_frame() {
    let bytes = every_message();
    let ear = Ear::named("lan");
    let (sender, mut batches) = mpsc::channel(4);
    let mut outlet = Outlet::new(sender, Arc::new(Metrics::default()));
    let mut hear = || {
        let mut reports = 0;
        for event in Framer::new(&bytes) {
            if let Event::Frame(frame) = event {
                ear.hear(Arrival::default(), &frame, |report| {
                    outlet.push(report);
                    reports += 1;
                });
            }
        }
        outlet.try_flush().expect("the other end is here");
        drop(batches.try_recv().expect("a batch"));
        reports
    };
    hear();
    let (reports, info) = measured(hear);
    assert!(10 < reports, "{reports} reports");
    assert!(info.count_total <= PER_BATCH_MAX, "{info:?}");
}

#[test]
fn lookups_allocate_nothing_once_they_have_their_room() {
    let file = geojson::read(shipped::WESTERN_BALKANS, &Region::default()).expect("it is sound");
    let set = CorridorSet::new(file.corridors, file.places).expect("ids differ");
    let radius = Metres::new(20_000.0).expect("a length");
    let (mut near, mut passed, mut vicinity) = (Vec::new(), Vec::new(), Vicinity::default());
    let mut fly = || {
        let mut found = 0;
        let mut before = LatLon::new(40.0, 18.0).expect("a place");
        for step in 0..500_u32 {
            let share = f64::from(step) / 500.0;
            let at = LatLon::new(40.0 + 6.0 * share, 18.0 + 5.0 * share).expect("a place");
            set.near(at, radius, &mut near);
            set.passages(before, at, &mut passed);
            set.survey(at, &mut vicinity);
            for nearby in &near {
                let measured = set.measure(nearby.corridor, at);
                assert!((measured.edge_m - nearby.edge_m).abs() < 1e-9);
                let _side = set.edge_side(nearby.corridor, at);
            }
            found += near.len() + passed.len();
            before = at;
        }
        found
    };
    fly();
    let (found, info) = measured(fly);
    assert!(100 < found, "{found} corridors");
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn rules_allocate_nothing_for_fixes_that_change_nothing() {
    let file = geojson::read(shipped::WESTERN_BALKANS, &Region::default()).expect("it is sound");
    let set = Arc::new(CorridorSet::new(file.corridors, file.places).expect("ids differ"));
    let fly = |place, rules| {
        let mut monitor = traffic::monitor(rules, Arc::clone(&set));
        let mut traffic = Traffic::over(&set, place, 20);
        for _ in 0..200 {
            traffic.round(&mut monitor);
        }
        measured(|| (0..40).map(|_| traffic.round(&mut monitor)).sum::<usize>())
    };
    for place in [Where::Far, Where::Inside, Where::Beside] {
        let (_, without) = fly(place, Vec::new());
        let (alerts, with) = fly(place, traffic::rules(20));
        assert_eq!(alerts, 0, "{place:?}");
        assert_eq!(with.count_total, without.count_total, "{place:?}");
    }
    let (alerts, _) = fly(Where::OnTheEdge, traffic::rules(20));
    assert!(0 < alerts, "who flies over an edge is told");
}

fn read_all(bytes: &[u8]) -> u64 {
    let mut messages = 0;
    for event in Framer::new(bytes) {
        if let Event::Frame(frame) = event {
            messages += match decode(&frame) {
                Decoded::Message(_) => 1,
                Decoded::RemoteIdPack(pack) => pack.count() as u64,
                Decoded::Unwanted | Decoded::Short => 0,
            };
        }
    }
    messages
}

fn walk(stream: &mut StreamFramer, bytes: &[u8]) -> u64 {
    let mut frames = 0;
    for chunk in bytes.chunks(100) {
        stream.feed(chunk);
        while stream.next_event().is_some() {
            frames += 1;
        }
    }
    frames
}

fn measured<T>(run: impl FnOnce() -> T) -> (T, AllocationInfo) {
    let mut found = None;
    let info = measure(|| found = Some(run()));
    (found.expect("it ran"), info)
}

/// Returns every message that is read, in all the ways that pymavlink wrote them.
fn every_message() -> Vec<u8> {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("peers/decode_frames.json")).expect("a list of frames");
    let hex = cases.iter().filter_map(|case| case["frame"].as_str());
    hex.flat_map(|hex| hex.as_bytes().chunks(2).map(byte))
        .collect()
}

fn byte(digits: &[u8]) -> u8 {
    let digits = str::from_utf8(digits).expect("digits");
    u8::from_str_radix(digits, 16).expect("two digits")
}
