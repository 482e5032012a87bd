//! The monitor as a whole, from reports to decisions.

mod clocks;
mod crossings;
mod filters;
mod flights;
mod identities;
mod limits;
mod restarts;
mod tracks;
mod walks;
