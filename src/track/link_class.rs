//! How often a link can be expected to bring something.

/// What a link is made of, as far as that says how long silence is nothing unusual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkClass {
    /// A radio, a cable or a network: something comes every second.
    #[default]
    Direct,
    /// A satellite modem: a message now and then, and no heartbeats.
    Satellite,
}

impl LinkClass {
    /// Every class.
    pub const ALL: [Self; 2] = [Self::Direct, Self::Satellite];

    /// Returns the name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Satellite => "satellite",
        }
    }
}
