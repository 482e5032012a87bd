//! What is different between what was in force and what comes, in words.

use std::collections::BTreeMap;

use crate::corridor::{Corridor, CorridorSet};
use crate::monitor::Settings;
use crate::monitor::rule::Rule;

/// Names everything that is different, one thing a line.
pub(super) fn of(
    (before, corridors_before): (&Settings, &CorridorSet),
    (after, corridors_after): (&Settings, &CorridorSet),
) -> Vec<String> {
    // Every part is named, so that a new one cannot be forgotten here.
    let Settings {
        unit: _,
        history: _,
        rules,
        routes,
        attendances,
        gate,
        roster,
        liveness,
        fleet,
        inhibit,
        callsigns,
        recordings: _,
    } = before;
    let mut changes = corridors(corridors_before, corridors_after);
    changes.extend(compared(
        "rule",
        &by_name(rules),
        &by_name(&after.rules),
        |before, after| {
            if before == after {
                None
            } else {
                Some("changed")
            }
        },
    ));
    if order(rules) != order(&after.rules) && changes.is_empty() {
        changes.push("rules: in another order".to_owned());
    }
    for (what, is_same) in [
        ("routes", *routes == after.routes),
        ("attendances", *attendances == after.attendances),
        ("gate", *gate == after.gate),
        (
            "tracks",
            *roster == after.roster && *liveness == after.liveness,
        ),
        ("fleet", *fleet == after.fleet),
        ("inhibit", *inhibit == after.inhibit),
        ("callsigns", *callsigns == after.callsigns),
    ] {
        if !is_same {
            changes.push(format!("{what}: changed"));
        }
    }
    changes
}

fn corridors(before: &CorridorSet, after: &CorridorSet) -> Vec<String> {
    let by_id = |set| -> BTreeMap<&str, &Corridor> {
        let set: &CorridorSet = set;
        let named = set.iter().map(|(_, it)| (it.id.as_str(), it));
        named.collect()
    };
    compared(
        "corridor",
        &by_id(before),
        &by_id(after),
        |before, after| {
            if before == after {
                None
            } else if before.shape == after.shape {
                Some("described anew")
            } else {
                Some("moved")
            }
        },
    )
}

fn by_name(rules: &[Rule]) -> BTreeMap<&str, &Rule> {
    rules
        .iter()
        .map(|rule| (rule.name.as_str(), rule))
        .collect()
}

fn order(rules: &[Rule]) -> Vec<&str> {
    rules.iter().map(|rule| rule.name.as_str()).collect()
}

/// Compares what has a name, and says of each what became of it.
fn compared<T>(
    kind: &str,
    before: &BTreeMap<&str, T>,
    after: &BTreeMap<&str, T>,
    difference: impl Fn(&T, &T) -> Option<&'static str>,
) -> Vec<String> {
    let mut changes = Vec::new();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        changes.push(format!("{kind} `{name}`: removed"));
    }
    for (name, now) in after {
        let change = match before.get(name) {
            None => Some("added"),
            Some(was) => difference(was, now),
        };
        changes.extend(change.map(|change| format!("{kind} `{name}`: {change}")));
    }
    changes
}
