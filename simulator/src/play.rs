//! Plays a recording over UDP: one datagram a frame, at its own pace or another.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::tlog::Records;
use crate::udp::Sender;

/// The longest silence that is played; a recorder's clock that was set makes longer ones.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// The spacing of frames at [`Pace::Fastest`]: 10,000 a second, which a receiver's socket holds.
const FASTEST_SPACING: Duration = Duration::from_micros(100);

/// What to play, and where to send it.
#[derive(Clone, Debug)]
pub struct PlaySettings {
    /// The recording; it is read into memory whole.
    pub recording: PathBuf,
    /// Where the datagrams go.
    pub to: SocketAddr,
    /// How fast.
    pub pace: Pace,
}

/// How fast a recording is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// This many times faster than it was recorded, above 0.
    Times(f64),
    /// 10,000 frames a second, whatever their times.
    Fastest,
}

/// A text that is no pace.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("`{0}` is no pace: it must be `max` or a number in 0.001 to 10000")]
pub struct NotAPace(String);

impl FromStr for Pace {
    type Err = NotAPace;

    fn from_str(text: &str) -> Result<Self, NotAPace> {
        if text == "max" {
            return Ok(Self::Fastest);
        }
        match text.parse() {
            Ok(times) if (0.001..=10_000.0).contains(&times) => Ok(Self::Times(times)),
            Ok(_) | Err(_) => Err(NotAPace(text.to_owned())),
        }
    }
}

/// What was played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaySummary {
    /// Frames that left.
    pub sent: u64,
    /// Frames that the host could not send.
    pub unsent: u64,
    /// Bytes of the recording, up to where it was played, that belong to no record.
    pub skipped_bytes: usize,
}

/// Why nothing is played.
#[derive(Debug, Error)]
pub enum PlayError {
    /// The recording cannot be read.
    #[error("read {path}")]
    Read {
        /// The recording.
        path: PathBuf,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// A socket could not be bound.
    #[error("bind a socket to send to {to}")]
    Bind {
        /// Where it was to send to.
        to: SocketAddr,
        /// What the host said.
        #[source]
        source: io::Error,
    },
}

/// Plays until the recording ends or `cancel` is cancelled.
///
/// # Errors
///
/// Says what cannot be read or bound; once under way it does not fail.
pub async fn run(
    settings: PlaySettings,
    cancel: CancellationToken,
) -> Result<PlaySummary, PlayError> {
    let PlaySettings {
        recording: path,
        to,
        pace,
    } = settings;
    let recording = match std::fs::read(&path) {
        Ok(recording) => recording,
        Err(source) => return Err(PlayError::Read { path, source }),
    };
    let sender = Sender::bind(to)
        .await
        .map_err(|source| PlayError::Bind { to, source })?;
    let mut summary = PlaySummary::default();
    let mut records = Records::new(&recording);
    cancel
        .run_until_cancelled(play(&mut records, &sender, pace, &mut summary))
        .await;
    summary.skipped_bytes = records.skipped_bytes();
    Ok(summary)
}

async fn play(records: &mut Records<'_>, sender: &Sender, pace: Pace, summary: &mut PlaySummary) {
    let start = clock::monotonic();
    let mut pacer = Pacer::new(pace);
    for record in records {
        wait_until(start, pacer.due(record.unix_us)).await;
        if sender.send(record.frame).await {
            summary.sent += 1;
        } else {
            summary.unsent += 1;
        }
    }
}

async fn wait_until(start: Instant, due: Duration) {
    if let Some(instant) = start.checked_add(due) {
        tokio::time::sleep_until(instant.into()).await;
    }
}

/// Turns the times of records into times since the start.
///
/// Time that goes back counts as none passed.
#[derive(Clone, Debug)]
struct Pacer {
    pace: Pace,
    last_unix_us: Option<u64>,
    due: Duration,
}

impl Pacer {
    fn new(pace: Pace) -> Self {
        Self {
            pace,
            last_unix_us: None,
            due: Duration::ZERO,
        }
    }

    fn due(&mut self, unix_us: u64) -> Duration {
        let last_unix_us = self.last_unix_us.replace(unix_us).unwrap_or(unix_us);
        let silence = Duration::from_micros(unix_us.saturating_sub(last_unix_us)).min(SILENCE_MAX);
        self.due += match self.pace {
            Pace::Times(times) => silence.div_f64(times),
            Pace::Fastest => FASTEST_SPACING,
        };
        self.due
    }
}

impl fmt::Display for PlaySummary {
    /// Writes one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "sent {} frames; {} not sent, {} bytes belonged to no frame",
            self.sent, self.unsent, self.skipped_bytes
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_keeps_its_pace() {
        check(Pace::Times(1.0), &[5, 1_005, 1_505], &[0, 1_000, 1_500]);
        check(Pace::Times(4.0), &[5, 1_005, 1_505], &[0, 250, 375]);
    }

    #[test]
    fn a_clock_that_was_set_neither_stalls_nor_goes_back() {
        let year_ms = 31_536_000_000;
        check(
            Pace::Times(1.0),
            &[0, year_ms, year_ms + 10],
            &[0, 60_000, 60_010],
        );
        check(Pace::Times(1.0), &[9_000, 1_000, 1_500], &[0, 0, 500]);
    }

    #[test]
    fn a_pace_is_a_number_or_max() {
        assert_eq!("max".parse(), Ok(Pace::Fastest));
        assert_eq!("2.5".parse(), Ok(Pace::Times(2.5)));
        for bad in ["", "fast", "0", "-1", "NaN", "inf"] {
            assert_eq!(bad.parse::<Pace>(), Err(NotAPace(bad.to_owned())));
        }
    }

    #[track_caller]
    fn check(pace: Pace, recorded_ms: &[u64], played_ms: &[u64]) {
        let mut pacer = Pacer::new(pace);
        let due_ms: Vec<u128> = recorded_ms
            .iter()
            .map(|ms| pacer.due(ms * 1_000).as_millis())
            .collect();
        let expected_ms: Vec<u128> = played_ms.iter().map(|&ms| u128::from(ms)).collect();
        assert_eq!(due_ms, expected_ms);
    }
}
