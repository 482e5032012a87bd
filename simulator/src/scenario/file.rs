//! Scenarios as files: what flies where, and what goes wrong when.
//!
//! Pure. TOML; a key that is not known is refused with its line. Times are written as `90s` or
//! `2m`; what is not written is what [`VehiclePlan::new`] and [`LinkPlan::new`] say.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};
use thiserror::Error;

use super::expected::Expected;
use super::{Scenario, route};
use crate::channel::LinkFaults;
use crate::corridors::{self, Corridor, CorridorsError};
use crate::fault::{FaultKind, VehicleFault};
use crate::flight::{Path, PathError};
use crate::flood::{FloodKind, FloodPlan};
use crate::frame::{FrameKind, Identity, MavlinkVersion};
use crate::geodesy::Step;
use crate::link::{Carries, LinkPlan, Outage, Spell};
use crate::plan::VehiclePlan;
use crate::signing::{NotAKey, SigningKey};
use crate::window::Window;

/// A scenario as it stands in a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScenarioFile {
    /// What it shows, in a sentence.
    pub about: Option<String>,
    /// The GeoJSON with the corridors; a relative path starts at the file.
    pub corridors: Option<PathBuf>,
    /// The seed of all chance.
    pub seed: Option<u64>,
    /// How long it lasts.
    #[serde(default, deserialize_with = "optional_duration")]
    pub lasts: Option<Duration>,
    /// The sections that the configuration of the unit has, as `[[rule]]`; absent if it has the
    /// usual rule.
    pub rules: Option<String>,
    /// What a unit should hear, in the order of each track.
    #[serde(default, rename = "alert")]
    pub alerts: Vec<Expected>,
    /// Why a unit does not hear that yet; absent if it does.
    pub not_met: Option<String>,
    #[serde(default)]
    vehicle: Vec<VehicleEntry>,
    #[serde(default)]
    traffic: Vec<TrafficEntry>,
    #[serde(default)]
    flood: Vec<FloodEntry>,
    #[serde(default)]
    link: Vec<LinkEntry>,
}

/// Why a file holds no scenario.
#[derive(Debug, Error)]
pub enum FileError {
    /// It is no TOML, or has a key or a value that is not known.
    #[error("the text is no scenario")]
    Parse(#[source] Box<toml::de::Error>),
    /// A corridor that is named is not there.
    #[error("find the corridor of {who}")]
    Corridor {
        /// Whose corridor it is.
        who: String,
        /// What is wrong.
        #[source]
        source: CorridorsError,
    },
    /// A corridor cannot be followed.
    #[error("follow the corridor of {who}")]
    Path {
        /// Whose corridor it is.
        who: String,
        /// What is wrong.
        #[source]
        source: PathError,
    },
    /// A signing key is none.
    #[error("read the signing key of {who}")]
    Key {
        /// Whose key it is.
        who: String,
        /// What is wrong.
        #[source]
        source: NotAKey,
    },
}

impl ScenarioFile {
    /// Reads a scenario.
    ///
    /// # Errors
    ///
    /// Says in which line something is not known or not understood.
    pub fn read(text: &str) -> Result<Self, FileError> {
        toml::from_str(text).map_err(|error| FileError::Parse(Box::new(error)))
    }

    /// Returns where each link leads, by the file; nothing if it does not say.
    pub fn leads_to(&self) -> impl Iterator<Item = Option<&str>> {
        self.link.iter().map(|link| link.to.as_deref())
    }

    /// Puts the scenario on its corridors.
    ///
    /// A scenario without a link has one without a fault.
    ///
    /// # Errors
    ///
    /// Names the corridor that is not there, or the key that is none.
    pub fn scenario(&self, corridors: &[Corridor]) -> Result<Scenario, FileError> {
        let mut vehicles = Vec::new();
        for entry in &self.vehicle {
            let plan = entry.plan(corridors)?;
            vehicles.extend((0..entry.count.unwrap_or(1)).map(|nth| entry.nth(&plan, nth)));
        }
        for entry in &self.traffic {
            vehicles.push(entry.plan(corridors)?);
        }
        let floods = self.flood.iter().map(|entry| entry.plan(corridors));
        let mut links: Vec<LinkPlan> = self.link.iter().map(LinkEntry::plan).collect();
        if links.is_empty() {
            links.push(LinkPlan::new("radio"));
        }
        Ok(Scenario {
            vehicles,
            floods: floods.collect::<Result<_, _>>()?,
            links,
        })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct VehicleEntry {
    system_id: u32,
    /// How many there are of it, with system ids that count on.
    count: Option<u32>,
    /// How far each starts ahead of the one before, metres.
    #[serde(default)]
    apart_m: f64,
    mavlink: Option<u8>,
    corridor: Option<String>,
    /// Kilometres along the corridor and metres beside it, where it does not follow it.
    route: Option<Vec<[f64; 2]>>,
    start_km: Option<f64>,
    speed_mps: Option<f64>,
    #[serde(default, deserialize_with = "optional_duration")]
    booted_before: Option<Duration>,
    height_m: Option<f64>,
    home_alt_m: Option<f64>,
    offset_m: Option<f64>,
    sway_m: Option<f64>,
    sway_period_s: Option<f64>,
    position_hz: Option<f64>,
    raw_hz: Option<f64>,
    noise_m: Option<f64>,
    h_acc_m: Option<f64>,
    loss: Option<f64>,
    #[serde(default)]
    says_everything: bool,
    hardware: Option<u64>,
    signing_key: Option<String>,
    #[serde(default)]
    fault: Vec<FaultEntry>,
}

impl VehicleEntry {
    /// Makes one of several of the plan of the first.
    fn nth(&self, first: &VehiclePlan, nth: u32) -> VehiclePlan {
        if nth == 0 {
            return first.clone();
        }
        let system_id = first.system_id.saturating_add(nth);
        let hardware = self.hardware.unwrap_or(first.system_id.into());
        VehiclePlan {
            system_id,
            start_m: first.start_m + self.apart_m * f64::from(nth),
            identity: Identity::numbered(hardware.wrapping_add(nth.into())),
            ..first.clone()
        }
    }

    fn plan(&self, corridors: &[Corridor]) -> Result<VehiclePlan, FileError> {
        let who = format!("system {}", self.system_id);
        let corridor = found(corridors, self.corridor.as_deref(), &who)?;
        let places = match &self.route {
            Some(legs) => route::places(&followed(corridor, &who)?, legs),
            None => corridor.places.clone(),
        };
        let usual = if self.says_everything {
            VehiclePlan::saying_everything(places, self.system_id)
        } else {
            VehiclePlan::new(places, self.system_id)
        };
        let key = self.signing_key.as_deref().map(str::parse::<SigningKey>);
        let signing = key.transpose();
        Ok(VehiclePlan {
            version: match self.mavlink {
                Some(1) => MavlinkVersion::V1,
                Some(_) | None => MavlinkVersion::V2,
            },
            start_m: self.start_km.map_or(usual.start_m, |km| km * 1_000.0),
            speed_mps: self.speed_mps.unwrap_or(usual.speed_mps),
            booted_before: self.booted_before,
            height_m: self.height_m.unwrap_or(usual.height_m),
            home_alt_msl_m: self.home_alt_m.unwrap_or(usual.home_alt_msl_m),
            offset_m: self.offset_m.unwrap_or(usual.offset_m),
            sway_m: self.sway_m.unwrap_or(usual.sway_m),
            sway_period_s: self.sway_period_s.unwrap_or(usual.sway_period_s),
            position_hz: self.position_hz.unwrap_or(usual.position_hz),
            raw_hz: self.raw_hz.unwrap_or(usual.raw_hz),
            noise_m: self.noise_m.unwrap_or(usual.noise_m),
            h_acc_m: self.h_acc_m.or(usual.h_acc_m),
            loss: self.loss.unwrap_or(usual.loss),
            identity: self
                .hardware
                .map_or_else(|| usual.identity.clone(), Identity::numbered),
            signing: signing.map_err(|source| FileError::Key { who, source })?,
            faults: self.fault.iter().map(FaultEntry::fault).collect(),
            ..usual
        })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FaultEntry {
    kind: FaultName,
    #[serde(default, deserialize_with = "duration")]
    from: Duration,
    #[serde(default, deserialize_with = "optional_duration")]
    until: Option<Duration>,
    #[serde(default)]
    north_m: f64,
    #[serde(default)]
    east_m: f64,
    #[serde(default)]
    north_mps: f64,
    #[serde(default)]
    east_mps: f64,
    #[serde(default)]
    seconds: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FaultName {
    Reboot,
    Jam,
    SpoofJump,
    SlowDrift,
    FrozenFix,
    NearZero,
    FixLost,
    SwappedAxes,
    WrongClock,
    HighLatencyOnly,
    WrongKey,
    BrokenSignature,
    ReplayedFrame,
    Unsigned,
}

impl FaultEntry {
    fn fault(&self) -> VehicleFault {
        let kind = match self.kind {
            FaultName::Reboot => FaultKind::Reboot,
            FaultName::Jam => FaultKind::Jam,
            FaultName::SpoofJump => FaultKind::SpoofJump(Step {
                north_m: self.north_m,
                east_m: self.east_m,
            }),
            FaultName::SlowDrift => FaultKind::SlowDrift(Step {
                north_m: self.north_mps,
                east_m: self.east_mps,
            }),
            FaultName::FrozenFix => FaultKind::FrozenFix,
            FaultName::NearZero => FaultKind::NearZero,
            FaultName::FixLost => FaultKind::FixLost,
            FaultName::SwappedAxes => FaultKind::SwappedAxes,
            FaultName::WrongClock => FaultKind::WrongClock(self.seconds),
            FaultName::HighLatencyOnly => FaultKind::HighLatencyOnly,
            FaultName::WrongKey => FaultKind::WrongKey,
            FaultName::BrokenSignature => FaultKind::BrokenSignature,
            FaultName::ReplayedFrame => FaultKind::ReplayedFrame,
            FaultName::Unsigned => FaultKind::Unsigned,
        };
        VehicleFault {
            window: window(self.from, self.until),
            kind,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TrafficEntry {
    kind: TrafficName,
    number: u64,
    system_id: Option<u32>,
    corridor: Option<String>,
    start_km: Option<f64>,
    speed_mps: Option<f64>,
    height_m: Option<f64>,
    offset_m: Option<f64>,
    sway_m: Option<f64>,
    sway_period_s: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TrafficName {
    Adsb,
    RemoteId,
    RemoteIdPack,
    Ais,
    Utm,
}

impl TrafficEntry {
    fn plan(&self, corridors: &[Corridor]) -> Result<VehiclePlan, FileError> {
        let who = format!("traffic {}", self.number);
        let path = found(corridors, self.corridor.as_deref(), &who)?;
        let kinds: &[FrameKind] = match self.kind {
            TrafficName::Adsb => &[FrameKind::AdsbVehicle],
            TrafficName::RemoteId => &[
                FrameKind::RemoteBasicId,
                FrameKind::RemoteLocation,
                FrameKind::RemoteSystem,
                FrameKind::RemoteOperator,
            ],
            TrafficName::RemoteIdPack => &[FrameKind::RemotePack],
            TrafficName::Ais => &[FrameKind::AisVessel],
            TrafficName::Utm => &[FrameKind::UtmPosition],
        };
        let system_id = self.system_id.unwrap_or(RECEIVER_SYSTEM_ID);
        let places = path.places.clone();
        let usual = VehiclePlan::traffic(places, system_id, self.number, kinds);
        Ok(VehiclePlan {
            start_m: self.start_km.map_or(usual.start_m, |km| km * 1_000.0),
            speed_mps: self.speed_mps.unwrap_or(usual.speed_mps),
            height_m: self.height_m.unwrap_or(usual.height_m),
            offset_m: self.offset_m.unwrap_or(usual.offset_m),
            sway_m: self.sway_m.unwrap_or(usual.sway_m),
            sway_period_s: self.sway_period_s.unwrap_or(usual.sway_period_s),
            ..usual
        })
    }
}

/// The system id of a receiver on the ground that reports traffic, unless the file says another.
const RECEIVER_SYSTEM_ID: u32 = 240;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FloodEntry {
    kind: FloodName,
    #[serde(default, deserialize_with = "duration")]
    from: Duration,
    #[serde(default, deserialize_with = "optional_duration")]
    until: Option<Duration>,
    hz: Option<f64>,
    system_id: Option<u32>,
    corridor: Option<String>,
    #[serde(default)]
    around_km: f64,
    radius_m: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FloodName {
    SystemIds,
    RemoteIds,
    Transponders,
    UnknownMessages,
    UnknownFlags,
}

impl FloodEntry {
    fn plan(&self, corridors: &[Corridor]) -> Result<FloodPlan, FileError> {
        let who = "a flood".to_owned();
        let corridor = found(corridors, self.corridor.as_deref(), &who)?;
        let path = followed(corridor, &who)?;
        let kind = match self.kind {
            FloodName::SystemIds => FloodKind::SystemIds,
            FloodName::RemoteIds => FloodKind::RemoteIds,
            FloodName::Transponders => FloodKind::Transponders,
            FloodName::UnknownMessages => FloodKind::UnknownMessages,
            FloodName::UnknownFlags => FloodKind::UnknownFlags,
        };
        let usual = FloodPlan::new(kind, path.place_at(self.around_km * 1_000.0));
        Ok(FloodPlan {
            window: window(self.from, self.until),
            hz: self.hz.unwrap_or(usual.hz),
            system_id: self.system_id.unwrap_or(RECEIVER_SYSTEM_ID),
            radius_m: self.radius_m.unwrap_or(usual.radius_m),
            ..usual
        })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LinkEntry {
    name: String,
    to: Option<String>,
    /// Numbers of senders from 1, in the order of the file: vehicles, traffic, floods.
    carries: Option<Vec<usize>>,
    #[serde(default)]
    faults: FaultsEntry,
    #[serde(default)]
    spell: Vec<SpellEntry>,
    #[serde(default)]
    down: Vec<DownEntry>,
}

impl LinkEntry {
    fn plan(&self) -> LinkPlan {
        let numbers = |senders: &Vec<usize>| {
            let from_zero = senders.iter().filter_map(|number| number.checked_sub(1));
            Carries::Only(from_zero.collect())
        };
        LinkPlan {
            name: self.name.clone(),
            carries: self.carries.as_ref().map_or(Carries::Everybody, numbers),
            faults: self.faults.faults(),
            spells: self.spell.iter().map(SpellEntry::spell).collect(),
            down: self.down.iter().map(DownEntry::outage).collect(),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct FaultsEntry {
    loss: f64,
    duplicates: f64,
    #[serde(deserialize_with = "duration")]
    duplicated_within: Duration,
    reordered: f64,
    #[serde(deserialize_with = "duration")]
    reordered_within: Duration,
    #[serde(deserialize_with = "duration")]
    delay: Duration,
    flipped: f64,
    garbage: f64,
}

impl FaultsEntry {
    fn faults(&self) -> LinkFaults {
        LinkFaults {
            loss: self.loss,
            duplicates: self.duplicates,
            duplicated_within: self.duplicated_within,
            reordered: self.reordered,
            reordered_within: self.reordered_within,
            delay: self.delay,
            flipped: self.flipped,
            garbage: self.garbage,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SpellEntry {
    #[serde(default, deserialize_with = "duration")]
    from: Duration,
    #[serde(default, deserialize_with = "optional_duration")]
    until: Option<Duration>,
    faults: FaultsEntry,
}

impl SpellEntry {
    fn spell(&self) -> Spell {
        Spell {
            window: window(self.from, self.until),
            faults: self.faults.faults(),
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DownEntry {
    #[serde(default, deserialize_with = "duration")]
    from: Duration,
    #[serde(default, deserialize_with = "optional_duration")]
    until: Option<Duration>,
    #[serde(default)]
    pulled: bool,
}

impl DownEntry {
    fn outage(&self) -> Outage {
        Outage {
            window: window(self.from, self.until),
            is_pulled: self.pulled,
        }
    }
}

fn window(from: Duration, until: Option<Duration>) -> Window {
    Window {
        from,
        until: until.unwrap_or(Duration::MAX),
    }
}

fn found<'a>(
    corridors: &'a [Corridor],
    id: Option<&str>,
    who: &str,
) -> Result<&'a Corridor, FileError> {
    corridors::pick(corridors, id).map_err(|source| FileError::Corridor {
        who: who.to_owned(),
        source,
    })
}

fn followed(corridor: &Corridor, who: &str) -> Result<Path, FileError> {
    Path::new(&corridor.places).map_err(|source| FileError::Path {
        who: who.to_owned(),
        source,
    })
}

pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let signed = SignedDuration::deserialize(deserializer)?;
    Duration::try_from(signed).map_err(serde::de::Error::custom)
}

fn optional_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::scenario::shipped;

    #[test]
    fn what_is_not_known_is_refused_with_its_line() {
        check("seed = 1\nspeed = 2\n", "line 2");
        check("[[vehicle]]\nsystem-id = 1\nspeed-kmh = 2\n", "line 3");
        check(
            "[[vehicle]]\nsystem-id = 1\n[[vehicle.fault]]\nkind = \"hail\"\n",
            "line 4",
        );
        check("lasts = \"soon\"\n", "line 1");
        check(
            "[[link]]\nname = \"radio\"\nfaults = { los = 0.1 }\n",
            "line 3",
        );
    }

    #[test]
    fn several_of_a_vehicle_count_on() {
        let text = "[[vehicle]]\nsystem-id = 4\ncorridor = \"valley\"\ncount = 3\napart-m = 50\n\
                    [[vehicle]]\nsystem-id = 9\ncorridor = \"valley\"\n";
        let file = ScenarioFile::read(text).unwrap();
        let scenario = file.scenario(&corridors()).unwrap();
        let vehicles = scenario.vehicles.iter();
        let starts: Vec<(u32, f64)> = vehicles.map(|it| (it.system_id, it.start_m)).collect();
        assert_eq!(starts, [(4, 0.0), (5, 50.0), (6, 100.0), (9, 0.0)]);
        let identities: Vec<&Identity> = scenario.vehicles.iter().map(|it| &it.identity).collect();
        assert_ne!(identities[0], identities[1]);
    }

    #[test]
    fn a_corridor_that_is_not_there_and_a_key_that_is_none_are_named() {
        let refused = |text| {
            let file = ScenarioFile::read(text).unwrap();
            file.scenario(&corridors()).unwrap_err().to_string()
        };
        let nowhere = "[[vehicle]]\nsystem-id = 4\ncorridor = \"e99\"\n";
        assert_eq!(refused(nowhere), "find the corridor of system 4");
        let short = "[[vehicle]]\nsystem-id = 4\nsigning-key = \"0707\"\n";
        assert_eq!(refused(short), "read the signing key of system 4");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let refused = ScenarioFile::read(text).unwrap_err();
        let told = refused.source().unwrap().to_string();
        assert!(told.contains(expected), "{told}");
    }

    fn corridors() -> Vec<Corridor> {
        shipped::corridors().unwrap()
    }
}
