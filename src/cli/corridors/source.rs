//! Where the corridors of a command come from.

use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::config::{self, CorridorSources, Flaw, Flaws};
use crate::corridor::{CorridorSet, Region, geojson, shipped};

/// What the shipped set is called where a file has a name.
pub(super) const SHIPPED: &str = "the shipped corridors";

/// The flags that choose corridors.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// The configuration whose corridors are meant; without it and --corridors, those that are shipped
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Corridors as GeoJSON; may repeat, and replaces those of the configuration
    #[arg(long, value_name = "FILE")]
    corridors: Vec<PathBuf>,
}

/// Corridors, and where they are expected.
#[derive(Debug)]
pub(super) struct Corridors {
    pub(super) set: CorridorSet,
    pub(super) region: Region,
}

impl Source {
    /// Reads the corridors; what is doubtful about them goes to standard error.
    pub(super) fn read(&self) -> anyhow::Result<Corridors> {
        let sources = sources(self.config.as_ref(), &self.corridors)?;
        let region = sources.region;
        if sources.files.is_empty() {
            let set = shipped_set(&region)?;
            return Ok(Corridors { set, region });
        }
        let loaded = config::load_corridors(sources)?;
        let mut err = io::stderr().lock();
        for warning in loaded.warnings {
            writeln!(err, "{warning} (warning)")?;
        }
        let set = loaded.set;
        Ok(Corridors { set, region })
    }
}

/// Names the files that are meant; none stands for the shipped set.
pub(super) fn sources(
    config: Option<&PathBuf>,
    files: &[PathBuf],
) -> Result<CorridorSources, Flaws> {
    match config {
        Some(config) => config::corridor_sources(config, files),
        None => Ok(CorridorSources {
            files: files.to_vec(),
            region: Region::default(),
        }),
    }
}

/// Reads the set that comes with the program.
fn shipped_set(region: &Region) -> Result<CorridorSet, Flaws> {
    let refuse = |message: String| Flaw {
        source: SHIPPED.to_owned(),
        line: None,
        key: String::new(),
        message,
    };
    let file = geojson::read(shipped::WESTERN_BALKANS, region).map_err(|flaws| {
        let flaws = flaws.iter().map(|flaw| refuse(flaw.to_string()));
        Flaws(flaws.collect())
    })?;
    CorridorSet::new(file.corridors, file.places)
        .map_err(|error| Flaws(vec![refuse(error.to_string())]))
}
