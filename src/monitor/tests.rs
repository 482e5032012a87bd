//! The monitor as a whole, from reports to decisions.

mod approaches;
mod attendances;
mod calm;
mod clocks;
mod cool_downs;
mod crossings;
mod explain;
mod filters;
mod flights;
mod identities;
mod limits;
mod losses;
mod overlaps;
mod reloads;
mod restarts;
mod routes;
mod tracks;
mod trust;
mod walks;
