//! What the unit says on a link of its own accord, as a ground station does, where it is allowed to.
//!
//! Pure: it is told what is heard and what time it is, and hands back what to say.
//! Invariants, each held by a test:
//!
//! 1. Only a sign of life and a request for rates can be built, and only what is allowed is said.
//! 2. Nobody is asked who sends enough already, nor without end who does not.

mod ground;
mod rates;
mod transmission;

pub use ground::{GroundStation, Settings};
pub use transmission::{Kind, Transmission, Transmit};
