//! The Common Alerting Protocol, for civil protection.
//!
//! What ends something cancels the messages that began it, and names them; so does what updates it.
//! Source: OASIS CAP 1.2.

use std::time::Duration;

use crate::deliver::format::phase::{Kind, Phase};
use crate::deliver::format::place::Spot;
use crate::deliver::format::words::Language;
use crate::deliver::format::xml::Element;
use crate::deliver::format::{RenderError, Rendered};
use crate::monitor::alert::{Alert, Certainty, Severity, Status};
use crate::store::Story;
use crate::units::Utc;

/// The name space of the version.
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// How long what is told holds, unless something later is told.
const HOLDS: Duration = Duration::from_secs(24 * 3600);

/// The radius of a place whose accuracy nobody knows, metres.
const RADIUS_UNKNOWN_M: f64 = 100.0;

/// Renders a message with one block of information for each language.
pub(super) fn render(
    alert: &Alert,
    story: &Story,
    languages: &[Language],
) -> Result<Rendered, RenderError> {
    let phase = Kind::of(alert).phase;
    let mut message = Element::new("alert").with("xmlns", NAMESPACE).holding([
        Element::text("identifier", &alert.id.to_string()),
        Element::text("sender", &sender(alert)),
        Element::text("sent", &time(alert.detected_at)),
        Element::text("status", status(alert.status)),
        Element::text("msgType", kind(phase, story)),
        Element::text("source", &alert.unit.name),
        Element::text("scope", "Restricted"),
        Element::text("restriction", "For law enforcement"),
    ]);
    if !story.earlier.is_empty() {
        let earlier = story.earlier.iter();
        let named =
            earlier.map(|it| format!("{},{},{}", sender(alert), it.id, time(it.detected_at)));
        let named: Vec<String> = named.collect();
        message = message.holding([Element::text("references", &named.join(" "))]);
    }
    let episode = alert.episode.iter();
    message = message
        .holding(episode.map(|it| Element::text("incidents", &it.id.to_string())))
        .holding(
            languages
                .iter()
                .map(|language| info(alert, phase, *language)),
        );
    Ok(Rendered::of("application/cap+xml", message.document()?))
}

/// What begins is an alert, also if what it goes on from is not known.
fn kind(phase: Phase, story: &Story) -> &'static str {
    match (phase, story.earlier.is_empty()) {
        (_, true) | (Phase::Begins, false) => "Alert",
        (Phase::Continues | Phase::Moment, false) => "Update",
        (Phase::Ends, false) => "Cancel",
    }
}

fn info(alert: &Alert, phase: Phase, language: Language) -> Element {
    let over = phase == Phase::Ends;
    let mut info = Element::new("info").holding([
        Element::text("language", language.tag()),
        Element::text("category", "Security"),
        Element::text("event", language.event(alert.event)),
        Element::text("responseType", if over { "AllClear" } else { "Monitor" }),
        Element::text("urgency", if over { "Past" } else { "Immediate" }),
        Element::text("severity", severity(alert.severity)),
        Element::text("certainty", certainty(alert.certainty)),
        Element::text("onset", &time(alert.occurred_at)),
        Element::text("expires", &time(alert.detected_at.after(HOLDS))),
        Element::text("senderName", &alert.unit.name),
        Element::text("headline", &language.headline(alert)),
    ]);
    let place = alert.place.iter();
    info = info.holding(place.map(|place| Element::text("description", place)));
    for (name, value) in parameters(alert) {
        info = info.holding([Element::new("parameter").holding([
            Element::text("valueName", name),
            Element::text("value", &value),
        ])]);
    }
    info.holding([area(alert)])
}

/// What a program wants to know, by names that do not depend on a language.
fn parameters(alert: &Alert) -> Vec<(&'static str, String)> {
    let mut all = vec![("event", alert.event.name().to_owned())];
    let track = alert.track.as_ref();
    let position = alert.position.as_ref();
    all.extend(track.map(|track| ("track", track.key.clone())));
    all.extend(
        alert
            .corridor
            .as_ref()
            .map(|it| ("corridor", it.id.clone())),
    );
    all.extend(position.and_then(|it| Some(("mgrs", it.mgrs.clone()?))));
    all.extend(
        alert
            .authenticity
            .map(|it| ("authenticity", it.name().to_owned())),
    );
    all
}

fn area(alert: &Alert) -> Element {
    let corridor = alert.corridor.as_ref().map(|corridor| &corridor.name);
    let described = alert.place.as_ref().or(corridor);
    let described = described.map_or("unknown", String::as_str);
    let spot = Spot::of(alert).into_iter();
    Element::new("area")
        .holding([Element::text("areaDesc", described)])
        .holding(spot.map(|spot| {
            let radius_km = spot.radius_m.unwrap_or(RADIUS_UNKNOWN_M) / 1000.0;
            let circle = format!("{},{} {radius_km:.3}", spot.lat, spot.lon);
            Element::text("circle", &circle)
        }))
}

/// Names the sender without what the standard forbids there: spaces, commas, `<` and `&`.
fn sender(alert: &Alert) -> String {
    let name = alert.unit.name.chars().map(|c| {
        if c.is_whitespace() || matches!(c, ',' | '<' | '&') {
            '-'
        } else {
            c
        }
    });
    format!("corridord@{}", name.collect::<String>())
}

/// Writes whole seconds with an offset: the standard forbids fractions and `Z`.
fn time(at: Utc) -> String {
    let text = at.to_string();
    let seconds = text.get(..19).unwrap_or(&text);
    format!("{seconds}-00:00")
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Actual => "Actual",
        Status::Exercise => "Exercise",
        Status::Test => "Test",
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Minor",
        Severity::Minor => "Moderate",
        Severity::Major => "Severe",
        Severity::Critical => "Extreme",
    }
}

const fn certainty(certainty: Option<Certainty>) -> &'static str {
    match certainty {
        Some(Certainty::Observed) => "Observed",
        Some(Certainty::Likely) => "Likely",
        Some(Certainty::Possible) => "Possible",
        None => "Unknown",
    }
}
