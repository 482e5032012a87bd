//! The sets of rules that units have, as configurations write them.

use std::fs;

use corridord::config::{self, Outside, Purpose};
use corridord::monitor::rule::Rule;
use serde_json::{Value, json};

use super::world::GROUNDS_MAX;

/// Each is a unit's.
const SETS: [&str; 5] = [
    // The usual rule.
    "",
    // One that wants to be sure beside one that is quick.
    r#"
[[rule]]
name = "sure"
confirm = { fixes = 5 }
margin = { metres = 25, accuracy-factor = 2.0, accuracy-assumed-metres = 10 }

[[rule]]
name = "quick"
confirm = { fixes = 1 }
margin = { metres = 12, accuracy-factor = 0.0, accuracy-assumed-metres = 10 }
"#,
    // By time alone, with a short dwell.
    r#"
[[rule]]
name = "slow"
confirm = { seconds = 4 }
dwell = "30 s"
"#,
    // Silent about what lies between.
    r#"
[[rule]]
name = "ends"
events = ["entered", "exited"]
dwell = "20 s"
severity = "critical"
"#,
    // Two of which each watches another corridor.
    r#"
[[rule]]
name = "first"
corridors = { ids = ["ground-0"] }
dwell = "45 s"

[[rule]]
name = "others"
corridors = { ids = ["ground-1", "ground-2", "ground-3"] }
confirm = { fixes = 2, seconds = 3 }
status = "exercise"
"#,
];

/// Reads all sets as the daemon reads its configuration.
pub(crate) fn sets() -> Vec<Vec<Rule>> {
    SETS.iter().map(|rules| read(rules)).collect()
}

fn read(rules: &str) -> Vec<Rule> {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("corridord.toml");
    let text = format!("[corridors]\nfiles = [\"corridors.geojson\"]\n{rules}");
    fs::write(&config, text).expect("the file is written");
    fs::write(folder.path().join("corridors.geojson"), corridors()).expect("the file is written");
    let loaded = config::load(Some(&config), &Outside::default(), Purpose::Replay);
    loaded.expect("a sound configuration").settings.rules
}

/// Corridors that a rule may name, wherever they lie.
fn corridors() -> String {
    let feature = |number| {
        json!({
            "type": "Feature",
            "properties": {"id": format!("ground-{number}"), "half_width_m": 200},
            "geometry": {"type": "LineString", "coordinates": [[22.0, 41.5], [22.048, 41.5]]},
        })
    };
    let features: Vec<Value> = (0..GROUNDS_MAX).map(feature).collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}
