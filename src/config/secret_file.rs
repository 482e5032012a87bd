//! Files that hold secrets: where they are looked for, and who else may read them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::findings::Findings;
use crate::config::outside::Outside;

/// Looks in the service's credentials folder first, then beside the configuration.
pub(super) fn find(base: &Path, outside: &Outside, name: &str) -> PathBuf {
    let credential = outside.credentials.as_ref().map(|folder| folder.join(name));
    credential
        .filter(|path| path.exists())
        .unwrap_or_else(|| base.join(name))
}

/// Reads one secret of each line that is not blank; what `read` says of one gets its place.
pub(super) fn read_lines<T, E: std::fmt::Display>(
    file: &Path,
    text: &str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, String> {
    let lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let place = |number: usize| format!("{}:{number}", file.display());
    lines
        .map(|(number, line)| read(line).map_err(|error| format!("{}: {error}", place(number))))
        .collect()
}

/// Warns if the file can be read by others than its owner and its group.
#[cfg(unix)]
pub(super) fn warn_if_open(file: &Path, findings: &mut Findings) {
    use std::os::unix::fs::PermissionsExt as _;

    let open = fs::metadata(file).is_ok_and(|data| data.permissions().mode() & 0o007 != 0);
    if open {
        let source = file.display().to_string();
        findings.warn(
            &source,
            "everybody on this machine can read the secret: chmod o= it",
        );
    }
}

/// Knows of no such permissions.
#[cfg(not(unix))]
pub(super) fn warn_if_open(_file: &Path, _findings: &mut Findings) {}
