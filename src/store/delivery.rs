//! An alert on its way to an endpoint.

use crate::monitor::alert::Alert;
use crate::store::{Lane, Story};
use crate::units::Utc;

/// One alert on its way to one endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The outbox row.
    pub seq: i64,
    /// The alert.
    pub alert: Alert,
    /// How many attempts have failed.
    pub attempts: u32,
    /// The lane that it was handed out in.
    pub lane: Lane,
    /// When it was stored for this endpoint.
    pub stored_at: Utc,
    /// What else is known of its episode.
    pub story: Story,
}
