//! A scenario or a flight, shown to whoever listens.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use corridor_sim::corridors::{self, Corridor};
use corridor_sim::fly::{Fleet, FlySettings};
use corridor_sim::scenario::file::ScenarioFile;
use corridor_sim::scenario::shipped;
use corridor_sim::transport::Target;
use tokio_util::sync::CancellationToken;

use super::note;

/// Where frames are sent unless something else is said.
const USUAL_TARGET: &str = "127.0.0.1:14550";

/// What flags say instead of a scenario.
#[derive(Clone, Debug)]
pub(super) struct Overrides {
    /// Where its links lead; where the scenario says if there is none.
    pub(super) to: Vec<Target>,
    pub(super) seed: Option<u64>,
    pub(super) lasts: Option<Duration>,
    pub(super) faster: f64,
}

/// Flies, and tells what was sent.
pub(super) async fn show(
    what: &str,
    settings: FlySettings,
    cancel: CancellationToken,
) -> anyhow::Result<()> {
    let seed = settings.seed;
    let fleet = Fleet::open(settings).await?;
    let leads_to = fleet.leads_to().map(|at| at.trim_start_matches("udp:"));
    let mut leads_to: Vec<&str> = leads_to.collect();
    leads_to.dedup();
    note(&format!(
        "{what}, sending to {}, seed {seed}",
        leads_to.join(", ")
    ))?;
    let summary = fleet.run(cancel).await;
    note(&summary.to_string())
}

/// Finds a scenario with its corridors: one that is built in by its name, or a file that ends in
/// .toml.
pub(super) fn find(name: &str) -> anyhow::Result<(ScenarioFile, Vec<Corridor>)> {
    let path = Path::new(name);
    if path.extension().is_some_and(|it| it == "toml") {
        read(path, None)
    } else {
        Ok((shipped::find(name)?.read()?, shipped::corridors()?))
    }
}

/// Reads a file with a scenario, and its corridors, unless others are said.
pub(super) fn read(
    path: &Path,
    corridors: Option<&Path>,
) -> anyhow::Result<(ScenarioFile, Vec<Corridor>)> {
    let text = || anyhow::Ok(ScenarioFile::read(&std::fs::read_to_string(path)?)?);
    let file = text().with_context(|| format!("read {}", path.display()))?;
    let beside = |relative: &PathBuf| path.parent().unwrap_or(Path::new("")).join(relative);
    let corridors = corridors.map(PathBuf::from);
    let corridors = corridors.or_else(|| file.corridors.as_ref().map(beside));
    let corridors = corridors.context("the scenario names no corridors: add `corridors` to it")?;
    let corridors = read_corridors(&corridors)?;
    Ok((file, corridors))
}

/// Reads a file with corridors.
pub(super) fn read_corridors(path: &Path) -> anyhow::Result<Vec<Corridor>> {
    let read = || anyhow::Ok(corridors::read(&std::fs::read_to_string(path)?)?);
    read().with_context(|| format!("read {}", path.display()))
}

/// Puts a scenario on its corridors.
pub(super) fn settings(
    file: &ScenarioFile,
    corridors: &[Corridor],
    overrides: Overrides,
) -> anyhow::Result<FlySettings> {
    let to = if overrides.to.is_empty() {
        let written = file.leads_to().map(|to| to.unwrap_or(USUAL_TARGET).parse());
        let written: Vec<Target> = written.collect::<Result<_, _>>()?;
        usual_unless(written)?
    } else {
        overrides.to
    };
    Ok(FlySettings {
        scenario: file.scenario(corridors)?,
        to,
        seed: overrides.seed.or(file.seed).unwrap_or_else(rand::random),
        faster: overrides.faster,
        lasts: overrides.lasts.or(file.lasts),
    })
}

/// Returns the targets that were said, or the usual one.
pub(super) fn usual_unless(said: Vec<Target>) -> anyhow::Result<Vec<Target>> {
    if said.is_empty() {
        Ok(vec![USUAL_TARGET.parse()?])
    } else {
        Ok(said)
    }
}

/// Counts vehicles in words.
pub(super) fn vehicles(count: usize) -> String {
    if count == 1 {
        "1 vehicle".to_owned()
    } else {
        format!("{count} vehicles")
    }
}
