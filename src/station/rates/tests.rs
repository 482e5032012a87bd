use std::collections::BTreeSet;

use super::*;

/// An autopilot that is simulated second by second, and what it was asked.
struct Flight {
    rates: Rates,
    /// Messages a second that it sends, by the place in [`Rates::wanted`].
    sends: [u32; 3],
    /// Which questions it follows, and what it answers to the others.
    knows: Option<Way>,
    answers: Option<Answer>,
    /// Second, message and way of each question.
    asked: Vec<(u64, u32, Way)>,
}

const AUTOPILOT: Autopilot = Autopilot {
    system_id: 7,
    component_id: 1,
};

impl Flight {
    fn new(sends: [u32; 3], knows: Option<Way>, answers: Option<Answer>) -> Self {
        Self {
            rates: Rates::new(4),
            sends,
            knows,
            answers,
            asked: Vec::new(),
        }
    }

    fn fly(&mut self, seconds: std::ops::Range<u64>) -> &mut Self {
        for second in seconds {
            self.rates
                .handle_heartbeat(at(second * 1_000), AUTOPILOT, Version::V2);
            for (wanted, messages) in self.rates.wanted.into_iter().zip(self.sends) {
                for _message in 0..messages {
                    self.rates.handle_message(AUTOPILOT, wanted.message_id);
                }
            }
            self.ask(second);
        }
        self
    }

    /// Asks what is due within this second, and lets the autopilot answer.
    fn ask(&mut self, second: u64) {
        let end = at(second * 1_000 + 999);
        while let Some(now) = self.rates.next_timeout().filter(|due| *due <= end) {
            let Some((_version, request)) = self.rates.poll_request(now) else {
                continue;
            };
            let Wanted { message_id, hz, .. } = request.wanted;
            self.asked.push((second, message_id, request.way));
            if self.knows == Some(request.way) {
                let index = self
                    .rates
                    .wanted
                    .iter()
                    .position(|it| *it == request.wanted);
                self.sends[index.unwrap()] = hz.into();
            } else if let Some(answer) = self.answers.filter(|_| request.way == Way::Interval) {
                self.rates.handle_answer(now, AUTOPILOT, answer);
            }
        }
    }
}

#[test]
fn who_sends_enough_is_asked_nothing() {
    check([4, 2, 1], None, None, 0..600, &[]);
    check([10, 10, 10], None, None, 0..600, &[]);
}

#[test]
fn who_sends_nothing_but_heartbeats_is_asked_once_for_each_message() {
    let asked = [
        (3, 33, Way::Interval),
        (3, 24, Way::Interval),
        (4, 2, Way::Interval),
    ];
    check([0, 0, 0], Some(Way::Interval), None, 0..600, &asked);
    let asked = [(3, 33, Way::Interval)];
    check([1, 2, 1], Some(Way::Interval), None, 0..600, &asked);
}

#[test]
fn an_old_autopilot_is_asked_for_groups_after_four_questions_without_an_answer() {
    let asked = [
        (3, 24, Way::Interval),
        (5, 24, Way::Interval),
        (9, 24, Way::Interval),
        (17, 24, Way::Interval),
        (33, 24, Way::Stream),
    ];
    check([4, 0, 1], Some(Way::Stream), None, 0..600, &asked);
}

#[test]
fn who_does_not_know_the_question_is_asked_for_groups_at_once() {
    let asked = [
        (3, 33, Way::Interval),
        (3, 33, Way::Stream),
        (4, 24, Way::Stream),
        (4, 2, Way::Stream),
    ];
    let unsupported = Some(Answer::Unsupported);
    check([0, 0, 0], Some(Way::Stream), unsupported, 0..600, &asked);
}

#[test]
fn one_message_that_is_refused_is_asked_for_otherwise_and_the_rest_is_not() {
    let asked = [(3, 33, Way::Interval), (3, 33, Way::Stream)];
    let refused = Some(Answer::Refused);
    check([0, 2, 1], Some(Way::Stream), refused, 0..600, &asked);
}

#[test]
fn who_never_obeys_is_left_alone_for_five_minutes() {
    let mut flight = Flight::new([4, 2, 0], None, None);
    flight.fly(0..900);
    let seconds: Vec<u64> = flight.asked.iter().map(|(second, ..)| *second).collect();
    let once = [3, 5, 9, 17, 33, 35, 39, 47];
    let again = once.map(|second| second + 360);
    let third = once.map(|second| second + 720);
    assert_eq!(seconds, [once, again, third].concat());
}

#[test]
fn who_forgets_its_rates_is_asked_again() {
    let mut flight = Flight::new([0, 2, 1], Some(Way::Interval), None);
    flight.fly(0..60);
    assert_eq!(flight.asked, [(3, 33, Way::Interval)]);
    flight.sends = [0, 2, 1];
    flight.fly(60..120);
    assert_eq!(flight.asked.len(), 2, "{:?}", flight.asked);
    assert!((60..=71).contains(&flight.asked[1].0), "{:?}", flight.asked);
}

#[test]
fn who_is_gone_is_not_asked_and_listened_to_first_when_it_is_back() {
    let mut flight = Flight::new([0, 0, 0], None, None);
    flight.fly(0..2);
    for second in 2..100 {
        flight.ask(second);
    }
    let seconds: BTreeSet<u64> = flight.asked.iter().map(|(second, ..)| *second).collect();
    assert!(seconds.iter().all(|second| *second < 11), "{seconds:?}");
    assert_eq!(flight.rates.next_timeout(), None, "it is forgotten");
    flight.asked.clear();
    flight.fly(100..104);
    assert_eq!(flight.asked.first(), Some(&(103, 33, Way::Interval)));
}

#[test]
fn questions_to_one_autopilot_keep_their_distance() {
    let mut rates = Rates::new(4);
    rates.handle_heartbeat(at(0), AUTOPILOT, Version::V1);
    let due = rates.next_timeout().unwrap();
    assert_eq!(due, at(3_000));
    assert_eq!(rates.poll_request(at(2_999)), None);
    let (version, first) = rates.poll_request(due).unwrap();
    assert_eq!((version, first.before), (Version::V1, 0));
    assert_eq!(rates.poll_request(due), None);
    assert_eq!(rates.next_timeout(), Some(at(3_500)));
}

#[test]
fn a_crowd_is_not_asked_beyond_a_number() {
    let mut rates = Rates::new(4);
    for system_id in 1..=200 {
        let autopilot = Autopilot {
            system_id,
            component_id: 1,
        };
        rates.handle_heartbeat(at(0), autopilot, Version::V2);
    }
    let asked = std::iter::from_fn(|| rates.poll_request(at(3_000))).count();
    assert_eq!(asked, AUTOPILOTS_MAX);
}

#[track_caller]
fn check(
    sends: [u32; 3],
    knows: Option<Way>,
    answers: Option<Answer>,
    seconds: std::ops::Range<u64>,
    asked: &[(u64, u32, Way)],
) {
    let mut flight = Flight::new(sends, knows, answers);
    flight.fly(seconds);
    assert_eq!(flight.asked, asked, "{sends:?} {knows:?} {answers:?}");
}

fn at(millis: u64) -> Monotonic {
    Monotonic::from_micros(millis * 1_000)
}
