//! Vehicles as whoever listens on UDP sees them.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use corridor_sim::fly::{self, FlyError, FlySettings, FlySummary};
use corridor_sim::frame::{FrameKind, MavlinkVersion};
use corridor_sim::geodesy::Place;
use corridor_sim::link::LinkPlan;
use corridor_sim::plan::{PlanError, VehiclePlan};
use corridor_sim::scenario::ScenarioError;
use mavlink::dialects::ardupilotmega::MavMessage;
use mavlink::{MavHeader, MavlinkReader};
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

const DEADLINE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn each_vehicle_has_its_own_socket_and_system_id() {
    let heard = check_flight(false).await;
    let senders: HashSet<_> = heard
        .iter()
        .map(|(from, header, _)| (from, header.system_id))
        .collect();
    assert_eq!(senders.len(), 3, "{senders:?}");
    let systems: HashSet<_> = senders.iter().map(|(_, system_id)| *system_id).collect();
    assert_eq!(systems, HashSet::from([1, 2, 300]));
}

#[tokio::test]
async fn all_vehicles_can_share_one_socket() {
    let heard = check_flight(true).await;
    let sockets: HashSet<_> = heard.iter().map(|(from, _, _)| from).collect();
    assert_eq!(sockets.len(), 1, "{sockets:?}");
}

#[tokio::test]
async fn nobody_listening_is_no_error() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let summary = fly(settings(nobody)).await.unwrap();
    assert_eq!(
        frames_sent(&summary) + summary.lost,
        3 * (2 + 2 + 4 + 8),
        "{summary}"
    );
}

#[tokio::test]
async fn a_flight_without_an_end_ends_when_it_is_cancelled() {
    let listener = listen().await;
    let endless = FlySettings {
        lasts: None,
        ..settings(local_addr(&listener))
    };
    let cancel = CancellationToken::new();
    let flying = tokio::spawn(fly::run(endless, cancel.clone()));
    let mut datagram = [0; 300];
    within(listener.recv_from(&mut datagram)).await.unwrap();
    cancel.cancel();
    let summary = within(flying).await.unwrap().unwrap();
    assert!(summary.said[&FrameKind::Heartbeat] >= 1, "{summary}");
}

#[tokio::test]
async fn what_cannot_be_flown_is_refused() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let none = FlySettings::over_udp(nobody, Vec::new(), 5);
    let refused = fly(none).await;
    assert!(
        matches!(refused, Err(FlyError::Scenario(ScenarioError::Nobody))),
        "{refused:?}"
    );
    for faster in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let odd = FlySettings {
            faster,
            ..settings(nobody)
        };
        assert!(
            matches!(fly(odd).await, Err(FlyError::Faster(_))),
            "{faster}"
        );
    }
    let mut odd = settings(nobody);
    odd.scenario.vehicles[1].speed_mps = f64::NAN;
    let refused = fly(odd).await;
    assert!(
        matches!(
            refused,
            Err(FlyError::Scenario(ScenarioError::Vehicle(
                PlanError::OutOfBounds { system_id: 2, .. }
            )))
        ),
        "{refused:?}"
    );
}

/// Flies two seconds and checks that what left was heard, and no more.
async fn check_flight(one_socket: bool) -> Vec<(SocketAddr, MavHeader, MavMessage)> {
    let listener = listen().await;
    let mut settings = settings(local_addr(&listener));
    if one_socket {
        settings.scenario.links = vec![LinkPlan::new("radio")];
    }
    let summary = fly(settings).await.expect("the flight is fine");
    assert!(summary.lost > 0, "{summary}");
    assert_eq!(summary.unsent, 0, "{summary}");
    let mut heard = Vec::new();
    for _ in 0..frames_sent(&summary) {
        heard.push(hear(&listener).await);
    }
    let mut datagram = [0; 300];
    assert!(
        listener.try_recv_from(&mut datagram).is_err(),
        "more came than was sent"
    );
    heard
}

fn frames_sent(summary: &FlySummary) -> u64 {
    summary.said.values().sum()
}

async fn hear(listener: &UdpSocket) -> (SocketAddr, MavHeader, MavMessage) {
    let mut datagram = [0; 300];
    let received = within(listener.recv_from(&mut datagram)).await;
    let (length, from) = received.expect("a datagram comes");
    let mut reader = MavlinkReader::new(&datagram[..length]);
    let (header, message) = reader.read_any_message().expect("a datagram is a frame");
    (from, header, message)
}

/// Three vehicles for two seconds, ten times faster; the last one's radio is bad.
fn settings(to: SocketAddr) -> FlySettings {
    let place = |lon_deg| Place {
        lat_deg: 41.5,
        lon_deg,
    };
    let plan = |system_id| VehiclePlan::new(vec![place(22.0), place(22.1)], system_id);
    let vehicles = vec![
        plan(1),
        VehiclePlan {
            version: MavlinkVersion::V1,
            ..plan(2)
        },
        VehiclePlan {
            loss: 0.5,
            ..plan(300)
        },
    ];
    FlySettings {
        faster: 10.0,
        lasts: Some(Duration::from_secs(2)),
        ..FlySettings::over_udp(to, vehicles, 5)
    }
}

async fn fly(settings: FlySettings) -> Result<FlySummary, FlyError> {
    within(fly::run(settings, CancellationToken::new())).await
}

async fn listen() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("loopback has a free port")
}

fn local_addr(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().expect("a bound socket has an address")
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .expect("it ends in time")
}
