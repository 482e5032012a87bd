//! A recording as whoever listens on UDP sees it.

use std::path::PathBuf;
use std::time::Duration;

use corridor_sim::geodesy::Place;
use corridor_sim::plan::VehiclePlan;
use corridor_sim::play::{self, Pace, PlayError, PlaySettings};
use corridor_sim::vehicle::Vehicle;
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

const DEADLINE: Duration = Duration::from_secs(20);
const START_UNIX_US: u64 = 1_770_000_000_000_000;
const GARBAGE: &[u8] = b"garbage\xfe\x03";

#[tokio::test]
async fn a_dirty_recording_is_played_frame_by_frame() {
    check(Pace::Fastest).await;
    check(Pace::Times(100.0)).await;
}

#[tokio::test]
async fn a_recording_that_is_not_there_is_named() {
    let settings = PlaySettings {
        recording: PathBuf::from("no-such-recording.tlog"),
        to: ([127, 0, 0, 1], 1).into(),
        pace: Pace::Fastest,
    };
    let refused = play::run(settings, CancellationToken::new()).await;
    assert!(
        matches!(refused, Err(PlayError::Read { .. })),
        "{refused:?}"
    );
}

async fn check(pace: Pace) {
    let frames = frames();
    let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
    std::io::Write::write_all(&mut file, &dirty(&frames)).expect("the file is written");
    let listener = UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("loopback has a free port");
    let settings = PlaySettings {
        recording: file.path().to_owned(),
        to: listener
            .local_addr()
            .expect("a bound socket has an address"),
        pace,
    };
    let playing = tokio::spawn(play::run(settings, CancellationToken::new()));
    for frame in &frames {
        let mut datagram = [0; 300];
        let received = tokio::time::timeout(DEADLINE, listener.recv(&mut datagram)).await;
        let length = received
            .expect("a frame comes in time")
            .expect("a frame comes");
        assert_eq!(&datagram[..length], frame.1);
    }
    let summary = playing
        .await
        .expect("playing does not panic")
        .expect("playing goes well");
    assert_eq!(summary.sent, u64::try_from(frames.len()).unwrap_or(0));
    assert_eq!(summary.skipped_bytes, 2 * GARBAGE.len() + 20);
}

/// Garbage, half of the records, garbage, the other half, and a record that was cut.
fn dirty(frames: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, (unix_us, frame)) in frames.iter().enumerate() {
        if index == 0 || index == frames.len() / 2 {
            bytes.extend(GARBAGE);
        }
        bytes.extend(unix_us.to_be_bytes());
        bytes.extend(frame);
    }
    let (unix_us, frame) = &frames[0];
    bytes.extend(unix_us.to_be_bytes());
    bytes.extend(&frame[..12]);
    bytes
}

fn frames() -> Vec<(u64, Vec<u8>)> {
    let place = |lon_deg| Place {
        lat_deg: 41.5,
        lon_deg,
    };
    let plan = VehiclePlan::new(vec![place(22.0), place(22.1)], 1);
    let mut vehicle = Vehicle::new(plan, START_UNIX_US, 5).expect("the plan is fine");
    std::iter::from_fn(|| vehicle.poll_frame(Duration::from_secs(5)))
        .map(|frame| {
            let passed_us = u64::try_from(frame.due.as_micros()).expect("the flight is short");
            (START_UNIX_US + passed_us, frame.bytes)
        })
        .collect()
}
