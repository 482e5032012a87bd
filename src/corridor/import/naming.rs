//! The ids of corridors: the file's own where it has one, made of what it says otherwise.

use std::collections::HashMap;

/// Makes an id of a name: letters and digits, in lower case, joined by hyphens.
///
/// Letters of every script stay. Empty if the name has neither letter nor digit.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            slug.extend(letter.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The ids that are taken.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// Each id with the number that was tried last to tell another one from it.
    taken: HashMap<String, usize>,
}

impl Ids {
    /// Takes `wanted`, or the first of `wanted-2`, `wanted-3` and so on that is free.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        let mut nth = self.taken.get(wanted).copied().unwrap_or(1);
        while self.taken.contains_key(&id) {
            nth += 1;
            id = format!("{wanted}-{nth}");
        }
        self.taken.insert(wanted.to_owned(), nth);
        self.taken.entry(id.clone()).or_insert(1);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_keeps_letters_and_digits() {
        assert_eq!(slug("E 75: Skopje – Veles"), "e-75-skopje-veles");
        assert_eq!(slug("  Коридор X (север) "), "коридор-x-север");
        assert_eq!(slug("Čačak/Đakovica"), "čačak-đakovica");
        assert_eq!(slug("---"), "");
    }

    #[test]
    fn an_id_that_is_taken_is_counted_on() {
        let mut ids = Ids::default();
        let mut take = |wanted: &str| ids.take(wanted);
        assert_eq!(take("road"), "road");
        assert_eq!(take("road"), "road-2");
        assert_eq!(take("road-3"), "road-3");
        assert_eq!(take("road"), "road-4");
    }
}
