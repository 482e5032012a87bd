//! The senders of a port that can be answered: those that were heard last, up to a number.

use std::net::SocketAddr;

/// Senders of one port that are answered.
const HEARERS_MAX: usize = 32;
/// Looks, one a second, after which a sender that was not heard again is forgotten.
const LOOKS_MAX: u32 = 60;

/// Addresses with the looks since each was heard, the newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Hearers(Vec<(SocketAddr, u32)>);

impl Hearers {
    /// Takes the sender of a frame; of too many, the one that was not heard for longest goes.
    pub(super) fn note(&mut self, sender: SocketAddr) {
        let known = self.0.iter().position(|(address, _)| *address == sender);
        if let Some(at) = known {
            self.0[..=at].rotate_right(1);
        } else {
            self.0.truncate(HEARERS_MAX - 1);
            self.0.insert(0, (sender, 0));
        }
        self.0[0].1 = 0;
    }

    /// Lets time pass.
    pub(super) fn look(&mut self) {
        for (_address, looks) in &mut self.0 {
            *looks += 1;
        }
        self.0.retain(|(_, looks)| *looks <= LOOKS_MAX);
    }

    /// Goes through those that were heard lately.
    pub(super) fn iter(&self) -> impl Iterator<Item = SocketAddr> {
        self.0.iter().map(|(address, _)| *address)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn the_newest_are_kept() {
        check(&[1, 2, 3, 2, 2], &[2, 3, 1]);
        check(&[1, 2, 3, 1], &[1, 3, 2]);
        let crowd: Vec<u16> = (1..=100).collect();
        let newest: Vec<u16> = (69..=100).rev().collect();
        check(&crowd, &newest);
    }

    #[test]
    fn who_is_not_heard_for_a_minute_is_forgotten() {
        let mut hearers = Hearers::default();
        hearers.note(sender(1));
        hearers.note(sender(2));
        for _second in 0..60 {
            hearers.look();
        }
        hearers.note(sender(1));
        hearers.look();
        assert_eq!(hearers.iter().collect::<Vec<_>>(), [sender(1)]);
    }

    #[track_caller]
    fn check(heard: &[u16], kept: &[u16]) {
        let mut hearers = Hearers::default();
        for port in heard {
            hearers.note(sender(*port));
        }
        let ports: Vec<u16> = hearers.iter().map(|address| address.port()).collect();
        assert_eq!(ports, kept, "{heard:?}");
    }

    fn sender(port: u16) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, port).into()
    }
}
