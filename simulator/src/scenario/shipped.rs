//! The scenarios that come with the simulator, by name.
//!
//! Pure. Each is a file in `simulator/scenarios`, with corridors of their own beside them.

use thiserror::Error;

use super::file::{FileError, ScenarioFile};
use crate::corridors::{self, Corridor, CorridorsError};

/// The GeoJSON with the corridors of every shipped scenario.
pub const CORRIDORS: &str = include_str!("../../scenarios/corridors.geojson");

/// A scenario that is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// What it is called: its file without the extension.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// Why a shipped scenario cannot be had.
#[derive(Debug, Error)]
pub enum ShippedError {
    /// There is none of that name.
    #[error("no scenario is called `{wanted}`; there are: {known}")]
    Unknown {
        /// The name that was asked for.
        wanted: String,
        /// The names that there are.
        known: String,
    },
    /// Its file holds no scenario.
    #[error("read the scenario {name}")]
    File {
        /// What it is called.
        name: &'static str,
        /// What is wrong with it.
        #[source]
        source: FileError,
    },
    /// The corridors are none.
    #[error("read the corridors of the scenarios")]
    Corridors(#[source] CorridorsError),
}

/// Builds a scenario in by its name.
macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        [$(Shipped {
            name: $name,
            text: include_str!(concat!("../../scenarios/", $name, ".toml")),
        }),+]
    };
}

/// Every shipped scenario, in the order of the alphabet.
pub const ALL: &[Shipped] = &shipped![
    "across-corridor",
    "along-corridor",
    "approaches",
    "beside-corridor",
    "busy-airspace",
    "dash-across",
    "exercise-day",
    "fix-lost",
    "floods",
    "frozen-fix",
    "hover-on-edge",
    "hover-on-edge-overrated",
    "jammed",
    "link-back-outside",
    "link-lost-for-good",
    "link-lost-inside",
    "misled-receivers",
    "no-fix-yet",
    "nobody-there",
    "patrol-strays",
    "reboot",
    "rough-radio",
    "satellite-gorge",
    "satellite-only",
    "signatures",
    "slow-drift",
    "spoofed-at-once",
    "storm",
    "swapped-axes",
    "turn-away",
    "two-of-one-id",
    "two-of-one-id-booted-together",
    "two-of-one-id-with-cameras",
    "wrong-clock",
];

/// Finds a shipped scenario by its name.
///
/// # Errors
///
/// Lists the names that there are.
pub fn find(name: &str) -> Result<Shipped, ShippedError> {
    let mut all = ALL.iter();
    all.find(|shipped| shipped.name == name)
        .copied()
        .ok_or_else(|| ShippedError::Unknown {
            wanted: name.to_owned(),
            known: ALL.iter().map(|it| it.name).collect::<Vec<_>>().join(", "),
        })
}

/// Reads the corridors of every shipped scenario.
///
/// # Errors
///
/// Says what is wrong with them; a test holds that nothing is.
pub fn corridors() -> Result<Vec<Corridor>, ShippedError> {
    corridors::read(CORRIDORS).map_err(ShippedError::Corridors)
}

impl Shipped {
    /// Reads its file.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it; a test holds that nothing is.
    pub fn read(self) -> Result<ScenarioFile, ShippedError> {
        ScenarioFile::read(self.text).map_err(|source| ShippedError::File {
            name: self.name,
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::sky::Sky;

    #[test]
    fn every_file_of_the_folder_is_shipped() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let files = fs::read_dir(folder).unwrap();
        let paths = files.map(|entry| entry.unwrap().path());
        let is_scenario = |path: &PathBuf| path.extension().is_some_and(|it| it == "toml");
        let mut names: Vec<String> = paths
            .filter(is_scenario)
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        let shipped: Vec<&str> = ALL.iter().map(|shipped| shipped.name).collect();
        assert_eq!(names, shipped);
    }

    #[test]
    fn every_scenario_that_is_shipped_can_be_shown_and_lasts() {
        for shipped in ALL {
            let name = shipped.name;
            let file = shipped
                .read()
                .unwrap_or_else(|error| panic!("{name}: {:?}", std::error::Error::source(&error)));
            let about = file.about.as_ref().unwrap();
            assert!(about.ends_with('.') && !about.contains('\n'), "{name}");
            let beside = file.corridors.as_deref();
            assert_eq!(beside, Some(Path::new("corridors.geojson")), "{name}");
            let scenario = file.scenario(&corridors().unwrap()).unwrap();
            let (seed, lasts) = (file.seed.unwrap(), file.lasts.unwrap());
            let hear = || {
                let mut sky = Sky::new(&scenario, 1_770_000_000_000_000, seed).unwrap();
                std::iter::from_fn(|| sky.poll(lasts)).collect::<Vec<_>>()
            };
            let heard = hear();
            assert!(20 < heard.len(), "{name}: {} transmissions", heard.len());
            assert_eq!(heard, hear(), "{name}: the same seed");
        }
    }

    #[test]
    fn a_name_that_is_none_is_told_with_those_that_are() {
        let refused = find("reboots").unwrap_err().to_string();
        assert!(refused.contains("`reboots`; there are: "), "{refused}");
        assert!(refused.contains(", reboot, "), "{refused}");
        assert_eq!(find("reboot").unwrap().name, "reboot");
    }
}
