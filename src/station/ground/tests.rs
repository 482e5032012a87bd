use mavlink::dialects::ardupilotmega::{
    COMMAND_ACK_DATA, HEARTBEAT_DATA, MavAutopilot, MavCmd, MavMessage, MavResult,
};
use mavlink::{MAVLinkV1MessageRaw, MAVLinkV2MessageRaw, MavHeader};

use super::*;
use crate::station::Kind;
use crate::wire::{Event, Framer};

const EVERYTHING: Transmit = Transmit {
    heartbeat: true,
    request_rates: Some(4),
};

#[test]
fn where_nothing_is_allowed_nothing_is_said() {
    let mut station = station(Transmit::default());
    hear(&mut station, 0, Version::V2, &heartbeat());
    assert_eq!(station.next_timeout(), None);
    assert_eq!(station.poll_transmission(at(60_000)), None);
}

#[test]
fn only_what_is_allowed_is_said() {
    for transmit in [
        Transmit {
            request_rates: None,
            ..EVERYTHING
        },
        Transmit {
            heartbeat: false,
            ..EVERYTHING
        },
        EVERYTHING,
    ] {
        let mut station = station(transmit);
        let mut said = 0;
        for second in 0..60 {
            hear(&mut station, second * 1_000, Version::V2, &heartbeat());
            while let Some(transmission) = station.poll_transmission(at(second * 1_000)) {
                assert!(transmit.admits(transmission.kind()), "{transmission:?}");
                said += 1;
            }
        }
        assert!(0 < said, "{transmit:?}");
    }
}

#[test]
fn a_sign_of_life_is_given_once_a_second_and_not_made_up_for() {
    let mut station = station(Transmit {
        request_rates: None,
        ..EVERYTHING
    });
    let mut said = Vec::new();
    for millis in (0..3_000).chain(9_500..11_000) {
        while station.poll_transmission(at(millis)).is_some() {
            said.push(millis);
        }
    }
    assert_eq!(said, [0, 1_000, 2_000, 9_500, 10_500]);
}

#[test]
fn an_autopilot_is_spoken_to_in_its_own_version() {
    for (version, magic) in [(Version::V1, 0xfe), (Version::V2, 0xfd)] {
        let mut station = station(EVERYTHING);
        hear(&mut station, 0, version, &heartbeat());
        let said: Vec<Transmission> =
            std::iter::from_fn(|| station.poll_transmission(at(3_000))).collect();
        assert_eq!(
            said.iter().map(Transmission::kind).collect::<Vec<_>>(),
            [Kind::Heartbeat, Kind::RequestRates]
        );
        assert!(said.iter().all(|it| it.frame()[0] == magic), "{said:?}");
    }
}

#[test]
fn what_is_no_autopilot_is_asked_nothing() {
    let mut station = station(Transmit {
        heartbeat: false,
        ..EVERYTHING
    });
    let camera = MavMessage::HEARTBEAT(HEARTBEAT_DATA {
        autopilot: MavAutopilot::MAV_AUTOPILOT_INVALID,
        ..HEARTBEAT_DATA::default()
    });
    hear(&mut station, 0, Version::V2, &camera);
    assert_eq!(station.next_timeout(), None);
}

#[test]
fn an_answer_to_somebody_else_is_not_taken_for_ours() {
    check(511, MavResult::MAV_RESULT_UNSUPPORTED, 255, true);
    check(511, MavResult::MAV_RESULT_UNSUPPORTED, 0, true);
    check(511, MavResult::MAV_RESULT_FAILED, 255, true);
    check(511, MavResult::MAV_RESULT_ACCEPTED, 255, false);
    check(511, MavResult::MAV_RESULT_TEMPORARILY_REJECTED, 255, false);
    check(511, MavResult::MAV_RESULT_UNSUPPORTED, 254, false);
    check(512, MavResult::MAV_RESULT_UNSUPPORTED, 255, false);
}

/// Checks whether an answer makes the station ask otherwise at once.
#[track_caller]
fn check(command: u16, result: MavResult, target_system: u8, is_refusal: bool) {
    let mut station = station(Transmit {
        heartbeat: false,
        ..EVERYTHING
    });
    hear(&mut station, 0, Version::V2, &heartbeat());
    let first = station.poll_transmission(at(3_000)).expect("a question");
    assert_eq!(id_of(&first), 76);
    let ack = MavMessage::COMMAND_ACK(COMMAND_ACK_DATA {
        command: match command {
            511 => MavCmd::MAV_CMD_SET_MESSAGE_INTERVAL,
            _other => MavCmd::MAV_CMD_REQUEST_MESSAGE,
        },
        result,
        target_system,
        ..COMMAND_ACK_DATA::default()
    });
    hear(&mut station, 3_100, Version::V2, &ack);
    let next = station.poll_transmission(at(3_500)).expect("a question");
    assert_eq!(id_of(&next) == 66, is_refusal, "{ack:?}");
}

fn id_of(transmission: &Transmission) -> u8 {
    transmission.frame()[7]
}

fn station(transmit: Transmit) -> GroundStation {
    let settings = Settings {
        system_id: 255,
        transmit,
    };
    GroundStation::new(at(0), settings)
}

/// Lets the station hear a message of system 7, component 1.
fn hear(station: &mut GroundStation, millis: u64, version: Version, message: &MavMessage) {
    let header = MavHeader {
        system_id: 7,
        component_id: 1,
        sequence: 0,
    };
    let bytes = match version {
        Version::V1 => {
            let mut raw = MAVLinkV1MessageRaw::new();
            raw.serialize_message(header, message);
            raw.raw_bytes().to_vec()
        }
        Version::V2 => {
            let mut raw = MAVLinkV2MessageRaw::new();
            raw.serialize_message(header, message);
            raw.raw_bytes().to_vec()
        }
    };
    let events: Vec<Event<'_>> = Framer::new(&bytes).collect();
    let [Event::Frame(frame)] = events[..] else {
        panic!("one good frame: {events:?}");
    };
    station.handle_frame(at(millis), &frame);
}

fn heartbeat() -> MavMessage {
    MavMessage::HEARTBEAT(HEARTBEAT_DATA {
        autopilot: MavAutopilot::MAV_AUTOPILOT_ARDUPILOTMEGA,
        ..HEARTBEAT_DATA::default()
    })
}

fn at(millis: u64) -> Monotonic {
    Monotonic::from_micros(millis * 1_000)
}
