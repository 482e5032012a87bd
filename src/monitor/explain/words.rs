//! Judgements in words.

use std::time::Duration;

use crate::corridor::{Band, Corridor, Hours, Level};
use crate::monitor::alert::Event;
use crate::monitor::notes::FixNote;
use crate::monitor::rule::{Confirm, CorridorFilter, Pattern, Rule, TrackFilter, Who};
use crate::monitor::standing::{Place, Row, Side, Standing, Stay};
use crate::track::TrackTime;
use crate::units::{Metres, Utc};

/// One fix against one corridor under one rule, as far as it can be worked out again.
#[derive(Clone, Copy, Debug)]
pub(in crate::monitor) struct Measured<'a> {
    pub(in crate::monitor) rule: &'a Rule,
    pub(in crate::monitor) corridor: &'a Corridor,
    pub(in crate::monitor) fix: &'a FixNote,
    /// When the fix was made, by the clock that stamps.
    pub(in crate::monitor) at: Utc,
    /// Signed distance to the edge, metres.
    pub(in crate::monitor) edge_m: f64,
}

/// What is kept of the judgement itself.
#[derive(Clone, Copy, Debug)]
pub(in crate::monitor) struct Kept<'a> {
    /// Where the track stood from the fix on; absent if that is not kept.
    pub(in crate::monitor) after: Option<Standing>,
    /// What was found, whether or not the rule tells it.
    pub(in crate::monitor) found: Option<Event>,
    /// By what its alert was held back, if it was.
    pub(in crate::monitor) held_by: Option<&'a str>,
}

impl Measured<'_> {
    /// How far inside the edge a fix must be to count, metres.
    pub(in crate::monitor) fn margin_in_m(&self) -> f64 {
        let depth_m = self.corridor.depth().get();
        self.rule.margin.width(self.fix.h_acc).min(depth_m / 2.0)
    }

    /// How far outside the edge a fix must be to count, metres.
    pub(in crate::monitor) fn margin_out_m(&self) -> f64 {
        self.rule.exit_margin().width(self.fix.h_acc)
    }

    /// On which side of the outline it lies.
    pub(in crate::monitor) fn side(&self) -> Side {
        Side::of(self.edge_m, self.margin_in_m(), self.margin_out_m())
    }

    /// What was told at the fix, or why nothing was.
    pub(in crate::monitor) fn verdict(&self, kept: Kept<'_>) -> String {
        if let (Some(event), Some(by)) = (kept.found, kept.held_by) {
            return format!("held back: {}, by {by}", event.short_name());
        }
        if let Some(event) = kept.found {
            return if self.rule.events.contains(&event) {
                format!("told: {}", event.short_name())
            } else {
                let events: Vec<&str> = self.rule.events.iter().map(|it| it.short_name()).collect();
                format!(
                    "not told: {} was found, and the rule tells {} only",
                    event.short_name(),
                    events.join(", ")
                )
            };
        }
        if let Some(reason) = self.does_not_count(kept) {
            return reason;
        }
        match kept.after {
            Some(Standing::Certain(place)) => self.place_verdict(place),
            Some(Standing::Uncertain(place, row)) => {
                let margin = format!(
                    "{}, within the margin ({} m inside, {} m outside) for {}: that moves nothing",
                    self.distance(),
                    metres(self.margin_in_m()),
                    metres(self.margin_out_m()),
                    counted(row.fixes, "fix", "fixes"),
                );
                if place == Place::Outside {
                    format!("not told: {margin}")
                } else {
                    format!("{}; {margin}", self.place_verdict(place))
                }
            }
            None => match self.side() {
                Side::Outside => format!("nothing to tell: {}", self.distance()),
                Side::Uncertain | Side::Inside => {
                    format!(
                        "{}; where the track stood then is not kept",
                        self.distance()
                    )
                }
            },
        }
    }

    /// Says why a fix within the outline counts as outside, if height or time make it so.
    fn does_not_count(&self, kept: Kept<'_>) -> Option<String> {
        let stays = kept.after.is_some_and(Standing::is_inside);
        if self.side() == Side::Outside || stays {
            return None;
        }
        let asleep = self
            .hours_of()
            .into_iter()
            .find(|(_, hours)| !hours.is_active(self.at));
        if let Some((whose, hours)) = asleep {
            return Some(format!(
                "not told: {}, and {whose} {hours} only",
                self.distance()
            ));
        }
        self.bands_of()
            .into_iter()
            .flatten()
            .find_map(|(whose, band)| {
                let Level::Compared { edge_m, is_upper } = band.level(&self.fix.heights) else {
                    return None;
                };
                (0.0 < edge_m).then(|| {
                    format!(
                        "not told: {}, but {} m {} the heights: {whose} {band}",
                        self.distance(),
                        metres(edge_m),
                        if is_upper { "above" } else { "below" }
                    )
                })
            })
    }

    /// The times at which it counts, and who says so.
    fn hours_of(&self) -> [(&'static str, &Hours); 2] {
        [
            ("the corridor counts", &self.corridor.hours),
            ("the rule watches", &self.rule.hours),
        ]
    }

    /// The heights at which it counts, and who says so.
    fn bands_of(&self) -> [Option<(&'static str, Band)>; 2] {
        [
            self.corridor
                .band
                .map(|band| ("the corridor counts at", band)),
            self.rule.band.map(|band| ("the rule watches", band)),
        ]
    }

    fn place_verdict(&self, place: Place) -> String {
        let at = self.fix.at;
        match place {
            Place::Outside => format!("nothing to tell: {}", self.distance()),
            Place::Nearing(row) => format!(
                "not told: its way leads in, {}",
                progress(row, self.rule.confirm, at)
            ),
            Place::Approaching(_) => "approaching, and not inside yet".to_owned(),
            Place::Entering(row) => {
                format!("not told: inside, {}", progress(row, self.rule.confirm, at))
            }
            Place::Inside(stay) => self.stay_verdict(stay),
            Place::Leaving(_, row) => format!(
                "exit not told: outside, {}",
                progress(row, self.rule.exit_confirm(), at)
            ),
        }
    }

    fn stay_verdict(&self, stay: Stay) -> String {
        let at = self.fix.at;
        if let Some(until) = stay.hushed_until {
            return format!(
                "not told: it was inside just before; the rule's cool-down ends in {}",
                span(until.since(at))
            );
        }
        let inside = format!(
            "nothing new to tell: it was found inside, {} ago",
            span(at.since(stay.since))
        );
        match stay.dwell_due(self.rule) {
            Some(due) if at < due => {
                format!("{inside}; dwelling is due in {}", span(due.since(at)))
            }
            Some(_) | None => inside,
        }
    }

    /// How far from the edge.
    fn distance(&self) -> String {
        let side = if self.edge_m <= 0.0 {
            "inside"
        } else {
            "outside"
        };
        format!("{side} by {} m", metres(self.edge_m.abs()))
    }

    /// How the height lies to the heights at which it counts, if there are any.
    pub(in crate::monitor) fn height(&self) -> Option<String> {
        let told = self.bands_of().into_iter().flatten().map(|(whose, band)| {
            match band.level(&self.fix.heights) {
                Level::NotCompared => format!(
                    "{whose} {band}, and this track tells no such height: its place alone decides"
                ),
                Level::Compared { edge_m, is_upper } => {
                    let way = if is_upper { "upper" } else { "lower" };
                    let side = if edge_m <= 0.0 { "within" } else { "beyond" };
                    let off = metres(edge_m.abs());
                    format!("{whose} {band}: {side} that, {off} m from the {way} bound")
                }
            }
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// Whether it counts at the time of the fix, if it does not always.
    pub(in crate::monitor) fn hours(&self) -> Option<String> {
        let limited = self
            .hours_of()
            .into_iter()
            .filter(|(_, hours)| !hours.is_always());
        let told = limited.map(|(whose, hours)| {
            let state = if hours.is_active(self.at) {
                "which it is"
            } else {
                "which it is not"
            };
            format!("{whose} {hours}, {state}")
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// What is taken for the accuracy, if none was reported.
    pub(in crate::monitor) fn accuracy_assumed_m(&self) -> Option<f64> {
        let assumed = self.rule.margin.accuracy_assumed;
        self.fix.h_acc.is_none().then_some(assumed.get())
    }
}

/// Says why a corridor is none of those that a filter means, if it is not.
pub(in crate::monitor) fn not_meant(
    filter: &CorridorFilter,
    corridor: &Corridor,
) -> Option<String> {
    if filter.matches(corridor) {
        return None;
    }
    let CorridorFilter {
        ids,
        countries,
        classes,
        tags,
    } = filter;
    let mut wanted = Vec::new();
    let mut want = |what: &str, names: Vec<&str>| {
        if !names.is_empty() {
            wanted.push(format!("{what} {}", names.join(", ")));
        }
    };
    want("ids", ids.iter().map(Pattern::as_str).collect());
    want("countries", countries.iter().map(String::as_str).collect());
    want(
        "classes",
        classes.iter().map(|class| class.as_str()).collect(),
    );
    want("tags", tags.iter().map(String::as_str).collect());
    Some(format!(
        "does not watch this corridor ({}, class {}, {}), only {}",
        corridor.id,
        corridor.class.as_str(),
        corridor.country.as_deref().unwrap_or("no country"),
        wanted.join(" and ")
    ))
}

/// Says why a track is none of those that a filter means, if it is not.
pub(in crate::monitor) fn not_watched(filter: &TrackFilter, who: &Who<'_>) -> Option<String> {
    if filter.matches(who) {
        return None;
    }
    let TrackFilter {
        kinds,
        callsigns,
        lists,
        not_lists,
        authenticity,
    } = filter;
    if !kinds.contains(&who.kind) {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        let kind = who.kind.name();
        return Some(format!(
            "does not watch {kind} tracks, only {}",
            kinds.join(", ")
        ));
    }
    if let Some(list) = not_lists.iter().find(|list| list.holds(who)) {
        return Some(format!("does not watch tracks of list `{}`", list.name));
    }
    if !lists.is_empty() && !lists.iter().any(|list| list.holds(who)) {
        let names: Vec<&str> = lists.iter().map(|list| list.name.as_str()).collect();
        let names = names.join(", ");
        return Some(format!(
            "watches tracks of list {names} only, and this one is on none"
        ));
    }
    if !authenticity.is_empty() && !authenticity.contains(&who.authenticity) {
        let wanted: Vec<&str> = authenticity.iter().map(|it| it.name()).collect();
        return Some(format!(
            "watches {} tracks only, and this one is {}",
            wanted.join(", "),
            who.authenticity.name()
        ));
    }
    let callsigns: Vec<&str> = callsigns.iter().map(Pattern::as_str).collect();
    Some(format!(
        "watches callsigns {} only, and this track is called {}",
        callsigns.join(", "),
        who.callsign.unwrap_or("nothing")
    ))
}

/// Names a side.
pub(in crate::monitor) const fn side_name(side: Side) -> &'static str {
    match side {
        Side::Inside => "inside",
        Side::Uncertain => "uncertain",
        Side::Outside => "outside",
    }
}

/// Says where a track stands.
pub(in crate::monitor) fn standing(standing: Standing) -> String {
    let place = match standing.place() {
        Place::Outside => "outside".to_owned(),
        Place::Nearing(row) => format!("its way leads in for {}", fixes(row)),
        Place::Approaching(_) => "approaching".to_owned(),
        Place::Entering(row) => format!("inside for {}, not confirmed", fixes(row)),
        Place::Inside(_) => "inside".to_owned(),
        Place::Leaving(_, row) => format!("inside, outside for {}, not confirmed", fixes(row)),
    };
    match standing {
        Standing::Certain(_) => place,
        Standing::Uncertain(_, row) => format!("{place}; within the margin for {}", fixes(row)),
    }
}

fn fixes(row: Row) -> String {
    counted(row.fixes, "fix", "fixes")
}

/// Says how much of a confirmation there is: `2 of 3 fixes, 1.1 of 2 s`.
fn progress(row: Row, confirm: Confirm, at: TrackTime) -> String {
    let mut parts = Vec::new();
    if let Some(wanted) = confirm.fixes {
        parts.push(format!("{} of {wanted} fixes", row.fixes));
    }
    if let Some(wanted) = confirm.span {
        let so_far = at.since(row.since).as_secs_f64();
        parts.push(format!(
            "{} of {} s",
            tenths(so_far),
            tenths(wanted.as_secs_f64())
        ));
    }
    parts.join(", ")
}

fn counted(count: u32, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

fn span(span: Duration) -> String {
    format!("{} s", tenths(span.as_secs_f64()))
}

/// Writes metres as precisely as they matter.
fn metres(metres: f64) -> String {
    if metres < 100.0 {
        tenths(metres)
    } else {
        format!("{metres:.0}")
    }
}

/// Writes a number with one decimal, or none if that is 0.
fn tenths(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Returns metres, if there are any.
pub(in crate::monitor) fn in_metres(length: Option<Metres>) -> Option<f64> {
    length.map(Metres::get)
}
