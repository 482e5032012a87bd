//! `corridor-sim fly`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use corridor_sim::corridors::{self, Corridor};
use corridor_sim::fly::{self, FlySettings};
use corridor_sim::frame::MavlinkVersion;
use corridor_sim::plan::VehiclePlan;
use tokio_util::sync::CancellationToken;

use super::{duration, note};

/// The flags of `fly`.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)]
pub(super) struct FlyArgs {
    /// Where to send the frames, over UDP.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:14550")]
    to: String,
    /// GeoJSON with the corridors: a `FeatureCollection` whose features have the property
    /// `id` and are a `LineString` or a `Polygon` (its exterior ring is followed).
    #[arg(long, value_name = "FILE")]
    corridors: PathBuf,
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
    /// The share of frames that get lost on the way, 0 to 1.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0)]
    loss: f64,
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
    let path = args.corridors.display();
    let text = std::fs::read_to_string(&args.corridors).with_context(|| format!("read {path}"))?;
    let corridors = corridors::read(&text).with_context(|| format!("read {path}"))?;
    let corridor = corridors::pick(&corridors, args.corridor.as_deref())
        .with_context(|| format!("look in {path}"))?;
    let seed = args.seed.unwrap_or_else(rand::random);
    let settings = FlySettings {
        to: super::address(&args.to).await?,
        vehicles: plans(&args, corridor),
        one_socket: args.one_socket,
        seed,
        faster: args.faster,
        lasts: args.lasts,
    };
    note(&format!(
        "{} on {}, sending to {}, seed {seed}",
        vehicles(args.vehicles),
        corridor.id,
        settings.to
    ))?;
    let summary = fly::run(settings, cancel).await?;
    note(&summary.to_string())
}

fn plans(args: &FlyArgs, corridor: &Corridor) -> Vec<VehiclePlan> {
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
        loss: args.loss,
        ..VehiclePlan::new(corridor.places.clone(), args.system_id)
    };
    (0..args.vehicles)
        .map(|number| VehiclePlan {
            system_id: args.system_id.saturating_add(number),
            start_m: args.start_km * 1_000.0 + args.spacing_m * f64::from(number),
            sway_phase_rad: std::f64::consts::TAU * f64::from(number) / f64::from(args.vehicles),
            ..plan.clone()
        })
        .collect()
}

fn vehicles(count: u32) -> String {
    if count == 1 {
        "1 vehicle".to_owned()
    } else {
        format!("{count} vehicles")
    }
}
