//! When certificates expire, and when that is soon.
//!
//! Pure.

use std::time::Duration;

use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::units::Utc;

/// How long before a certificate expires somebody should know.
pub(super) const AHEAD: Duration = Duration::from_secs(30 * 86_400);

/// The end of something that expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    what: String,
    at: Utc,
}

impl Expiry {
    /// Notes when `what` expires.
    pub(super) fn of(what: &str, certificate: &[u8]) -> Option<Self> {
        Some(Self {
            what: what.to_owned(),
            at: not_after(certificate)?,
        })
    }

    #[cfg(test)]
    pub(super) fn at(what: &str, at: Utc) -> Self {
        let what = what.to_owned();
        Self { what, at }
    }

    /// Notes when the first of several certificates expires.
    pub(super) fn first(what: &str, certificates: &[impl AsRef<[u8]>]) -> Option<Self> {
        let ends = certificates.iter().map(|it| Self::of(what, it.as_ref()));
        ends.flatten().min_by_key(|expiry| expiry.at)
    }

    /// Says what somebody should know at `now`: that it has expired, or will within 30 days.
    #[must_use]
    pub fn warning(&self, now: Utc) -> Option<String> {
        let Self { what, at } = self;
        if *at <= now {
            return Some(format!("{what} expired at {at}"));
        }
        let left = at.since(now);
        let days = left.as_secs() / 86_400;
        let plural = if days == 1 { "" } else { "s" };
        (left <= AHEAD).then(|| format!("{what} expires at {at}, in {days} day{plural}"))
    }
}

/// Reads the end of a certificate's validity; absent if it is none.
///
/// Source: RFC 5280, section 4.1.2.5.
pub(super) fn not_after(certificate: &[u8]) -> Option<Utc> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let end = certificate.tbs_certificate().validity().not_after;
    Some(Utc::from_micros(0).after(end.to_unix_duration()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Utc = Utc::from_micros(1_777_629_600_000_000);

    fn check(at: Utc, expected: Option<&str>) {
        let expiry = Expiry::at("it", at);
        assert_eq!(expiry.warning(NOW).as_deref(), expected);
    }

    #[test]
    fn the_end_is_told_thirty_days_ahead() {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        check(NOW.after(days(31)), None);
        check(
            NOW.after(days(30)),
            Some("it expires at 2026-05-31T10:00:00.000Z, in 30 days"),
        );
        check(
            NOW.after(Duration::from_secs(60)),
            Some("it expires at 2026-05-01T10:01:00.000Z, in 0 days"),
        );
        check(NOW, Some("it expired at 2026-05-01T10:00:00.000Z"));
        check(
            NOW.before(days(1)),
            Some("it expired at 2026-04-30T10:00:00.000Z"),
        );
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        assert_eq!(not_after(b"no certificate"), None);
    }
}
