//! The monitor as a whole, from reports to decisions.

mod attendances;
mod clocks;
mod crossings;
mod filters;
mod flights;
mod identities;
mod limits;
mod losses;
mod restarts;
mod routes;
mod tracks;
mod walks;
