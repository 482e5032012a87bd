//! Reads `[trust]` and `[interference]`.

use crate::config::document::Section;
use crate::monitor::{InterferenceSettings, TrustSettings};
use crate::units::Metres;

/// Reads how soon a position that was doubted is believed again.
pub(super) fn read(root: &mut Section<'_, '_>) -> TrustSettings {
    let mut settings = TrustSettings::default();
    let Some(mut trust) = root.section("trust") else {
        return settings;
    };
    if let Some(fixes) = trust.count("trusted-after-fixes") {
        settings.trusted_after.fixes = fixes.value;
        if fixes.value == 0 {
            trust.refuse(&fixes, "must be more than 0");
        }
    }
    if let Some(span) = trust.span("trusted-after") {
        settings.trusted_after.span = span.value;
    }
    if let Some(span) = trust.span("settled-after") {
        settings.settled_after = span.value;
        if span.value < settings.trusted_after.span {
            trust.refuse(&span, "must not be shorter than trusted-after");
        }
    }
    if let Some(span) = trust.span("hidden-max") {
        settings.hidden_max = span.value;
        if span.value < settings.settled_after {
            trust.refuse(&span, "must not be shorter than settled-after");
        }
    }
    trust.finish();
    settings
}

/// Reads when several tracks count as disturbed together.
pub(super) fn read_interference(root: &mut Section<'_, '_>) -> InterferenceSettings {
    let mut settings = InterferenceSettings::default();
    let Some(mut section) = root.section("interference") else {
        return settings;
    };
    if let Some(tracks) = section.count("tracks") {
        settings.tracks = tracks.value;
        if tracks.value < 2 {
            section.refuse(&tracks, "must be 2 or more");
        }
    }
    if let Some(window) = section.span("window") {
        settings.window = window.value;
    }
    if let Some(radius) = section.number("radius-km") {
        match Metres::new(radius.value * 1_000.0) {
            Ok(metres) => settings.radius = metres,
            Err(error) => section.refuse(&radius, &error.to_string()),
        }
    }
    section.finish();
    settings
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::document::Document;

    #[test]
    fn what_is_left_out_is_as_it_is_by_default() {
        let (trust, interference, flaws) = read_both("[trust]\nsettled-after = \"2 min\"\n");
        assert_eq!(flaws, 0);
        let expected = TrustSettings {
            settled_after: Duration::from_secs(120),
            ..TrustSettings::default()
        };
        assert_eq!(
            (trust, interference),
            (expected, InterferenceSettings::default())
        );
        let (_, interference, flaws) = read_both("[interference]\nradius-km = 10\ntracks = 2\n");
        assert_eq!(
            (interference.radius.get(), interference.tracks, flaws),
            (10_000.0, 2, 0)
        );
    }

    #[test]
    fn what_could_never_be_is_refused() {
        for text in [
            "[trust]\ntrusted-after-fixes = 0\n",
            "[trust]\nsettled-after = \"2 s\"\n",
            "[trust]\nhidden-max = \"30 s\"\n",
            "[interference]\ntracks = 1\n",
            "[interference]\nradius-km = -3\n",
            "[trust]\nsettled = \"1 min\"\n",
        ] {
            assert_eq!(read_both(text).2, 1, "{text}");
        }
    }

    /// Reads both sections, and counts what is wrong with them.
    fn read_both(text: &str) -> (TrustSettings, InterferenceSettings, usize) {
        let document = Document::parse("test", text).unwrap();
        let mut root = document.root();
        let read = (super::read(&mut root), read_interference(&mut root));
        root.finish();
        (read.0, read.1, document.into_flaws().len())
    }
}
