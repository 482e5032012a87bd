//! What other people's libraries and programs make of each format.

#[path = "peers/script.rs"]
mod script;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use corridord::clock::Clock;
use corridord::deliver::{Format, Language, Rendered, Secret, Telling, sign};
use corridord::monitor::alert::Alert;
use corridord::store::Story;
use serde_json::{Value, json};
use tokio::time::timeout;

/// The id of the episode that the alerts belong to.
const EPISODE: &str = "e150de00-0000-5000-8000-000000000001";

/// An alert of one vehicle in one corridor: the first of its episode has the index 0.
fn alert(event: &str, index: u32, occurred_at: &str) -> Alert {
    let alert = json!({
        "id": format!("9a510a9c-3c2e-5d4f-8a1b-00000000000{index}"),
        "event": event, "severity": "major", "status": "exercise",
        "episode": { "id": EPISODE, "index": index },
        "occurred_at": occurred_at, "detected_at": occurred_at,
        "track": { "key": "vehicle:alpha/1", "kind": "vehicle", "callsign": "RAVEN <1>" },
        "position": { "lat": 41.2, "lon": 22.5, "mgrs": "34TFL2577262043", "h_acc_m": 1.5,
            "alt_ellipsoid_m": 354.5, "source_message": "GLOBAL_POSITION_INT" },
        "corridor": { "id": "e75-south", "name": "E 75 south & bridge", "edge_m": -70.0 },
        "place": "E 75 km 38.2, 180 m east, 4.1 km south of Demir Kapija",
        "rule": { "name": "corridor" },
        "certainty": "observed", "authenticity": "unsigned",
        "clock": { "source": "ntp", "trusted": true },
        "unit": { "name": "field unit, 07" }
    });
    serde_json::from_value(alert).expect("an alert")
}

/// An alert about no track at no place.
fn bare() -> Alert {
    let alert = json!({
        "id": "9a510a9c-3c2e-5d4f-8a1b-000000000009",
        "event": "summary", "severity": "minor", "status": "actual",
        "occurred_at": "2026-05-01T10:00:00.250Z", "detected_at": "2026-05-01T10:00:00.250Z",
        "clock": { "source": "host" }, "unit": { "name": "unit" }
    });
    serde_json::from_value(alert).expect("an alert")
}

fn rendered(format: &Format, alert: &Alert, story: &Story) -> Rendered {
    let telling = Telling {
        alert,
        story,
        endpoint: "centre",
    };
    format.render(telling).expect("it is rendered")
}

fn text(rendered: &Rendered) -> String {
    String::from_utf8(rendered.body.clone()).expect("UTF-8")
}

/// What is known of the episode once its first alert was stored.
fn after_the_first() -> Story {
    let earlier = json!([{ "id": "9a510a9c-3c2e-5d4f-8a1b-000000000000", "event": "corridor.entered",
        "detected_at": "2026-05-01T10:00:00.250Z" }]);
    Story {
        earlier: serde_json::from_value(earlier).expect("earlier alerts"),
        has_later: Some(false),
    }
}

fn read_by_python(requests: &[Value]) -> Vec<Value> {
    let lines: Vec<String> = requests.iter().map(|line| format!("{line}\n")).collect();
    let answers = script::run("formats.py", lines.concat());
    assert_eq!(answers.len(), requests.len(), "an answer for each request");
    let answers = answers.iter().map(|line| serde_json::from_str(line));
    answers.map(|answer| answer.expect("JSON")).collect()
}

#[test]
fn the_cloudevents_sdk_reads_both_modes_as_the_same_event() {
    let entered = alert("corridor.entered", 0, "2026-05-01T10:00:00.250Z");
    let request = |format| {
        let rendered = rendered(&format, &entered, &Story::default());
        let mut headers = serde_json::Map::new();
        headers.insert("content-type".to_owned(), rendered.content_type.into());
        for (name, value) in &rendered.headers {
            headers.insert((*name).to_owned(), value.clone().into());
        }
        json!({ "format": "cloudevents", "headers": headers, "body": text(&rendered) })
    };
    let read = read_by_python(&[
        request(Format::CloudEvents),
        request(Format::CloudEventsBinary),
    ]);
    for event in &read {
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["id"], entered.id.to_string());
        assert_eq!(event["source"], "/corridord/field%20unit,%2007");
        assert_eq!(event["type"], "corridor.entered");
        assert_eq!(event["subject"], "vehicle:alpha/1");
        assert_eq!(event["datacontenttype"], "application/geo+json");
    }
    let data = |event: &Value| match event["data"].as_str() {
        Some(text) => serde_json::from_str(text).expect("GeoJSON"),
        None => event["data"].clone(),
    };
    let (structured, binary): (Value, Value) = (data(&read[0]), data(&read[1]));
    assert_eq!(structured, binary);
    assert_eq!(
        structured["geometry"]["coordinates"],
        json!([22.5, 41.2, 354.5])
    );
}

#[test]
fn cap_keeps_the_rules_of_its_schema_and_its_cancel_names_what_it_cancels() {
    let format = Format::Cap {
        languages: Language::ALL.to_vec(),
    };
    let request = |alert: &Alert, story: &Story| {
        let rendered = rendered(&format, alert, story);
        assert_eq!(rendered.content_type, "application/cap+xml");
        json!({ "format": "cap", "body": text(&rendered) })
    };
    let read = read_by_python(&[
        request(
            &alert("corridor.entered", 0, "2026-05-01T10:00:00.250Z"),
            &Story::default(),
        ),
        request(
            &alert("corridor.dwelling", 1, "2026-05-01T10:05:00.250Z"),
            &after_the_first(),
        ),
        request(
            &alert("corridor.exited", 2, "2026-05-01T10:09:00.250Z"),
            &after_the_first(),
        ),
        request(&bare(), &Story::default()),
    ]);
    for message in &read {
        assert_eq!(message["flaws"], json!([]), "{message}");
        assert_eq!(message["languages"], json!(["en", "sq", "mk", "sr-Latn"]));
    }
    let kinds: Vec<&Value> = read.iter().map(|message| &message["msgType"]).collect();
    assert_eq!(kinds, ["Alert", "Update", "Cancel", "Alert"]);
    let named = "corridord@field-unit--07,9a510a9c-3c2e-5d4f-8a1b-000000000000,\
                 2026-05-01T10:00:00-00:00";
    assert_eq!(read[2]["references"], named);
    assert_eq!(read[0]["status"], "Exercise");
    assert_eq!(
        read[0]["headlines"][0],
        "Corridor entered: RAVEN <1>, E 75 south & bridge"
    );
}

#[test]
fn a_parser_of_cot_reads_an_alert_and_its_cancel_by_one_uid() {
    let event = |alert: &Alert| {
        let rendered = rendered(&Format::Cot, alert, &Story::default());
        let event = cottak_core::Event::from_xml_str(&text(&rendered)).expect("CoT");
        event.validate().expect("a sound event");
        (event, text(&rendered))
    };
    let (entered, _) = event(&alert("corridor.entered", 0, "2026-05-01T10:00:00.250Z"));
    let (exited, cancel) = event(&alert("corridor.exited", 1, "2026-05-01T10:09:00.250Z"));
    assert_eq!(entered.cot_type.as_str(), "b-a-g");
    assert_eq!(exited.cot_type.as_str(), "b-a-o-can");
    assert_eq!(entered.uid, exited.uid);
    assert!(
        (entered.point.lat - 41.2).abs() < 1e-9,
        "{:?}",
        entered.point
    );
    assert_eq!(
        (entered.point.hae, entered.point.ce, entered.point.le),
        (Some(354.5), Some(1.5), None)
    );
    let cancel = roxmltree::Document::parse(&cancel).expect("XML");
    let mut elements = cancel.descendants();
    let emergency = elements.find(|node| node.has_tag_name("emergency"));
    let emergency = emergency.expect("an emergency element");
    assert_eq!(emergency.attribute("cancel"), Some("true"));
    assert_eq!(emergency.attribute("type"), None);
    assert_eq!(emergency.text(), Some("RAVEN <1>"));
    let (nowhere, _) = event(&bare());
    assert_eq!(nowhere.point.ce, None, "nobody knows where");
}

#[test]
fn a_signature_by_ed25519_is_verified_by_another_library() {
    // Source of the pair: RFC 8032, section 7.1, test 1.
    let secret: Secret = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
        .parse()
        .expect("a secret");
    let public = secret.public().expect("a public half");
    let (id, body) = ("9a510a9c", "{\"type\":\"test\"}");
    let signature = sign(id, 1_777_629_600, body.as_bytes(), &[secret]);
    let request = |body: &str| {
        json!({ "format": "ed25519", "public": public, "body": body, "headers": {
            "webhook-id": id, "webhook-timestamp": "1777629600", "webhook-signature": signature } })
    };
    let read = read_by_python(&[request(body), request("{}")]);
    assert_eq!(
        read,
        [json!({ "verified": true }), json!({ "verified": false })]
    );
}

/// A real Alertmanager on a port of its own choice; killed when it is dropped.
struct Alertmanager {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Alertmanager {
    /// Starts it; absent if the Debian package is not there.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("alertmanager.yml");
        let text = "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n";
        std::fs::write(&config, text).expect("the configuration is written");
        let mut child = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", folder.path().display()))
            .args([
                "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=",
            ])
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, address) = line.split_once("address=127.0.0.1:")?;
                let port: String = address.chars().take_while(char::is_ascii_digit).collect();
                (line.contains("Listening on") && port != "0").then(|| format!("127.0.0.1:{port}"))
            })
            .expect("it says where it listens");
        // Its log is read on, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self {
            child,
            url: format!("http://{address}/api/v2/alerts"),
            _folder: folder,
        })
    }

    async fn post(&self, body: Vec<u8>) {
        let client = client();
        let request = client
            .post(&self.url)
            .header("content-type", "application/json");
        let answer = request.body(body).send().await.expect("an answer");
        let status = answer.status();
        let said = answer.text().await.expect("a text");
        assert!(status.is_success(), "{status}: {said}");
    }

    async fn shown(&self) -> Vec<Value> {
        let answer = client().get(&self.url).send().await.expect("an answer");
        let text = answer.text().await.expect("a text");
        serde_json::from_str(&text).expect("JSON")
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn client() -> reqwest::Client {
    let ring = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder().no_proxy();
    let builder = builder.tls_backend_preconfigured(tls);
    builder.build().expect("a client")
}

#[tokio::test]
async fn a_real_alertmanager_shows_an_alert_firing_and_then_resolved() {
    let Some(alertmanager) = Alertmanager::start() else {
        // Said, not hidden: `tests/run` installs the package where it can.
        use std::io::Write as _;
        let said = "prometheus-alertmanager is not installed: nothing was held against it";
        writeln!(std::io::stderr(), "{said}").expect("it is said");
        return;
    };
    let now = Clock::start().now().utc;
    let before = |seconds| now.before(Duration::from_secs(seconds)).to_string();
    let entered = alert("corridor.entered", 0, &before(60));
    let mut exited = alert("corridor.exited", 1, &before(1));
    exited.inside_seconds = Some(59.0);
    let posted = |alert| rendered(&Format::Alertmanager, alert, &Story::default()).body;
    alertmanager.post(posted(&entered)).await;
    let shown = alertmanager.shown().await;
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(shown[0]["status"]["state"], "active");
    assert_eq!(shown[0]["labels"]["alertname"], "CorridorOccupied");
    assert_eq!(shown[0]["annotations"]["severity"], "major");

    let webhook = rendered(&Format::AlertmanagerWebhook, &entered, &Story::default());
    let webhook: Value = serde_json::from_str(&text(&webhook)).expect("JSON");
    assert_eq!(webhook["version"], "4");
    assert_eq!(
        webhook["alerts"][0]["fingerprint"], shown[0]["fingerprint"],
        "it names the labels as we do"
    );

    alertmanager.post(posted(&exited)).await;
    // A resolved alert is shown no more.
    let resolved = async {
        while !alertmanager.shown().await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let resolved = timeout(Duration::from_secs(20), resolved).await;
    assert!(resolved.is_ok(), "it is resolved in time");
}
