//! Reads `[[attendance]]`: corridors that should not be left alone.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::config::choice::one_of;
use crate::config::document::Section;
use crate::config::filter;
use crate::config::patrol::read_name;
use crate::config::rule::Known;
use crate::corridor::CorridorSet;
use crate::monitor::alert::{Severity, Status};
use crate::monitor::attendance::Attendance;
use crate::track::TrackKind;

/// How long nobody may be there, unless somebody says otherwise.
const SPAN_DEFAULT: Duration = Duration::from_secs(30 * 60);
/// Shorter spans would tell of the pauses of a link.
const SPAN_MIN: Duration = Duration::from_secs(5);

/// Reads the attendances; their names are added to `names`.
pub(super) fn read(
    sections: Vec<Section<'_, '_>>,
    known: Known<'_>,
    names: &mut BTreeSet<String>,
) -> Vec<Attendance> {
    let read = |section| read_one(section, known, names);
    sections.into_iter().map(read).collect()
}

fn read_one(
    mut section: Section<'_, '_>,
    known: Known<'_>,
    names: &mut BTreeSet<String>,
) -> Attendance {
    let attendance = Attendance {
        name: read_name(&mut section, names),
        corridors: filter::corridors(&mut section, known.corridors),
        tracks: filter::tracks(&mut section, known.lists, &[TrackKind::Vehicle]),
        span: read_span(&mut section, "after").unwrap_or(SPAN_DEFAULT),
        hours: filter::hours(&mut section),
        repeat: read_span(&mut section, "repeat"),
        tells_end: section.flag("tell-end").unwrap_or(false),
        severity: one_of(&mut section, "severity", &Severity::ALL, |it| it.name()),
        status: one_of(&mut section, "status", &Status::ALL, |it| it.name()),
    };
    let matches = |set: &CorridorSet| {
        let mut corridors = set.iter();
        corridors.any(|(_, corridor)| attendance.corridors.matches(corridor))
    };
    if !known.corridors.is_none_or(matches) {
        let message = "no corridor matches, so that nothing would ever be told";
        section.refuse_whole("corridors", message);
    }
    section.finish();
    attendance
}

fn read_span(section: &mut Section<'_, '_>, key: &'static str) -> Option<Duration> {
    let span = section.span(key)?;
    if span.value < SPAN_MIN {
        let message = format!("must be {} s or more", SPAN_MIN.as_secs());
        section.refuse(&span, &message);
    }
    Some(span.value)
}
