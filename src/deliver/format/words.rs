//! What happened, in one line of words.

use crate::monitor::alert::{Alert, Event};

/// A language that alerts can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    English,
    /// Albanian.
    Albanian,
    /// Macedonian.
    Macedonian,
    /// Serbian, in Latin letters.
    Serbian,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [
        Self::English,
        Self::Albanian,
        Self::Macedonian,
        Self::Serbian,
    ];

    /// Returns the tag in the configuration.
    ///
    /// Source: BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Albanian => "sq",
            Self::Macedonian => "mk",
            Self::Serbian => "sr-Latn",
        }
    }

    /// Names an event.
    pub(super) const fn event(self, event: Event) -> &'static str {
        match self {
            Self::English => english(event),
            Self::Albanian => albanian(event),
            Self::Macedonian => macedonian(event),
            Self::Serbian => serbian(event),
        }
    }

    /// Says what happened to whom and where, `Corridor entered: RAVEN 1, E 75 south`.
    pub(super) fn headline(self, alert: &Alert) -> String {
        let mut whom = Vec::new();
        whom.extend(alert.track.as_ref().map(|track| {
            let called = track.callsign.as_deref();
            called.unwrap_or(&track.key).to_owned()
        }));
        whom.extend(alert.corridor.as_ref().map(|it| it.name.clone()));
        let event = self.event(alert.event);
        if whom.is_empty() {
            return event.to_owned();
        }
        format!("{event}: {}", whom.join(", "))
    }
}

const fn english(event: Event) -> &'static str {
    match event {
        Event::Approaching => "Approaching corridor",
        Event::Entered => "Corridor entered",
        Event::Dwelling => "Staying in corridor",
        Event::Crossed => "Corridor crossed",
        Event::Exited => "Corridor left",
        Event::Unattended => "Corridor unattended",
        Event::RouteLeft => "Route left",
        Event::RouteResumed => "Route resumed",
        Event::TrackLost => "Contact lost",
        Event::TrackRegained => "Contact regained",
        Event::PositionSuspect => "Position suspect",
        Event::PositionTrusted => "Position trusted again",
        Event::IdentityConflict => "One identity used twice",
        Event::GnssInterference => "Satellite navigation disturbed",
        Event::Summary => "Alerts held back",
        Event::Test => "Test",
    }
}

const fn albanian(event: Event) -> &'static str {
    match event {
        Event::Approaching => "Afrim drejt korridorit",
        Event::Entered => "Hyrje në korridor",
        Event::Dwelling => "Qëndrim në korridor",
        Event::Crossed => "Kalim përmes korridorit",
        Event::Exited => "Dalje nga korridori",
        Event::Unattended => "Korridor pa mbikëqyrje",
        Event::RouteLeft => "Dalje nga itinerari",
        Event::RouteResumed => "Kthim në itinerar",
        Event::TrackLost => "Humbje e kontaktit",
        Event::TrackRegained => "Rivendosje e kontaktit",
        Event::PositionSuspect => "Pozicion i dyshimtë",
        Event::PositionTrusted => "Pozicion sërish i besueshëm",
        Event::IdentityConflict => "Identitet i përdorur dy herë",
        Event::GnssInterference => "Ndërhyrje në navigimin satelitor",
        Event::Summary => "Njoftime të mbajtura",
        Event::Test => "Provë",
    }
}

const fn macedonian(event: Event) -> &'static str {
    match event {
        Event::Approaching => "Приближување кон коридор",
        Event::Entered => "Влез во коридор",
        Event::Dwelling => "Задржување во коридор",
        Event::Crossed => "Премин низ коридор",
        Event::Exited => "Излез од коридор",
        Event::Unattended => "Коридор без надзор",
        Event::RouteLeft => "Напуштена рута",
        Event::RouteResumed => "Враќање на рутата",
        Event::TrackLost => "Изгубена врска",
        Event::TrackRegained => "Повторно воспоставена врска",
        Event::PositionSuspect => "Сомнителна позиција",
        Event::PositionTrusted => "Позицијата е повторно доверлива",
        Event::IdentityConflict => "Идентитет користен двапати",
        Event::GnssInterference => "Попречена сателитска навигација",
        Event::Summary => "Задржани известувања",
        Event::Test => "Тест",
    }
}

const fn serbian(event: Event) -> &'static str {
    match event {
        Event::Approaching => "Približavanje koridoru",
        Event::Entered => "Ulazak u koridor",
        Event::Dwelling => "Zadržavanje u koridoru",
        Event::Crossed => "Prolazak kroz koridor",
        Event::Exited => "Izlazak iz koridora",
        Event::Unattended => "Koridor bez nadzora",
        Event::RouteLeft => "Napuštena ruta",
        Event::RouteResumed => "Povratak na rutu",
        Event::TrackLost => "Izgubljena veza",
        Event::TrackRegained => "Ponovo uspostavljena veza",
        Event::PositionSuspect => "Sumnjiva pozicija",
        Event::PositionTrusted => "Pozicija ponovo pouzdana",
        Event::IdentityConflict => "Identitet korišćen dvaput",
        Event::GnssInterference => "Ometana satelitska navigacija",
        Event::Summary => "Zadržana obaveštenja",
        Event::Test => "Test",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::fixture::alert_example;

    #[test]
    fn every_event_has_words_of_its_own_in_every_language() {
        for language in Language::ALL {
            let words: BTreeSet<&str> = Event::ALL.map(|event| language.event(event)).into();
            assert_eq!(words.len(), Event::ALL.len(), "{language:?}");
        }
    }

    #[test]
    fn a_headline_says_what_happened_to_whom_and_where() {
        let alert = alert_example();
        assert_eq!(
            Language::English.headline(&alert),
            "Corridor crossed: RAVEN 1, E 75 south"
        );
        assert_eq!(
            Language::Macedonian.headline(&alert),
            "Премин низ коридор: RAVEN 1, E 75 south"
        );
    }
}
