//! What has to outlive a restart, beside standings: one text for each key of a topic.
//!
//! Each topic gives its texts a form of its own; the store keeps them as they are.

/// What is kept under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Whose it is.
    pub topic: Topic,
    /// Unique within the topic.
    pub key: String,
    /// JSON; absent to forget the key.
    pub state: Option<String>,
}

/// Who keeps something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Tracks that were told as lost.
    Liveness,
    /// Tracks whose place is doubted.
    Trust,
    /// Areas without satellite navigation.
    Interference,
    /// Tracks and the corridors that they are assigned to.
    Route,
    /// Corridors that somebody should be in.
    Attendance,
    /// Alerts that are held back.
    Storm,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 6] = [
        Self::Liveness,
        Self::Trust,
        Self::Interference,
        Self::Route,
        Self::Attendance,
        Self::Storm,
    ];

    /// Returns the name that the store keeps.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Liveness => "liveness",
            Self::Trust => "trust",
            Self::Interference => "interference",
            Self::Route => "route",
            Self::Attendance => "attendance",
            Self::Storm => "storm",
        }
    }
}
