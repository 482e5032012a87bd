//! Which corridors a rule watches.

use crate::corridor::{Class, Corridor};
use crate::monitor::rule::Pattern;

/// Which corridors are meant; an empty list asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorridorFilter {
    /// Ids.
    pub ids: Vec<Pattern>,
    /// ISO 3166-1 alpha-2 codes; what concerns one of them passes.
    pub countries: Vec<String>,
    /// Classes.
    pub classes: Vec<Class>,
    /// Tags; what has one of them passes.
    pub tags: Vec<String>,
}

impl CorridorFilter {
    /// Says whether `corridor` passes every list that is not empty.
    #[must_use]
    pub fn matches(&self, corridor: &Corridor) -> bool {
        let Self {
            ids,
            countries,
            classes,
            tags,
        } = self;
        asks(ids, |id| id.matches(corridor.id.as_str()))
            && asks(countries, |country| corridor.concerns(country))
            && asks(classes, |class| *class == corridor.class)
            && asks(tags, |tag| corridor.tags.contains(tag))
    }
}

/// Says whether one of `wanted` is met, or nothing is wanted.
pub(super) fn asks<T>(wanted: &[T], is_met: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(is_met)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture;

    #[test]
    fn what_concerns_two_countries_passes_for_either() {
        let by_country = |countries: &[&str]| CorridorFilter {
            countries: owned(countries),
            ..CorridorFilter::default()
        };
        check(&by_country(&[]), true);
        check(&by_country(&["MK"]), true);
        check(&by_country(&["GR", "BG"]), true);
        check(&by_country(&["BG"]), false);
    }

    #[test]
    fn what_has_one_of_the_tags_passes() {
        let by_tag = |tags: &[&str]| CorridorFilter {
            tags: owned(tags),
            ..CorridorFilter::default()
        };
        check(&by_tag(&["night", "patrol"]), true);
        check(&by_tag(&["night"]), false);
    }

    #[test]
    fn every_list_has_to_be_met() {
        let both = |id: &str, class| CorridorFilter {
            ids: vec![Pattern::new(id)],
            classes: vec![class],
            ..CorridorFilter::default()
        };
        check(&both("ya*", Class::Zone), true);
        check(&both("yard", Class::Crossing), false);
        check(&both("e75*", Class::Zone), false);
    }

    #[track_caller]
    fn check(filter: &CorridorFilter, expected: bool) {
        let crossing = Corridor {
            country: Some("MK".to_owned()),
            countries: owned(&["MK", "GR"]),
            tags: owned(&["patrol", "border"]),
            ..fixture::yard(1_000.0, &[])
        };
        assert_eq!(filter.matches(&crossing), expected, "{filter:?}");
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }
}
