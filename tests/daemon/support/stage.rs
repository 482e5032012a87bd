//! A daemon with links of any kind, an endpoint, and what flies into its strip.

use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::Duration;

use corridor_sim::vehicle::Vehicle;
use serde_json::Value;

use super::daemon::{Daemon, DaemonOptions};
use super::endpoint::Endpoint;
use super::flight::weaving;
use super::scene::{Scene, config};
use super::wait_within;

/// A daemon that is ready to start, with an endpoint that it delivers to.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Its folder.
    pub(crate) scene: Scene,
    /// Takes its alerts.
    pub(crate) endpoint: Endpoint,
    /// How it starts.
    pub(crate) options: DaemonOptions,
}

impl Stage {
    /// Makes one with `link1`, which has these keys; more links may follow them.
    pub(crate) fn new(link: &str) -> Self {
        let scene = Scene::new();
        let endpoint = Endpoint::start(&scene.secret);
        let links = format!("[[link]]\nname = \"link1\"\n{link}\n");
        let options = scene.configured(&with_links(&links, &endpoint.url));
        Self {
            scene,
            endpoint,
            options,
        }
    }

    /// Makes one whose only link is a serial device that can be plugged in.
    pub(crate) fn with_device(bauds: &str) -> Self {
        Self::with_device_and(bauds, "")
    }

    /// The same, with these further keys.
    pub(crate) fn with_device_and(bauds: &str, keys: &str) -> Self {
        let mut stage = Self::new("address = \"udpin:127.0.0.1:0\"");
        let device = stage.device();
        let address = format!("address = \"serial:{}:{bauds}\"", device.display());
        let links = format!("[[link]]\nname = \"link1\"\n{address}\n{keys}\n");
        let text = with_links(&links, &stage.endpoint.url);
        stage.options = stage.scene.configured(&text);
        stage
    }

    /// Returns where its serial device is plugged in.
    pub(crate) fn device(&self) -> PathBuf {
        self.scene.path("usb-radio-if00")
    }

    /// Waits until the flight of a system is told.
    pub(crate) fn wait_for_entered(&self, system_id: u32) {
        let what = format!("an alert of system {system_id}");
        self.endpoint
            .wait_until(&what, |_all| 0 < self.entered(system_id));
    }

    /// Returns how often the flight of a system was told.
    pub(crate) fn entered(&self, system_id: u32) -> usize {
        let is_it = |body: &Value| {
            body["type"] == "corridor.entered"
                && body["data"]["properties"]["track"]["system_id"] == system_id
        };
        let deliveries = self.endpoint.deliveries();
        let bodies = deliveries.iter().filter_map(|it| it.body.as_ref());
        bodies.filter(|body| is_it(body)).count()
    }
}

/// Returns a configuration with these links and one endpoint.
pub(crate) fn with_links(links: &str, url: &str) -> String {
    let text = config(&[("hook", url)]);
    let (_link, rest) = text.split_once("\n\n").expect("a section after the link");
    format!("{links}\n{rest}")
}

/// Lets the daemon log more.
pub(crate) fn log_level(filter: &str) -> Vec<(String, String)> {
    vec![("CORRIDORD_LOG".to_owned(), filter.to_owned())]
}

/// The frames of a flight into the strip, with the time at which each is due.
pub(crate) fn frames_of(system_id: u32) -> Vec<(Duration, Vec<u8>)> {
    let plan = weaving(system_id, 20.0);
    let mut vehicle = Vehicle::new(plan, 1_770_000_000_000_000, 1).expect("a plan");
    let until = Duration::from_secs(15);
    std::iter::from_fn(|| vehicle.poll_frame(until))
        .map(|frame| (frame.due, frame.bytes))
        .collect()
}

/// The same as one stream.
pub(crate) fn flight_of(system_id: u32) -> Vec<u8> {
    let frames = frames_of(system_id).into_iter();
    frames.flat_map(|(_due, frame)| frame).collect()
}

/// Binds a socket.
pub(crate) fn udp(address: &str) -> UdpSocket {
    UdpSocket::bind(address).expect("a free port")
}

/// Sends a flight, a frame a datagram.
pub(crate) fn send_datagrams(from: &UdpSocket, to: SocketAddr, system_id: u32) {
    for (_due, frame) in frames_of(system_id) {
        from.send_to(&frame, to).expect("it is sent");
    }
}

/// Returns how often the daemon has logged a message.
pub(crate) fn count(daemon: &Daemon, message: &str) -> usize {
    let events = daemon.log.events();
    events
        .iter()
        .filter(|event| event["message"] == message)
        .count()
}

/// Waits until it has logged a message so often.
pub(crate) fn wait_for_count(daemon: &Daemon, message: &str, wanted: usize) {
    let what = format!("{wanted} times `{message}`");
    wait_within(Duration::from_secs(30), &what, || {
        (wanted <= count(daemon, message)).then_some(())
    });
}

/// Returns what a metric was at the end.
pub(crate) fn metric(events: &[Value], name: &str) -> u64 {
    let event = events
        .iter()
        .find(|event| event["message"] == "metric" && event["name"] == name);
    event
        .and_then(|event| event["value"].as_u64())
        .expect("the metric")
}
