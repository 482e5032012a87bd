//! Texts with a star for any run of characters.

use std::fmt;

/// A text that others are compared with; `*` stands for any run of characters, none included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Takes a text as it stands.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether it has no star, so that one text alone can match.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.0.contains('*')
    }

    /// Says whether the whole of `text` matches, letter by letter.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.fits(text, str::eq)
    }

    /// Says whether the whole of `text` matches, in capitals or not.
    #[must_use]
    pub fn matches_in_any_case(&self, text: &str) -> bool {
        self.fits(text, str::eq_ignore_ascii_case)
    }

    fn fits(&self, text: &str, same: impl Fn(&str, &str) -> bool) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else {
            return same(&self.0, text);
        };
        let Some(mut left) = after(text, first, &same) else {
            return false;
        };
        let mut parts: Vec<&str> = rest.split('*').collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            // The first place where a part fits leaves the most for those behind it.
            let mut starts = left.char_indices().map(|(at, _)| at).chain([left.len()]);
            match starts.find_map(|at| after(&left[at..], part, &same)) {
                Some(behind) => left = behind,
                None => return false,
            }
        }
        let end = left.len().checked_sub(last.len());
        end.and_then(|end| left.get(end..))
            .is_some_and(|end| same(end, last))
    }
}

/// Returns what follows `start` in a text that begins with it.
fn after<'t>(text: &'t str, start: &str, same: impl Fn(&str, &str) -> bool) -> Option<&'t str> {
    let (head, tail) = text.split_at_checked(start.len())?;
    same(head, start).then_some(tail)
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        check("e75", &["e75"], &["e75-north", "e7", "E75", ""]);
        check("e75*", &["e75", "e75-north"], &["e7", "xe75"]);
        check("*-north", &["e75-north", "-north"], &["e75-north-2"]);
        check("e*-n*h", &["e75-north", "e-nh"], &["e75-nort", "e75north"]);
        check("a*b*b", &["abb", "axbxb", "abbb"], &["ab", "abx"]);
        check("*", &["", "anything"], &[]);
        check("**", &["", "x"], &[]);
        check("é*é", &["éé", "éxé"], &["é", "è"]);
    }

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let pattern = Pattern::new(pattern);
        for text in matching {
            assert!(pattern.matches(text), "{pattern} and {text}");
        }
        for text in others {
            assert!(!pattern.matches(text), "{pattern} and {text}");
        }
    }

    #[test]
    fn a_callsign_is_the_same_in_capitals() {
        assert!(Pattern::new("Raven *").matches_in_any_case("RAVEN 1"));
        assert!(!Pattern::new("Raven *").matches("RAVEN 1"));
        assert!(!Pattern::new("Raven").matches_in_any_case("RAVEN 1"));
    }
}
