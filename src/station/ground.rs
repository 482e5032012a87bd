//! The ground station that the unit is on one link: what it says, and when.

use std::time::Duration;

use super::rates::{Answer, Rates};
use super::transmission::{Autopilot, Pen, SET_MESSAGE_INTERVAL, Transmission, Transmit};
use crate::track::Message;
use crate::units::Monotonic;
use crate::wire::{Decoded, Frame, Version, decode};

/// How often it gives a sign of life.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);
/// The messages that tell of a vehicle's life and of its answers.
const HEARTBEAT: u32 = 0;
const COMMAND_ACK: u32 = 77;

/// Who the unit is on a link, and what it may say there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Its MAVLink system id.
    pub system_id: u8,
    /// What it may say.
    pub transmit: Transmit,
}

impl Default for Settings {
    /// Calls itself what ground stations do, and says nothing.
    fn default() -> Self {
        Self {
            system_id: 255,
            transmit: Transmit::default(),
        }
    }
}

/// A ground station on one link.
///
/// 1. Tell it of every frame that is heard, with [`Self::handle_frame`].
/// 2. At [`Self::next_timeout`], ask [`Self::poll_transmission`] until it returns nothing.
#[derive(Clone, Debug)]
pub struct GroundStation {
    system_id: u8,
    pen: Pen,
    /// When the next sign of life is due; none is given without it.
    heartbeat_due: Option<Monotonic>,
    rates: Option<Rates>,
    /// The version in which an autopilot was heard last.
    version: Version,
}

impl GroundStation {
    /// Starts with a sign of life, if that is allowed.
    #[must_use]
    pub fn new(now: Monotonic, settings: Settings) -> Self {
        let Settings {
            system_id,
            transmit,
        } = settings;
        Self {
            system_id,
            pen: Pen::new(system_id),
            heartbeat_due: transmit.heartbeat.then_some(now),
            rates: transmit.request_rates.map(Rates::new),
            version: Version::V2,
        }
    }

    /// Takes a frame that was heard on the link, whose checksum is right.
    pub fn handle_frame(&mut self, now: Monotonic, frame: &Frame<'_>) {
        let Ok(system_id) = u8::try_from(frame.system_id()) else {
            return;
        };
        let from = Autopilot {
            system_id,
            component_id: frame.component_id(),
        };
        let is_alive = is_of_an_autopilot(frame);
        if is_alive {
            self.version = frame.version();
        }
        let Some(rates) = &mut self.rates else {
            return;
        };
        if is_alive {
            rates.handle_heartbeat(now, from, frame.version());
        } else if let Some(answer) = answer_of(frame, self.system_id) {
            rates.handle_answer(now, from, answer);
        } else {
            rates.handle_message(from, frame.message_id());
        }
    }

    /// Returns when there may be something to say.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Monotonic> {
        let request = self.rates.as_ref().and_then(Rates::next_timeout);
        self.heartbeat_due.into_iter().chain(request).min()
    }

    /// Returns what is to be said at the moment.
    #[must_use]
    pub fn poll_transmission(&mut self, now: Monotonic) -> Option<Transmission> {
        if let Some(due) = self.heartbeat_due
            && due <= now
        {
            let next = due.plus(HEARTBEAT_EVERY);
            // A pause (a line without room, a suspended host) is not made up for.
            let is_late = next <= now;
            self.heartbeat_due = Some(if is_late {
                now.plus(HEARTBEAT_EVERY)
            } else {
                next
            });
            return Some(self.pen.heartbeat(self.version));
        }
        let (version, request) = self.rates.as_mut()?.poll_request(now)?;
        Some(self.pen.request(version, &request))
    }
}

/// Says whether the frame is the heartbeat of an autopilot.
fn is_of_an_autopilot(frame: &Frame<'_>) -> bool {
    if frame.message_id() != HEARTBEAT {
        return false;
    }
    if let Decoded::Message(Message::Heartbeat(heartbeat)) = decode(frame) {
        heartbeat.is_autopilot()
    } else {
        false
    }
}

/// Reads a `COMMAND_ACK` (77) that answers the question of `us` for a message's interval.
///
/// Its fields are the command, the result, and behind two more, if they are there, whom it is for.
fn answer_of(frame: &Frame<'_>, us: u8) -> Option<Answer> {
    const RESULT: usize = 2;
    const TARGET_SYSTEM: usize = 8;
    if frame.message_id() != COMMAND_ACK {
        return None;
    }
    let payload = frame.payload();
    // MAVLink 2 leaves zeros at the end out.
    let field = |at: usize| payload.get(at).copied().unwrap_or(0);
    let command = u16::from_le_bytes([field(0), field(1)]);
    let is_ours = [0, us].contains(&field(TARGET_SYSTEM));
    (command == SET_MESSAGE_INTERVAL && is_ours).then(|| Answer::of(field(RESULT)))
}

#[cfg(test)]
mod tests;
