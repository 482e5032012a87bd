//! Reads `[fleet]`.

use crate::config::choice::{find, one_of};
use crate::config::document::Section;
use crate::config::rate;
use crate::monitor::alert::{Event, Severity, Status};
use crate::monitor::fleet::{Fleet, LossWhere};
use crate::track::TrackKind;

/// Reads what is told about tracks as such.
pub(super) fn read(root: &mut Section<'_, '_>) -> Fleet {
    let default = Fleet::default();
    let Some(mut section) = root.section("fleet") else {
        return default;
    };
    let events = section.texts("events").map(|names| {
        let find = |name| {
            find(&section, name, &Event::OF_TRACKS, |event| {
                event.short_name()
            })
        };
        names.value.iter().filter_map(find).collect()
    });
    let tracks = section.texts("tracks").map(|names| {
        let find = |name| find(&section, name, &TrackKind::ALL, |kind| kind.name());
        names.value.iter().filter_map(find).collect()
    });
    let lost = one_of(&mut section, "lost", &LossWhere::ALL, |it| it.name());
    let severity = section
        .text("severity")
        .and_then(|name| find(&section, &name, &Severity::ALL, |severity| severity.name()));
    let status = section
        .text("status")
        .and_then(|name| find(&section, &name, &Status::ALL, |status| status.name()));
    let rate = rate::read(&mut section, default.rate);
    section.finish();
    Fleet {
        events: events.unwrap_or(default.events),
        tracks: tracks.unwrap_or(default.tracks),
        lost,
        severity,
        status: status.unwrap_or(default.status),
        rate,
    }
}
