//! Recordings of links: what is in them, and what is refused.

use std::io::Write as _;
use std::net::TcpStream;

use corridor_sim::tlog::{Record, Records};

use crate::support::scene::Scene;
use crate::support::stage::{Stage, flight_of, with_links};

#[test]
fn a_link_is_recorded_as_it_was_heard() {
    let stage =
        Stage::new("address = \"tcpin:127.0.0.1:0\"\n[link.record]\ndirectory = \"recordings\"");
    let daemon = stage.options.start();
    let mut client = TcpStream::connect(daemon.link_address("link1")).unwrap();
    client.write_all(b"garbage").unwrap();
    client.write_all(&flight_of(1)).unwrap();
    stage.wait_for_entered(1);
    drop(client);
    daemon.stop_clean();

    let files = stage.scene.files("recordings");
    assert_eq!(files.len(), 1, "{files:?}");
    let (_path, bytes) = &files[0];
    let records: Vec<Record<'_>> = Records::new(bytes).collect();
    let frames: Vec<u8> = records.iter().flat_map(|it| it.frame.to_vec()).collect();
    assert_eq!(frames, flight_of(1));
    assert!(records.is_sorted_by_key(|record| record.unix_us));
}

#[test]
fn a_recording_that_makes_no_sense_is_refused_in_words() {
    let scene = Scene::new();
    let links = "\
[[link]]
name = \"a b\"
address = \"udpin:127.0.0.1:0\"
[link.record]
directory = \"r\"
size-max-mb = 0
[[link]]
name = \"b\"
address = \"file:flight.tlog\"
[link.record]
directory = \"r\"
";
    scene.configured(&with_links(links, "http://127.0.0.1:9/hook"));
    let checked = scene.run("check", &[]);
    assert_eq!(checked.code, Some(78));
    assert_eq!(
        checked.err.lines().collect::<Vec<_>>(),
        [
            "DIR/corridord.toml:2: link[0].name: begins the names of its recordings: write letters, \
             digits, `-`, `_`, `.`",
            "DIR/corridord.toml:6: link[0].record.size-max-mb: must be more than 0",
            "DIR/corridord.toml:10: link[1].record.directory: is of no use here: the link is a \
             recording already",
        ]
    );
}
