//! What comes of every answer that an endpoint can give, and of those that it does not give, over
//! real connections.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::deliver::fixture::{Manner, Receiver, Reply, closed_port};
use crate::deliver::post::{Post, Poster};
use crate::deliver::{Endpoint, Outcome, judge};
use crate::units::Utc;

const NOW: Utc = Utc::from_micros(1_777_629_600_000_000);

/// Posts to an endpoint whose patience is short.
async fn outcome_at(endpoint: Endpoint) -> Outcome {
    let hurried = Endpoint {
        connect_timeout: Duration::from_millis(500),
        read_timeout: Duration::from_millis(200),
        total_timeout: Duration::from_secs(1),
        ..endpoint
    };
    let answer = Poster::new(&hurried).unwrap().post(Post::example()).await;
    judge(answer, NOW)
}

async fn outcome_of(reply: Reply) -> Outcome {
    let receiver = Receiver::start(move |_| reply.clone()).await;
    outcome_at(receiver.endpoint("ops")).await
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered { .. } => "delivered",
        Outcome::Retry { .. } => "retry",
        Outcome::Gone { .. } => "gone",
        Outcome::Parked { .. } => "parked",
        Outcome::Sent => "sent",
    }
}

#[tokio::test]
async fn every_status_from_200_to_599_has_its_outcome() {
    let receiver = Receiver::start(|request| {
        let asked = request.header("asked-status").parse().unwrap();
        Reply::status(asked)
    });
    let receiver = receiver.await;
    let poster = Poster::new(&receiver.endpoint("ops")).unwrap();
    for status in 200..=599_u16 {
        let expected = match status {
            200..=299 => "delivered",
            410 => "gone",
            408 | 425 | 429 => "retry",
            400..=499 => "parked",
            _ => "retry",
        };
        let post = Post {
            headers: vec![("asked-status", status.to_string())],
            ..Post::example()
        };
        let outcome = judge(poster.post(post).await, NOW);
        assert_eq!(name(&outcome), expected, "{status}: {outcome:?}");
    }
}

async fn check_wait(retry_after: &str, seconds: Option<u64>) {
    let outcome = outcome_of(Reply::with_header(503, "retry-after", retry_after)).await;
    let Outcome::Retry { after, .. } = outcome else {
        panic!("{retry_after}: {outcome:?}");
    };
    assert_eq!(after, seconds.map(Duration::from_secs), "{retry_after}");
}

#[tokio::test]
async fn the_wait_that_is_asked_for_is_held_in_bounds() {
    check_wait("0", Some(1)).await;
    check_wait("5", Some(5)).await;
    check_wait("1000000000", Some(3600)).await;
    check_wait("in a while", None).await;
    check_wait("Fri, 01 May 2026 10:00:30 GMT", Some(30)).await;
    check_wait("Thu, 01 Jan 1970 00:00:00 GMT", Some(1)).await;
}

#[track_caller]
fn check_retry(what: &str, outcome: &Outcome, cause_part: &str) {
    let Outcome::Retry { cause, .. } = outcome else {
        panic!("{what}: {outcome:?}");
    };
    assert!(cause.contains(cause_part), "{what}: {cause}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_tried_again() {
    let half_open = Manner::AnswerAfter(Arc::default());
    for (what, manner, cause) in [
        ("half-open", half_open, "timed out"),
        ("cut", Manner::Cut, "connection"),
        ("reset", Manner::Reset, "onnection"),
    ] {
        let outcome = outcome_of(Reply::in_manner(200, manner)).await;
        check_retry(what, &outcome, cause);
    }
    let refused = Endpoint::new("ops", closed_port().await, Vec::new());
    check_retry("refused", &outcome_at(refused).await, "refused");
    let nowhere: Url = "http://nowhere.invalid/hook".parse().unwrap();
    let nowhere = Endpoint::new("ops", nowhere, Vec::new());
    check_retry("no such name", &outcome_at(nowhere).await, "error");
}

#[tokio::test]
async fn an_answer_whose_rest_does_not_come_has_been_given() {
    for manner in [Manner::Stuck, Manner::Endless] {
        let taken = outcome_of(Reply::in_manner(200, manner.clone())).await;
        assert_eq!(name(&taken), "delivered", "{manner:?}");
        let refused = outcome_of(Reply::in_manner(503, manner.clone())).await;
        assert_eq!(name(&refused), "retry", "{manner:?}");
    }
}
