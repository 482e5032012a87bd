//! What flies, and over which links it is heard.
//!
//! Pure.

pub mod expected;
pub mod file;
mod route;
pub mod shipped;

use thiserror::Error;

use crate::channel::NotAFault;
use crate::flood::{FloodPlan, NotAFlood};
use crate::link::LinkPlan;
use crate::plan::{PlanError, VehiclePlan};
use crate::window::Window;

/// A whole sky: the vehicles and the links.
///
/// Start from [`Scenario::of`] or [`Scenario::default`] and set what differs; [`Sky::new`]
/// checks it.
///
/// [`Sky::new`]: crate::sky::Sky::new
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    /// The vehicles; several may share a system id.
    pub vehicles: Vec<VehiclePlan>,
    /// Those who fill the links.
    pub floods: Vec<FloodPlan>,
    /// The links; each numbers the frames that it carries by itself.
    pub links: Vec<LinkPlan>,
}

/// Why a scenario cannot be shown.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ScenarioError {
    /// There is nobody to hear.
    #[error("nothing flies")]
    Nobody,
    /// There is no way to hear anybody.
    #[error("there is no link")]
    NoLink,
    /// A vehicle cannot be flown.
    #[error("plan a vehicle")]
    Vehicle(#[source] PlanError),
    /// A flood is out of bounds.
    #[error("plan a flood")]
    Flood(#[source] NotAFlood),
    /// A link's faults are out of bounds.
    #[error("plan the link `{link}`")]
    Link {
        /// What the link is called.
        link: String,
        /// What is wrong.
        #[source]
        source: NotAFault,
    },
    /// Something on a link ends before it begins.
    #[error("on the link `{link}`, something from {from_s} s ends at {until_s} s")]
    Window {
        /// What the link is called.
        link: String,
        /// When it begins, seconds.
        from_s: f64,
        /// When it ends, seconds.
        until_s: f64,
    },
}

impl Scenario {
    /// Lets vehicles be heard over one link without a fault.
    #[must_use]
    pub fn of(vehicles: Vec<VehiclePlan>) -> Self {
        Self {
            vehicles,
            floods: Vec::new(),
            links: vec![LinkPlan::new("radio")],
        }
    }

    /// Checks what is not checked by making the vehicles.
    pub(crate) fn check(&self) -> Result<(), ScenarioError> {
        if self.vehicles.is_empty() && self.floods.is_empty() {
            return Err(ScenarioError::Nobody);
        }
        if self.links.is_empty() {
            return Err(ScenarioError::NoLink);
        }
        self.links.iter().try_for_each(check_link)
    }
}

fn check_link(link: &LinkPlan) -> Result<(), ScenarioError> {
    let faults = link.spells.iter().map(|spell| &spell.faults);
    for faults in faults.chain([&link.faults]) {
        faults.check().map_err(|source| ScenarioError::Link {
            link: link.name.clone(),
            source,
        })?;
    }
    let spells = link.spells.iter().map(|spell| spell.window);
    let outages = link.down.iter().map(|outage| outage.window);
    for window in spells.chain(outages) {
        if window.is_empty() {
            let Window { from, until } = window;
            return Err(ScenarioError::Window {
                link: link.name.clone(),
                from_s: from.as_secs_f64(),
                until_s: until.as_secs_f64(),
            });
        }
    }
    Ok(())
}
