//! Which seeds a test tries.

use std::env;
use std::ops::Range;

/// Returns the seeds to try: those below `CORRIDORD_SEEDS`, or below `usual` without it, or none
/// but `CORRIDORD_SEED`.
///
/// # Panics
///
/// If one of these is set to what is no number.
pub(crate) fn seeds(usual: u64) -> Range<u64> {
    let number = |name| {
        env::var(name)
            .ok()
            .map(|text| text.parse().expect("a number"))
    };
    match number("CORRIDORD_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CORRIDORD_SEEDS").unwrap_or(usual),
    }
}
