//! Reads `[[rule.severity-when]]`: when an alert is graver, or less grave, than others.

use crate::config::choice::find;
use crate::config::document::Section;
use crate::config::filter;
use crate::config::rule::Known;
use crate::corridor::Way;
use crate::monitor::alert::{Certainty, Event, Severity};
use crate::monitor::rule::SeverityWhen;
use crate::track::TrackKind;

const CERTAINTIES: [Certainty; 3] = [Certainty::Observed, Certainty::Likely, Certainty::Possible];
const WAYS: [Way; 3] = [Way::Along, Way::Against, Way::Across];

/// Reads the conditions, in their order.
pub(super) fn read(sections: Vec<Section<'_, '_>>, known: Known<'_>) -> Vec<SeverityWhen> {
    let read = |section| read_one(section, known);
    sections.into_iter().map(read).collect()
}

fn read_one(mut section: Section<'_, '_>, known: Known<'_>) -> SeverityWhen {
    let severity = section.text_required("severity");
    let severity = severity.and_then(|text| find(&section, &text, &Severity::ALL, |it| it.name()));
    let events = filter::words(&mut section, "events", &Event::OF_CORRIDORS, |event| {
        event.short_name()
    });
    let certainty = filter::words(&mut section, "certainty", &CERTAINTIES, |it| match it {
        Certainty::Observed => "observed",
        Certainty::Likely => "likely",
        Certainty::Possible => "possible",
    });
    let condition = SeverityWhen {
        events,
        corridors: filter::corridors(&mut section, known.corridors),
        tracks: filter::tracks(&mut section, known.lists, &TrackKind::ALL),
        certainty,
        heading: filter::words(&mut section, "heading", &WAYS, |way| way.as_str()),
        hours: filter::hours(&mut section),
        severity: severity.unwrap_or_default(),
    };
    section.finish();
    condition
}
