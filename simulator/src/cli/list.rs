//! `corridor-sim list`.

use clap::Args;
use corridor_sim::scenario::shipped;

use super::say;

/// The flags of `list`.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Print the file of this scenario.
    #[arg(value_name = "NAME", conflicts_with = "corridors")]
    name: Option<String>,
    /// Print the GeoJSON with the corridors that the scenarios fly over.
    #[arg(long)]
    corridors: bool,
}

/// Prints what there is.
pub(super) fn run(args: &ListArgs) -> anyhow::Result<()> {
    if let Some(name) = &args.name {
        return say(shipped::find(name)?.text.trim_end());
    }
    if args.corridors {
        return say(shipped::CORRIDORS.trim_end());
    }
    let names = shipped::ALL.iter().map(|shipped| shipped.name.len());
    let width = names.max().unwrap_or(0);
    for shipped in shipped::ALL {
        let file = shipped.read()?;
        let about = file.about.unwrap_or_default();
        let but = file.not_met.map_or("", |_reason| " Not met yet.");
        say(&format!("{:width$}  {about}{but}", shipped.name))?;
    }
    Ok(())
}
