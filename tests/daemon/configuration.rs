//! The configuration that is shipped: it loads, and it mentions every key there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::command::{Ended, corridord};
use crate::support::daemon::write;
use crate::support::endpoint::{SecretFile, write_secret};

/// A key that no section has, far from every key that one has.
const NO_KEY: &str = "zzzzzzzzzzzzzzzzzzzzzzzz";

#[test]
fn every_shipped_configuration_loads() {
    let folder = tempfile::tempdir().unwrap();
    provide_secret(folder.path());
    let files = shipped();
    assert_ne!(files, Vec::<PathBuf>::new(), "there is one to begin with");
    for file in files {
        let ended = check(&file, folder.path());
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{file:?}");
    }
}

#[test]
fn the_reference_mentions_every_key_of_the_program_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut known = BTreeSet::new();
    ask_for_keys(folder.path(), &Header::root(), &mut known);
    assert!(known.contains("link.address") && known.contains("rule.confirm.fixes"));
    assert_eq!(mentioned(&reference()), known);
}

#[test]
fn the_defaults_of_the_reference_are_those_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    provide_secret(folder.path());
    write(
        folder.path(),
        "friends.list",
        "mmsi:027012345\ncallsign:ROOK *\n",
    );
    let corridors = shipped_folder().join("corridors");
    let written_out = reference()
        .lines()
        .map(uncommented)
        .collect::<Vec<_>>()
        .join("\n")
        .replace("corridors/*", corridors.join("*").to_str().unwrap());
    assert!(written_out.contains("\n[[rule]]\n"), "{written_out}");
    let written_out = write(folder.path(), "written-out.toml", &written_out);

    let by_default = check(&shipped_folder().join("corridord.toml"), folder.path());
    let written_out = check(&written_out, folder.path());
    assert_eq!(written_out.err, "");
    // These have no default: they are written out as examples.
    let examples = [
        "signing    radio: 2 key(s); refuse unsigned frames, refuse bad signatures\n",
        "list       friend: 3 track(s), 2 callsign(s)\n",
        "           at 100 to 9000 m msl\n",
        "           active every day 22:00 to 06:00 Europe/Skopje since 2025-12-31T23:00:00Z until \
         2099-12-31T23:00:00Z\n",
        "           another severity on 1 condition(s)\n",
        "route      night patrol: along vc-ba-zenica-sarajevo, up to 0 m beyond its edge; major, actual\n",
        "attendance somebody of ours: ",
    ];
    let is_example = |line: &&str| examples.iter().any(|start| line.starts_with(start));
    let lines = || written_out.out.split_inclusive('\n');
    let written_out_examples = lines().filter(is_example).count();
    assert_eq!(written_out_examples, examples.len(), "{}", written_out.out);
    let without: String = lines().filter(|line| !is_example(line)).collect();
    assert_eq!(without, by_default.out);
}

fn shipped_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

fn shipped() -> Vec<PathBuf> {
    let entries = fs::read_dir(shipped_folder()).expect("the folder is there");
    let files = entries.map(|entry| entry.expect("an entry").path());
    files
        .filter(|file| file.extension().is_some_and(|it| it == "toml"))
        .collect()
}

fn reference() -> String {
    fs::read_to_string(shipped_folder().join("corridord.toml")).expect("the reference")
}

/// Puts the secrets that the shipped configurations name where the service manager would.
fn provide_secret(folder: &Path) {
    let secret = SecretFile::fresh(folder);
    fs::rename(secret.path, folder.join("command-centre.secret")).expect("the secret is renamed");
    write_secret(folder, "mavlink.key", &"5a".repeat(32));
    write_secret(folder, "mavlink.passphrase", "correct horse");
    write_secret(
        folder,
        "command-centre.authorization",
        "Bearer of good news",
    );
    write_secret(folder, "proxy.credentials", "unit-7:correct horse");
    let unit = rcgen::generate_simple_self_signed(vec!["unit.example".to_owned()]);
    let unit = unit.expect("a certificate");
    write_secret(folder, "command-centre-ca.pem", &unit.cert.pem());
    write_secret(folder, "unit.pem", &unit.cert.pem());
    write_secret(folder, "unit.key", &unit.signing_key.serialize_pem());
}

fn check(file: &Path, credentials: &Path) -> Ended {
    corridord(
        &["check", "--config", file.to_str().expect("UTF-8")],
        &[(
            "CREDENTIALS_DIRECTORY",
            credentials.to_str().expect("UTF-8"),
        )],
    )
}

/// Where a section begins: what is written above it, and what errors call it.
#[derive(Clone, Debug)]
struct Header {
    lines: String,
    path: String,
}

impl Header {
    fn root() -> Self {
        Self {
            lines: String::new(),
            path: String::new(),
        }
    }

    /// A table of this section.
    fn table(&self, key: &str) -> Self {
        let path = self.of(key);
        Self {
            lines: format!("{}\n[{}]\n", self.lines, bare(&path)),
            path,
        }
    }

    /// A list of tables of this section.
    fn list(&self, key: &str) -> Self {
        let path = self.of(key);
        Self {
            lines: format!("{}\n[[{}]]\n", self.lines, bare(&path)),
            path: format!("{path}[0]"),
        }
    }

    fn of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

/// Leaves the index out: `rule[0].margin` is written `rule.margin`.
fn bare(path: &str) -> String {
    path.replace("[0]", "")
}

/// Adds every key below `header` that the program knows: it tells them when it refuses one.
fn ask_for_keys(folder: &Path, header: &Header, known: &mut BTreeSet<String>) {
    for key in keys_of(folder, header).unwrap_or_default() {
        let tables = [header.table(&key), header.list(&key)];
        let mut below = tables
            .iter()
            .filter(|below| keys_of(folder, below).is_some());
        match below.next() {
            Some(below) => ask_for_keys(folder, below, known),
            None => {
                known.insert(bare(&header.of(&key)));
            }
        }
    }
}

/// Returns the keys of a section; absent if there is no such section.
fn keys_of(folder: &Path, header: &Header) -> Option<Vec<String>> {
    let text = format!("{}{NO_KEY} = 1\n", header.lines);
    let file = write(folder, "asking.toml", &text);
    let refused = check(&file, folder);
    assert_eq!(refused.code, Some(78), "{refused:?}");
    let told = format!(": {}: unknown key; the keys here are ", header.of(NO_KEY));
    let line = refused.err.lines().find_map(|line| line.split_once(&told));
    line.map(|(_place, keys)| keys.split(", ").map(str::to_owned).collect())
}

/// Returns the keys of a file, those of its commented lines too.
fn mentioned(text: &str) -> BTreeSet<String> {
    let mut section = String::new();
    let mut keys = BTreeSet::new();
    for line in text.lines().map(uncommented) {
        if let Some(header) = line.strip_prefix('[') {
            header
                .trim_matches(|c| matches!(c, '[' | ']'))
                .clone_into(&mut section);
        } else if let Some((key, _value)) = line.split_once(" = ")
            && !line.starts_with('#')
        {
            keys.insert(format!("{section}.{key}"));
        }
    }
    keys
}

/// Turns `#key = value` into `key = value`; `# some words` stays as it is.
fn uncommented(line: &str) -> &str {
    match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => rest,
        Some(_) | None => line,
    }
}
