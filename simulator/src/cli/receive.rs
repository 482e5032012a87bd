//! `corridor-sim receive`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use clap::Args;
use corridor_sim::receive::{Answer, Delivery, ReceiveSettings, Receiver, Script};
use corridor_sim::secret::Secret;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{duration, say};

/// The flags of `receive`.
#[derive(Args, Debug)]
pub(super) struct ReceiveArgs {
    /// The address to listen on; port 0 takes a free one. The first line on stdout tells.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Listen on this port of 127.0.0.1.
    #[arg(long, value_name = "PORT", conflicts_with = "listen")]
    port: Option<u16>,
    /// Let other machines reach the endpoint and its controls.
    #[arg(long)]
    allow_remote: bool,
    /// Secrets to check signatures with, one `whsec_...` a line; any may have signed.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Append each delivery to this file, one JSON line each, before it is answered.
    #[arg(long, value_name = "FILE.jsonl")]
    store: Option<PathBuf>,
    /// Answer this status.
    #[arg(long, value_name = "STATUS", default_value = "200", value_parser = status)]
    answer: StatusCode,
    /// Hold each answer this long: 2s, 500ms.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    stall: Option<Duration>,
    /// Answer in turn, again and again: `ok*5,503*3,stall:2s,reset`. `reset` closes the
    /// connection without an answer.
    #[arg(long, value_name = "CYCLE", conflicts_with_all = ["answer", "stall"])]
    script: Option<Script>,
    /// Add a header to every answer: 'Retry-After: 5'.
    #[arg(long, value_name = "NAME: VALUE", value_parser = answer_header)]
    answer_header: Vec<(HeaderName, HeaderValue)>,
    /// Print no line for each delivery.
    #[arg(long)]
    quiet: bool,
}

/// Receives until cancelled, and tells what comes.
pub(super) async fn run(args: ReceiveArgs, cancel: CancellationToken) -> anyhow::Result<()> {
    let quiet = args.quiet;
    let mut receiver = Receiver::bind(settings(args)?).await?;
    say(&format!("listening on {}", receiver.url()))?;
    if quiet {
        return Ok(receiver.run(cancel).await?);
    }
    let deliveries = receiver.deliveries();
    let (ended, told) = tokio::join!(receiver.run(cancel), tell(deliveries));
    ended?;
    told
}

/// Writes a line for each delivery until the endpoint has ended.
async fn tell(mut deliveries: mpsc::Receiver<Delivery>) -> anyhow::Result<()> {
    while let Some(delivery) = deliveries.recv().await {
        say(&delivery.to_string())?;
    }
    Ok(())
}

fn settings(args: ReceiveArgs) -> anyhow::Result<ReceiveSettings> {
    let constant =
        Script::constant(Answer::status(args.answer).stalled(args.stall.unwrap_or_default()));
    let script = args
        .answer_header
        .iter()
        .fold(args.script.unwrap_or(constant), |script, (name, value)| {
            script.with_header(name, value)
        });
    Ok(ReceiveSettings {
        listen: match args.port {
            Some(port) => (Ipv4Addr::LOCALHOST, port).into(),
            None => args.listen,
        },
        allow_remote: args.allow_remote,
        script,
        secrets: match args.secret_file {
            Some(path) => secrets(&path).with_context(|| format!("read {}", path.display()))?,
            None => Vec::new(),
        },
        store: args.store,
    })
}

fn secrets(path: &Path) -> anyhow::Result<Vec<Secret>> {
    let text = std::fs::read_to_string(path)?;
    let mut secrets = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if !line.is_empty() && !line.starts_with('#') {
            secrets.push(Secret::new(line).with_context(|| format!("line {number}"))?);
        }
    }
    anyhow::ensure!(!secrets.is_empty(), "there is no secret");
    Ok(secrets)
}

fn status(text: &str) -> Result<StatusCode, String> {
    match text.parse() {
        Ok(status) if !StatusCode::is_informational(&status) => Ok(status),
        Ok(_) | Err(_) => Err("a status lies in 200 to 999".to_owned()),
    }
}

fn answer_header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("a header is `Name: value`")?;
    let name: HeaderName = name.trim().parse().map_err(|error| format!("{error}"))?;
    let value: HeaderValue = value.trim().parse().map_err(|error| format!("{error}"))?;
    Ok((name, value))
}
