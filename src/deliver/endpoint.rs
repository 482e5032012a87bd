//! Where alerts go, and how patient the delivery is.

use std::fmt;
use std::time::Duration;

use url::Url;

use crate::deliver::expiry::Expiry;
use crate::deliver::{Authorities, Disclosure, Format, Hidden, Identity, Secret};
use crate::monitor::storm::Rate;

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

/// A receiver of alerts.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Unique, and stable: what is owed is kept by this name.
    pub name: String,
    /// Where to send: `http` or `https`, and for Cursor on Target `tcp`, `tls` or `udp`.
    pub url: Url,
    /// What it reads.
    pub format: Format,
    /// Each of them signs; two while one replaces the other, none for an unsigned endpoint.
    pub secrets: Vec<Secret>,
    /// Who may vouch for the endpoint; those of the system unless named.
    pub authorities: Option<Authorities>,
    /// Who we are to an endpoint that asks.
    pub identity: Option<Identity>,
    /// The value of the `Authorization` header.
    pub authorization: Option<Hidden>,
    /// The proxy on the way; none from the environment is ever taken.
    pub proxy: Option<Proxy>,
    /// What of an alert it is told.
    pub disclosure: Disclosure,
    /// The time limit for a connection, the name's lookup and TLS included.
    pub connect_timeout: Duration,
    /// The time limit for a silence.
    pub read_timeout: Duration,
    /// The time limit for an attempt as a whole.
    pub total_timeout: Duration,
    /// How many alerts it gets one by one.
    pub rate: Rate,
    /// How long an alert is tried before it is given up.
    pub patience: Duration,
    /// How many attempts may be under way at once, each for another track; at least 1.
    pub in_flight: usize,
}

/// A proxy that attempts go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Where it is; `http` or `https`.
    pub url: Url,
    /// Who we are to it; means nothing without a password.
    pub user: String,
    /// The password of that user.
    pub password: Option<Hidden>,
}

impl Endpoint {
    /// Makes an endpoint with the limits that suit a radio link in the field.
    #[must_use]
    pub fn new(name: &str, url: Url, secrets: Vec<Secret>) -> Self {
        Self {
            name: name.to_owned(),
            url,
            format: Format::Webhook,
            secrets,
            authorities: None,
            identity: None,
            authorization: None,
            proxy: None,
            disclosure: Disclosure::default(),
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(15),
            rate: Rate::UNLIMITED,
            patience: Duration::from_secs(7 * 86_400),
            in_flight: 4,
        }
    }
}

impl Endpoint {
    /// Returns when what we hold for this endpoint expires.
    #[must_use]
    pub fn expiries(&self) -> Vec<Expiry> {
        let ends = [
            self.authorities.as_ref().and_then(Authorities::expiry),
            self.identity.as_ref().and_then(Identity::expiry),
        ];
        ends.into_iter().flatten().collect()
    }
}

/// The path of a URL may be what opens a door, so only its host is shown.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("name", &self.name)
            .field("host", &self.url.host_str())
            .field("secrets", &self.secrets.len())
            .field("authorities", &self.authorities)
            .field("identity", &self.identity)
            .field("authorization", &self.authorization)
            .finish_non_exhaustive()
    }
}
