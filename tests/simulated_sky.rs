//! What the simulator says, as the daemon reads it: two sides that share no code meet on the wire.

use std::collections::BTreeSet;
use std::time::Duration;

use corridor_sim::channel::Cargo;
use corridor_sim::fault::{FaultKind, VehicleFault};
use corridor_sim::flood::{FloodKind, FloodPlan};
use corridor_sim::frame::FrameKind;
use corridor_sim::geodesy::Place;
use corridor_sim::plan::VehiclePlan;
use corridor_sim::scenario::Scenario;
use corridor_sim::signing::SigningKey as SimulatedKey;
use corridor_sim::sky::{Sky, Transmission};
use corridor_sim::window::Window;
use corridord::track::{Message, RemoteIdLocation};
use corridord::wire::{
    Decoded, Event, Framer, SignatureCheck, SignatureVerdict, SigningKey, SigningMemory,
    SigningTime, decode,
};

const LASTS: Duration = Duration::from_secs(60);
const START_UNIX_US: u64 = 1_770_000_000_000_000;
const KEY: [u8; 32] = [7; 32];

#[test]
fn every_message_that_is_decoded_is_simulated() {
    let plan = VehiclePlan::saying_everything(path(), 7);
    let heard = hear(&Scenario::of(vec![plan]));
    let mut ids = BTreeSet::new();
    for one in &heard {
        let Event::Frame(frame) = event(one) else {
            // The dialect of the checksums has all of them.
            panic!("{:?}", event(one));
        };
        ids.insert(frame.message_id());
        match decode(&frame) {
            Decoded::Message(_) => {}
            Decoded::RemoteIdPack(pack) => assert_eq!(pack.count(), 4),
            other @ (Decoded::Unwanted | Decoded::Short) => panic!("{other:?}: {frame:?}"),
        }
    }
    let every = FrameKind::EVERYTHING.into_iter();
    assert_eq!(ids, every.filter_map(FrameKind::id).collect());
}

#[test]
fn every_message_tells_where_the_vehicle_truly_is() {
    let quiet = VehiclePlan {
        noise_m: 0.0,
        ..VehiclePlan::saying_everything(path(), 7)
    };
    let scenario = Scenario::of(vec![quiet]);
    let truth = sky(&scenario);
    let mut told = BTreeSet::new();
    for one in hear(&scenario) {
        let true_place = truth.motion_at(0, one.due).expect("it flies").place;
        for (name, lat_e7, lon_e7) in places(&one) {
            let place = Place {
                lat_deg: f64::from(lat_e7) / 1e7,
                lon_deg: f64::from(lon_e7) / 1e7,
            };
            let off_m = true_place.step_to(place).length_m();
            assert!(off_m < 0.02, "{name} is {off_m} m off");
            told.insert(name);
        }
    }
    let expected = [
        "ADS-B", "AIS", "fused", "raw", "remote", "second", "slow", "slow 2", "UTM",
    ];
    assert_eq!(told, BTreeSet::from(expected));
}

#[test]
fn a_pack_of_remote_id_tells_what_its_messages_tell_alone() {
    let plan = VehiclePlan::saying_everything(path(), 7);
    let heard = hear(&Scenario::of(vec![plan]));
    let (mut alone, mut packed) = (Vec::new(), Vec::new());
    for one in &heard {
        let Event::Frame(frame) = event(one) else {
            continue;
        };
        match decode(&frame) {
            Decoded::Message(message) if is_remote_id(&message) => alone.push(rounded(message)),
            Decoded::RemoteIdPack(pack) => packed.extend(pack.map(rounded)),
            Decoded::Message(_) | Decoded::Unwanted | Decoded::Short => {}
        }
    }
    assert_eq!(alone.len(), 4 * 60);
    assert_eq!(alone, packed);
}

#[test]
fn signatures_are_judged_as_they_were_meant() {
    let fault = |from, until, kind| VehicleFault {
        window: Window::seconds(from, until),
        kind,
    };
    let plan = VehiclePlan {
        signing: Some(SimulatedKey::new(KEY)),
        faults: vec![
            fault(10, 20, FaultKind::WrongKey),
            fault(20, 30, FaultKind::BrokenSignature),
            fault(30, 40, FaultKind::Unsigned),
            fault(40, 50, FaultKind::ReplayedFrame),
        ],
        ..VehiclePlan::new(path(), 7)
    };
    let key = SigningKey::new(KEY).expect("a key");
    let mut check = SignatureCheck::new(key, SigningMemory::default());
    let mut replayed = 0;
    for one in hear(&Scenario::of(vec![plan])) {
        let Event::Frame(frame) = event(&one) else {
            panic!("{:?}", event(&one));
        };
        let verdict = check.judge(SigningTime::from_steps(0), &frame);
        let second = one.due.as_secs();
        let expected = match second {
            10..30 => SignatureVerdict::Bad,
            30..40 => SignatureVerdict::Unsigned,
            40..50 if verdict == SignatureVerdict::Replayed => {
                replayed += 1;
                continue;
            }
            _ => SignatureVerdict::Good,
        };
        assert_eq!(verdict, expected, "second {second}");
    }
    assert!((75..=85).contains(&replayed), "{replayed} replayed");
}

#[test]
fn what_nobody_knows_is_told_apart() {
    for kind in [FloodKind::UnknownMessages, FloodKind::UnknownFlags] {
        let scenario = Scenario {
            floods: vec![FloodPlan::new(kind, path()[0])],
            ..Scenario::of(Vec::new())
        };
        let heard = hear(&scenario);
        assert!(500 < heard.len(), "{} frames", heard.len());
        for one in &heard {
            match (kind, event(one)) {
                (FloodKind::UnknownMessages, Event::Unknown(_))
                | (FloodKind::UnknownFlags, Event::Refused(_)) => {}
                (_, other) => panic!("{kind:?}: {other:?}"),
            }
        }
    }
}

fn places(one: &Transmission) -> Vec<(&'static str, i32, i32)> {
    let Event::Frame(frame) = event(one) else {
        return Vec::new();
    };
    let Decoded::Message(message) = decode(&frame) else {
        return Vec::new();
    };
    told_place(&message).into_iter().collect()
}

/// The place of the vehicle itself in a message that tells one.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others tell another place, or none"
)]
fn told_place(message: &Message) -> Option<(&'static str, i32, i32)> {
    let (name, place) = match message {
        Message::GlobalPosition(said) => return Some(("fused", said.lat_e7, said.lon_e7)),
        Message::Gnss(said) => ("raw", said.place),
        Message::SecondGnss(said) => ("second", said.place),
        Message::HighLatency(said) => ("slow", Some(said.place)),
        Message::HighLatency2(said) => ("slow 2", Some(said.place)),
        Message::Adsb(said) => ("ADS-B", said.place),
        Message::AisVessel(said) => ("AIS", said.place),
        Message::UtmPosition(said) => ("UTM", said.place),
        Message::RemoteIdLocation(said) => ("remote", said.place),
        _ => return None,
    };
    let place = place?;
    Some((name, place.lat_e7, place.lon_e7))
}

fn is_remote_id(message: &Message) -> bool {
    matches!(
        message,
        Message::RemoteIdBasic(_)
            | Message::RemoteIdLocation(_)
            | Message::RemoteIdSystem(_)
            | Message::RemoteIdOperator(_)
    )
}

/// Leaves what a pack has not room for: its numbers are coarser.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are the same")]
fn rounded(message: Message) -> Message {
    match message {
        Message::RemoteIdLocation(said) => Message::RemoteIdLocation(RemoteIdLocation {
            alt_ellipsoid_m: None,
            height: None,
            course_deg: said.course_deg.map(f64::round),
            ground_speed_mps: said.ground_speed_mps.map(f64::round),
            hour_s: said.hour_s.map(f64::round),
            ..said
        }),
        other => other,
    }
}

fn event(one: &Transmission) -> Event<'_> {
    assert_eq!(one.cargo, Cargo::Frame);
    let mut framer = Framer::new(&one.bytes);
    let event = framer.next().expect("a frame");
    assert_eq!(framer.next(), None);
    event
}

fn hear(scenario: &Scenario) -> Vec<Transmission> {
    let mut sky = sky(scenario);
    std::iter::from_fn(|| sky.poll(LASTS)).collect()
}

fn sky(scenario: &Scenario) -> Sky {
    Sky::new(scenario, START_UNIX_US, 5).expect("it can be shown")
}

fn path() -> Vec<Place> {
    let place = |lon_deg| Place {
        lat_deg: 41.5,
        lon_deg,
    };
    vec![place(21.0), place(21.5)]
}
