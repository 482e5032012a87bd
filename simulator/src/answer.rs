//! What a vehicle does when a ground station speaks to it.
//!
//! Pure. It is as much as a ground station needs to take it for a vehicle: parameters, its
//! version and the rates of its messages; any other command is answered as unsupported.
//! Source: MAVLink guide, "Parameter Protocol", "Command Protocol", "Requesting Messages".

#![expect(deprecated, reason = "ground stations still ask in the old ways")]

use std::time::Duration;

use mavlink::dialects::ardupilotmega::{
    COMMAND_ACK_DATA, COMMAND_LONG_DATA, MavCmd, MavDataStream, MavMessage, MavParamType,
    MavResult, PARAM_REQUEST_READ_DATA, PARAM_VALUE_DATA, REQUEST_DATA_STREAM_DATA,
};

use crate::frame::FrameKind;

/// The parameters that there are.
const PARAMETERS: [(&str, f32); 12] = [
    ("SYSID_THISMAV", 1.0),
    ("SYSID_MYGCS", 255.0),
    ("FRAME_CLASS", 1.0),
    ("FRAME_TYPE", 1.0),
    ("ARMING_CHECK", 1.0),
    ("FENCE_ENABLE", 0.0),
    ("FENCE_ALT_MAX", 120.0),
    ("RTL_ALT", 3_000.0),
    ("WPNAV_SPEED", 1_500.0),
    ("GPS_TYPE", 1.0),
    ("BATT_MONITOR", 4.0),
    ("SERIAL1_BAUD", 57.0),
];
/// The parameter that tells the system id.
const SYSTEM_ID_PARAMETER: &str = "SYSID_THISMAV";
/// Data streams of old autopilots that hold the position: all of them, and the position.
const STREAMS_WITH_POSITION: [MavDataStream; 2] = [
    MavDataStream::MAV_DATA_STREAM_ALL,
    MavDataStream::MAV_DATA_STREAM_POSITION,
];

/// What a vehicle does in answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Deed {
    /// It says something.
    Say(Box<MavMessage>),
    /// It tells its version.
    TellVersion,
    /// It sends a kind of message at another rate; nothing is the usual one, zero is none.
    SetPeriod(FrameKind, Option<Duration>),
}

/// Returns what the vehicle `system_id` does when it hears a message.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the dialect has hundreds of messages"
)]
pub(crate) fn deeds(system_id: u32, message: &MavMessage) -> Vec<Deed> {
    let is_for_us = |target: u8| target == 0 || u32::from(target) == system_id;
    match message {
        MavMessage::PARAM_REQUEST_LIST(request) if is_for_us(request.target_system) => {
            let count = u16::try_from(PARAMETERS.len()).unwrap_or(0);
            let values = (0..count).filter_map(|index| parameter(system_id, index));
            values.map(say).collect()
        }
        MavMessage::PARAM_REQUEST_READ(request) if is_for_us(request.target_system) => {
            let value = asked_for(request).and_then(|index| parameter(system_id, index));
            value.map(say).into_iter().collect()
        }
        MavMessage::COMMAND_LONG(command) if is_for_us(command.target_system) => obey(command),
        MavMessage::REQUEST_DATA_STREAM(request) if is_for_us(request.target_system) => {
            stream(request).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn asked_for(request: &PARAM_REQUEST_READ_DATA) -> Option<u16> {
    if let Ok(index) = u16::try_from(request.param_index) {
        return Some(index);
    }
    let wanted = request.param_id.to_str().ok()?;
    let index = PARAMETERS.iter().position(|(name, _)| *name == wanted)?;
    u16::try_from(index).ok()
}

fn parameter(system_id: u32, index: u16) -> Option<MavMessage> {
    let (name, value) = *PARAMETERS.get(usize::from(index))?;
    let param_value = if name == SYSTEM_ID_PARAMETER {
        f32::from(u16::try_from(system_id).unwrap_or(u16::MAX))
    } else {
        value
    };
    Some(MavMessage::PARAM_VALUE(PARAM_VALUE_DATA {
        param_value,
        param_count: u16::try_from(PARAMETERS.len()).ok()?,
        param_index: index,
        param_id: name.into(),
        param_type: MavParamType::MAV_PARAM_TYPE_REAL32,
    }))
}

/// Does what a command says, and says first whether it will.
fn obey(command: &COMMAND_LONG_DATA) -> Vec<Deed> {
    let deed = if command.command == MavCmd::MAV_CMD_SET_MESSAGE_INTERVAL {
        set_interval(command)
    } else if command.command == MavCmd::MAV_CMD_REQUEST_MESSAGE {
        (kind_by_number(command.param1) == Some(FrameKind::AutopilotVersion))
            .then_some(Deed::TellVersion)
    } else if command.command == MavCmd::MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES {
        Some(Deed::TellVersion)
    } else {
        None
    };
    let result = match deed {
        Some(_) => MavResult::MAV_RESULT_ACCEPTED,
        None => MavResult::MAV_RESULT_UNSUPPORTED,
    };
    let ack = MavMessage::COMMAND_ACK(COMMAND_ACK_DATA {
        command: command.command,
        result,
        ..COMMAND_ACK_DATA::default()
    });
    [say(ack)].into_iter().chain(deed).collect()
}

fn say(message: MavMessage) -> Deed {
    Deed::Say(Box::new(message))
}

/// Param 1 is a message id, param 2 an interval in microseconds: -1 is none, 0 the usual one.
fn set_interval(command: &COMMAND_LONG_DATA) -> Option<Deed> {
    let kind = kind_by_number(command.param1)?;
    let period = if command.param2 == 0.0 {
        None
    } else {
        let seconds = f64::from(command.param2.max(0.0)) / 1e6;
        Some(Duration::try_from_secs_f64(seconds).ok()?)
    };
    Some(Deed::SetPeriod(kind, period))
}

fn stream(request: &REQUEST_DATA_STREAM_DATA) -> Option<Deed> {
    if !STREAMS_WITH_POSITION.contains(&request.req_stream_id) {
        return None;
    }
    let rate_hz = f64::from(request.req_message_rate);
    let period = if request.start_stop == 0 || rate_hz == 0.0 {
        Duration::ZERO
    } else {
        Duration::from_secs_f64(1.0 / rate_hz)
    };
    Some(Deed::SetPeriod(FrameKind::GlobalPosition, Some(period)))
}

/// Commands carry message ids as numbers with a fraction, which has to be none.
fn kind_by_number(number: f32) -> Option<FrameKind> {
    let mut kinds = FrameKind::EVERYTHING.into_iter();
    let is_close = |id: u32| (f64::from(number) - f64::from(id)).abs() < f64::EPSILON;
    kinds.find(|kind| kind.id().is_some_and(is_close))
}

#[cfg(test)]
mod tests {
    use mavlink::dialects::ardupilotmega::PARAM_REQUEST_LIST_DATA;

    use super::*;

    #[test]
    fn the_whole_table_of_parameters_is_told_to_who_asks_this_vehicle() {
        let asked = |target_system| {
            let request = PARAM_REQUEST_LIST_DATA {
                target_system,
                target_component: 1,
            };
            deeds(7, &MavMessage::PARAM_REQUEST_LIST(request)).len()
        };
        assert_eq!(asked(7), PARAMETERS.len());
        assert_eq!(asked(0), PARAMETERS.len());
        assert_eq!(asked(8), 0);
    }

    #[test]
    fn a_parameter_is_told_by_its_name_or_its_number() {
        let asked = |param_index, name: &str| {
            let request = PARAM_REQUEST_READ_DATA {
                param_index,
                target_system: 7,
                target_component: 1,
                param_id: name.into(),
            };
            deeds(7, &MavMessage::PARAM_REQUEST_READ(request))
        };
        let system_id = parameter(7, 0).map(say);
        assert_eq!(
            asked(-1, "SYSID_THISMAV"),
            Vec::from_iter(system_id.clone())
        );
        assert_eq!(asked(0, ""), Vec::from_iter(system_id));
        assert_eq!(asked(-1, "NO_SUCH"), []);
        assert_eq!(asked(99, ""), []);
    }

    #[test]
    fn a_command_is_answered_and_what_is_not_known_is_unsupported() {
        let set = MavCmd::MAV_CMD_SET_MESSAGE_INTERVAL;
        let every = |period| Some(Deed::SetPeriod(FrameKind::GlobalPosition, period));
        check(
            set,
            33.0,
            100_000.0,
            every(Some(Duration::from_millis(100))),
        );
        check(set, 33.0, -1.0, every(Some(Duration::ZERO)));
        check(set, 33.0, 0.0, every(None));
        check(set, 7_777.0, 100_000.0, None);
        let request = MavCmd::MAV_CMD_REQUEST_MESSAGE;
        check(request, 148.0, 0.0, Some(Deed::TellVersion));
        check(request, 0.0, 0.0, None);
        check(MavCmd::MAV_CMD_NAV_TAKEOFF, 0.0, 0.0, None);
    }

    #[test]
    fn an_old_data_stream_sets_the_rate_of_the_position() {
        let asked = |req_stream_id, start_stop| {
            let request = REQUEST_DATA_STREAM_DATA {
                req_message_rate: 5,
                target_system: 7,
                target_component: 1,
                req_stream_id,
                start_stop,
            };
            deeds(7, &MavMessage::REQUEST_DATA_STREAM(request))
        };
        let every = |ms| {
            let period = Some(Duration::from_millis(ms));
            vec![Deed::SetPeriod(FrameKind::GlobalPosition, period)]
        };
        assert_eq!(
            asked(MavDataStream::MAV_DATA_STREAM_POSITION, 1),
            every(200)
        );
        assert_eq!(asked(MavDataStream::MAV_DATA_STREAM_ALL, 0), every(0));
        assert_eq!(asked(MavDataStream::MAV_DATA_STREAM_RC_CHANNELS, 1), []);
    }

    #[track_caller]
    fn check(command: MavCmd, param1: f32, param2: f32, expected: Option<Deed>) {
        let asked = COMMAND_LONG_DATA {
            command,
            param1,
            param2,
            target_system: 7,
            ..COMMAND_LONG_DATA::default()
        };
        let result = match expected {
            Some(_) => MavResult::MAV_RESULT_ACCEPTED,
            None => MavResult::MAV_RESULT_UNSUPPORTED,
        };
        let ack = MavMessage::COMMAND_ACK(COMMAND_ACK_DATA {
            command,
            result,
            ..COMMAND_ACK_DATA::default()
        });
        let expected: Vec<Deed> = [say(ack)].into_iter().chain(expected).collect();
        assert_eq!(deeds(7, &MavMessage::COMMAND_LONG(asked)), expected);
    }
}
