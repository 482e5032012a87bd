//! `corridord demo`: three simulated vehicles, the daemon and a receiving endpoint in one
//! process, on loopback, with a database in a temporary folder.

use std::collections::BTreeMap;
use std::f64::consts::FRAC_PI_4;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use corridor_sim::corridors;
use corridor_sim::fly::{self, FlySettings, FlySummary};
use corridor_sim::frame::{MavType, MavlinkVersion};
use corridor_sim::plan::VehiclePlan;
use corridor_sim::receive::{Delivery, ReceiveSettings, Receiver, Signature};
use corridor_sim::secret::Secret;
use rand::RngExt as _;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::app::{self, Daemon};
use crate::cli::signals::Signals;
use crate::clock::Clock;
use crate::config::{Settings, parse_span};
use crate::control;
use crate::corridor::{CorridorSet, Region, geojson, shipped};
use crate::deliver::{self, Endpoint};
use crate::link::{self, Address, Allow, HostPort};
use crate::log;
use crate::monitor::alert::Status;
use crate::monitor::fleet::Fleet;
use crate::monitor::rule::Rule;
use crate::monitor::storm::Inhibit;
use crate::monitor::{GateSettings, LivenessSettings, RosterSettings};
use crate::route::Routing;
use crate::station;
use crate::store;
use crate::track::{LinkClass, LinkName, Namespace};

/// How long the last alerts may take to arrive once the flights have ended.
const DRAIN_MAX: Duration = Duration::from_secs(3);

/// Shows the whole way of an alert without configuration, network or hardware
///
/// Three simulated vehicles fly over the shipped corridors and send MAVLink to the daemon, which
/// delivers signed alerts to a receiving endpoint; each line is an alert as it arrived there.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// End after this time, such as 30s; without it, Ctrl-C ends the demo
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    lasts: Option<Duration>,
    /// Repeats the flights and the jitter of an earlier demo, which printed its seed
    #[arg(long)]
    seed: Option<u64>,
}

fn span(text: &str) -> Result<Duration, String> {
    parse_span(text).ok_or_else(|| "write a time such as 30s or \"5 min\"".to_owned())
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    log::start_quiet();
    let seed = args.seed.unwrap_or_else(|| rand::rng().random());
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(show(args.lasts, seed))
}

async fn show(lasts: Option<Duration>, seed: u64) -> anyhow::Result<()> {
    let mut signals = Signals::listen().context("cannot listen for signals")?;
    let state = tempfile::tempdir().context("cannot make a temporary folder")?;
    let secret = Secret::fresh();
    let mut receiver = Receiver::bind(ReceiveSettings {
        secrets: vec![secret.clone()],
        ..ReceiveSettings::loopback()
    })
    .await
    .context("cannot start the receiving endpoint")?;
    let mut deliveries = receiver.deliveries();
    let url = Url::parse(&receiver.url()).context("the endpoint's URL")?;
    let stop_receiver = CancellationToken::new();
    let receiving = tokio::spawn(receiver.run(stop_receiver.clone()));

    let endpoint = Endpoint::new("command-centre", url, vec![secret.expose().parse()?]);
    let directory = state.path().to_owned();
    let settings = settings(
        endpoint,
        store::Settings {
            directory,
            keep: store::Settings::KEEP,
        },
    )?;
    let outside = app::Outside {
        clock: Clock::start(),
        seed,
        fresh_history: Uuid::new_v4(),
        source: None,
    };
    let mut daemon = app::start(settings, outside).await?;
    let (_link, address) = daemon
        .addresses()
        .first()
        .context("the daemon has no link")?;

    print_line(&format!(
        "corridord demo, seed {seed}: 3 vehicles over the shipped corridors, MAVLink to \
         {address},\nalerts to a receiving endpoint on loopback; an exercise, nothing is real"
    ))?;
    let stop_flights = CancellationToken::new();
    let flights = FlySettings::over_udp(*address, vehicles()?, seed);
    let flying = tokio::spawn(fly::run(flights, stop_flights.clone()));

    let mut tally = Tally::default();
    let end = async {
        match lasts {
            Some(lasts) => sleep(lasts).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(end);
    let failure = loop {
        tokio::select! {
            biased;
            _wish = signals.wish() => break None,
            () = &mut end => break None,
            failure = daemon.failed() => break Some(failure),
            Some(delivery) = deliveries.recv() => tally.show(&delivery)?,
        }
    };
    signals.leave_at_the_next();
    stop_flights.cancel();
    let flown = flying.await.context("the simulator")??;
    drain(&daemon, &mut deliveries, &mut tally).await?;
    let stopped = daemon.stop().await;
    stop_receiver.cancel();
    receiving.await.context("the receiving endpoint")??;
    if let Some(failure) = failure {
        return Err(failure.into());
    }
    stopped?;
    tally.finish(&flown)
}

/// Waits until the endpoint has every alert that was accepted, within a limit.
async fn drain(
    daemon: &Daemon,
    deliveries: &mut mpsc::Receiver<Delivery>,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let store = daemon.store();
    let all = async {
        loop {
            let pending: u64 = store.backlog().await?.iter().map(|rows| rows.pending).sum();
            if pending == 0 {
                return anyhow::Ok(());
            }
            // Each alert that arrives is a reason to ask again; so is a moment without one.
            if let Ok(Some(delivery)) = timeout(Duration::from_millis(50), deliveries.recv()).await
            {
                tally.show(&delivery)?;
            }
        }
    };
    if let Ok(drained) = timeout(DRAIN_MAX, all).await {
        drained?;
    }
    while let Ok(delivery) = deliveries.try_recv() {
        tally.show(&delivery)?;
    }
    Ok(())
}

fn settings(endpoint: Endpoint, store: store::Settings) -> anyhow::Result<Settings> {
    let file = geojson::read(shipped::WESTERN_BALKANS, &Region::default())
        .map_err(|flaws| anyhow!("the shipped corridors have {} flaws", flaws.len()))?;
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    Ok(Settings {
        unit: "demo".to_owned(),
        history: None,
        links: vec![link::Settings {
            name: LinkName::new("simulator"),
            namespace: Namespace::new("simulator"),
            address: Address::UdpIn {
                at: HostPort::from(loopback),
                interface: None,
            },
            allow: Allow::default(),
            class: LinkClass::default(),
            station: station::Settings::default(),
            forward: Vec::new(),
            record: None,
            signing: None,
        }],
        corridors: CorridorSet::new(file.corridors, file.places)?,
        corridor_files: Vec::new(),
        lists: Vec::new(),
        rules: vec![Rule {
            status: Status::Exercise,
            ..Rule::default()
        }],
        routes: Vec::new(),
        attendances: Vec::new(),
        gate: GateSettings::default(),
        roster: RosterSettings::default(),
        fleet: Fleet {
            status: Status::Exercise,
            ..Fleet::default()
        },
        inhibit: Inhibit::default(),
        liveness: LivenessSettings::default(),
        callsigns: BTreeMap::new(),
        routing: Routing::everything_to([endpoint.name.clone()]),
        deliver: deliver::Settings {
            endpoints: vec![endpoint],
            ..deliver::Settings::default()
        },
        control: control::Settings {
            socket: store.directory.join(control::FILE_NAME),
        },
        store,
    })
}

/// Three flights that weave over an edge: the first is told within seconds.
fn vehicles() -> anyhow::Result<Vec<VehiclePlan>> {
    let lines = corridors::read(shipped::WESTERN_BALKANS)?;
    let path = |id| anyhow::Ok(corridors::pick(&lines, Some(id))?.places.clone());
    let weaving = |path, system_id| VehiclePlan {
        speed_mps: 25.0,
        height_m: 120.0,
        sway_m: 150.0,
        sway_period_s: 24.0,
        ..VehiclePlan::new(path, system_id)
    };
    Ok(vec![
        VehiclePlan {
            mav_type: MavType::MAV_TYPE_QUADROTOR,
            start_m: 43_000.0,
            offset_m: 2_500.0,
            ..weaving(path("x-mk-skopje-gevgelija")?, 1)
        },
        VehiclePlan {
            mav_type: MavType::MAV_TYPE_FIXED_WING,
            start_m: 74_000.0,
            offset_m: 2_500.0,
            sway_phase_rad: FRAC_PI_4,
            ..weaving(path("x-mk-skopje-gevgelija")?, 2)
        },
        VehiclePlan {
            mav_type: MavType::MAV_TYPE_HEXAROTOR,
            version: MavlinkVersion::V1,
            start_m: 10_000.0,
            offset_m: -2_000.0,
            ..weaving(path("viii-al-durres-tirana")?, 3)
        },
    ])
}

/// What has arrived at the endpoint.
#[derive(Debug, Default)]
struct Tally {
    entered: u32,
    exited: u32,
    others: u32,
    unsigned: u32,
    repeats: u32,
}

impl Tally {
    /// Counts a delivery and shows it as one line.
    fn show(&mut self, delivery: &Delivery) -> anyhow::Result<()> {
        let body = delivery
            .body
            .as_ref()
            .context("a delivery without a JSON body")?;
        let event = text(body, "/type");
        if 1 < delivery.times {
            self.repeats += 1;
        } else {
            match event {
                "corridor.entered" => self.entered += 1,
                "corridor.exited" => self.exited += 1,
                _ => self.others += 1,
            }
        }
        let signature = match &delivery.signature {
            Signature::Valid => "signature valid",
            Signature::Invalid { .. } | Signature::Unchecked => {
                self.unsigned += 1;
                "SIGNATURE NOT VALID"
            }
        };
        let properties = "/data/properties";
        let of = |name: &str| text(body, &format!("{properties}{name}"));
        let system = body.pointer(&format!("{properties}/track/system_id"));
        let mut line = String::new();
        write!(
            line,
            "{}  {:<8}  system {}  {}",
            of("/detected_at").get(11..19).unwrap_or_default(),
            event.trim_start_matches("corridor."),
            system.and_then(Value::as_u64).unwrap_or_default(),
            of("/place"),
        )?;
        if let Some(inside) = body.pointer(&format!("{properties}/inside_seconds")) {
            write!(
                line,
                ", {:.0} s inside",
                inside.as_f64().unwrap_or_default()
            )?;
        }
        write!(line, " [{}, {signature}]", of("/certainty"))?;
        print_line(&line)?;
        Ok(())
    }

    fn finish(&self, flown: &FlySummary) -> anyhow::Result<()> {
        print_line(&format!("the simulator: {flown}"))?;
        print_line(&format!(
            "the endpoint: {} entered, {} exited, {} other alerts, {} repeats, {} without a valid \
             signature",
            self.entered, self.exited, self.others, self.repeats, self.unsigned
        ))?;
        ensure!(self.unsigned == 0, "a signature was not valid");
        Ok(())
    }
}

fn text<'a>(body: &'a Value, pointer: &str) -> &'a str {
    body.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn print_line(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
