//! The corridors that touch or overlap the one that is shown.

use serde::Serialize;

use crate::corridor::{Class, CorridorIndex, CorridorSet};

/// The corridors around one, those of a line in the order of its posts.
#[derive(Debug, Default, Serialize)]
pub(super) struct Around<'a> {
    /// Border crossings on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) crossings: Vec<Beside<'a>>,
    /// All others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) neighbours: Vec<Beside<'a>>,
}

/// A corridor that touches or overlaps another.
#[derive(Debug, Serialize)]
pub(super) struct Beside<'a> {
    id: &'a str,
    name: &'a str,
    /// Where on the other it is, by the posts of that, kilometres; absent unless that is a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    chainage_km: Option<f64>,
}

impl<'a> Around<'a> {
    /// Looks around a corridor.
    pub(super) fn of(set: &'a CorridorSet, shown: CorridorIndex) -> Self {
        let mut around = Self::default();
        for neighbour in set.neighbours(shown) {
            let corridor = set.get(neighbour.corridor);
            let chainage_m = set.locate(shown, neighbour.at).chainage_m;
            let beside = Beside {
                id: corridor.id.as_str(),
                name: &corridor.name,
                chainage_km: chainage_m.map(|metres| metres.round() / 1000.0),
            };
            match corridor.class {
                Class::Crossing => around.crossings.push(beside),
                Class::Corridor | Class::Zone => around.neighbours.push(beside),
            }
        }
        for list in [&mut around.crossings, &mut around.neighbours] {
            list.sort_by(|a, b| {
                let [a, b] = [a, b].map(|it| it.chainage_km.unwrap_or(0.0));
                a.total_cmp(&b)
            });
        }
        around
    }
}

impl Beside<'_> {
    /// Says which it is and where: `km 12.3: bogorodica (Bogorodica crossing)`.
    pub(super) fn text(&self) -> String {
        let Self { id, name, .. } = self;
        match self.chainage_km {
            Some(km) => format!("km {km:.1}: {id} ({name})"),
            None => format!("{id} ({name})"),
        }
    }
}
