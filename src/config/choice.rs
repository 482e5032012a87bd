//! Words that have to be one of a few.

use crate::config::document::{Located, Section};

/// Reads a word that must be one of `all`, if it is there.
pub(super) fn one_of<T: Copy + Default>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    all: &[T],
    name: impl Fn(&T) -> &'static str,
) -> T {
    let text = section.text(key);
    text.and_then(|text| find(section, &text, all, name))
        .unwrap_or_default()
}

/// Finds the one of `all` that a text names, or refuses it.
pub(super) fn find<T: Copy>(
    section: &Section<'_, '_>,
    text: &Located<String>,
    all: &[T],
    name: impl Fn(&T) -> &'static str,
) -> Option<T> {
    let found = all.iter().find(|candidate| name(candidate) == text.value);
    if found.is_none() {
        let names: Vec<&str> = all.iter().map(name).collect();
        section.refuse(
            text,
            &format!("`{}` is none of {}", text.value, names.join(", ")),
        );
    }
    found.copied()
}
