//! What has come, how often, and what is answered next.
//!
//! Invariants: a delivery takes an answer, a place in the store and one in the ledger,
//! or none of them; what is forgotten is the oldest.

use std::collections::{HashMap, VecDeque};
use std::io;

use axum::body::Bytes;

use super::answer::{Answer, Script};
use super::delivery::Delivery;
use super::store::Store;

/// How many deliveries are kept; the oldest go first, and with them their part in repeats.
const KEPT_MAX: usize = 10_000;

/// The deliveries that are kept, the store and the script.
#[derive(Debug)]
pub(super) struct Ledger {
    script: Script,
    store: Store,
    kept: VecDeque<Delivery>,
    seen: HashMap<String, Seen>,
    received: u64,
}

/// What is known of a `webhook-id`.
#[derive(Debug)]
struct Seen {
    first_body: Bytes,
    times: u32,
    kept: u32,
}

impl Ledger {
    /// Starts empty.
    pub(super) fn new(script: Script, store: Store) -> Self {
        Self {
            script,
            store,
            kept: VecDeque::new(),
            seen: HashMap::new(),
            received: 0,
        }
    }

    /// Enters a delivery, whose answer and repeats it fills in, and returns both.
    ///
    /// # Errors
    ///
    /// Fails if the store does; then nothing is entered.
    pub(super) fn enter(
        &mut self,
        delivery: Delivery,
        body: &Bytes,
    ) -> io::Result<(Delivery, Answer)> {
        let answer = self.script.peek().clone();
        let delivery = self.counted(delivery, body).answered(&answer);
        self.store.append(&delivery)?;
        self.script.advance();
        self.keep(delivery.clone(), body);
        Ok((delivery, answer))
    }

    /// Sets the answers from here on.
    pub(super) fn set_script(&mut self, script: Script) {
        self.script = script;
    }

    /// Returns what is kept, oldest first.
    pub(super) fn kept(&self) -> Vec<Delivery> {
        self.kept.iter().cloned().collect()
    }

    /// Returns how many have come since the start or the last [`Self::clear`].
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Forgets everything; the store and the script stay.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.seen.clear();
        self.received = 0;
    }

    fn counted(&self, mut delivery: Delivery, body: &Bytes) -> Delivery {
        let seen = delivery
            .webhook_id
            .as_ref()
            .and_then(|id| self.seen.get(id));
        delivery.times = seen.map_or(1, |seen| seen.times.saturating_add(1));
        delivery.repeat_same_body = seen.map(|seen| seen.first_body == *body);
        delivery
    }

    fn keep(&mut self, delivery: Delivery, body: &Bytes) {
        if self.kept.len() == KEPT_MAX {
            self.forget_oldest();
        }
        if let Some(id) = &delivery.webhook_id {
            let seen = self.seen.entry(id.clone()).or_insert_with(|| Seen {
                first_body: body.clone(),
                times: 0,
                kept: 0,
            });
            seen.times = seen.times.saturating_add(1);
            seen.kept += 1;
        }
        self.received += 1;
        self.kept.push_back(delivery);
    }

    fn forget_oldest(&mut self) {
        let Some(id) = self.kept.pop_front().and_then(|oldest| oldest.webhook_id) else {
            return;
        };
        if let Some(seen) = self.seen.get_mut(&id) {
            seen.kept -= 1;
            if seen.kept == 0 {
                self.seen.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::delivery::Signature;
    use super::*;

    #[test]
    fn repeats_are_counted_and_their_bodies_compared() {
        let mut ledger = Ledger::new(Script::default(), Store::none());
        check(&mut ledger, Some("a"), "{}", 1, None);
        check(&mut ledger, Some("b"), "{}", 1, None);
        check(&mut ledger, Some("a"), "{}", 2, Some(true));
        check(&mut ledger, Some("a"), "{ }", 3, Some(false));
        check(&mut ledger, Some("a"), "{}", 4, Some(true));
        check(&mut ledger, None, "{}", 1, None);
        check(&mut ledger, None, "{}", 1, None);
        ledger.clear();
        check(&mut ledger, Some("a"), "{}", 1, None);
        assert_eq!((ledger.kept().len(), ledger.received()), (1, 1));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut ledger = Ledger::new(Script::default(), Store::none());
        for number in 0..KEPT_MAX {
            enter(&mut ledger, Some(&number.to_string()), "{}");
        }
        check(&mut ledger, Some("1"), "{}", 2, Some(true));
        check(&mut ledger, Some("0"), "{}", 1, None);
        check(&mut ledger, Some("1"), "{}", 3, Some(true));
        assert_eq!(ledger.kept().len(), KEPT_MAX);
        assert_eq!(ledger.received(), 10_003);
    }

    #[track_caller]
    fn check(
        ledger: &mut Ledger,
        id: Option<&str>,
        body: &'static str,
        times: u32,
        same_body: Option<bool>,
    ) {
        let delivery = enter(ledger, id, body);
        assert_eq!(
            (delivery.times, delivery.repeat_same_body),
            (times, same_body),
            "{id:?}"
        );
    }

    fn enter(ledger: &mut Ledger, id: Option<&str>, body: &'static str) -> Delivery {
        let delivery = Delivery {
            received_at: jiff::Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            path: "/hook".to_owned(),
            webhook_id: id.map(str::to_owned),
            webhook_timestamp: None,
            signature: Signature::Unchecked,
            headers: BTreeMap::new(),
            body: None,
            body_text: body.to_owned(),
            times: 0,
            repeat_same_body: None,
            stall_ms: 0,
            status: None,
        };
        ledger
            .enter(delivery, &Bytes::from_static(body.as_bytes()))
            .unwrap()
            .0
    }
}
