//! The monitor as a whole, from reports to decisions.

mod crossings;
mod flights;
mod restarts;
mod tracks;
mod walks;
