//! What is heard of the flights: messages of a vehicle, over links with faults.

use std::time::Duration;

use corridord::track::{
    Authenticity, GlobalPosition, Gnss, Heartbeat, LinkName, Message, Namespace, RawFrame, Report,
    Sender,
};
use corridord::units::{Metres, Moment};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::flight::{FLIGHT_S, Flight};
use super::world::Spot;

/// All links hear one fleet.
pub(crate) const NAMESPACE: &str = "fleet";
/// The accuracy that receivers report, metres.
pub(crate) const H_ACC_M: f64 = 3.0;
/// How far a position is off at most, metres.
const NOISE_M: f64 = 2.5;

/// A message that a vehicle sent.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// The number of its flight.
    pub(crate) vehicle: usize,
    /// When it was sent, since the start.
    pub(crate) sent: Duration,
    /// Where the vehicle says to be, if it is a position.
    pub(crate) spot: Option<Spot>,
    message: Message,
}

/// A message that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrival {
    /// When, since the start.
    pub(crate) due: Duration,
    /// The number of its sample.
    pub(crate) sample: usize,
    /// The number of its link.
    pub(crate) link: usize,
}

/// What befalls the messages of a link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    loss: f64,
    duplicates: f64,
    reordered: f64,
    delay: Duration,
    silences: Vec<(Duration, Duration)>,
}

impl Link {
    /// Two links that lose, repeat, reorder and fall silent, of which the second is late as a
    /// whole.
    pub(crate) fn bad_ones(seed: u64) -> [Self; 2] {
        let mut rng = StdRng::seed_from_u64(seed ^ 0xbad1);
        [20, 900].map(|delay_ms| Self {
            loss: rng.random_range(0.0..0.3),
            duplicates: rng.random_range(0.0..0.3),
            reordered: rng.random_range(0.0..0.4),
            delay: Duration::from_millis(delay_ms),
            silences: (0..rng.random_range(0..5))
                .map(|_| {
                    let from = rng.random_range(0..FLIGHT_S);
                    let lasts = rng.random_range(1..8);
                    let seconds = |count: u32| Duration::from_secs(count.into());
                    (seconds(from), seconds(from + lasts))
                })
                .collect(),
        })
    }

    fn is_silent(&self, at: Duration) -> bool {
        let silences = &self.silences;
        silences
            .iter()
            .any(|(from, until)| (*from..*until).contains(&at))
    }
}

/// Everything that the vehicles say, in the order in which they say it.
pub(crate) fn said(seed: u64, flights: &[Flight]) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (vehicle, flight) in flights.iter().enumerate() {
        let mut rng = StdRng::seed_from_u64(seed ^ (0x5a1d + vehicle as u64));
        let step_ms = [400, 500, 1_000][rng.random_range(0..3)];
        let booted_ms = rng.random_range(30_000..300_000);
        for ms in (0..FLIGHT_S * 1_000).step_by(step_ms) {
            let sent = Duration::from_millis(ms.into());
            let mut say = |spot, message| {
                samples.push(Sample {
                    vehicle,
                    sent,
                    spot,
                    message,
                });
            };
            if ms % 2_000 == 0 {
                say(None, Message::Heartbeat(HEARTBEAT));
                say(None, Message::Gnss(gnss()));
            }
            let (spot, speeds) = flight.at(sent.as_secs_f64());
            let off_m = rng.random_range(0.0..NOISE_M);
            let off = spot.beside(off_m, rng.random_range(0.0..std::f64::consts::TAU));
            let position = position(off, flight.height_m, speeds, booted_ms + ms);
            say(Some(heard_as(&position)), Message::GlobalPosition(position));
        }
    }
    samples.sort_by_key(|sample| sample.sent);
    samples
}

/// When what is said arrives over links, the earliest first.
pub(crate) fn arrivals(seed: u64, samples: &[Sample], links: &[Link]) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    for (number, link) in links.iter().enumerate() {
        let mut rng = StdRng::seed_from_u64(seed ^ (0xa117 + number as u64));
        for (sample, said) in samples.iter().enumerate() {
            let [lost, twice, late] =
                [link.loss, link.duplicates, link.reordered].map(|share| rng.random_bool(share));
            let [later_ms, again_ms] = [0, 1].map(|_| rng.random_range(0..5_000));
            if lost || link.is_silent(said.sent) {
                continue;
            }
            let held_back = Duration::from_millis(if late { later_ms } else { 0 });
            let due = said.sent + link.delay + held_back;
            let arrival = |due| Arrival {
                due,
                sample,
                link: number,
            };
            arrivals.push(arrival(due));
            if twice {
                arrivals.push(arrival(due + Duration::from_millis(again_ms)));
            }
        }
    }
    arrivals.sort_unstable();
    arrivals
}

impl Sample {
    /// The report of this sample on a link; its frame is its number.
    pub(crate) fn report(&self, number: usize, link: usize, received: Moment) -> Report {
        Report {
            received,
            link: LinkName::new(["radio", "modem"][link]),
            sender: Sender {
                namespace: Namespace::new(NAMESPACE),
                system_id: u32::try_from(self.vehicle + 1).expect("a few vehicles"),
                component_id: 1,
                address: None,
                authenticity: Authenticity::Unsigned,
            },
            link_loss: None,
            sender_loss: None,
            message: self.message,
            frame: RawFrame::new(&(number as u64).to_be_bytes()),
        }
    }
}

/// The number of the sample that a frame is of.
pub(crate) fn sample_of(frame_hex: &str) -> Option<usize> {
    usize::from_str_radix(frame_hex, 16).ok()
}

/// The track of a vehicle.
pub(crate) fn track_of(vehicle: usize) -> String {
    format!("vehicle:{NAMESPACE}/{}", vehicle + 1)
}

const HEARTBEAT: Heartbeat = Heartbeat {
    mav_type: 2,
    autopilot: 3,
};

fn gnss() -> Gnss {
    Gnss {
        time: None,
        fix_type: 3,
        satellites: Some(12),
        place: None,
        alt_msl_m: None,
        alt_ellipsoid_m: None,
        ground_speed_mps: None,
        course_deg: None,
        h_acc: Metres::new(H_ACC_M).ok(),
        v_acc: None,
        speed_acc_mps: None,
    }
}

fn position(
    spot: Spot,
    height_m: f64,
    [east_mps, north_mps]: [f64; 2],
    boot_ms: u32,
) -> GlobalPosition {
    let place = spot.place();
    GlobalPosition {
        boot_ms,
        lat_e7: degrees_e7(place.lat_deg),
        lon_e7: degrees_e7(place.lon_deg),
        alt_msl_m: height_m,
        alt_above_home_m: 100.0,
        north_mps,
        east_mps,
        down_mps: 0.0,
    }
}

fn heard_as(position: &GlobalPosition) -> Spot {
    Spot::of(
        f64::from(position.lat_e7) / 1e7,
        f64::from(position.lon_e7) / 1e7,
    )
}

#[expect(clippy::cast_possible_truncation, reason = "degrees fit")]
fn degrees_e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}
