//! `corridord explain`: why something was told of a track and a corridor, or was not.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::cli::ask::Which;
use crate::cli::replay;
use crate::config::{self, Outside, Purpose};
use crate::monitor::{
    EXPLAIN_FIXES, Explanation, FixAccount, Question, RuleAccount, Story, Unknown,
};
use crate::units::Utc;

/// Says why something was told of a track and a corridor, or was not
///
/// For each of the last fixes, or of those around --at: the place, the gate, the distance to the edge
/// and the margins, and for each rule where the track stood and what was told, or why nothing was. Of
/// the running daemon, which keeps the last minutes, or of a recording.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The track's key, `vehicle:radio/7`; `corridord status` lists them
    track: String,
    /// The corridor's id
    corridor: String,
    /// The fixes around this instant, RFC 3339
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Utc>,
    /// Only this rule
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// How many fixes
    #[arg(long, value_name = "N", default_value_t = EXPLAIN_FIXES)]
    fixes: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// A recording, a tlog, in the place of the running daemon
    #[arg(long, value_name = "FILE", conflicts_with_all = ["socket", "state"], requires = "config")]
    recording: Option<PathBuf>,
    /// The configuration whose corridors and rules apply to the recording
    #[arg(long, value_name = "FILE", requires = "recording")]
    config: Option<PathBuf>,
    #[command(flatten)]
    which: Which,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let question = Question {
        track: args.track.clone(),
        corridor: args.corridor.clone(),
        at: args.at,
        rule: args.rule.clone(),
        fixes: args.fixes,
    };
    let explanation = match &args.recording {
        None => args.which.ask(&question)?,
        Some(recording) => {
            let settings =
                config::load(args.config.as_deref(), &Outside::default(), Purpose::Replay)?
                    .settings;
            let bytes = std::fs::read(recording)
                .with_context(|| format!("cannot read the recording {}", recording.display()))?;
            replay::explain(&bytes, settings, &question)
                .with_context(|| recording.display().to_string())?
        }
    };
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &explanation)?;
        writeln!(out)?;
    }
    match &explanation {
        Explanation::Story(story) if !args.json => print(story, &mut out)?,
        Explanation::Story(_) => {}
        Explanation::Nothing(unknown) => bail!(not_there(unknown)),
    }
    Ok(())
}

fn parse_time(text: &str) -> Result<Utc, String> {
    Utc::try_from(text.to_owned()).map_err(|error| error.to_string())
}

fn not_there(unknown: &Unknown) -> String {
    let Unknown {
        what,
        name,
        nearest,
    } = unknown;
    let hint = match (what.as_str(), nearest.as_slice()) {
        ("track", []) => "nobody was heard".to_owned(),
        (_, []) => "there is none at all".to_owned(),
        (_, nearest) => format!("the nearest names are {}", nearest.join(", ")),
    };
    format!("there is no {what} `{name}`: {hint}")
}

fn print(story: &Story, out: &mut impl Write) -> io::Result<()> {
    let Story {
        track,
        corridor,
        name,
        rules,
        fixes,
        kept_since,
    } = story;
    writeln!(out, "track      {track}")?;
    writeln!(out, "corridor   {corridor}, {name}")?;
    match kept_since {
        Some(since) => writeln!(out, "kept       since {since}")?,
        None => writeln!(out, "kept       no position of this track")?,
    }
    for fix in fixes {
        print_fix(fix, out)?;
    }
    writeln!(out)?;
    for verdict in rules {
        writeln!(out, "rule       {}: {}", verdict.rule, verdict.verdict)?;
    }
    Ok(())
}

fn print_fix(fix: &FixAccount, out: &mut impl Write) -> io::Result<()> {
    let FixAccount {
        at,
        lat,
        lon,
        h_acc_m,
        gate,
        edge_m,
        height,
        hours,
        rules,
    } = fix;
    write!(out, "\n{at}")?;
    if let (Some(lat), Some(lon)) = (lat, lon) {
        write!(out, "  {lat:.7}, {lon:.7}")?;
    }
    if let Some(metres) = h_acc_m {
        write!(out, " +-{metres} m")?;
    }
    write!(out, "  {gate}")?;
    match edge_m {
        Some(metres) if *metres <= 0.0 => write!(out, "; {} m inside the edge", -metres)?,
        Some(metres) => write!(out, "; {metres} m outside the edge")?,
        None => {}
    }
    writeln!(out)?;
    for line in [height, hours].into_iter().flatten() {
        writeln!(out, "    {line}")?;
    }
    for account in rules {
        print_account(account, out)?;
    }
    Ok(())
}

fn print_account(account: &RuleAccount, out: &mut impl Write) -> io::Result<()> {
    let RuleAccount {
        rule,
        accuracy_assumed_m,
        margin_in_m,
        margin_out_m,
        side,
        before,
        after,
        verdict,
    } = account;
    let state = match (before, after) {
        (Some(before), Some(after)) if before == after => after.clone(),
        (Some(before), Some(after)) => format!("{before} -> {after}"),
        (None, Some(after)) => after.clone(),
        (_, None) => "not kept".to_owned(),
    };
    let assumed = accuracy_assumed_m.map_or(String::new(), |metres| {
        format!(", an accuracy of {metres} m is assumed")
    });
    writeln!(
        out,
        "    {rule}: {side} (margins {margin_in_m} m in, {margin_out_m} m out{assumed}); {state}"
    )?;
    writeln!(out, "        {verdict}")
}
