//! Corridors that should not be left alone.

use std::time::Duration;

use super::{Follow, Monitor};
use crate::corridor::CorridorIndex;
use crate::monitor::Decision;
use crate::monitor::alert::{Absence, Alert, Episode, Event, RuleName};
use crate::monitor::attendance::{Outcome, Told, Watch, WatchRecord};
use crate::monitor::compose;
use crate::monitor::identity;
use crate::monitor::memory::{Memory, Topic};
use crate::track::Fix;
use crate::units::{Moment, Monotonic};

/// How often hours are looked at: civil time may be set at any moment.
const HOURS_EVERY: Duration = Duration::from_secs(30);

/// Everything that is watched for somebody's absence.
#[derive(Debug, Default)]
pub(super) struct Posts {
    /// By attendance and corridor.
    posts: Vec<Post>,
    /// When to look next; absent before the first look.
    next: Option<Monotonic>,
}

/// One corridor of one attendance.
#[derive(Debug)]
struct Post {
    attendance: usize,
    corridor: CorridorIndex,
    watch: Watch,
}

impl Monitor {
    /// Begins to watch, at the first moment that the monitor is told of.
    pub(super) fn begin_attendances(&mut self, now: Moment) {
        if self.settings.attendances.is_empty() || self.posts.next.is_some() {
            return;
        }
        let now = self.civil_moment(now);
        for nth in 0..self.settings.attendances.len() {
            let filter = &self.settings.attendances[nth].corridors;
            let watched = self.corridors.iter();
            let watched: Vec<CorridorIndex> = watched
                .filter(|(_, corridor)| filter.matches(corridor))
                .map(|(index, _)| index)
                .collect();
            for corridor in watched {
                let key = self.post_key(nth, corridor);
                let record: Option<WatchRecord> = self.take_memory(Topic::Attendance, &key);
                let is_new = record.is_none();
                let watch = Watch::begin(record, now, &self.settings.attendances[nth]);
                self.posts.posts.push(Post {
                    attendance: nth,
                    corridor,
                    watch,
                });
                if is_new {
                    let outcome = Outcome {
                        is_change: true,
                        told: None,
                    };
                    self.tell_attendance(self.posts.posts.len() - 1, outcome, now);
                }
            }
        }
        self.posts.next = Some(now.monotonic);
        self.look_at_posts(now);
    }

    /// Keeps who was where as an earlier run would, to be taken up by the attendances of a reload that
    /// have the same name and corridor.
    pub(super) fn set_posts_aside(&mut self, now: Moment) {
        let now = self.civil_moment(now);
        for post in std::mem::take(&mut self.posts).posts {
            let record = post.watch.record(now.utc);
            let key = self.post_key(post.attendance, post.corridor);
            if let Some(state) = record.and_then(|it| serde_json::to_string(&it).ok()) {
                self.memories.insert((Topic::Attendance, key), state);
            }
        }
    }

    /// Takes the sight of a track inside of corridors, those of `nearby`.
    pub(super) fn attend(&mut self, follow: &Follow, fix: &Fix) {
        if follow.filed.attendances.is_empty() {
            return;
        }
        let now = self.civil_moment(fix.received);
        for &attendance in &follow.filed.attendances {
            for nth in 0..self.around.nearby.len() {
                let near = self.around.nearby[nth];
                let key = (attendance, near.corridor);
                let found = self.posts.posts.binary_search_by_key(&key, Post::key);
                let (Ok(post), true) = (found, near.edge_m <= 0.0) else {
                    continue;
                };
                let settings = &self.settings.attendances[attendance];
                let watch = &mut self.posts.posts[post].watch;
                let outcome = watch.see(&follow.filed.key, now, settings);
                self.tell_attendance(post, outcome, now);
            }
        }
    }

    /// Looks for corridors that nobody was in for too long, if it is time for that.
    pub(super) fn look_at_attendances(&mut self, now: Moment) {
        if self.posts.next.is_some_and(|next| next <= now.monotonic) {
            self.look_at_posts(self.civil_moment(now));
        }
    }

    /// Returns when to look next.
    pub(super) fn next_attendance(&self) -> Option<Monotonic> {
        let is_asked = !self.settings.attendances.is_empty();
        is_asked.then(|| self.posts.next.unwrap_or_default())
    }

    fn look_at_posts(&mut self, now: Moment) {
        let mut next: Option<Monotonic> = None;
        for nth in 0..self.posts.posts.len() {
            let post = &mut self.posts.posts[nth];
            let attendance = &self.settings.attendances[post.attendance];
            let corridor = self.corridors.get(post.corridor);
            let is_on_duty = attendance.hours.is_active(now.utc) && corridor.is_active(now.utc);
            let outcome = post.watch.wait(now, is_on_duty, attendance);
            let hours = (!attendance.hours.is_always() || !corridor.hours.is_always())
                .then(|| now.monotonic.plus(HOURS_EVERY));
            let due = post.watch.due(attendance).into_iter().chain(hours).min();
            next = next.into_iter().chain(due).min();
            self.tell_attendance(nth, outcome, now);
        }
        let idle = now.monotonic.plus(Duration::from_secs(3_600));
        self.posts.next = Some(next.unwrap_or(idle));
    }

    fn tell_attendance(&mut self, post: usize, outcome: Outcome, now: Moment) {
        if !outcome.is_change {
            return;
        }
        let Post {
            attendance,
            corridor,
            watch,
        } = &self.posts.posts[post];
        let due = watch.due(&self.settings.attendances[*attendance]);
        let next = self.posts.next.into_iter().chain(due).min();
        let record = watch.record(now.utc);
        let state = record.and_then(|record| serde_json::to_string(&record).ok());
        let told = outcome.told;
        let alert = told.map(|told| self.absence_alert(*attendance, *corridor, told, now));
        let decision = Decision {
            memories: vec![Memory {
                topic: Topic::Attendance,
                key: self.post_key(*attendance, *corridor),
                state,
            }],
            alert,
            ..Decision::default()
        };
        self.posts.next = next;
        self.tell(decision);
    }

    fn absence_alert(
        &self,
        attendance: usize,
        corridor: CorridorIndex,
        told: Told,
        now: Moment,
    ) -> Alert {
        let attendance = &self.settings.attendances[attendance];
        let corridor = self.corridors.get(corridor);
        let (history, unit) = (self.settings.history, &self.settings.unit);
        let parts = [unit.as_str(), &attendance.name, corridor.id.as_str(), ""];
        let id = identity::story_id(history, "attendance", parts, told.gap.since);
        let (event, index) = (Event::Unattended, told.index);
        let clock = self.timekeeper.civil(now).clock;
        let alert_id = identity::alert_id(id, event, index);
        Alert {
            severity: attendance.severity,
            status: attendance.status,
            episode: Some(Episode { id, index }),
            corridor: Some(compose::corridor_alone(corridor)),
            absence: Some(Absence {
                name: attendance.name.clone(),
                since: told.gap.since,
                since_start: told.gap.since_start,
                last_track: told.gap.last,
                until: told.until,
            }),
            rule: Some(RuleName::of(&attendance.name)),
            ..Alert::bare(alert_id, event, now.utc, clock, unit)
        }
    }

    fn post_key(&self, attendance: usize, corridor: CorridorIndex) -> String {
        let attendance = &self.settings.attendances[attendance].name;
        let corridor = self.corridors.get(corridor).id.as_str();
        serde_json::json!([attendance, corridor]).to_string()
    }

    /// Returns a moment with the civil time that alerts are stamped with.
    fn civil_moment(&self, now: Moment) -> Moment {
        Moment {
            utc: self.timekeeper.civil(now).of(now),
            ..now
        }
    }
}

impl Post {
    fn key(&self) -> (usize, CorridorIndex) {
        (self.attendance, self.corridor)
    }
}
