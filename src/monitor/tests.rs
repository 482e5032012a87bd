//! The monitor as a whole, from reports to decisions.

mod flights;
mod tracks;
