//! A gate, a clock that can be set on, and a book of what came out.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use uuid::Uuid;

use crate::monitor::alert::{Alert, Event, Summary};
use crate::monitor::memory::Memory;
use crate::monitor::storm::fixture::{CLOCK, START};
use crate::monitor::storm::{
    Matchers, Present, Rate, Silence, SilenceRequest, Storm, StormSettings,
};
use crate::monitor::{Decision, HeldBack};
use crate::units::{Moment, Monotonic, Utc};

/// Limits rule `road` and the fleet to so many a minute, with a wait of 30 s.
pub(super) fn rate(alerts: u32) -> StormSettings {
    let rate = Rate {
        alerts: Some(alerts),
        ..Rate::default()
    };
    StormSettings {
        rules: BTreeMap::from([("road".to_owned(), rate)]),
        fleet: rate,
        ..StormSettings::default()
    }
}

pub(super) struct Stage {
    settings: StormSettings,
    storm: Storm,
    now: Moment,
    /// What the store would give back.
    kept: BTreeMap<String, Memory>,
    /// All that came out, in order.
    pub(super) out: Vec<Decision>,
}

impl Stage {
    pub(super) fn new(settings: StormSettings) -> Self {
        Self {
            storm: Storm::new(settings.clone(), &[]),
            settings,
            now: Moment {
                monotonic: Monotonic::from_micros(77),
                utc: START,
            },
            kept: BTreeMap::new(),
            out: Vec::new(),
        }
    }

    pub(super) fn utc(&self) -> Utc {
        self.now.utc
    }

    pub(super) fn pass(&mut self, alert: Alert) {
        let decision = Decision {
            alert: Some(alert),
            ..Decision::default()
        };
        self.drive(|storm, present, out| storm.pass(present, decision, out));
    }

    /// Passes on what somebody holds already.
    pub(super) fn pass_held(&mut self, alert: Alert) {
        let by = "somebody".to_owned();
        let decision = Decision {
            alert: Some(alert),
            held: Some(HeldBack { by }),
            ..Decision::default()
        };
        self.drive(|storm, present, out| storm.pass(present, decision, out));
    }

    /// Lets time pass as the shell does: from timeout to timeout.
    pub(super) fn wait(&mut self, span: Duration) {
        let end = self.now.monotonic.plus(span);
        while let Some(due) = self.storm.next_timeout().filter(|due| *due <= end) {
            self.skip(due.since(self.now.monotonic));
            self.drive(Storm::handle_timeout);
        }
        self.skip(end.since(self.now.monotonic));
    }

    /// Lets time pass in which nobody asks for timeouts.
    pub(super) fn skip(&mut self, span: Duration) {
        self.now = Moment {
            monotonic: self.now.monotonic.plus(span),
            utc: self.now.utc.after(span),
        };
    }

    /// Ends the run and starts another one `after` that, with a clock of its own.
    pub(super) fn restart(&mut self, after: Duration) {
        self.skip(after);
        let kept: Vec<Memory> = self.kept.values().cloned().collect();
        self.storm = Storm::new(self.settings.clone(), &kept);
        self.now.monotonic = Monotonic::from_micros(1_000);
    }

    /// Silences what is about `track`, for an hour.
    pub(super) fn silence(&mut self, track: &str) -> Silence {
        let request = SilenceRequest {
            matchers: Matchers {
                tracks: vec![track.to_owned()],
                ..Matchers::default()
            },
            until: self.now.utc.after(Duration::from_secs(3_600)),
            comment: "known".to_owned(),
            author: "Ana".to_owned(),
            critical: false,
        };
        let (silence, memories) = self.storm.silence(request, self.now.utc).unwrap();
        self.keep(&memories);
        silence
    }

    /// Ends the silence that was added last.
    pub(super) fn end_silence(&mut self) {
        let number = self.storm.silences().last();
        let (_silence, memories) = self.storm.end_silence(number, self.now.utc).unwrap();
        self.keep(&memories);
    }

    pub(super) fn storm(&self) -> &Storm {
        &self.storm
    }

    fn drive(&mut self, run: impl FnOnce(&mut Storm, &Present<'_>, &mut VecDeque<Decision>)) {
        let present = Present {
            now: self.now,
            clock: CLOCK,
            unit: "unit",
        };
        let mut out = VecDeque::new();
        run(&mut self.storm, &present, &mut out);
        for decision in out {
            self.keep(&decision.memories);
            self.out.push(decision);
        }
    }

    fn keep(&mut self, memories: &[Memory]) {
        for memory in memories {
            if memory.state.is_some() {
                self.kept.insert(memory.key.clone(), memory.clone());
            } else {
                self.kept.remove(&memory.key);
            }
        }
    }

    /// Tells in words what came out so far.
    pub(super) fn told(&self) -> String {
        let alerts = || self.out.iter().filter(|it| it.alert.is_some());
        let summaries = self.summaries();
        let told = alerts().filter(|it| it.held.is_none()).count() - summaries.len();
        let held = alerts().filter(|it| it.held.is_some()).count();
        let mut words = vec![format!("{told} told, {held} held")];
        if !self.released().is_empty() {
            words.push(format!("{} let go", self.released().len()));
        }
        let of = |(_, summary): &(Uuid, Summary)| format!("summary of {}", summary.count);
        words.extend(summaries.iter().map(of));
        words.join(", ")
    }

    /// Returns every summary with its id.
    pub(super) fn summaries(&self) -> Vec<(Uuid, Summary)> {
        let alerts = self.out.iter().filter_map(|it| it.alert.as_ref());
        let summaries = alerts.filter(|it| it.event == Event::Summary);
        summaries
            .filter_map(|it| Some((it.id, it.summary.clone()?)))
            .collect()
    }

    pub(super) fn last_summary(&self) -> Summary {
        self.summaries().pop().unwrap().1
    }

    pub(super) fn last_summary_id(&self) -> Uuid {
        self.summaries().pop().unwrap().0
    }

    /// Returns the numbers of the alerts that were let go.
    pub(super) fn released(&self) -> Vec<u32> {
        let releases = self.out.iter().flat_map(|it| &it.releases);
        let number = |id: Uuid| u32::try_from(id.as_u128() - 0x1_0000).unwrap();
        releases.map(|it| number(it.alert)).collect()
    }

    /// Says in a word what became of the alert that went in last.
    pub(super) fn last_verdict(&self) -> &'static str {
        let mut alerts = self.out.iter().rev().filter(|it| it.alert.is_some());
        match alerts
            .next()
            .unwrap()
            .held
            .as_ref()
            .map(|it| it.by.as_str())
        {
            None => "told",
            Some(by) if by.starts_with("silence") => "silence",
            Some(by) if by.starts_with("interference") => "mute",
            Some(by) if by.starts_with("the limit") => "limit",
            Some(by) => panic!("{by}"),
        }
    }
}
