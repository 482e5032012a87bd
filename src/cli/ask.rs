//! Where a running daemon is asked by the other commands.

use std::env;
use std::path::PathBuf;

use crate::config;
use crate::control;

/// Which daemon is asked.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Which {
    /// The daemon's socket
    #[arg(long, value_name = "FILE", conflicts_with = "state")]
    socket: Option<PathBuf>,
    /// The folder of the daemon's state, in which its socket stands
    ///
    /// Without this and --socket, the daemon of the system's service manager is asked.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

impl Which {
    /// Asks the daemon.
    pub(super) fn ask<A: control::Ask>(&self, asked: &A) -> anyhow::Result<A::Answer> {
        Ok(control::ask(&self.socket(), asked)?)
    }

    /// Finds the folder of the state, if it is known where that is.
    pub(super) fn state(&self) -> Option<PathBuf> {
        if self.socket.is_some() {
            return None;
        }
        let set = env::var_os("STATE_DIRECTORY").filter(|value| !value.is_empty());
        let set = set.map(PathBuf::from);
        let known = self.state.clone().or(set);
        Some(known.unwrap_or_else(|| PathBuf::from(config::STATE_DEFAULT)))
    }

    /// Finds the socket: what flags say, else what the environment says, else what the unit file says.
    fn socket(&self) -> PathBuf {
        if let Some(socket) = &self.socket {
            return socket.clone();
        }
        if let Some(folder) = &self.state {
            return folder.join(control::FILE_NAME);
        }
        let set = env::var_os("RUNTIME_DIRECTORY").filter(|value| !value.is_empty());
        let set = set.and_then(|value| env::split_paths(&value).next());
        let folder = set.unwrap_or_else(|| PathBuf::from(config::RUNTIME_DEFAULT));
        folder.join(control::FILE_NAME)
    }
}
