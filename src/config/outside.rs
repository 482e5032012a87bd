//! What a configuration does not say itself.

use std::path::PathBuf;

/// What comes from outside the file: flags, which override it, and the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// Link addresses; replace the file's links.
    pub links: Vec<String>,
    /// GeoJSON files; replace the file's.
    pub corridors: Vec<PathBuf>,
    /// Endpoint URLs; replace the file's endpoints.
    pub endpoints: Vec<String>,
    /// One secret file for all of `endpoints`, or one for each.
    pub secret_files: Vec<PathBuf>,
    /// The state directory; replaces the file's.
    pub state: Option<PathBuf>,
    /// The folder where the service manager puts credentials.
    pub credentials: Option<PathBuf>,
    /// The state directory that the service manager made.
    pub state_default: Option<PathBuf>,
    /// The folder that the service manager made for as long as the daemon runs.
    pub runtime: Option<PathBuf>,
}
