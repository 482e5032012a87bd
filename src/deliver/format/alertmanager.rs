//! What a Prometheus Alertmanager takes, and what it sends on.
//!
//! Labels tell alerts apart, so only what is the same at the beginning and at the end is a label;
//! severity and place are annotations.
//! Source: Alertmanager's API v2, and its webhook receiver, version 4.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::deliver::format::phase::{Kind, Phase};
use crate::deliver::format::place::Spot;
use crate::deliver::format::words::Language;
use crate::deliver::format::{RenderError, Rendered, json};
use crate::monitor::alert::Alert;
use crate::units::Utc;

/// How long an alert fires whose end is not told.
const FIRES: Duration = Duration::from_secs(24 * 3600);

/// How long an alert fires that was over at once.
const FIRES_MOMENT: Duration = Duration::from_secs(300);

type Words = BTreeMap<&'static str, String>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
    labels: Words,
    annotations: Words,
    starts_at: Utc,
    ends_at: Utc,
    #[serde(rename = "generatorURL")]
    generator_url: &'static str,
}

/// Renders what `POST /api/v2/alerts` takes.
pub(super) fn posted(alert: &Alert) -> Result<Rendered, RenderError> {
    let body = json(serde_json::to_vec(&[one(alert)]))?;
    Ok(Rendered::of("application/json", body))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    version: &'static str,
    group_key: String,
    truncated_alerts: u64,
    status: &'static str,
    receiver: &'a str,
    group_labels: Words,
    common_labels: Words,
    common_annotations: Words,
    #[serde(rename = "externalURL")]
    external_url: &'static str,
    alerts: [Notified; 1],
}

#[derive(Serialize)]
struct Notified {
    status: &'static str,
    #[serde(flatten)]
    posted: Posted,
    fingerprint: String,
}

/// Renders what an Alertmanager posts to its webhooks, in a group of one alert.
pub(super) fn webhook(alert: &Alert, endpoint: &str) -> Result<Rendered, RenderError> {
    let posted = one(alert);
    let status = match Kind::of(alert).phase {
        Phase::Ends => "resolved",
        Phase::Begins | Phase::Continues | Phase::Moment => "firing",
    };
    let group_labels = Words::from([("alertname", Kind::of(alert).name.to_owned())]);
    let notification = Notification {
        version: "4",
        group_key: format!("{{}}:{{alertname=\"{}\"}}", Kind::of(alert).name),
        truncated_alerts: 0,
        status,
        receiver: endpoint,
        group_labels,
        common_labels: posted.labels.clone(),
        common_annotations: posted.annotations.clone(),
        external_url: "",
        alerts: [Notified {
            status,
            fingerprint: fingerprint(&posted.labels),
            posted,
        }],
    };
    let body = json(serde_json::to_vec(&notification))?;
    Ok(Rendered::of("application/json", body))
}

fn one(alert: &Alert) -> Posted {
    let kind = Kind::of(alert);
    let inside = alert.inside_seconds.unwrap_or(0.0).max(0.0);
    let inside = Duration::try_from_secs_f64(inside).unwrap_or_default();
    let (starts_at, ends_at) = match kind.phase {
        Phase::Begins => (alert.occurred_at, alert.occurred_at.after(FIRES)),
        Phase::Continues => {
            let began = alert.occurred_at.before(inside);
            (began, alert.occurred_at.after(FIRES))
        }
        Phase::Ends => (alert.occurred_at.before(inside), alert.occurred_at),
        Phase::Moment => (alert.occurred_at, alert.occurred_at.after(FIRES_MOMENT)),
    };
    Posted {
        labels: labels(alert, kind),
        annotations: annotations(alert),
        starts_at,
        ends_at,
        generator_url: "",
    }
}

fn labels(alert: &Alert, kind: Kind) -> Words {
    let mut labels = Words::from([
        ("alertname", kind.name.to_owned()),
        ("unit", alert.unit.name.clone()),
        ("status", alert.status.name().to_owned()),
    ]);
    labels.extend(alert.track.as_ref().map(|it| ("track", it.key.clone())));
    labels.extend(
        alert
            .corridor
            .as_ref()
            .map(|it| ("corridor", it.id.clone())),
    );
    labels.extend(alert.rule.as_ref().map(|it| ("rule", it.name.clone())));
    labels
}

fn annotations(alert: &Alert) -> Words {
    let mut annotations = Words::from([
        ("summary", Language::English.headline(alert)),
        ("severity", alert.severity.name().to_owned()),
        ("event", alert.event.name().to_owned()),
        ("alert_id", alert.id.to_string()),
    ]);
    let position = alert.position.as_ref();
    annotations.extend(alert.place.as_ref().map(|it| ("description", it.clone())));
    annotations.extend(position.and_then(|it| Some(("mgrs", it.mgrs.clone()?))));
    annotations.extend(Spot::of(alert).map(|it| ("position", format!("{},{}", it.lat, it.lon))));
    let authenticity = alert.authenticity.map(|it| it.name().to_owned());
    annotations.extend(authenticity.map(|it| ("authenticity", it)));
    annotations
}

/// Computes how an Alertmanager names a set of labels: FNV-1a over names and values in order, each
/// ended by a byte that UTF-8 has not.
fn fingerprint(labels: &Words) -> String {
    let parts = labels
        .iter()
        .flat_map(|(name, value)| [*name, value.as_str()]);
    let bytes = parts.flat_map(|part| part.bytes().chain([0xff]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
