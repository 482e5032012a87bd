//! Reads `rate` of a rule, of the fleet and of an endpoint, and `[inhibit]`.

use crate::config::document::Section;
use crate::monitor::storm::{Inhibit, Rate};

/// Reads the table `rate`; what is left out of it is as `usual`.
pub(super) fn read(section: &mut Section<'_, '_>, usual: Rate) -> Rate {
    let Some(mut table) = section.section("rate") else {
        return usual;
    };
    let default = Rate::default();
    let unlimited = table.flag("unlimited");
    let alerts = table.count("alerts");
    if let Some(alerts) = alerts.as_ref().filter(|alerts| alerts.value == 0) {
        table.refuse(
            alerts,
            "must be at least 1; for no limit write `unlimited = true`",
        );
    }
    if let Some(alerts) = alerts.as_ref().filter(|_| unlimited == Some(true)) {
        table.refuse(alerts, "does not go with `unlimited = true`");
    }
    let per = table.span("per");
    let group_wait = table.span("group-wait");
    for span in [&per, &group_wait].into_iter().flatten() {
        if span.value.is_zero() {
            table.refuse(span, "must be more than 0");
        }
    }
    table.finish();
    let limit = alerts.map(|alerts| alerts.value).or(default.alerts);
    Rate {
        alerts: limit.filter(|_| unlimited != Some(true)),
        per: per.map_or(default.per, |per| per.value),
        group_wait: group_wait.map_or(default.group_wait, |wait| wait.value),
    }
}

/// Reads which alerts mute others.
pub(super) fn read_inhibit(root: &mut Section<'_, '_>) -> Inhibit {
    let default = Inhibit::default();
    let Some(mut section) = root.section("inhibit") else {
        return default;
    };
    let inhibit = Inhibit {
        track_lost: section.flag("track-lost").unwrap_or(default.track_lost),
        interference: section.flag("interference").unwrap_or(default.interference),
    };
    section.finish();
    inhibit
}
