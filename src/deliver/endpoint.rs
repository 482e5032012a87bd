//! Where alerts go, and how patient the delivery is.

use std::time::Duration;

use url::Url;

use crate::deliver::Secret;

/// What delivery needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The endpoints; their names are unique.
    pub endpoints: Vec<Endpoint>,
    /// How long attempts under way may go on once the daemon stops.
    pub grace: Duration,
}

impl Settings {
    /// The grace that suits a field unit.
    pub const GRACE: Duration = Duration::from_secs(3);
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoints: Vec::new(),
            grace: Self::GRACE,
        }
    }
}

/// A receiver of signed webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Unique, and stable: what is owed is kept by this name.
    pub name: String,
    /// Where to post; `http` or `https`.
    pub url: Url,
    /// Each of them signs; two while one replaces the other, none for an unsigned endpoint.
    pub secrets: Vec<Secret>,
    /// The time limit for a connection, TLS included.
    pub connect_timeout: Duration,
    /// The time limit for a silence.
    pub read_timeout: Duration,
    /// The time limit for an attempt as a whole.
    pub total_timeout: Duration,
    /// How many attempts may be under way at once, each for another track; at least 1.
    pub in_flight: usize,
}

impl Endpoint {
    /// Makes an endpoint with the limits that suit a radio link in the field.
    #[must_use]
    pub fn new(name: &str, url: Url, secrets: Vec<Secret>) -> Self {
        Self {
            name: name.to_owned(),
            url,
            secrets,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(15),
            in_flight: 4,
        }
    }
}
