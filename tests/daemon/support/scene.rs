//! A folder with all that a daemon needs: a configuration, corridors, a secret.

use std::path::{Path, PathBuf};

use super::command::{Ended, corridord};
use super::corridors;
use super::daemon::{DaemonOptions, write};
use super::endpoint::SecretFile;

/// The folder; removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Scene {
    folder: tempfile::TempDir,
    /// The secret of every endpoint.
    pub(crate) secret: SecretFile,
}

impl Scene {
    /// Makes the corridors and the secret; there is no configuration yet.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = SecretFile::fresh(folder.path());
        corridors::write(folder.path());
        Self { folder, secret }
    }

    /// Returns the folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        write(self.folder.path(), name, text)
    }

    /// Writes the configuration and returns how a daemon starts with it.
    pub(crate) fn configured(&self, text: &str) -> DaemonOptions {
        DaemonOptions::with_config(&self.write("corridord.toml", text))
    }

    /// Runs a command of `corridord` with the configuration to its end; the folder is called
    /// `DIR` in what it writes.
    pub(crate) fn run(&self, command: &str, more: &[&str]) -> Ended {
        let config = self.path("corridord.toml");
        let mut args = vec![command, "--config", config.to_str().expect("UTF-8")];
        args.extend(more);
        let folder = self.folder.path().to_str().expect("UTF-8");
        let ended = corridord(&args, &[]);
        Ended {
            code: ended.code,
            out: ended.out.replace(folder, "DIR"),
            err: ended.err.replace(folder, "DIR"),
        }
    }

    /// Returns what lies in a folder of the scene, by name, with its bytes.
    pub(crate) fn files(&self, folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = files(&self.path(folder));
        files.sort();
        files
    }
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| {
            let bytes = std::fs::read(&path).expect("the file is read");
            (path, bytes)
        })
        .collect()
}

/// A configuration with one link, the corridors of the scene and these endpoints, by name and URL.
pub(crate) fn config(endpoints: &[(&str, &str)]) -> String {
    let endpoint = |(name, url): &(&str, &str)| {
        format!(
            "
[[endpoint]]
name = \"{name}\"
url = \"{url}\"
secret-file = \"endpoint.secret\"
"
        )
    };
    let endpoints: String = endpoints.iter().map(endpoint).collect();
    format!(
        "\
[[link]]
name = \"link1\"
address = \"udpin:127.0.0.1:0\"

[corridors]
files = [\"corridors.geojson\"]

[store]
directory = \"state\"
{endpoints}"
    )
}
