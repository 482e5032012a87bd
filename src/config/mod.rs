//! Configuration: TOML files and flags in, checked settings of every room out.
//!
//! All errors are found at once, each with its file, line and key. Unknown keys are errors;
//! every key has a default that suits a field unit, or is required. Relative paths start at the
//! folder of the file that names them; secrets are looked up first in the service's credentials
//! folder.

mod attendance;
mod choice;
mod corridors;
mod document;
mod endpoint;
mod filter;
mod findings;
mod flaw;
mod fleet;
mod forward;
mod link;
mod list;
mod load;
mod never;
mod outside;
mod patrol;
mod rate;
mod route;
mod rule;
mod secret_file;
mod severity;
mod signing;
mod tracks;
mod transmit;
mod transport;
mod trust;
mod watch;

pub use corridors::{CorridorSources, LoadedCorridors, corridor_sources, load_corridors};
pub use document::parse_span;
pub use flaw::{Flaw, Flaws};
pub use load::{Loaded, Purpose, RUNTIME_DEFAULT, STATE_DEFAULT, Settings, load};
pub use outside::Outside;
