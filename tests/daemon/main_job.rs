//! From a MAVLink datagram to a delivered, durable alert, through the real binary.

use crate::support::corridors;
use crate::support::daemon::DaemonOptions;
use crate::support::endpoint::{Endpoint, SecretFile};
use crate::support::flight::{Flight, weaving};

#[test]
fn a_flight_in_and_out_is_told_with_a_valid_signature_and_a_place_to_drive_to() {
    let folder = tempfile::tempdir().unwrap();
    let secret = SecretFile::fresh(folder.path());
    let endpoint = Endpoint::start(&secret);
    let corridors = corridors::write(folder.path());
    let state = folder.path().join("state");
    let urls = [endpoint.url.clone()];
    let daemon = DaemonOptions::quick_start(&corridors, &urls, &secret.path, &state).start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);

    let entered = endpoint.wait_for_type("corridor.entered");
    let exited = endpoint.wait_for_type("corridor.exited");
    drop(flight);
    daemon.stop_clean();

    endpoint.assert_signed();
    let properties = &entered["data"]["properties"];
    assert_eq!(properties["track"]["system_id"], 7);
    assert_eq!(properties["corridor"]["id"], corridors::STRIP);
    assert_eq!(properties["position"]["h_acc_m"], 1.0);
    assert_eq!(
        properties["entry"]["side"], "right",
        "it came from the south"
    );
    let place = properties["place"].as_str().unwrap();
    assert!(
        place.starts_with("E 75 km ") && place.contains("of Testgrad"),
        "{place}"
    );
    assert_eq!(
        exited["data"]["properties"]["episode"]["id"], properties["episode"]["id"],
        "one episode"
    );
    assert_eq!(exited["data"]["properties"]["episode"]["index"], 1);
    assert_eq!(exited["data"]["properties"]["reason"], "left");
}
