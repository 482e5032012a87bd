//! What the monitor goes by, out of all that a configuration says.

use uuid::Uuid;

use crate::config::Settings;
use crate::monitor;

impl Settings {
    /// Collects what the monitor goes by; `history` salts its ids unless the configuration has one.
    #[must_use]
    pub fn watch(&self, history: Uuid) -> monitor::Settings {
        let recordings = self.links.iter().filter(|link| link.address.is_recording());
        monitor::Settings {
            unit: self.unit.clone(),
            history: self.history.unwrap_or(history),
            rules: self.rules.clone(),
            routes: self.routes.clone(),
            attendances: self.attendances.clone(),
            gate: self.gate,
            roster: self.roster,
            liveness: self.liveness.clone(),
            fleet: self.fleet.clone(),
            inhibit: self.inhibit,
            callsigns: self.callsigns.clone(),
            recordings: recordings.map(|link| link.name.clone()).collect(),
        }
    }
}
