//! Who gets an alert: routes of endpoints, and what no route takes.
//!
//! Pure. Invariants:
//!
//! 1. An alert goes to every endpoint whose route takes it; if there is none, to those that are
//!    the default. So it goes nowhere only where no default was named.
//! 2. What is chosen follows from the alert alone: the same alert goes the same way again.
//! 3. [`gaps`] finds an alert that could go nowhere before there is one. What depends on where
//!    exactly a position will lie counts as not taken.

mod gaps;
mod ground;
mod routing;
mod rule;
mod subject;

pub use gaps::{Prospect, gaps, idle};
pub use ground::Areas;
pub use routing::{Routing, Target};
pub use rule::Route;

#[cfg(test)]
mod tests;
