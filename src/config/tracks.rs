//! Reads `[tracks]` and `[[callsign]]`.

use std::collections::BTreeMap;

use crate::config::document::Section;
use crate::monitor::{LivenessSettings, RosterSettings, Timeouts};

/// Reads how many tracks are followed, and when they count as lost.
///
/// Which links come by satellite stands elsewhere.
pub(super) fn read(root: &mut Section<'_, '_>) -> (RosterSettings, LivenessSettings) {
    let mut liveness = LivenessSettings::default();
    let Some(mut tracks) = root.section("tracks") else {
        return (RosterSettings::default(), liveness);
    };
    let roster = read_roster(&mut tracks);
    liveness.direct = read_timeouts(&mut tracks, ["stale", "lost"], liveness.direct);
    let keys = ["satellite-stale", "satellite-lost"];
    liveness.satellite = read_timeouts(&mut tracks, keys, liveness.satellite);
    tracks.finish();
    (roster, liveness)
}

/// Reads how many tracks are followed, and how fast new ones may come.
fn read_roster(tracks: &mut Section<'_, '_>) -> RosterSettings {
    let mut settings = RosterSettings::default();
    let max = tracks.count("max");
    let new_at_once = tracks.count("new-at-once");
    for count in [&max, &new_at_once].into_iter().flatten() {
        if count.value == 0 {
            tracks.refuse(count, "must be more than 0");
        }
    }
    if let Some(max) = max {
        settings.tracks_max = usize::try_from(max.value).unwrap_or(usize::MAX);
    }
    if let Some(new_at_once) = new_at_once {
        settings.new_at_once = new_at_once.value;
    }
    if let Some(new_every) = tracks.span("new-every") {
        settings.new_every = new_every.value;
    }
    settings
}

/// Reads the silence that makes a track stale, and the longer one that makes it lost.
fn read_timeouts(
    tracks: &mut Section<'_, '_>,
    [stale_key, lost_key]: [&'static str; 2],
    default: Timeouts,
) -> Timeouts {
    let stale = tracks.span(stale_key);
    let lost = tracks.span(lost_key);
    if let Some(stale) = stale.as_ref().filter(|span| span.value.is_zero()) {
        tracks.refuse(stale, "must be more than 0");
    }
    let timeouts = Timeouts {
        stale: stale.as_ref().map_or(default.stale, |span| span.value),
        lost: lost.as_ref().map_or(default.lost, |span| span.value),
    };
    if timeouts.lost <= timeouts.stale {
        if let Some(lost) = &lost {
            let message = format!("must be longer than `{stale_key}`");
            tracks.refuse(lost, &message);
        } else if let Some(stale) = &stale {
            let message = format!("must be shorter than `{lost_key}`");
            tracks.refuse(stale, &message);
        }
    }
    timeouts
}

/// Reads what the unit calls its vehicles, by track key.
pub(super) fn read_callsigns(root: &mut Section<'_, '_>) -> BTreeMap<String, String> {
    let mut callsigns = BTreeMap::new();
    for mut section in root.sections("callsign") {
        let track = section.text_required("track");
        let name = section.text_required("name");
        if let Some(name) = name.as_ref().filter(|name| name.value.trim().is_empty()) {
            section.refuse(name, "is empty");
        }
        if let Some(track) = &track {
            if !is_track_key(&track.value) {
                section.refuse(
                    track,
                    "is no track: write vehicle:NAMESPACE/SYSTEM-ID as alerts do, \
                                       icao:HEX, mmsi:NUMBER or remote-id:HEX",
                );
            } else if callsigns.contains_key(&track.value) {
                section.refuse(track, "another callsign is for this track already");
            }
        }
        section.finish();
        if let (Some(track), Some(name)) = (track, name) {
            callsigns.insert(track.value, name.value);
        }
    }
    callsigns
}

fn is_track_key(text: &str) -> bool {
    let Some((kind, rest)) = text.split_once(':') else {
        return false;
    };
    let rest = rest.split_once('#').map_or(rest, |(rest, _voice)| rest);
    let is_hex = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match kind {
        "vehicle" => rest
            .rsplit_once('/')
            .is_some_and(|(namespace, id)| !namespace.is_empty() && id.parse::<u32>().is_ok()),
        "icao" => rest.len() == 6 && is_hex(rest),
        "mmsi" => rest.len() == 9 && rest.bytes().all(|byte| byte.is_ascii_digit()),
        "remote-id" => is_hex(rest),
        _ => false,
    }
}

/// Says whether a text can be the key of a track, or a pattern of keys of one kind.
pub(super) fn is_track_pattern(text: &str) -> bool {
    const KINDS: [&str; 6] = [
        "vehicle",
        "icao",
        "mmsi",
        "remote-id",
        "camera-image",
        "camera-target",
    ];
    match text.split_once(':') {
        Some((kind, rest)) if rest.contains('*') => KINDS.contains(&kind),
        Some((kind, rest)) if kind.starts_with("camera-") => {
            KINDS.contains(&kind) && rest.split('/').count() == 3
        }
        Some(_) | None => is_track_key(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_key_is_what_alerts_write() {
        for key in [
            "vehicle:alpha/1",
            "vehicle:a/b/255#2",
            "icao:04ca7b",
            "mmsi:027012345",
            "remote-id:60001f",
        ] {
            assert!(is_track_key(key), "{key}");
        }
        for key in [
            "alpha/1",
            "vehicle:/1",
            "vehicle:alpha/x",
            "icao:4CA7B",
            "mmsi:1",
            "",
        ] {
            assert!(!is_track_key(key), "{key}");
        }
    }

    #[test]
    fn a_pattern_of_tracks_is_of_one_kind() {
        for pattern in [
            "vehicle:alpha/*",
            "vehicle:*",
            "icao:4ca*",
            "camera-target:alpha/7/100",
            "mmsi:027012345",
        ] {
            assert!(is_track_pattern(pattern), "{pattern}");
        }
        for pattern in [
            "*",
            "v*:alpha/1",
            "vehicle:alpha",
            "camera-view:*",
            "icao:4CA7B",
        ] {
            assert!(!is_track_pattern(pattern), "{pattern}");
        }
    }
}
