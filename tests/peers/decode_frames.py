#!/usr/bin/env python3
"""Writes decode_frames.json: frames as pymavlink encodes them, and what must be read out of them.

    target/test-venv/bin/python tests/peers/decode_frames.py

Every case names the fields that are not zero, and every value that must not be absent. pymavlink is
the encoder; what is expected is worked out by hand from the message definitions. The messages inside
an Open Drone ID pack are packed here, by the layout of ASTM F3411-22a.
"""

import json
import math
import os
import struct
from pathlib import Path

os.environ["MAVLINK20"] = "1"

from pymavlink.dialects.v20 import all as dialect  # noqa: E402

NAN = float("nan")
I32_MAX, I32_MIN, I16_MAX = 2**31 - 1, -(2**31), 2**15 - 1
U16_MAX, U32_MAX = 2**16 - 1, 2**32 - 1

cases = []


def frame(name, fields, version):
    kind = next(each for each in dialect.mavlink_map.values() if each.msgname == name)
    values = []
    for field in kind.fieldnames:
        place = kind.ordered_fieldnames.index(field)
        length = kind.array_lengths[place]
        is_text = kind.native_format[place + 1 : place + 2] == b"c"
        zero = b"" if is_text else [0] * length if length else 0
        values.append(fields.pop(field, zero))
    assert not fields, f"{name} has no {fields}"
    sender = dialect.MAVLink(None, srcSystem=7, srcComponent=3)
    return kind(*values).pack(sender, force_mavlink1=version == 1)


def case(name, fields, expected, version=2):
    cases.append(
        {
            "message": name,
            "frame": frame(name, dict(fields), version).hex(),
            "expected": expected,
        }
    )


def both(name, fields, expected):
    case(name, fields, expected, version=1)
    case(name, fields, expected, version=2)


def f32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def text(value, length):
    return list(value.ljust(length, b"\0"))


def vehicle():
    both(
        "HEARTBEAT",
        {"type": 250, "autopilot": 251, "custom_mode": U32_MAX},
        {"Heartbeat": {"mav_type": 250, "autopilot": 251}},
    )
    both(
        "HEARTBEAT",
        {"type": 2, "autopilot": 8, "base_mode": 209, "system_status": 4, "mavlink_version": 3},
        {"Heartbeat": {"mav_type": 2, "autopilot": 8}},
    )
    both("SYSTEM_TIME", {"time_boot_ms": U32_MAX}, {"SystemTime": {"boot_ms": U32_MAX}})
    both(
        "SYSTEM_TIME",
        {"time_unix_usec": 2**64 - 1},
        {"SystemTime": {"unix_us": 2**64 - 1, "boot_ms": 0}},
    )
    both(
        "GLOBAL_POSITION_INT",
        {
            "time_boot_ms": 12345,
            "lat": I32_MIN,
            "lon": I32_MAX,
            "alt": -1,
            "relative_alt": I32_MAX,
            "vx": -(2**15),
            "vy": I16_MAX,
            "vz": -1,
            "hdg": U16_MAX,
        },
        {
            "GlobalPosition": {
                "boot_ms": 12345,
                "lat_e7": I32_MIN,
                "lon_e7": I32_MAX,
                "alt_msl_m": -0.001,
                "alt_above_home_m": 2147483.647,
                "north_mps": -327.68,
                "east_mps": 327.67,
                "down_mps": -0.01,
            }
        },
    )


def gnss():
    for name, tag in [("GPS_RAW_INT", "Gnss"), ("GPS2_RAW", "SecondGnss")]:
        base = {
            "time_usec": 1_700_000_000_123_456,
            "fix_type": 6,
            "lat": 411_234_567,
            "lon": -201_234_567,
            "alt": -12_345,
            "eph": 121,
            "vel": 1_234,
            "cog": 35_999,
            "satellites_visible": 254,
        }
        seen = {
            "time": {"UnixUs": 1_700_000_000_123_456},
            "fix_type": 6,
            "satellites": 254,
            "place": {"lat_e7": 411_234_567, "lon_e7": -201_234_567},
            "alt_msl_m": -12.345,
            "ground_speed_mps": 12.34,
            "course_deg": 359.99,
        }
        both(name, base, {tag: seen})
        case(
            name,
            base | {"alt_ellipsoid": -1, "h_acc": 14, "v_acc": U32_MAX, "vel_acc": 250, "yaw": 36_000},
            {
                tag: seen
                | {
                    "alt_ellipsoid_m": -0.001,
                    "h_acc": 0.014,
                    "v_acc": 4294967.295,
                    "speed_acc_mps": 0.25,
                }
            },
        )
        both(
            name,
            {
                "time_usec": 60_000_000,
                "fix_type": 1,
                "lat": 353,
                "lon": -129,
                "alt": 5,
                "eph": U16_MAX,
                "epv": U16_MAX,
                "vel": U16_MAX,
                "cog": U16_MAX,
                "satellites_visible": 255,
            },
            {tag: {"time": {"BootUs": 60_000_000}, "fix_type": 1}},
        )
        both(
            name,
            {"fix_type": 2, "lat": 1, "alt": 5, "cog": 36_001},
            {
                tag: {
                    "fix_type": 2,
                    "satellites": 0,
                    "place": {"lat_e7": 1, "lon_e7": 0},
                    "ground_speed_mps": 0.0,
                }
            },
        )
        both(
            name,
            {"fix_type": 200},
            {
                tag: {
                    "fix_type": 200,
                    "satellites": 0,
                    "place": {"lat_e7": 0, "lon_e7": 0},
                    "alt_msl_m": 0.0,
                    "ground_speed_mps": 0.0,
                    "course_deg": 0.0,
                }
            },
        )
    case(
        "GNSS_INTEGRITY",
        {
            "id": 2,
            "system_errors": U32_MAX,
            "authentication_state": 4,
            "jamming_state": 3,
            "spoofing_state": 250,
            "raim_state": 1,
            "raim_hfom": 65_534,
            "raim_vfom": 0,
            "corrections_quality": 10,
            "system_status_summary": 0,
            "gnss_signal_quality": 5,
        },
        {
            "GnssIntegrity": {
                "receiver": 2,
                "system_errors": U32_MAX,
                "authentication": 4,
                "jamming": 3,
                "spoofing": 250,
                "raim": 1,
                "raim_h_acc": 655.34,
                "raim_v_acc": 0.0,
                "corrections_quality": 10,
                "system_status": 0,
                "signal_quality": 5,
            }
        },
    )
    case(
        "GNSS_INTEGRITY",
        {
            "raim_hfom": U16_MAX,
            "raim_vfom": U16_MAX,
            "corrections_quality": 255,
            "system_status_summary": 255,
            "gnss_signal_quality": 255,
            "post_processing_quality": 255,
        },
        {"GnssIntegrity": {"receiver": 0, "system_errors": 0}},
    )


def high_latency():
    both(
        "HIGH_LATENCY",
        {
            "base_mode": 209,
            "custom_mode": U32_MAX,
            "landed_state": 2,
            "roll": -1,
            "heading": 35_999,
            "throttle": -1,
            "latitude": -411_234_567,
            "longitude": 1_801_234_567,
            "altitude_amsl": -32_768,
            "groundspeed": 255,
            "climb_rate": -128,
            "gps_nsat": 12,
            "gps_fix_type": 3,
            "battery_remaining": 99,
            "failsafe": 31,
            "wp_num": 9,
        },
        {
            "HighLatency": {
                "place": {"lat_e7": -411_234_567, "lon_e7": 1_801_234_567},
                "alt_msl_m": -32768.0,
                "heading_deg": 359.99,
                "ground_speed_mps": 255.0,
                "climb_mps": -128.0,
                "fix_type": 3,
                "satellites": 12,
                "base_mode": 209,
                "custom_mode": U32_MAX,
                "landed": 2,
                "battery_percent": 99,
                "failsafes": 31,
            }
        },
    )
    both(
        "HIGH_LATENCY",
        {"gps_nsat": 255, "heading": 36_001, "gps_fix_type": 77, "altitude_amsl": 32_767},
        {
            "HighLatency": {
                "place": {"lat_e7": 0, "lon_e7": 0},
                "alt_msl_m": 32767.0,
                "ground_speed_mps": 0.0,
                "climb_mps": 0.0,
                "fix_type": 77,
                "base_mode": 0,
                "custom_mode": 0,
                "battery_percent": 0,
                "failsafes": 0,
            }
        },
    )
    both(
        "HIGH_LATENCY2",
        {
            "timestamp": U32_MAX,
            "type": 2,
            "autopilot": 3,
            "custom_mode": 65_535,
            "latitude": 411_234_567,
            "longitude": 201_234_567,
            "altitude": -432,
            "target_altitude": 99,
            "heading": 179,
            "groundspeed": 254,
            "eph": 254,
            "epv": 1,
            "climb_rate": 127,
            "battery": 100,
            "failure_flags": 2048,
            "custom2": -1,
        },
        {
            "HighLatency2": {
                "time_ms": U32_MAX,
                "mav_type": 2,
                "autopilot": 3,
                "custom_mode": 65_535,
                "place": {"lat_e7": 411_234_567, "lon_e7": 201_234_567},
                "alt_msl_m": -432.0,
                "heading_deg": 358.0,
                "ground_speed_mps": 50.8,
                "climb_max_mps": 12.7,
                "h_acc": 25.4,
                "v_acc": 0.1,
                "battery_percent": 100,
                "failures": 2048,
            }
        },
    )
    both(
        "HIGH_LATENCY2",
        {"type": 250, "autopilot": 251, "heading": 181, "eph": 255, "epv": 0, "battery": -1},
        {
            "HighLatency2": {
                "time_ms": 0,
                "mav_type": 250,
                "autopilot": 251,
                "custom_mode": 0,
                "place": {"lat_e7": 0, "lon_e7": 0},
                "alt_msl_m": 0.0,
                "ground_speed_mps": 0.0,
                "climb_max_mps": 0.0,
                "failures": 0,
            }
        },
    )


def traffic():
    aircraft = {
        "ICAO_address": 0xABCDEF,
        "lat": -899_999_999,
        "lon": 1_799_999_999,
        "altitude": -1_000,
        "heading": 36_000,
        "hor_velocity": 65_534,
        "ver_velocity": -(2**15),
        "callsign": b"AFR12KL ",
        "emitter_type": 14,
        "tslc": 255,
        "squawk": 7700,
    }
    heard = {"icao": 0xABCDEF, "emitter": 14, "age_s": 255, "is_simulated": False}
    valid = {
        "place": {"lat_e7": -899_999_999, "lon_e7": 1_799_999_999},
        "height": {"Pressure": -1.0},
        "course_deg": 360.0,
        "ground_speed_mps": 655.34,
        "climb_mps": -327.68,
        "callsign": "AFR12KL",
        "squawk": 7700,
    }
    both("ADSB_VEHICLE", aircraft | {"flags": 0xBF}, {"Adsb": heard | valid})
    both(
        "ADSB_VEHICLE",
        aircraft | {"flags": 0xFFFF, "altitude_type": 1, "callsign": b"DEABCDEFG"},
        {
            "Adsb": heard
            | valid
            | {"height": {"Geometric": -1.0}, "callsign": "DEABCDEFG", "is_simulated": True}
        },
    )
    both("ADSB_VEHICLE", aircraft | {"flags": 0}, {"Adsb": heard})
    both("ADSB_VEHICLE", aircraft | {"flags": 2, "altitude_type": 9}, {"Adsb": heard})
    both(
        "ADSB_VEHICLE",
        {
            "lat": I32_MAX,
            "lon": I32_MAX,
            "altitude": I32_MAX,
            "heading": U16_MAX,
            "hor_velocity": U16_MAX,
            "ver_velocity": I16_MAX,
            "callsign": b"        ",
            "emitter_type": 255,
            "flags": 0xBF,
        },
        {"Adsb": {"icao": 0, "squawk": 0, "emitter": 255, "age_s": 0, "is_simulated": False}},
    )

    vessel = {
        "MMSI": 999_999_999,
        "lat": 380_000_000,
        "lon": 236_000_000,
        "COG": 35_999,
        "heading": 1,
        "velocity": 5_257,
        "turn_rate": -126,
        "navigational_status": 14,
        "type": 60,
        "dimension_bow": 200,
        "callsign": b"SVA1@@@",
        "name": b"HELLENIC SPIRIT@@@@@",
        "tslc": 65_535,
    }
    case(
        "AIS_VESSEL",
        vessel | {"flags": 1 | 2 | 4 | 16 | 2048 | 4096},
        {
            "AisVessel": {
                "mmsi": 999_999_999,
                "place": {"lat_e7": 380_000_000, "lon_e7": 236_000_000},
                "h_acc": 10.0,
                "course_deg": 359.99,
                "heading_deg": 0.01,
                "ground_speed_mps": 52.57,
                "is_faster": False,
                "turn_dps": -12.6,
                "nav_status": 14,
                "vessel_type": 60,
                "callsign": "SVA1",
                "name": "HELLENIC SPIRIT",
                "age_s": 65_535,
            }
        },
    )
    case(
        "AIS_VESSEL",
        vessel | {"flags": 8 | 16 | 32, "heading": U16_MAX, "navigational_status": 15, "type": 250},
        {
            "AisVessel": {
                "mmsi": 999_999_999,
                "place": {"lat_e7": 380_000_000, "lon_e7": 236_000_000},
                "is_faster": True,
                "vessel_type": 250,
                "age_s": 65_535,
            }
        },
    )
    case(
        "AIS_VESSEL",
        {
            "lat": I32_MAX,
            "lon": I32_MAX,
            "COG": U16_MAX,
            "heading": U16_MAX,
            "velocity": U16_MAX,
            "turn_rate": 127,
            "navigational_status": 99,
            "flags": 2 | 4 | 16 | 2048 | 4096,
        },
        {
            "AisVessel": {
                "mmsi": 0,
                "is_faster": False,
                "nav_status": 99,
                "vessel_type": 0,
                "age_s": 0,
            }
        },
    )

    position = {
        "time": 1_700_000_000_000_000,
        "uas_id": list(range(1, 19)),
        "lat": 411_234_567,
        "lon": -201_234_567,
        "alt": -5_000,
        "relative_alt": 120_500,
        "vx": -1_234,
        "vy": 567,
        "vz": -(2**15),
        "h_acc": 1_500,
        "v_acc": 65_534,
        "next_lat": 1,
        "next_lon": 2,
        "next_alt": 3,
        "update_rate": 100,
        "flight_state": 3,
    }
    told = {
        "unix_us": 1_700_000_000_000_000,
        "uas_id": list(range(1, 19)),
        "place": {"lat_e7": 411_234_567, "lon_e7": -201_234_567},
        "h_acc": 1.5,
        "alt_ellipsoid_m": -5.0,
        "v_acc": 65.534,
        "alt_above_ground_m": 120.5,
        "north_east_mps": [-12.34, 5.67],
        "down_mps": -327.68,
        "flight_state": 3,
    }
    case("UTM_GLOBAL_POSITION", position | {"flags": 0xFF}, {"UtmPosition": told})
    case("UTM_GLOBAL_POSITION", position, {"UtmPosition": {"flight_state": 3}})
    flags = [
        (1, ["unix_us"]),
        (2, ["uas_id"]),
        (4, ["place", "h_acc"]),
        (8, ["alt_ellipsoid_m", "v_acc"]),
        (16, ["alt_above_ground_m"]),
        (32, ["north_east_mps"]),
        (64, ["down_mps"]),
    ]
    for flag, names in flags:
        case(
            "UTM_GLOBAL_POSITION",
            position | {"flags": flag},
            {"UtmPosition": {name: told[name] for name in names + ["flight_state"]}},
        )
    case(
        "UTM_GLOBAL_POSITION",
        {"flags": 1 | 4 | 8, "h_acc": U16_MAX, "flight_state": 250},
        {
            "UtmPosition": {
                "place": {"lat_e7": 0, "lon_e7": 0},
                "alt_ellipsoid_m": 0.0,
                "flight_state": 250,
            }
        },
    )


def camera():
    case(
        "CAMERA_FOV_STATUS",
        {
            "time_boot_ms": U32_MAX,
            "lat_camera": 411_234_567,
            "lon_camera": -201_234_567,
            "alt_camera": -1_500,
            "lat_image": 411_200_000,
            "lon_image": -201_200_000,
            "alt_image": 250,
            "q": [1.0, 0.5, 0.25, 0.125],
            "hfov": 62.5,
            "vfov": 48.25,
            "camera_device_id": 6,
        },
        {
            "CameraView": {
                "boot_ms": U32_MAX,
                "camera": {"lat_e7": 411_234_567, "lon_e7": -201_234_567},
                "camera_alt_msl_m": -1.5,
                "image": {
                    "Ground": {
                        "place": {"lat_e7": 411_200_000, "lon_e7": -201_200_000},
                        "alt_msl_m": 0.25,
                    }
                },
                "width_deg": 62.5,
                "height_deg": 48.25,
                "device": 6,
            }
        },
    )
    unknown = {
        "time_boot_ms": 1,
        "lat_camera": I32_MAX,
        "lon_camera": I32_MAX,
        "alt_camera": I32_MAX,
        "lat_image": I32_MAX,
        "lon_image": I32_MAX,
        "alt_image": I32_MAX,
        "q": [NAN] * 4,
        "hfov": NAN,
        "vfov": NAN,
    }
    case("CAMERA_FOV_STATUS", unknown, {"CameraView": {"boot_ms": 1}})
    case(
        "CAMERA_FOV_STATUS",
        unknown | {"lat_image": I32_MIN, "lon_image": I32_MIN, "alt_image": I32_MIN},
        {"CameraView": {"boot_ms": 1, "image": "AboveHorizon"}},
    )
    case(
        "CAMERA_FOV_STATUS",
        unknown | {"lat_image": 1, "lon_image": 2},
        {
            "CameraView": {
                "boot_ms": 1,
                "image": {"Ground": {"place": {"lat_e7": 1, "lon_e7": 2}}},
            }
        },
    )
    case(
        "CAMERA_TRACKING_GEO_STATUS",
        {
            "tracking_status": 255,
            "lat": I32_MIN,
            "lon": 1,
            "alt": -12.5,
            "h_acc": 3.25,
            "v_acc": 0.0,
            "vel_n": -1.5,
            "vel_e": 2.5,
            "vel_d": 0.0,
            "vel_acc": 0.5,
            "dist": 1250.5,
            "hdg": -1.5,
            "hdg_acc": 0.1,
            "camera_device_id": 1,
        },
        {
            "CameraTarget": {
                "status": 255,
                "place": {"lat_e7": I32_MIN, "lon_e7": 1},
                "alt_msl_m": -12.5,
                "h_acc": 3.25,
                "v_acc": 0.0,
                "north_mps": -1.5,
                "east_mps": 2.5,
                "down_mps": 0.0,
                "speed_acc_mps": 0.5,
                "distance": 1250.5,
                "heading_deg": math.degrees(-1.5) % 360,
                "device": 1,
            }
        },
    )
    floats = "alt h_acc v_acc vel_n vel_e vel_d vel_acc dist hdg hdg_acc".split()
    for nothing in (NAN, float("inf"), float("-inf")):
        case(
            "CAMERA_TRACKING_GEO_STATUS",
            {name: nothing for name in floats} | {"lat": I32_MAX, "lon": I32_MAX},
            {"CameraTarget": {"status": 0}},
        )
    case(
        "CAMERA_TRACKING_GEO_STATUS",
        {name: NAN for name in floats} | {"h_acc": -1.0, "v_acc": -0.5, "dist": -2.0},
        {"CameraTarget": {"status": 0, "place": {"lat_e7": 0, "lon_e7": 0}}},
    )


def condition():
    both(
        "SYS_STATUS",
        {
            "onboard_control_sensors_present": U32_MAX,
            "onboard_control_sensors_enabled": 32,
            "onboard_control_sensors_health": 1,
            "load": 1_000,
            "voltage_battery": 65_534,
            "current_battery": -(2**15),
            "battery_remaining": 100,
            "drop_rate_comm": 10_000,
            "errors_comm": 9,
            "errors_count4": 9,
        },
        {
            "SystemStatus": {
                "sensors_present": U32_MAX,
                "sensors_enabled": 32,
                "sensors_healthy": 1,
                "load_percent": 100.0,
                "battery_v": 65.534,
                "battery_a": -327.68,
                "battery_percent": 100,
                "lost_percent": 100.0,
            }
        },
    )
    both(
        "SYS_STATUS",
        {"voltage_battery": U16_MAX, "current_battery": -1, "battery_remaining": -1},
        {
            "SystemStatus": {
                "sensors_present": 0,
                "sensors_enabled": 0,
                "sensors_healthy": 0,
                "load_percent": 0.0,
                "lost_percent": 0.0,
            }
        },
    )
    both(
        "RADIO_STATUS",
        {
            "rssi": 254,
            "remrssi": 1,
            "txbuf": 100,
            "noise": 0,
            "remnoise": 254,
            "rxerrors": 65_535,
            "fixed": 2,
        },
        {
            "RadioStatus": {
                "signal": 254,
                "remote_signal": 1,
                "noise": 0,
                "remote_noise": 254,
                "free_percent": 100,
                "receive_errors": 65_535,
                "corrected": 2,
            }
        },
    )
    both(
        "RADIO_STATUS",
        {"rssi": 255, "remrssi": 255, "noise": 255, "remnoise": 255},
        {"RadioStatus": {"free_percent": 0, "receive_errors": 0, "corrected": 0}},
    )
    version = {
        "capabilities": 2**64 - 1,
        "uid": 2**63,
        "flight_sw_version": 0x04050600,
        "middleware_sw_version": 9,
        "os_sw_version": 9,
        "board_version": U32_MAX,
        "vendor_id": 0x2DAE,
        "product_id": 0x1016,
        "flight_custom_version": [9] * 8,
        "middleware_custom_version": [9] * 8,
        "os_custom_version": [9] * 8,
    }
    told = {
        "capabilities": 2**64 - 1,
        "firmware": 0x04050600,
        "board": U32_MAX,
        "vendor_id": 0x2DAE,
        "product_id": 0x1016,
    }
    both(
        "AUTOPILOT_VERSION", version, {"AutopilotVersion": told | {"hardware": {"Short": 2**63}}}
    )
    case(
        "AUTOPILOT_VERSION",
        version | {"uid2": [0] * 17 + [1]},
        {"AutopilotVersion": told | {"hardware": {"Long": [0] * 17 + [1]}}},
    )
    both("AUTOPILOT_VERSION", version | {"uid": 0}, {"AutopilotVersion": told})
    both(
        "EXTENDED_SYS_STATE",
        {"vtol_state": 4, "landed_state": 200},
        {"ExtendedState": {"vtol": 4, "landed": 200}},
    )
    both("EXTENDED_SYS_STATE", {}, {"ExtendedState": {}})


MAC = [0xDE, 0xAD, 0xBE, 0xEF, 0, 1] + [0] * 14
SERIAL = b"1596F350457791151332"
UUID = list(range(16)) + [0] * 4


def remote_id():
    case(
        "OPEN_DRONE_ID_BASIC_ID",
        {"target_system": 9, "id_or_mac": MAC, "id_type": 1, "ua_type": 2, "uas_id": list(SERIAL)},
        {
            "RemoteIdBasic": {
                "radio": MAC,
                "uas_id": {"kind": 1, "bytes": list(SERIAL)},
                "aircraft_type": 2,
            }
        },
    )
    case(
        "OPEN_DRONE_ID_BASIC_ID",
        {"id_type": 200, "ua_type": 201, "uas_id": UUID},
        {"RemoteIdBasic": {"uas_id": {"kind": 200, "bytes": UUID}, "aircraft_type": 201}},
    )
    case("OPEN_DRONE_ID_BASIC_ID", {"id_type": 1}, {"RemoteIdBasic": {}})
    case("OPEN_DRONE_ID_BASIC_ID", {"uas_id": UUID}, {"RemoteIdBasic": {}})

    located = {
        "id_or_mac": MAC,
        "status": 3,
        "direction": 35_999,
        "speed_horizontal": 25_425,
        "speed_vertical": -6_200,
        "latitude": -900_000_000,
        "longitude": 0,
        "altitude_barometric": -999.5,
        "altitude_geodetic": 31767.5,
        "height_reference": 1,
        "height": 120.1,
        "horizontal_accuracy": 12,
        "vertical_accuracy": 6,
        "barometer_accuracy": 1,
        "speed_accuracy": 4,
        "timestamp": 3599.9,
        "timestamp_accuracy": 15,
    }
    told = {
        "radio": MAC,
        "status": 3,
        "place": {"lat_e7": -900_000_000, "lon_e7": 0},
        "alt_pressure_m": -999.5,
        "alt_ellipsoid_m": 31767.5,
        "height": {"Ground": f32(120.1)},
        "course_deg": 359.99,
        "ground_speed_mps": 254.25,
        "climb_mps": -62.0,
        "h_acc": 1.0,
        "v_acc": 1.0,
        "pressure_acc": 150.0,
        "speed_acc_mps": 0.3,
        "hour_s": f32(3599.9),
        "time_acc_s": 1.5,
    }
    case("OPEN_DRONE_ID_LOCATION", located, {"RemoteIdLocation": told})
    case(
        "OPEN_DRONE_ID_LOCATION",
        located | {"height_reference": 0},
        {"RemoteIdLocation": told | {"height": {"TakeOff": f32(120.1)}}},
    )
    unknown = {
        "direction": 36_100,
        "speed_horizontal": 25_500,
        "speed_vertical": 6_300,
        "altitude_barometric": -1000.0,
        "altitude_geodetic": -1000.0,
        "height": -1000.0,
        "timestamp": 65_535.0,
    }
    case("OPEN_DRONE_ID_LOCATION", unknown, {"RemoteIdLocation": {}})
    case(
        "OPEN_DRONE_ID_LOCATION",
        unknown
        | {
            "status": 99,
            "height": 5.0,
            "height_reference": 9,
            "altitude_barometric": NAN,
            "timestamp": NAN,
            "horizontal_accuracy": 13,
            "vertical_accuracy": 7,
            "barometer_accuracy": 255,
            "speed_accuracy": 5,
            "timestamp_accuracy": 16,
        },
        {"RemoteIdLocation": {"status": 99}},
    )
    bounds = [18520, 7408, 3704, 1852, 926, 555.6, 185.2, 92.6, 30, 10, 3, 1]
    for accuracy, bound in enumerate(bounds, start=1):
        case(
            "OPEN_DRONE_ID_LOCATION",
            unknown | {"horizontal_accuracy": accuracy},
            {"RemoteIdLocation": {"h_acc": float(bound)}},
        )
    for accuracy, bound in enumerate([150, 45, 25, 10, 3, 1], start=1):
        case(
            "OPEN_DRONE_ID_LOCATION",
            unknown | {"vertical_accuracy": accuracy, "barometer_accuracy": accuracy},
            {"RemoteIdLocation": {"v_acc": float(bound), "pressure_acc": float(bound)}},
        )

    case(
        "OPEN_DRONE_ID_SYSTEM",
        {
            "id_or_mac": MAC,
            "operator_location_type": 1,
            "classification_type": 1,
            "operator_latitude": 411_234_567,
            "operator_longitude": -201_234_567,
            "area_count": 65_535,
            "area_radius": 65_535,
            "area_ceiling": 120.5,
            "area_floor": -999.5,
            "category_eu": 3,
            "class_eu": 7,
            "operator_altitude_geo": 31767.0,
            "timestamp": U32_MAX,
        },
        {
            "RemoteIdSystem": {
                "radio": MAC,
                "operator_place_type": 1,
                "operator": {"lat_e7": 411_234_567, "lon_e7": -201_234_567},
                "operator_alt_ellipsoid_m": 31767.0,
                "area_count": 65_535,
                "area_radius": 65535.0,
                "area_ceiling_ellipsoid_m": 120.5,
                "area_floor_ellipsoid_m": -999.5,
                "classification": 1,
                "category_eu": 3,
                "class_eu": 7,
                "unix_s": 1_546_300_800 + U32_MAX,
            }
        },
    )
    case(
        "OPEN_DRONE_ID_SYSTEM",
        {
            "operator_location_type": 77,
            "area_ceiling": -1000.0,
            "area_floor": -1000.0,
            "operator_altitude_geo": -1000.0,
        },
        {"RemoteIdSystem": {"operator_place_type": 77, "area_count": 0, "area_radius": 0.0}},
    )
    case(
        "OPEN_DRONE_ID_OPERATOR_ID",
        {"id_or_mac": MAC, "operator_id_type": 201, "operator_id": b"GRC87astrdge12k8"},
        {"RemoteIdOperator": {"radio": MAC, "kind": 201, "operator_id": "GRC87astrdge12k8"}},
    )
    case("OPEN_DRONE_ID_OPERATOR_ID", {}, {"RemoteIdOperator": {"kind": 0}})


def packs():
    basic = bytes([0x02, 0x12]) + SERIAL + bytes(3)
    location = struct.pack(
        "<BBBBbiiHHHBBHBB",
        *(0x12, 0x27, 179, 254, -124, -900_000_000, 5, 1, 65_535, 2_241),
        *(0x6C, 0x14, 35_999, 0x0F, 0),
    )
    absent = struct.pack(
        "<BBBBbiiHHHBBHBB", 0x12, 0x03, 181, 255, 126, 0, 0, 0, 0, 0, 0, 0, 65_535, 0, 0
    )
    slow = struct.pack(
        "<BBBBbiiHHHBBHBB", 0x12, 0x10, 90, 255, 1, 1, 1, 0, 0, 2_000, 0, 0, 0, 0, 0
    )
    system = struct.pack(
        "<BBiiHBHHBHIB", 0x42, 0x05, 411_234_567, -5, 3, 255, 2_241, 0, 0x37, 65_535, 1, 0
    )
    operator = bytes([0x52, 0]) + b"GRC87astrdge12k8".ljust(20, b"\0") + bytes(3)
    unwanted = bytes([0x32, 0]) + b"Powerline inspection".ljust(23, b"\0")
    packed = [basic, location, unwanted, absent, slow, system, operator]
    assert all(len(each) == 25 for each in packed)
    told = [
        {
            "RemoteIdBasic": {
                "radio": MAC,
                "uas_id": {"kind": 1, "bytes": list(SERIAL)},
                "aircraft_type": 2,
            }
        },
        {
            "RemoteIdLocation": {
                "radio": MAC,
                "status": 2,
                "place": {"lat_e7": -900_000_000, "lon_e7": 5},
                "alt_pressure_m": -999.5,
                "alt_ellipsoid_m": 31767.5,
                "height": {"Ground": 120.5},
                "course_deg": 359.0,
                "ground_speed_mps": 254.25,
                "climb_mps": -62.0,
                "h_acc": 1.0,
                "v_acc": 1.0,
                "pressure_acc": 150.0,
                "speed_acc_mps": 0.3,
                "hour_s": 3599.9,
                "time_acc_s": 1.5,
            }
        },
        {"RemoteIdLocation": {"radio": MAC}},
        {
            "RemoteIdLocation": {
                "radio": MAC,
                "status": 1,
                "place": {"lat_e7": 1, "lon_e7": 1},
                "height": {"TakeOff": 0.0},
                "course_deg": 90.0,
                "ground_speed_mps": 63.75,
                "climb_mps": 0.5,
                "hour_s": 0.0,
            }
        },
        {
            "RemoteIdSystem": {
                "radio": MAC,
                "operator_place_type": 1,
                "operator": {"lat_e7": 411_234_567, "lon_e7": -5},
                "operator_alt_ellipsoid_m": 31767.5,
                "area_count": 3,
                "area_radius": 2550.0,
                "area_ceiling_ellipsoid_m": 120.5,
                "classification": 1,
                "category_eu": 3,
                "class_eu": 7,
                "unix_s": 1_546_300_801,
            }
        },
        {"RemoteIdOperator": {"radio": MAC, "kind": 0, "operator_id": "GRC87astrdge12k8"}},
    ]

    def pack(messages, size, count):
        return {
            "id_or_mac": MAC,
            "single_message_size": size,
            "msg_pack_size": count,
            "messages": text(b"".join(messages), 225),
        }

    name = "OPEN_DRONE_ID_MESSAGE_PACK"
    case(name, pack(packed, 25, 7), told)
    case(name, pack(packed, 25, 2), told[:2])
    case(name, pack(packed, 24, 7), [])
    case(name, pack([basic] * 9, 25, 255), told[:1] * 9)
    case(name, pack([], 25, 0), [])


vehicle()
gnss()
high_latency()
traffic()
camera()
condition()
remote_id()
packs()

lines = ",\n".join(json.dumps(each, separators=(", ", ": ")) for each in cases)
Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n")
