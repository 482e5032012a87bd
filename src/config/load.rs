//! Puts the settings together: the file, overridden by flags.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use crate::config::attendance;
use crate::config::corridors::{self, CorridorFiles};
use crate::config::document::{Document, Section};
use crate::config::endpoint::{self, Endpoints};
use crate::config::findings::{Findings, flaw_of};
use crate::config::flaw::{Flaw, Flaws};
use crate::config::fleet;
use crate::config::link;
use crate::config::list;
use crate::config::outside::Outside;
use crate::config::patrol;
use crate::config::rate;
use crate::config::route;
use crate::config::rule::{self, Known};
use crate::config::signing;
use crate::config::tracks;
use crate::config::trust;
use crate::control;
use crate::corridor::CorridorSet;
use crate::deliver;
use crate::link as links;
use crate::monitor::attendance::Attendance;
use crate::monitor::fleet::Fleet;
use crate::monitor::lists::List;
use crate::monitor::routes::Route;
use crate::monitor::rule::Rule;
use crate::monitor::storm::Inhibit;
use crate::monitor::{GateSettings, LivenessSettings, RosterSettings};
use crate::route::Routing;
use crate::station;
use crate::store;
use crate::track::LinkClass;
use crate::units::Metres;

/// Where the state is kept unless somebody says otherwise.
pub const STATE_DEFAULT: &str = "/var/lib/corridord";

/// The folder that the shipped unit file has the service manager make while the daemon runs.
pub const RUNTIME_DEFAULT: &str = "/run/corridord";

/// What the settings are for: a replay needs neither links nor endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To run the daemon.
    Run,
    /// To replay a recording.
    Replay,
}

/// The checked settings of every room.
#[derive(Debug)]
pub struct Settings {
    /// The unit's name.
    pub unit: String,
    /// Salts the alert ids instead of the database's own random id.
    pub history: Option<Uuid>,
    /// The links, in the order of the file.
    pub links: Vec<links::Settings>,
    /// The corridors.
    pub corridors: CorridorSet,
    /// The files that the corridors came from.
    pub corridor_files: Vec<PathBuf>,
    /// The lists of tracks, in the order of the file.
    pub lists: Vec<Arc<List>>,
    /// The rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// The routes, in the order of the file.
    pub routes: Vec<Route>,
    /// The attendances, in the order of the file.
    pub attendances: Vec<Attendance>,
    /// How strict the quality gate is.
    pub gate: GateSettings,
    /// How many tracks are followed, and how fast new ones may come.
    pub roster: RosterSettings,
    /// How much silence is nothing unusual.
    pub liveness: LivenessSettings,
    /// What is told about tracks as such.
    pub fleet: Fleet,
    /// Which alerts mute others.
    pub inhibit: Inhibit,
    /// What the unit calls its vehicles, by track key.
    pub callsigns: BTreeMap<String, String>,
    /// The endpoints.
    pub deliver: deliver::Settings,
    /// Which alerts each of them gets.
    pub routing: Routing,
    /// Where the state is kept.
    pub store: store::Settings,
    /// Where the daemon can be asked.
    pub control: control::Settings,
}

/// Settings, and what somebody should look at though they are usable.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Not errors.
    pub warnings: Vec<Flaw>,
}

/// Reads `file`, if there is one, and what overrides it.
///
/// # Errors
///
/// Everything that is wrong, at once; only a file that is no TOML is not looked into.
pub fn load(file: Option<&Path>, outside: &Outside, purpose: Purpose) -> Result<Loaded, Flaws> {
    let (source, text) = match file {
        None => ("flags".to_owned(), String::new()),
        Some(file) => (file.display().to_string(), text_of(file)?),
    };
    let base = file.and_then(Path::parent).unwrap_or(Path::new(""));
    let document = Document::parse(&source, &text).map_err(Flaws)?;
    let (parts, mut more) = read(&document, base, outside, purpose);
    let mut flaws = document.into_flaws();
    flaws.append(&mut more.flaws);
    match (parts, flaws.is_empty()) {
        (Some(settings), true) => Ok(Loaded {
            settings,
            warnings: more.warnings,
        }),
        (Some(_) | None, _) => Err(Flaws(flaws)),
    }
}

/// Reads the text of a configuration.
pub(super) fn text_of(file: &Path) -> Result<String, Flaws> {
    fs::read_to_string(file).map_err(|error| {
        let source = file.display().to_string();
        let flaw = flaw_of(&source, &format!("cannot read the configuration: {error}"));
        Flaws(vec![flaw])
    })
}

/// Reads everything; what is refused on the way is left out or has its default.
fn read(
    document: &Document<'_>,
    base: &Path,
    outside: &Outside,
    purpose: Purpose,
) -> (Option<Settings>, Findings) {
    let mut findings = Findings::default();
    let mut root = document.root();
    let Unit {
        name: unit,
        history,
        system_id,
    } = read_unit(&mut root);
    let gate = read_gate(&mut root);
    let (roster, mut liveness) = tracks::read(&mut root);
    let callsigns = tracks::read_callsigns(&mut root);
    let fleet = fleet::read(&mut root);
    let inhibit = rate::read_inhibit(&mut root);
    let files = corridors::read(&mut root, base, outside, &mut findings);
    let lists = list::read(&mut root, base, &mut findings);
    let known = Known {
        corridors: files.as_ref().map(|files| &files.set),
        lists: &lists,
        callsigns: &callsigns,
    };
    let mut names = BTreeSet::new();
    let rules = rule::read(root.sections("rule"), known, &mut names);
    let routes = patrol::read(root.sections("route"), known, &mut names);
    let attendances = attendance::read(root.sections("attendance"), known, &mut names);
    let lists = lists.finish(&mut findings);
    let store = read_state(&mut root, base, outside);

    let (links, endpoints) = (root.sections("link"), root.sections("endpoint"));
    let endpoint_flags = !outside.endpoints.is_empty() || !outside.secret_files.is_empty();
    if purpose == Purpose::Run {
        if links.is_empty() && outside.links.is_empty() {
            root.refuse_whole(
                "link",
                "there is none: add a [[link]] or --link udpin:HOST:PORT",
            );
        }
        if endpoints.is_empty() && !endpoint_flags {
            let message = "there is none, no alert would leave this unit: add an [[endpoint]], or \
                           --endpoint URL with --secret-file FILE";
            root.refuse_whole("endpoint", message);
        }
    }
    let mut links = link::read(links, base, outside, system_id, &mut findings);
    if !outside.links.is_empty() {
        signing::warn_of_replaced_keys(&links, &mut findings);
        links = link::from_flags(&outside.links, system_id, &mut findings);
    }
    let sparse = links.iter().filter(|it| it.class == LinkClass::Satellite);
    liveness.satellite_links = sparse.map(|it| it.name.clone()).collect();
    let watched = files.as_ref();
    let mut endpoints = endpoint::read(endpoints, base, outside, watched, &mut findings);
    if endpoint_flags {
        endpoints = endpoint::from_flags(outside, &mut findings);
    }
    let Endpoints { endpoints, routing } = endpoints;
    if let Some(files) = watched
        && !endpoints.is_empty()
    {
        let told = route::Told {
            rules: &rules,
            routes: &routes,
            attendances: &attendances,
            fleet: &fleet,
        };
        route::judge(&root, &routing, told, &files.set);
    }
    root.finish();

    let settings = files.map(|CorridorFiles { set, files, .. }| Settings {
        unit,
        history,
        links,
        corridors: set,
        corridor_files: files,
        lists,
        rules,
        routes,
        attendances,
        gate,
        roster,
        liveness,
        fleet,
        inhibit,
        callsigns,
        deliver: deliver::Settings {
            endpoints,
            ..deliver::Settings::default()
        },
        control: control::Settings {
            socket: socket(outside, &store.directory),
        },
        routing,
        store,
    });
    (settings, findings)
}

/// Who sends the alerts, and who speaks on links.
struct Unit {
    name: String,
    history: Option<Uuid>,
    system_id: u8,
}

fn read_unit(root: &mut Section<'_, '_>) -> Unit {
    let mut read = Unit {
        name: "field-unit".to_owned(),
        history: None,
        system_id: station::Settings::default().system_id,
    };
    let Some(mut unit) = root.section("unit") else {
        return read;
    };
    let name = unit.text("name");
    if let Some(name) = name.as_ref().filter(|name| name.value.trim().is_empty()) {
        unit.refuse(name, "is empty");
    }
    read.history = unit.text("history-id").and_then(|text| {
        let id = text.value.parse().ok();
        if id.is_none() {
            unit.refuse(&text, "is no UUID");
        }
        id
    });
    if let Some(id) = unit.count("system-id") {
        match u8::try_from(id.value) {
            Ok(value) if 0 < value => read.system_id = value,
            Ok(_) | Err(_) => unit.refuse(&id, "must be 1 to 255"),
        }
    }
    unit.finish();
    if let Some(name) = name {
        read.name = name.value;
    }
    read
}

fn read_gate(root: &mut Section<'_, '_>) -> GateSettings {
    let mut settings = GateSettings {
        trust: trust::read(root),
        interference: trust::read_interference(root),
        ..GateSettings::default()
    };
    let Some(mut gate) = root.section("gate") else {
        return settings;
    };
    if let Some(speed) = gate.number("speed-max-mps") {
        settings.speed_max_mps = speed.value;
        if speed.value <= 0.0 {
            gate.refuse(&speed, "must be more than 0");
        }
    }
    if let Some(slack) = gate.number("jump-slack-metres") {
        match Metres::new(slack.value) {
            Ok(metres) => settings.jump_slack = metres,
            Err(error) => gate.refuse(&slack, &error.to_string()),
        }
    }
    gate.finish();
    settings
}

/// The socket stands where the service manager wants it, else beside the database.
fn socket(outside: &Outside, directory: &Path) -> PathBuf {
    let folder = outside.runtime.as_deref().unwrap_or(directory);
    folder.join(control::FILE_NAME)
}

fn read_state(root: &mut Section<'_, '_>, base: &Path, outside: &Outside) -> store::Settings {
    let mut directory = None;
    let mut keep = None;
    if let Some(mut store) = root.section("store") {
        directory = store
            .text("directory")
            .map(|directory| base.join(directory.value));
        keep = store.span("keep-delivered").map(|keep| keep.value);
        store.finish();
    }
    let given = outside
        .state
        .clone()
        .or(directory)
        .or_else(|| outside.state_default.clone());
    store::Settings {
        directory: given.unwrap_or_else(|| PathBuf::from(STATE_DEFAULT)),
        keep: keep.unwrap_or(store::Settings::KEEP),
    }
}
