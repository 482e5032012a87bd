//! Decides when a recording is followed by another, and which ones have to go.
//!
//! Pure: it is given lengths, times and free disk as values.

use std::io;
use std::time::Duration;

use super::RecordSettings;
use super::name::Recording;
use crate::units::Utc;

/// Bytes that are written at most until the disk is looked at again; a recording begins only if
/// the disk has this much room above the floor, so that one at the floor does not start and stop.
pub(super) const HEADROOM_BYTES: u64 = 8_000_000;

/// Says whether a record of `more` bytes belongs into another file.
pub(super) fn is_full(
    settings: &RecordSettings,
    length: u64,
    more: u64,
    open_for: Duration,
) -> bool {
    settings.size_max_bytes < length + more || settings.span_max <= open_for
}

/// Returns how many of the recordings before the one that is written, the oldest of them, are
/// too many or too old.
///
/// They are given in the order of time. One that seems to begin in the future is not old: the
/// clock may have been set back.
pub(super) fn surplus(settings: &RecordSettings, before: &[Recording], now: Utc) -> usize {
    let too_many = (before.len() + 1).saturating_sub(settings.files_max);
    let is_old = |it: &Recording| {
        settings
            .age_max
            .is_some_and(|age_max| age_max < now.since(it.begun))
    };
    let too_old = before.partition_point(is_old);
    too_many.max(too_old).min(before.len())
}

/// Removes recordings, the first of `before` first, until so much disk is free.
///
/// # Errors
///
/// Says how much is free if all of them were not enough, and what `free` and `remove` say.
pub(super) fn make_room(
    wanted_bytes: u64,
    before: &[Recording],
    mut free: impl FnMut() -> io::Result<u64>,
    mut remove: impl FnMut(&Recording) -> io::Result<()>,
) -> io::Result<()> {
    let mut before = before.iter();
    loop {
        let free_bytes = free()?;
        if wanted_bytes <= free_bytes {
            return Ok(());
        }
        let Some(oldest) = before.next() else {
            let (free, wanted) = (free_bytes / 1_000_000, wanted_bytes / 1_000_000);
            let message = format!("{free} MB of disk are free and {wanted} MB are asked for");
            return Err(io::Error::new(io::ErrorKind::StorageFull, message));
        };
        remove(oldest)?;
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::settings;
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_file_is_followed_by_another_by_size_or_by_time() {
        let settings = RecordSettings {
            size_max_bytes: 1000,
            span_max: HOUR,
            ..settings("r")
        };
        for (length, more, seconds, full, why) in [
            (0, 30, 0, false, "the first record"),
            (970, 30, 3599, false, "it just fits"),
            (971, 30, 0, true, "it would be too long"),
            (0, 30, 3600, true, "an hour is over"),
        ] {
            let open_for = Duration::from_secs(seconds);
            assert_eq!(is_full(&settings, length, more, open_for), full, "{why}");
        }
    }

    #[test]
    fn the_oldest_go_by_number_and_by_age() {
        // Whole hours before the present at which recordings begin, and how many of them go.
        check(3, None, &[], 0, "there is none");
        check(3, None, &[2, 1], 0, "there is room for the third");
        check(
            3,
            None,
            &[4, 3, 2, 1],
            2,
            "four and the one that is written",
        );
        check(1, None, &[4, 3], 2, "only the one that is written");
        check(9, Some(3), &[5, 4, 3, 2], 2, "older than three hours");
        check(9, Some(3), &[3, 2], 0, "not older than that");
        check(9, Some(3), &[3, 2, -500], 0, "the clock was set back");
        check(
            2,
            Some(3),
            &[5, 2, 1],
            2,
            "both, and the number asks for more",
        );
        check(3, Some(3), &[5, 4, 4], 3, "both, and the age asks for more");
    }

    #[test]
    fn recordings_go_until_there_is_room() {
        check_room(5, &[5], 0, true);
        check_room(5, &[4, 4, 9], 2, true);
        check_room(5, &[0, 1, 2, 3], 3, false);
    }

    #[test]
    fn a_disk_that_stays_full_is_told_in_megabytes() {
        let refused = make_room(500_000_000, &[], || Ok(12_300_000), |_recording| Ok(()));
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(
            error.to_string(),
            "12 MB of disk are free and 500 MB are asked for"
        );
    }

    #[track_caller]
    fn check(files_max: usize, age_max: Option<u32>, hours: &[i64], go: usize, why: &str) {
        let settings = RecordSettings {
            files_max,
            age_max: age_max.map(|hours| hours * HOUR),
            ..settings("r")
        };
        let before: Vec<Recording> = hours.iter().map(|hours| recording(-hours)).collect();
        assert_eq!(surplus(&settings, &before, Utc::default()), go, "{why}");
    }

    /// Checks how many of three recordings go while the free disk is told as these values.
    #[track_caller]
    fn check_room(wanted: u64, free: &[u64], go: usize, room: bool) {
        let before = [recording(1), recording(2), recording(3)];
        let (mut told, mut gone) = (free.iter(), Vec::new());
        let made = make_room(
            wanted,
            &before,
            || Ok(*told.next().expect("it is asked once after each removal")),
            |recording| {
                gone.push(recording.clone());
                Ok(())
            },
        );
        assert_eq!((&gone[..], made.is_ok()), (&before[..go], room));
        assert_eq!(told.next(), None, "it is asked until there is room");
    }

    fn recording(hour: i64) -> Recording {
        Recording {
            begun: Utc::from_micros(hour * 3_600_000_000),
            name: format!("{hour}.tlog"),
        }
    }
}
