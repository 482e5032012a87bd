//! Ten thousand vehicles, each flying its round, heard four times a second in turn.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::TAU;
use std::sync::Arc;
use std::time::Duration;

use corridord::corridor::{CorridorIndex, CorridorSet};
use corridord::monitor::alert::Event;
use corridord::monitor::fleet::Fleet;
use corridord::monitor::rule::{Confirm, Margin, Rule};
use corridord::monitor::storm::Inhibit;
use corridord::monitor::{
    GateSettings, LivenessSettings, Monitor, Restored, RosterSettings, Settings,
};
use corridord::track::{
    Authenticity, GlobalPosition, LinkName, Message, Namespace, RawFrame, Report, Sender,
};
use corridord::units::{LatLon, Metres, Moment, Monotonic, Utc};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use uuid::Uuid;

/// Vehicles, and milliseconds between two fixes of each.
pub(crate) const TRACKS: usize = 10_000;
const STEP_MS: u32 = 250;

/// How each flies: its round has this radius in metres, at this speed in metres per second.
const RADIUS_M: f64 = 100.0;
const SPEED_MPS: f64 = 20.0;

/// Metres of a degree of latitude, near enough to fly by.
const METRES_PER_DEGREE: f64 = 111_000.0;

/// 2026-05-01T10:00:00Z, microseconds since the Unix epoch.
const START_US: i64 = 1_777_629_600_000_000;

/// Where the middle of each round lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Where {
    /// More than 5 km from everything.
    Far,
    /// So far inside a corridor that the round stays clear of its margin.
    Inside,
    /// So near outside that the round comes within 50 m of an edge, and no nearer.
    Beside,
    /// On an edge, so that the round goes in and out.
    OnTheEdge,
}

/// The vehicles, and the time.
pub(crate) struct Traffic {
    middles: Vec<LatLon>,
    report: Report,
    ms: u32,
}

impl Traffic {
    /// Draws where the vehicles fly; the same each time.
    pub(crate) fn over(set: &CorridorSet, place: Where, tracks: usize) -> Self {
        let mut random = StdRng::seed_from_u64(0x00c0_1a2b);
        let spots = Spots::of(set);
        Self {
            middles: (0..tracks)
                .map(|_| spots.draw(place, &mut random))
                .collect(),
            report: report(),
            ms: 0,
        }
    }

    /// Lets a monitor hear one fix of every vehicle; returns how many alerts came of it.
    pub(crate) fn round(&mut self, monitor: &mut Monitor) -> usize {
        self.ms += STEP_MS;
        let angle = f64::from(self.ms) / 1000.0 * SPEED_MPS / RADIUS_M;
        let mut alerts = 0;
        for nth in 0..self.middles.len() {
            self.move_to(nth, angle + TAU * 0.618 * count(nth));
            monitor.handle_report(&self.report);
            while let Some(decision) = monitor.poll_decision() {
                alerts += usize::from(decision.alert.is_some());
            }
        }
        alerts
    }

    fn move_to(&mut self, nth: usize, angle: f64) {
        let middle = self.middles[nth];
        let (sin, cos) = angle.sin_cos();
        let lat = middle.lat() + RADIUS_M * cos / METRES_PER_DEGREE;
        let stretch = METRES_PER_DEGREE * middle.lat().to_radians().cos();
        let lon = middle.lon() + RADIUS_M * sin / stretch;
        self.report.received = Moment {
            monotonic: Monotonic::from_micros(u64::from(self.ms) * 1000),
            utc: Utc::from_micros(START_US + i64::from(self.ms) * 1000),
        };
        self.report.sender.system_id = u32::try_from(nth).expect("few") + 1;
        if let Message::GlobalPosition(said) = &mut self.report.message {
            said.boot_ms = self.ms;
            said.lat_e7 = degrees_e7(lat);
            said.lon_e7 = degrees_e7(lon);
            said.north_mps = -SPEED_MPS * sin;
            said.east_mps = SPEED_MPS * cos;
        }
    }
}

/// A monitor that has room for all of them.
pub(crate) fn monitor(rules: Vec<Rule>, set: Arc<CorridorSet>) -> Monitor {
    let settings = Settings {
        unit: "unit".to_owned(),
        history: Uuid::nil(),
        rules,
        gate: GateSettings::default(),
        roster: RosterSettings {
            tracks_max: TRACKS,
            new_at_once: u32::try_from(TRACKS).expect("few"),
            new_every: Duration::from_secs(1),
        },
        liveness: LivenessSettings::default(),
        fleet: Fleet::default(),
        routes: Vec::new(),
        attendances: Vec::new(),
        inhibit: Inhibit::default(),
        callsigns: BTreeMap::new(),
        recordings: BTreeSet::new(),
    };
    Monitor::new(settings, set, Restored::default())
}

/// Rules as a unit could have them: for some corridors or all, more or less sure and patient.
pub(crate) fn rules(count: u32) -> Vec<Rule> {
    let mut rules = vec![Rule::default()];
    for nth in 1..count {
        rules.push(Rule {
            name: format!("rule {nth}"),
            events: vec![Event::Entered, Event::Crossed, Event::Exited],
            confirm: Confirm {
                fixes: Some(1 + nth % 5),
                span: None,
            },
            margin: Margin {
                base: Metres::new(f64::from(nth % 3) * 5.0).expect("a length"),
                ..Margin::default()
            },
            dwell: (nth % 2 == 0).then(|| Duration::from_secs(86_400)),
            cool_down: (nth % 4 == 0).then(|| Duration::from_secs(60)),
            ..Rule::default()
        });
    }
    rules
}

/// Where the corridors of a set are.
struct Spots<'a> {
    set: &'a CorridorSet,
    /// Corridors, each with vertices.
    vertices: Vec<(CorridorIndex, LatLon)>,
    bounds: [f64; 4],
}

impl<'a> Spots<'a> {
    fn of(set: &'a CorridorSet) -> Self {
        let all = set.iter().flat_map(|(index, corridor)| {
            let count = corridor.shape.segment_count();
            (0..count).map(move |nth| (index, corridor.shape.segment(nth).start))
        });
        let vertices: Vec<_> = all.collect();
        let lats = || vertices.iter().map(|(_, at)| at.lat());
        let lons = || vertices.iter().map(|(_, at)| at.lon());
        let bounds = [
            lats().fold(f64::INFINITY, f64::min),
            lats().fold(f64::NEG_INFINITY, f64::max),
            lons().fold(f64::INFINITY, f64::min),
            lons().fold(f64::NEG_INFINITY, f64::max),
        ];
        Self {
            set,
            vertices,
            bounds,
        }
    }

    /// Draws the middle of a round.
    fn draw(&self, place: Where, random: &mut StdRng) -> LatLon {
        let [south, north, west, east] = self.bounds;
        loop {
            let (_, start) = self.vertices[random.random_range(0..self.vertices.len())];
            let (lat, lon) = match place {
                Where::Far => (
                    random.random_range(south..north),
                    random.random_range(west..east),
                ),
                Where::Inside | Where::Beside | Where::OnTheEdge => (
                    start.lat() + random.random_range(-0.03..0.03),
                    start.lon() + random.random_range(-0.03..0.03),
                ),
            };
            let at = LatLon::new(lat, lon).expect("in the Balkans");
            if fits(place, self.edge_m(at)) {
                return at;
            }
        }
    }

    /// The distance to the nearest edge of anything, metres, negative inside; infinite beyond 5 km.
    fn edge_m(&self, at: LatLon) -> f64 {
        let mut found = Vec::new();
        let radius = Metres::new(5_000.0).expect("a length");
        self.set.near(at, radius, &mut found);
        let edges = found.iter().map(|nearby| nearby.edge_m);
        let nearest = edges.min_by(|a, b| a.abs().total_cmp(&b.abs()));
        nearest.unwrap_or(f64::INFINITY)
    }
}

fn fits(place: Where, edge_m: f64) -> bool {
    match place {
        Where::Far => edge_m == f64::INFINITY,
        Where::Inside => edge_m < -(RADIUS_M + 50.0),
        Where::Beside => (RADIUS_M + 50.0..RADIUS_M + 60.0).contains(&edge_m),
        Where::OnTheEdge => (-20.0..20.0).contains(&edge_m),
    }
}

fn report() -> Report {
    Report {
        received: Moment::default(),
        link: LinkName::new("lan"),
        link_loss: None,
        sender_loss: None,
        sender: Sender {
            namespace: Namespace::new("lan"),
            system_id: 1,
            component_id: 1,
            address: None,
            authenticity: Authenticity::Unsigned,
        },
        message: Message::GlobalPosition(GlobalPosition {
            boot_ms: 0,
            lat_e7: 0,
            lon_e7: 0,
            alt_msl_m: 400.0,
            alt_above_home_m: 100.0,
            north_mps: 0.0,
            east_mps: 0.0,
            down_mps: 0.0,
        }),
        frame: RawFrame::new(&[0xfd, 28, 0, 0]),
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are few")]
fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, reason = "degrees fit")]
fn degrees_e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}
