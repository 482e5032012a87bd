//! All routes together: whom an alert is owed to.

use std::fmt;

use crate::monitor::alert::Alert;
use crate::route::Route;
use crate::route::subject::Subject;

/// An endpoint, and what it gets.
#[derive(Clone, Debug)]
pub struct Target {
    /// The endpoint's name.
    pub name: String,
    /// What it gets.
    pub route: Route,
    /// Whether it also gets what no route takes.
    pub is_default: bool,
}

impl fmt::Display for Target {
    /// Writes what it gets, `countries AL; 2 areas; minor or graver; and what no route takes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.route)?;
        if self.is_default {
            f.write_str("; and what no route takes")?;
        }
        Ok(())
    }
}

/// The routes of all endpoints, in the order of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Routing {
    targets: Vec<Target>,
}

/// Routes by which each of these endpoints gets everything.
impl From<Vec<String>> for Routing {
    fn from(names: Vec<String>) -> Self {
        Self::everything_to(names)
    }
}

impl Routing {
    /// Puts routes together; names are unique.
    #[must_use]
    pub fn new(targets: Vec<Target>) -> Self {
        Self { targets }
    }

    /// Makes routes by which each of these endpoints gets everything.
    #[must_use]
    pub fn everything_to(names: impl IntoIterator<Item = String>) -> Self {
        let targets = names.into_iter().map(|name| Target {
            name,
            route: Route::everything(),
            is_default: false,
        });
        Self::new(targets.collect())
    }

    /// Returns the names of all endpoints.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|target| target.name.as_str())
    }

    /// Returns all endpoints with their routes.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Returns one endpoint with its route.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }

    /// Chooses the endpoints that get an alert, in the order of the configuration.
    #[must_use]
    pub fn choose(&self, alert: &Alert) -> Vec<&str> {
        self.chosen(&Subject::of(alert))
    }

    pub(super) fn chosen(&self, subject: &Subject<'_>) -> Vec<&str> {
        let names = |takes: &dyn Fn(&Target) -> bool| -> Vec<&str> {
            let taking = self.targets.iter().filter(|target| takes(target));
            taking.map(|target| target.name.as_str()).collect()
        };
        let chosen = names(&|target| target.route.takes(subject));
        if chosen.is_empty() {
            return names(&|target| target.is_default);
        }
        chosen
    }
}
