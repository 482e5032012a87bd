//! Cursor on Target, for the maps of TAK.
//!
//! An alert is a breach of a geofence (`b-a-g`); its end cancels it by the same uid, with an
//! `emergency` element that has no type. Nobody acknowledges an event.
//! Source: the base schema of Cursor on Target, and ATAK's handling of `emergency`.

use std::time::Duration;

use crate::deliver::format::phase::{Kind, Phase};
use crate::deliver::format::place::Spot;
use crate::deliver::format::words::Language;
use crate::deliver::format::xml::Element;
use crate::deliver::format::{RenderError, Rendered};
use crate::monitor::alert::{Alert, Status};

/// How long what lasts stays on a map.
const STALE_LASTING: Duration = Duration::from_secs(24 * 3600);

/// How long what was over at once stays on a map.
const STALE_MOMENT: Duration = Duration::from_secs(600);

/// What stands for an error or a height that nobody knows.
const UNKNOWN: f64 = 9_999_999.0;

/// Renders an event.
pub(super) fn render(alert: &Alert) -> Result<Rendered, RenderError> {
    let phase = Kind::of(alert).phase;
    let stale = match phase {
        Phase::Begins | Phase::Continues => STALE_LASTING,
        Phase::Ends | Phase::Moment => STALE_MOMENT,
    };
    let event = Element::new("event")
        .with("version", "2.0")
        .with("uid", &uid(alert))
        .with(
            "type",
            if phase == Phase::Ends {
                "b-a-o-can"
            } else {
                "b-a-g"
            },
        )
        .with("how", "m-g")
        .with("time", &alert.detected_at.to_string())
        .with("start", &alert.occurred_at.to_string())
        .with("stale", &alert.detected_at.after(stale).to_string());
    let event = match alert.status {
        Status::Actual => event,
        Status::Exercise => event.with("opex", "e"),
        Status::Test => event.with("opex", "s"),
    };
    let event = event.holding([point(alert), detail(alert, phase)]);
    Ok(Rendered::of("application/xml", event.document()?))
}

/// The same for all alerts of one episode: the last one replaces those before.
fn uid(alert: &Alert) -> String {
    let story = alert.episode.map_or(alert.id, |episode| episode.id);
    format!("corridord-{story}")
}

/// An alert without a place is put at 0, 0 with an error of the size of the Earth, as TAK does it.
fn point(alert: &Alert) -> Element {
    let unknown = Spot {
        lat: 0.0,
        lon: 0.0,
        ellipsoid_m: None,
        radius_m: None,
        vertical_m: None,
    };
    let spot = Spot::of(alert).unwrap_or(unknown);
    let number = |value: Option<f64>| value.unwrap_or(UNKNOWN).to_string();
    Element::new("point")
        .with("lat", &spot.lat.to_string())
        .with("lon", &spot.lon.to_string())
        .with("hae", &number(spot.ellipsoid_m))
        .with("ce", &number(spot.radius_m))
        .with("le", &number(spot.vertical_m))
}

fn detail(alert: &Alert, phase: Phase) -> Element {
    let track = alert.track.as_ref();
    let callsign = track.map_or(alert.unit.name.as_str(), |track| {
        track.callsign.as_deref().unwrap_or(&track.key)
    });
    let emergency = Element::text("emergency", callsign);
    let emergency = match phase {
        Phase::Ends => emergency.with("cancel", "true"),
        Phase::Begins | Phase::Continues | Phase::Moment => {
            emergency.with("type", "Geo-fence Breached")
        }
    };
    let headline = Language::English.headline(alert);
    let remarks = match (alert.status, &alert.place) {
        (Status::Actual, None) => headline,
        (Status::Actual, Some(place)) => format!("{headline}: {place}"),
        (Status::Exercise | Status::Test, None) => {
            format!("{} {headline}", alert.status.name().to_uppercase())
        }
        (Status::Exercise | Status::Test, Some(place)) => {
            format!("{} {headline}: {place}", alert.status.name().to_uppercase())
        }
    };
    let link = track.map(|track| {
        Element::new("link")
            .with("uid", &format!("corridord-{}", track.key))
            .with("type", "a-u-A")
            .with("relation", "p-p")
    });
    Element::new("detail")
        .holding([
            Element::new("contact").with("callsign", callsign),
            emergency,
            Element::text("remarks", &remarks),
        ])
        .holding(link)
}
