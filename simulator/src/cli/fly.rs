//! `corridor-sim fly`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use corridor_sim::channel::LinkFaults;
use corridor_sim::corridors::{self, Corridor};
use corridor_sim::fly::FlySettings;
use corridor_sim::frame::{Identity, MavlinkVersion};
use corridor_sim::link::{Carries, LinkPlan};
use corridor_sim::plan::VehiclePlan;
use corridor_sim::scenario::Scenario;
use corridor_sim::signing::SigningKey;
use corridor_sim::transport::Target;
use tokio_util::sync::CancellationToken;

use super::duration;
use super::show::{self, Overrides};

/// How long after a frame its duplicate arrives at most.
const DUPLICATED_WITHIN: Duration = Duration::from_millis(500);

/// The flags of `fly`.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(super) struct FlyArgs {
    /// Where to send the frames: HOST:PORT or udp:HOST:PORT, tcp:HOST:PORT (connects),
    /// tcp-listen:HOST:PORT (waits for a client), pty:PATH (a device that looks like a radio;
    /// waits until it is opened). Several are redundant links [default: what the scenario says,
    /// or 127.0.0.1:14550].
    #[arg(long, value_name = "TARGET")]
    to: Vec<Target>,
    /// Fly a scenario of your own: vehicles, traffic, links and what goes wrong when, written as
    /// `corridor-sim list NAME` shows. Of the other flags, --corridors, --to, --seed, --for and
    /// --faster count beside it.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// GeoJSON with the corridors: a `FeatureCollection` whose features have the property
    /// `id` and are a `LineString` or a `Polygon` (its exterior ring is followed).
    #[arg(long, value_name = "FILE", required_unless_present = "scenario")]
    corridors: Option<PathBuf>,
    /// The corridor to follow [default: the first line].
    #[arg(long, value_name = "ID")]
    corridor: Option<String>,
    /// How many vehicles fly.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    vehicles: u32,
    /// The first vehicle's system id; the others count on from it.
    #[arg(long, value_name = "FIRST", default_value_t = 1)]
    system_id: u32,
    /// Send all vehicles from one UDP socket, as behind one radio.
    #[arg(long)]
    one_socket: bool,
    /// The MAVLink version of the frames.
    #[arg(long, value_enum, default_value_t = Version::V2)]
    mavlink: Version,
    /// Speed along the corridor, metres per second; 0 hovers.
    #[arg(long, value_name = "MPS", default_value_t = 15.0)]
    speed_mps: f64,
    /// Height above home, metres.
    #[arg(long, value_name = "M", default_value_t = 100.0)]
    height_m: f64,
    /// Height of home above mean sea level, metres.
    #[arg(long, value_name = "M", default_value_t = 150.0)]
    home_alt_m: f64,
    /// The first vehicle's chainage at the start, kilometres.
    #[arg(long, value_name = "KM", default_value_t = 0.0)]
    start_km: f64,
    /// How far each vehicle starts ahead of the one before, metres.
    #[arg(long, value_name = "M", default_value_t = 200.0)]
    spacing_m: f64,
    /// Constant distance from the line, metres; right of the line is positive.
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    offset_m: f64,
    /// Sway about the offset by this many metres: in and out of the corridor, again and
    /// again.
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    sway_m: f64,
    /// Seconds for one sway to and fro; the first vehicle starts furthest right.
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    sway_period_s: f64,
    /// `GLOBAL_POSITION_INT` frames a second; 0 sends none.
    #[arg(long, value_name = "HZ", default_value_t = 4.0)]
    position_hz: f64,
    /// `GPS_RAW_INT` frames a second; 0 sends none.
    #[arg(long, value_name = "HZ", default_value_t = 2.0)]
    raw_hz: f64,
    /// Standard deviation of the position's error on each axis, metres.
    #[arg(long, value_name = "M", default_value_t = 1.5)]
    noise_m: f64,
    /// Horizontal accuracy that `GPS_RAW_INT` reports, metres [default: twice the noise, at
    /// least 0.5].
    #[arg(long, value_name = "M")]
    h_acc_m: Option<f64>,
    /// The share of frames that get lost on the way, 0 to 1, on each link by itself.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0)]
    loss: f64,
    /// The share of frames that arrive twice, within half a second, 0 to 1.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0)]
    duplicates: f64,
    /// The share of frames that later ones overtake, 0 to 1.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0)]
    reorder: f64,
    /// How long a frame that is overtaken is held back at most.
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration)]
    reorder_within: Duration,
    /// How long every frame is under way.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    delay: Duration,
    /// The share of frames of which one bit is flipped, 0 to 1.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0)]
    flip: f64,
    /// The share of frames that garbage follows, 0 to 1.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0)]
    garbage: f64,
    /// Say once a second everything that there is to say, Remote ID and cameras too.
    #[arg(long)]
    everything: bool,
    /// Sign the frames with the key in this file: 64 hexadecimal digits.
    #[arg(long, value_name = "FILE")]
    sign_key_file: Option<PathBuf>,
    /// Repeat a flight: the same seed gives the same frames [default: random, and told].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How long to fly, in the vehicles' own time: 30s, 5m [default: until Ctrl-C].
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    lasts: Option<Duration>,
    /// Let time run this many times faster, the vehicles' clocks too.
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    faster: f64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Version {
    #[value(name = "1")]
    V1,
    #[value(name = "2")]
    V2,
}

/// Flies, and tells what was sent.
pub(super) async fn run(args: FlyArgs, cancel: CancellationToken) -> anyhow::Result<()> {
    let (what, settings) = match &args.scenario {
        Some(file) => shown(&args, file)?,
        None => flown(&args)?,
    };
    show::show(&what, settings, cancel).await
}

/// What the scenario in a file says.
fn shown(args: &FlyArgs, path: &Path) -> anyhow::Result<(String, FlySettings)> {
    let name = path.display();
    let (file, corridors) = show::read(path, args.corridors.as_deref())?;
    let overrides = Overrides {
        to: args.to.clone(),
        seed: args.seed,
        lasts: args.lasts,
        faster: args.faster,
    };
    let settings =
        show::settings(&file, &corridors, overrides).with_context(|| format!("read {name}"))?;
    let what = show::vehicles(settings.scenario.vehicles.len());
    Ok((format!("{what} by {name}"), settings))
}

/// What the flags say.
fn flown(args: &FlyArgs) -> anyhow::Result<(String, FlySettings)> {
    let path = args.corridors.as_ref().context("add --corridors")?;
    let corridors = show::read_corridors(path)?;
    let corridor = corridors::pick(&corridors, args.corridor.as_deref())
        .with_context(|| format!("look in {}", path.display()))?;
    let plans = plans(args, corridor)?;
    let to = show::usual_unless(args.to.clone())?;
    let what = format!("{} on {}", show::vehicles(plans.len()), corridor.id);
    let settings = FlySettings {
        scenario: Scenario {
            links: links(args, &to, plans.len()),
            ..Scenario::of(plans)
        },
        to,
        seed: args.seed.unwrap_or_else(rand::random),
        faster: args.faster,
        lasts: args.lasts,
    };
    Ok((what, settings))
}

/// One link for each target; over UDP to one place each vehicle has a radio of its own.
fn links(args: &FlyArgs, to: &[Target], vehicles: usize) -> Vec<LinkPlan> {
    let link = |number: usize, carries| LinkPlan {
        carries,
        faults: LinkFaults {
            loss: args.loss,
            duplicates: args.duplicates,
            duplicated_within: DUPLICATED_WITHIN,
            reordered: args.reorder,
            reordered_within: args.reorder_within,
            delay: args.delay,
            flipped: args.flip,
            garbage: args.garbage,
        },
        ..LinkPlan::new(&format!("link {}", number + 1))
    };
    let is_radio_each = matches!(to, [Target::Udp(_)]) && !args.one_socket;
    if is_radio_each {
        let alone = |number| link(number, Carries::Only(vec![number]));
        (0..vehicles).map(alone).collect()
    } else {
        let all = |number| link(number, Carries::Everybody);
        (0..to.len()).map(all).collect()
    }
}

fn plans(args: &FlyArgs, corridor: &Corridor) -> anyhow::Result<Vec<VehiclePlan>> {
    let places = corridor.places.clone();
    let usual = if args.everything {
        VehiclePlan::saying_everything(places, args.system_id)
    } else {
        VehiclePlan::new(places, args.system_id)
    };
    let plan = VehiclePlan {
        version: match args.mavlink {
            Version::V1 => MavlinkVersion::V1,
            Version::V2 => MavlinkVersion::V2,
        },
        speed_mps: args.speed_mps,
        height_m: args.height_m,
        home_alt_msl_m: args.home_alt_m,
        offset_m: args.offset_m,
        sway_m: args.sway_m,
        sway_period_s: args.sway_period_s,
        position_hz: args.position_hz,
        raw_hz: args.raw_hz,
        noise_m: args.noise_m,
        h_acc_m: args.h_acc_m,
        signing: args.sign_key_file.as_deref().map(read_key).transpose()?,
        ..usual
    };
    let numbered = (0..args.vehicles).map(|number| {
        let system_id = args.system_id.saturating_add(number);
        VehiclePlan {
            system_id,
            start_m: args.start_km * 1_000.0 + args.spacing_m * f64::from(number),
            sway_phase_rad: std::f64::consts::TAU * f64::from(number) / f64::from(args.vehicles),
            identity: Identity::numbered(system_id.into()),
            ..plan.clone()
        }
    });
    Ok(numbered.collect())
}

fn read_key(path: &Path) -> anyhow::Result<SigningKey> {
    let read = || anyhow::Ok(std::fs::read_to_string(path)?.parse()?);
    read().with_context(|| format!("read {}", path.display()))
}
