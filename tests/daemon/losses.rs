//! Frames that a link loses: counted by the counters of their senders, told in alerts and in the log.

use serde_json::{Value, json};

use crate::support::stage::{Stage, frames_of, metric, send_datagrams, udp};

/// Of the frames of system 1, each fourth is left out.
const KEPT_OF_FOUR: usize = 3;

#[test]
fn what_a_link_loses_is_told_in_its_alerts_and_its_summary_and_not_in_those_of_another() {
    let stage = Stage::new(
        "address = \"udpin:127.0.0.1:0\"\n[[link]]\nname = \"link2\"\n\
         address = \"udpin:127.0.0.1:0\"\nnamespace = \"link1\"",
    );
    let daemon = stage.options.start();
    let sender = udp("127.0.0.1:0");
    let mut dropped = 0;
    for (number, (_due, frame)) in frames_of(1).iter().enumerate() {
        if number % 4 < KEPT_OF_FOUR {
            sender.send_to(frame, daemon.link_address("link1")).unwrap();
        } else {
            dropped += 1;
        }
    }
    send_datagrams(&sender, daemon.link_address("link2"), 2);
    stage.wait_for_entered(1);
    stage.wait_for_entered(2);
    daemon.log.wait_for_message("link loses frames");
    let log = daemon.log.clone();
    daemon.stop_clean();

    let lossy = loss_percent(&stage, 1);
    assert!((20.0..30.0).contains(&lossy), "{lossy}");
    assert!(loss_percent(&stage, 2).abs() < f64::EPSILON);
    let events = log.events();
    let lost = metric(&events, "link_frames_lost_total");
    // The newest frames are not settled yet.
    assert!(
        (dropped - 8..=dropped).contains(&lost),
        "{lost} of {dropped}"
    );
    let summary = |link: &str| {
        let is_it = |it: &&Value| it["message"] == "link summary" && it["link"] == link;
        let events: Vec<&Value> = events.iter().filter(is_it).collect();
        assert_eq!(events.len(), 1, "once a link");
        events[0].clone()
    };
    assert_eq!(summary("link1")["lost"], lost);
    assert_eq!(summary("link2")["lost"], 0);
    assert_eq!(summary("link2")["frames"], frames_of(2).len());
}

#[test]
fn a_link_that_has_heard_too_little_tells_no_loss() {
    let stage = Stage::new("address = \"udpin:127.0.0.1:0\"");
    let daemon = stage.options.start();
    // Each frame comes from a port of its own, whose counter is seen once.
    for (_due, frame) in frames_of(1) {
        let sender = udp("127.0.0.1:0");
        sender.send_to(&frame, daemon.address()).unwrap();
    }
    stage.wait_for_entered(1);
    let log = daemon.log.clone();
    daemon.stop_clean();
    assert_eq!(link_of(&stage, 1), json!({"name": "link1"}));
    assert_eq!(metric(&log.events(), "link_frames_lost_total"), 0);
}

fn loss_percent(stage: &Stage, system_id: u32) -> f64 {
    let loss = link_of(stage, system_id)["loss_percent"].as_f64();
    loss.expect("it is known")
}

/// Returns what the first alert of a system says about its link.
fn link_of(stage: &Stage, system_id: u32) -> Value {
    let deliveries = stage.endpoint.deliveries();
    let properties = deliveries
        .iter()
        .filter_map(|delivery| Some(&delivery.body.as_ref()?["data"]["properties"]))
        .find(|properties| properties["track"]["system_id"] == system_id);
    properties.expect("an alert")["link"].clone()
}
