//! What an answer means for the alert: delivered, tried again, gone, or for a person.
//!
//! Pure.

use std::ops::RangeInclusive;
use std::time::{Duration, UNIX_EPOCH};

use crate::units::Utc;

/// The waits that an endpoint may ask for; what lies beyond is held within.
const RETRY_AFTER: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The endpoint answered.
    Status {
        /// The HTTP status.
        status: u16,
        /// The `Retry-After` header.
        retry_after: Option<String>,
        /// How the answer's body begins.
        excerpt: String,
    },
    /// It was sent to somebody who never answers.
    Sent,
    /// There was no answer.
    Failed {
        /// Why not.
        cause: String,
    },
}

/// What an answer means, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint has the alert.
    Delivered {
        /// The HTTP status.
        status: u16,
    },
    /// It was sent, and nobody will say whether it has come.
    Sent,
    /// The endpoint may take it another time.
    Retry {
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// The wait that the endpoint asks for, 1 s to 1 h.
        after: Option<Duration>,
        /// What went wrong.
        cause: String,
    },
    /// The endpoint wants no more of it.
    Gone {
        /// The HTTP status.
        status: u16,
    },
    /// Trying again would not help: a person has to look at it.
    Parked {
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// What the endpoint said.
        cause: String,
    },
}

/// Sorts an answer that came at `now`.
///
/// 2xx is delivered. 410 stops this alert for this endpoint. 408, 425, 429 and 5xx are tried
/// again, as is everything that is no final answer: 1xx, 3xx and no answer at all. Any other 4xx
/// is for a person.
#[must_use]
pub fn judge(answer: Answer, now: Utc) -> Outcome {
    match answer {
        Answer::Sent => Outcome::Sent,
        Answer::Failed { cause } => Outcome::Retry {
            status: None,
            after: None,
            cause,
        },
        Answer::Status {
            status,
            retry_after,
            excerpt,
        } => match status {
            200..=299 => Outcome::Delivered { status },
            410 => Outcome::Gone { status },
            408 | 425 | 429 | ..=199 | 300..=399 | 500.. => Outcome::Retry {
                status: Some(status),
                after: retry_after.and_then(|text| wait(&text, now)),
                cause: said(status, &excerpt),
            },
            400..=499 => Outcome::Parked {
                status: Some(status),
                cause: said(status, &excerpt),
            },
        },
    }
}

/// Reads seconds or an HTTP date.
///
/// Source: RFC 9110, section 10.2.3.
fn wait(text: &str, now: Utc) -> Option<Duration> {
    let text = text.trim();
    let asked = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        let since_epoch = date.duration_since(UNIX_EPOCH).unwrap_or_default();
        Utc::from_micros(0).after(since_epoch).since(now)
    };
    Some(asked.clamp(*RETRY_AFTER.start(), *RETRY_AFTER.end()))
}

fn said(status: u16, excerpt: &str) -> String {
    if excerpt.is_empty() {
        format!("answered {status}")
    } else {
        format!("answered {status}: {excerpt}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Utc = Utc::from_micros(1_777_629_600_000_000);

    fn answer(status: u16, retry_after: Option<&str>) -> Answer {
        Answer::Status {
            status,
            retry_after: retry_after.map(str::to_owned),
            excerpt: String::new(),
        }
    }

    #[test]
    fn every_status_has_its_outcome() {
        for status in 100..=599 {
            let expected = match status {
                200..=299 => "delivered",
                410 => "gone",
                408 | 425 | 429 => "retry",
                400..=499 => "parked",
                _ => "retry",
            };
            let sorted = match judge(answer(status, None), NOW) {
                Outcome::Delivered { .. } => "delivered",
                Outcome::Retry { .. } => "retry",
                Outcome::Gone { .. } => "gone",
                Outcome::Parked { .. } => "parked",
                Outcome::Sent => "sent",
            };
            assert_eq!(sorted, expected, "{status}");
        }
    }

    fn check_wait(retry_after: &str, seconds: Option<u64>, why: &str) {
        let expected = Outcome::Retry {
            status: Some(503),
            after: seconds.map(Duration::from_secs),
            cause: "answered 503".to_owned(),
        };
        assert_eq!(
            judge(answer(503, Some(retry_after)), NOW),
            expected,
            "{why}"
        );
    }

    #[test]
    fn the_wait_that_an_endpoint_asks_for_is_held_in_bounds() {
        check_wait("120", Some(120), "seconds");
        check_wait(" 120 ", Some(120), "with blanks");
        check_wait("0", Some(1), "no hammering");
        check_wait("86400", Some(3600), "no day off");
        check_wait(
            "99999999999999999999999",
            Some(3600),
            "more than any integer",
        );
        check_wait("Fri, 01 May 2026 10:02:00 GMT", Some(120), "a date");
        check_wait("Fri, 01 May 2026 09:00:00 GMT", Some(1), "a date gone by");
        check_wait(
            "Sat, 01 May 2027 10:00:00 GMT",
            Some(3600),
            "a date far off",
        );
        check_wait("", None, "nothing");
        check_wait("-5", None, "no number of seconds");
        check_wait("soon", None, "no date");
    }

    #[test]
    fn what_the_endpoint_said_goes_to_the_person() {
        let refused = Answer::Status {
            status: 422,
            retry_after: None,
            excerpt: "no such unit".to_owned(),
        };
        let expected = Outcome::Parked {
            status: Some(422),
            cause: "answered 422: no such unit".to_owned(),
        };
        assert_eq!(judge(refused, NOW), expected);
    }
}
