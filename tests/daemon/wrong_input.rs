//! Wrong input: each with its exact message and exit code, and nothing left behind.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

use serde_json::json;
use tokio::net::TcpSocket;

use crate::support::command::corridord;
use crate::support::endpoint::Endpoint;
use crate::support::flight::{Flight, weaving};
use crate::support::scene::{Scene, config};

/// Nobody posts to it: a daemon that is refused does not get so far.
const URL: &str = "http://127.0.0.1:9/hook";

#[test]
fn a_sound_configuration_is_summed_up() {
    let scene = Scene::new();
    scene.configured(&good());
    let ended = scene.run("check", &[]);
    assert_eq!(ended.err, "");
    assert_eq!(
        ended.out,
        "unit       field-unit
link       link1 on udpin:127.0.0.1:0, fleet link1
corridors  1: 1 lines of 4.0 km in all, 0 areas, 1 segments, 1 named places
           DIR/corridors.geojson
rule       corridor: 1 of 1 corridors for vehicle: approaching, entered, dwelling, crossed, exited; major, actual
endpoint   ops: http to 127.0.0.1, signed with 1 secret(s)
state      DIR/state
"
    );
    assert_eq!(ended.code, Some(0));
    assert!(!scene.path("state").exists(), "a check leaves nothing");
}

#[test]
fn what_is_read_in_spite_of_doubts_is_said() {
    let scene = Scene::new();
    scene.configured(&good().replace(URL, "http://192.0.2.1/hook"));
    let ended = scene.run("check", &[]);
    assert_eq!(
        ended.err,
        "endpoint `ops`: alerts leave this machine unencrypted: use https (warning)\n"
    );
    assert_eq!(ended.code, Some(0));
}

#[test]
fn tracks_and_callsigns_that_make_no_sense_are_refused() {
    let scene = Scene::new();
    let tracks = "
[tracks]
max = 0
stale = \"40 s\"
satellite-lost = \"1 min\"

[[callsign]]
track = \"alpha/1\"
name = \" \"

[[rule]]
name = \"everybody\"
tracks = [\"planes\"]
";
    scene.configured(&(good() + tracks));
    let ended = scene.run("check", &[]);
    assert_eq!(ended.code, Some(78));
    for flaw in [
        "tracks.max: must be more than 0",
        "tracks.stale: must be shorter than `lost`",
        "tracks.satellite-lost: must be longer than `satellite-stale`",
        "callsign[0].track: is no track: write vehicle:NAMESPACE/SYSTEM-ID",
        "callsign[0].name: is empty",
        "rule[0].tracks[0]: ",
    ] {
        let mut lines = ended.err.lines();
        let is_told =
            lines.any(|line| line.starts_with("DIR/corridord.toml:") && line.contains(flaw));
        assert!(is_told, "{flaw} in {}", ended.err);
    }
}

#[test]
fn a_region_that_is_none_is_refused() {
    let files = "[corridors]\nfiles = [\"corridors.geojson\"]";
    check(
        files,
        &format!("{files}\nregion = {{ south = 95, north = 50, west = 31, east = 12, top = 3 }}"),
        &[
            "DIR/corridord.toml:7: corridors.region.south: must be -90 to 90",
            "DIR/corridord.toml:7: corridors.region.north: is 50: must be more than `south`, which is 95",
            "DIR/corridord.toml:7: corridors.region.east: is 12: must be more than `west`, which is 31",
            "DIR/corridord.toml:7: corridors.region.top: unknown key; the keys here are east, north, south, west",
        ],
    );
    check(
        files,
        &format!("{files}\nregion = \"Alps\""),
        &["DIR/corridord.toml:7: corridors.region: must be a table"],
    );
}

#[test]
fn a_missing_configuration_is_named() {
    let scene = Scene::new();
    assert_refused(
        &scene,
        &[
            "DIR/corridord.toml: cannot read the configuration: No such file or directory (os error 2)",
        ],
    );
}

#[test]
fn a_typo_is_found_with_its_line_and_key() {
    check(
        "name = \"ops\"",
        "name = \"ops",
        &["DIR/corridord.toml:12: invalid basic string, expected `\"`"],
    );
    check(
        "[store]",
        "[store",
        &["DIR/corridord.toml:8: unclosed table, expected `]`"],
    );
    check(
        "address =",
        "adress =",
        &[
            "DIR/corridord.toml:1: link[0].address: is missing",
            "DIR/corridord.toml:3: link[0].adress: unknown key; did you mean `address`?",
        ],
    );
    check(
        "[store]",
        "[stroe]",
        &["DIR/corridord.toml:8: stroe: unknown key; did you mean `store`?"],
    );
    check(
        "directory =",
        "compression =",
        &[
            "DIR/corridord.toml:9: store.compression: unknown key; the keys here are directory, keep-delivered",
        ],
    );
    check(
        "name = \"ops\"",
        "name = 7",
        &["DIR/corridord.toml:12: endpoint[0].name: must be a text"],
    );
    check(
        "[corridors]\nfiles = [\"corridors.geojson\"]",
        "[corridors]\nfiles = \"corridors.geojson\"",
        &["DIR/corridord.toml:6: corridors.files: must be a list of texts"],
    );
    check(
        "[[link]]",
        "[link]",
        &[
            "DIR/corridord.toml:1: link: must be a list of tables: write [[link]]",
            "DIR/corridord.toml:1: link: there is none: add a [[link]] or --link udpin:HOST:PORT",
        ],
    );
}

#[test]
fn a_daemon_without_purpose_is_refused() {
    check(
        "[[link]]\nname = \"link1\"\naddress = \"udpin:127.0.0.1:0\"\n",
        "",
        &["DIR/corridord.toml:1: link: there is none: add a [[link]] or --link udpin:HOST:PORT"],
    );
    check(
        "[corridors]\nfiles = [\"corridors.geojson\"]\n",
        "",
        &["DIR/corridord.toml:1: corridors.files: is missing: name the GeoJSON files to watch"],
    );
    let endpoint = good();
    let (_before, endpoint) = endpoint.split_once("\n\n[[endpoint]]").unwrap();
    check(
        &format!("[[endpoint]]{endpoint}"),
        "",
        &[
            "DIR/corridord.toml:1: endpoint: there is none, no alert would leave this unit: add an \
             [[endpoint]], or --endpoint URL with --secret-file FILE",
        ],
    );
}

#[test]
fn addresses_that_lead_nowhere_are_refused() {
    check(
        "udpin:127.0.0.1:0",
        "carrier-pigeon:7",
        &[
            "DIR/corridord.toml:3: link[0].address: `carrier-pigeon:7` has no known kind: write \
           udpin:HOST:PORT, such as udpin:0.0.0.0:14550, or udpout:, tcpin:, tcpout:, serial:, file:",
        ],
    );
    check(
        "udpin:127.0.0.1:0",
        "udpin:local host:14550",
        &[
            "DIR/corridord.toml:3: link[0].address: `local host:14550` is no host with a port: \
           write 0.0.0.0:14550, [::]:14550 or a name with a port",
        ],
    );
    check(
        URL,
        "command centre",
        &[
            "DIR/corridord.toml:13: endpoint[0].url: `command centre` is no URL: relative URL \
           without a base",
        ],
    );
    check(
        URL,
        "ftp://127.0.0.1/hook",
        &[
            "DIR/corridord.toml:13: endpoint[0].url: `ftp://127.0.0.1/hook` must start with \
           https:// or http:// and name a host",
        ],
    );
}

#[test]
fn names_that_are_taken_are_refused() {
    let link = "[[link]]\nname = \"link1\"\naddress = \"udpin:127.0.0.1:0\"\n";
    check(
        link,
        &format!("{link}{link}"),
        &["DIR/corridord.toml:5: link[1].name: another link has this name already"],
    );
    check(
        "address = \"udpin:127.0.0.1:0\"\n",
        "address = \"udpin:127.0.0.1:7\"\n[[link]]\nname = \"link2\"\naddress = \"udpin:127.0.0.1:7\"\n",
        &["DIR/corridord.toml:6: link[1].address: another link listens there already"],
    );
    let endpoint = format!(
        "[[endpoint]]\nname = \"ops\"\nurl = \"{URL}\"\nsecret-file = \"endpoint.secret\"\n"
    );
    check(
        &endpoint,
        &format!("{endpoint}{endpoint}"),
        &["DIR/corridord.toml:16: endpoint[1].name: another endpoint has this name already"],
    );
}

#[test]
fn the_way_to_an_endpoint_is_told_whole() {
    let with = |more: &str| format!("secret-file = \"endpoint.secret\"\n{more}\n");
    let from = "secret-file = \"endpoint.secret\"\n";
    check(
        from,
        &with("ca-file = \"endpoint.secret\""),
        &[
            "DIR/corridord.toml:15: endpoint[0].ca-file: goes with https:// or tls://, and the URL has no TLS",
            "DIR/corridord.toml:15: endpoint[0].ca-file: DIR/endpoint.secret: there is no \
             certificate in it",
        ],
    );
    check(
        &format!("{URL}\"\n{from}"),
        &format!(
            "https://127.0.0.1:9/hook\"\n{}",
            with("client-key-file = \"endpoint.secret\"")
        ),
        &[
            "DIR/corridord.toml:15: endpoint[0].client-key-file: needs its certificate: name it as \
             `client-cert-file`",
        ],
    );
    check(
        from,
        &with("proxy-credentials-file = \"endpoint.secret\"\nauthorization-file = \"none\""),
        &[
            "DIR/corridord.toml:15: endpoint[0].proxy-credentials-file: goes with `proxy`, and there \
             is none",
            "DIR/corridord.toml:16: endpoint[0].authorization-file: cannot read DIR/none: No such \
             file or directory (os error 2)",
        ],
    );
    check(
        URL,
        "http://unit:C2FV@127.0.0.1/hook",
        &[
            "DIR/corridord.toml:13: endpoint[0].url: has a user or a password in it: name a file, \
             `authorization-file`",
        ],
    );
}

#[test]
fn a_missing_secret_is_named() {
    check(
        "endpoint.secret",
        "other.secret",
        &[
            "DIR/corridord.toml:14: endpoint[0].secret-file: cannot read the secret file \
           DIR/other.secret: No such file or directory (os error 2)",
        ],
    );
}

#[test]
fn what_is_no_secret_is_refused_without_showing_it() {
    check_secret("", "DIR/endpoint.secret: there is no secret in it");
    check_secret(
        "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "DIR/endpoint.secret:1: a webhook secret starts with `whsec_`, or with `whsk_` for ed25519",
    );
    check_secret(
        "whsec_C2FVsBQIhrscChlQIMV*b5sSYspob7oD",
        "DIR/endpoint.secret:1: what follows `whsec_` or `whsk_` is not base64",
    );
    check_secret(
        "whsec_C2FVsBQIhrsc",
        "DIR/endpoint.secret:1: a webhook secret has 24 to 64 bytes, this one has 9",
    );
    check_secret(
        "\nwhsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\nC2FV",
        "DIR/endpoint.secret:3: a webhook secret starts with `whsec_`, or with `whsk_` for ed25519",
    );
}

#[test]
fn a_signed_link_without_a_key_is_refused() {
    check_signing(
        "key-file = \"mavlink.key\"",
        &[
            "link[0].signing.key-file: cannot read the key file DIR/mavlink.key: No such file or \
           directory (os error 2)",
        ],
    );
    check_signing(
        "passphrase-file = \"mavlink.passphrase\"",
        &[
            "link[0].signing.passphrase-file: cannot read the passphrase file \
           DIR/mavlink.passphrase: No such file or directory (os error 2)",
        ],
    );
    check_signing(
        "unsigned = \"accept\"",
        &["link[0].signing.key-file: is missing: name it, or passphrase-file"],
    );
    check_signing(
        "key-file = \"endpoint.secret\"\nunsigned = \"drop\"",
        &[
            "link[0].signing.key-file: DIR/endpoint.secret:1: a signing key is written as 64 \
           hexadecimal digits or as base64 of 32 bytes",
            "link[0].signing.unsigned: `drop` is none of refuse, accept",
        ],
    );
    check(
        "address = \"udpin:127.0.0.1:0\"",
        "address = \"file:flight.tlog\"\n[link.signing]\npassphrase-file = \"endpoint.secret\"",
        &[
            "DIR/corridord.toml:1: link[0].signing: is of no use here: the signatures of a \
           recording are old or taken off",
        ],
    );
}

#[test]
fn what_is_no_signing_key_is_refused_without_showing_it() {
    let text = "a signing key is written as 64 hexadecimal digits or as base64 of 32 bytes";
    check_key(b"", "DIR/mavlink.key: there is no key in it");
    check_key(b"C2FV", &format!("DIR/mavlink.key:1: {text}"));
    check_key(
        b"C2FVsBQIhrscChlQIMVb5sSYspob7oDx",
        &format!("DIR/mavlink.key:1: {text}"),
    );
    let key = "C2FV".repeat(16).replace('V', "A");
    check_key(
        format!("{key}\n\n{}", &key[1..]).as_bytes(),
        &format!("DIR/mavlink.key:3: {text}"),
    );
    check_key(
        &[0; 32],
        "DIR/mavlink.key: a key of zeros is no key to an autopilot",
    );
    check_key(
        &[0xc2; 31],
        "DIR/mavlink.key: it is neither text nor a key of 32 bytes",
    );
}

#[test]
fn doubts_about_signed_links_are_said() {
    let scene = Scene::new();
    scene.write("mavlink.key", &"5a".repeat(32));
    let link = |name, more| {
        format!(
            "[[link]]\nname = \"{name}\"\naddress = \"udpin:127.0.0.1:0\"\nnamespace = \"a\"\n{more}\n"
        )
    };
    let signing = "[link.signing]\nkey-file = \"mavlink.key\"\nbad-signatures = \"accept\"\n";
    let config = [link("open", ""), link("radio", signing), good()].concat();
    scene.configured(&config);
    let ended = scene.run("check", &[]);
    assert_eq!(
        ended.err,
        "DIR/mavlink.key: everybody on this machine can read the secret: chmod o= it (warning)
link `open`: it has no signing key, and `radio` of the same namespace has one: anybody can move its tracks (warning)
link `radio`: frames with a bad signature are heard: anybody can send them (warning)
"
    );
    assert_eq!(ended.code, Some(0));
    let flag = scene.run("check", &["--link", "udpin:127.0.0.1:0"]);
    let warning = "--link: takes the place of links that have a signing key, and has none: it \
                   hears everybody (warning)\n";
    assert!(flag.err.ends_with(warning), "{}", flag.err);
    let signing = "signing    radio: 1 key(s); refuse unsigned frames, accept bad signatures\n";
    assert!(ended.out.contains(signing), "{}", ended.out);
}

#[test]
fn a_missing_corridor_file_is_named() {
    check(
        "corridors.geojson",
        "roads.geojson",
        &["DIR/corridord.toml:6: corridors.files[0]: no file matches DIR/roads.geojson"],
    );
    let scene = Scene::new();
    scene.configured(&good());
    let roads = scene.path("roads.geojson");
    let ended = scene.run("check", &["--corridors", roads.to_str().unwrap()]);
    assert_eq!(
        ended.err,
        "DIR/roads.geojson: cannot read the corridors: No such file or directory (os error 2)\n"
    );
    assert_eq!(ended.code, Some(78));
}

#[test]
fn corridors_that_enclose_nothing_sensible_are_refused() {
    let line = |half_width: &str| {
        format!(
            r#"{{"type": "Feature", "properties": {{"id": "a", "name": "A", "half_width_m": {half_width}}},
             "geometry": {{"type": "LineString", "coordinates": [[22.0, 41.5], [22.1, 41.5]]}}}}"#
        )
    };
    let area = |ring: &str| {
        format!(
            r#"{{"type": "Feature", "properties": {{"id": "a", "name": "A"}},
             "geometry": {{"type": "Polygon", "coordinates": [{ring}]}}}}"#
        )
    };
    check_corridors(
        &line("200").replace("[22.0, 41.5]", "[41.5, 22.0]"),
        "feature 0 (id \"a\"): vertex 0: [41.5, 22] lies outside the region, and inside it with the \
         axes swapped: GeoJSON order is [longitude, latitude]",
    );
    check_corridors(
        &area("[[22.0, 41.5], [22.1, 41.6], [22.1, 41.5], [22.0, 41.6], [22.0, 41.5]]"),
        "feature 0 (id \"a\"): the exterior ring crosses itself: edges 0 and 2 meet near \
         41.550000 N 22.050000 E",
    );
    check_corridors(
        &line("0"),
        "feature 0 (id \"a\"): half_width_m is 0: it must be more than 0",
    );
    check_corridors(
        &line("-200"),
        "feature 0 (id \"a\"): half_width_m is -200: it must be more than 0",
    );
    check_corridors(
        &line("\"wide\""),
        "feature 0 (id \"a\"): half_width_m is \"wide\": it must be a number, or a list of one for each vertex",
    );
    check_corridors(
        &format!("{}, {}", line("200"), line("300")),
        "feature 1 (id \"a\"): the id is taken by feature 0",
    );
    check_corridors("", "there is no corridor in it");
    check_corridors("{", "line 1, column 45: key must be a string");
}

#[test]
fn two_files_with_one_id_are_refused() {
    let scene = Scene::new();
    let corridors = fs::read_to_string(scene.path("corridors.geojson")).unwrap();
    scene.write("more.geojson", &corridors);
    scene.configured(&good().replace("corridors.geojson", "*.geojson"));
    assert_refused(
        &scene,
        &["DIR/corridors.geojson, DIR/more.geojson: two corridors have the id \"strip\""],
    );
}

#[test]
fn all_errors_are_told_at_once_in_the_order_of_their_lines() {
    let scene = Scene::new();
    scene.write(
        "corridors.geojson",
        r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"id": "a", "name": "A", "half_width_m": 0},
   "geometry": {"type": "LineString", "coordinates": [[22.0, 41.5], [22.1, 41.5]]}},
  {"type": "Feature", "properties": {"id": "b", "name": "B", "half_width_m": 200},
   "geometry": {"type": "LineString", "coordinates": [[41.5, 22.0], [41.5, 22.1]]}}
]}"#,
    );
    let config = good()
        .replace("name = \"link1\"", "nmae = \"link1\"")
        .replace("udpin:127.0.0.1:0", "udpin:nowhere")
        .replace("[store]", "[gate]\nspeed-max-mps = 0\n\n[store]")
        .replace("endpoint.secret", "other.secret");
    scene.configured(&config);
    assert_refused(
        &scene,
        &[
            "DIR/corridord.toml:1: link[0].name: is missing",
            "DIR/corridord.toml:2: link[0].nmae: unknown key; did you mean `name`?",
            "DIR/corridord.toml:3: link[0].address: `nowhere` is no host with a port: write \
             0.0.0.0:14550, [::]:14550 or a name with a port",
            "DIR/corridord.toml:9: gate.speed-max-mps: must be more than 0",
            "DIR/corridord.toml:17: endpoint[0].secret-file: cannot read the secret file \
             DIR/other.secret: No such file or directory (os error 2)",
            "DIR/corridors.geojson: feature 0 (id \"a\"): half_width_m is 0: it must be more than 0",
            "DIR/corridors.geojson: feature 1 (id \"b\"): vertex 0: [41.5, 22] lies outside the \
             region, and inside it with the axes swapped: GeoJSON order is [longitude, latitude]",
        ],
    );
}

#[test]
fn flags_are_refused_by_their_names() {
    check_flags(
        &["--link", "udpin:7"],
        &[
            "--link: `7` is no host with a port: write 0.0.0.0:14550, [::]:14550 or a name with a port",
        ],
    );
    check_flags(
        &[
            "--endpoint",
            "nowhere",
            "--endpoint",
            URL,
            "--secret-file",
            "none",
        ],
        &[
            "--secret-file: cannot read the secret file none: No such file or directory (os error 2)",
            "--endpoint: `nowhere` is no URL: relative URL without a base",
        ],
    );
    check_flags(
        &["--endpoint", URL],
        &["--secret-file: give one for all endpoints or one for each: there are 0 for 1 endpoints"],
    );
    check_flags(
        &["--secret-file", "none"],
        &["--secret-file: goes with --endpoint, and there is none"],
    );
}

#[test]
fn a_quick_start_that_lacks_everything_is_told_so() {
    for command in ["check", "run"] {
        let ended = corridord(&[command], &[]);
        assert_eq!(
            ended.err,
            "flags: corridors.files: is missing: name the GeoJSON files to watch
flags: link: there is none: add a [[link]] or --link udpin:HOST:PORT
flags: endpoint: there is none, no alert would leave this unit: add an [[endpoint]], or --endpoint URL with --secret-file FILE
"
        );
        assert_eq!(ended.code, Some(78));
    }
}

#[test]
fn a_port_in_use_is_named_and_leaves_no_database() {
    let scene = Scene::new();
    let first = scene.configured(&good()).start();
    let address = format!("udpin:{}", first.address());
    let other = scene.path("other-state");
    let ended = scene.run(
        "run",
        &["--link", &address, "--state", other.to_str().unwrap()],
    );
    assert_eq!(
        ended.err,
        format!(
            "corridord: cannot open the links: link `link1` cannot listen on {address}: \
             Address already in use (os error 98)\n"
        )
    );
    assert_eq!(ended.code, Some(1));
    assert!(!other.exists());
    first.stop_clean();
}

#[test]
fn two_daemons_do_not_share_a_state_directory() {
    let scene = Scene::new();
    let first = scene.configured(&good()).start();
    let ended = scene.run("run", &[]);
    assert_eq!(
        ended.err,
        "corridord: cannot open the store: another corridord uses DIR/state; stop it or point \
         --state elsewhere\n"
    );
    assert_eq!(ended.code, Some(1));
    first.stop_clean();
}

#[test]
fn a_database_from_the_future_is_refused_and_left_alone() {
    let scene = with_database();
    let known = header_number(&scene, USER_VERSION);
    set_header_number(&scene, USER_VERSION, 999);
    assert_data_refused(
        &scene,
        &format!(
            "schema version 999 is newer than this program knows ({known}); install a newer \
             corridord or point --state elsewhere"
        ),
    );
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let scene = with_database();
    set_header_number(&scene, APPLICATION_ID, 0x1234_5678);
    assert_data_refused(
        &scene,
        "not a corridord database; move it away or point --state elsewhere",
    );
}

#[test]
fn a_damaged_database_is_refused_and_left_alone() {
    let scene = with_database();
    fs::write(scene.path("state/corridord.db"), "no database\n").unwrap();
    assert_data_refused(
        &scene,
        "the database is damaged (not a database); it was left as it is: move it away or restore \
         a copy",
    );

    let scene = with_database();
    let path = scene.path("state/corridord.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&path, bytes).unwrap();
    assert_data_refused(
        &scene,
        "the database is damaged (database disk image is malformed); it was left as it is: move \
         it away or restore a copy",
    );

    let scene = with_database();
    let path = scene.path("state/corridord.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..8192].fill(0x55);
    fs::write(&path, bytes).unwrap();
    assert_data_refused(
        &scene,
        "the database is damaged (*** in database main *** Tree 2 page 2: btreeInitPage() returns \
         error code 11); it was left as it is: move it away or restore a copy",
    );
}

#[test]
fn an_endpoint_that_is_not_there_is_told_once_and_gets_its_alerts_later() {
    let scene = Scene::new();
    // Held but not listened on: connections are refused, and nobody else gets the port.
    let held = TcpSocket::new_v4().unwrap();
    held.set_reuseaddr(true).unwrap();
    held.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    let address = held.local_addr().unwrap();
    let mut options = scene.configured(&config(&[("ops", &format!("http://{address}/hook"))]));
    let log = "corridord::deliver=debug,info".to_owned();
    options.env.push(("CORRIDORD_LOG".to_owned(), log));

    let daemon = options.start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);
    daemon.log.wait_for_event("a second attempt", |event| {
        event["message"] == "will try again" && event["attempt"] == 2
    });
    drop(flight);
    let failing: Vec<_> = daemon.log.events();
    let failing: Vec<_> = failing
        .iter()
        .filter(|event| event["message"] == "endpoint failing")
        .map(|event| (&event["level"], &event["endpoint"], &event["error"]))
        .collect();
    let error = "error sending request: client error (Connect): tcp connect error: Connection \
                 refused (os error 111)";
    assert_eq!(failing, [(&json!("INFO"), &json!("ops"), &json!(error))]);

    let endpoint = Endpoint::start_on(&scene.secret, address);
    drop(held);
    endpoint.wait_for_type("corridor.entered");
    daemon.log.wait_for_message("endpoint is back");
    daemon.stop_clean();
    endpoint.assert_signed();
}

fn good() -> String {
    config(&[("ops", URL)])
}

/// Asserts what is said of the sound configuration with `from` replaced by `to`.
#[track_caller]
fn check(from: &str, to: &str, expected: &[&str]) {
    let scene = Scene::new();
    let config = good();
    assert_eq!(config.matches(from).count(), 1, "{from}");
    scene.configured(&config.replace(from, to));
    assert_refused(&scene, expected);
}

/// Asserts what is said of flags that go with the sound configuration.
#[track_caller]
fn check_flags(flags: &[&str], expected: &[&str]) {
    let scene = Scene::new();
    scene.configured(&good());
    let ended = scene.run("run", flags);
    let told: Vec<&str> = ended.err.lines().collect();
    assert_eq!(told, expected);
    assert_eq!(ended.code, Some(78));
}

/// Asserts what is said of a file of these features.
#[track_caller]
fn check_corridors(features: &str, expected: &str) {
    let scene = Scene::new();
    let text = format!("{{\"type\": \"FeatureCollection\", \"features\": [{features}]}}");
    scene.write("corridors.geojson", &text);
    scene.configured(&good());
    let expected = format!("DIR/corridors.geojson: {expected}");
    assert_refused(&scene, &[&expected]);
}

/// Asserts what is said of a secret file, and that no part of the secret is.
#[track_caller]
fn check_secret(secret: &str, expected: &str) {
    let scene = Scene::new();
    scene.write("endpoint.secret", secret);
    scene.configured(&good());
    assert!(!expected.contains("C2FV"));
    let expected = format!("DIR/corridord.toml:14: endpoint[0].secret-file: {expected}");
    assert_refused(&scene, &[&expected]);
}

/// Asserts what is said of a link with this table of signing.
#[track_caller]
fn check_signing(signing: &str, expected: &[&str]) {
    let scene = Scene::new();
    let table = format!("\n[link.signing]\n{signing}\n\n[corridors]");
    scene.configured(&good().replace("\n[corridors]", &table));
    let lines: Vec<String> = expected
        .iter()
        .map(|expected| {
            let key = expected.split_once(": ").expect("a key").0;
            let key = key.rsplit_once('.').expect("a dot").1;
            let line = signing.lines().position(|line| line.starts_with(key));
            let line = line.map_or(5, |line| 6 + line);
            format!("DIR/corridord.toml:{line}: {expected}")
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_refused(&scene, &lines);
}

/// Asserts what is said of a key file, and that no part of the key is.
#[track_caller]
fn check_key(key: &[u8], expected: &str) {
    let scene = Scene::new();
    fs::write(scene.path("mavlink.key"), key).expect("the key is written");
    let table = "\n[link.signing]\nkey-file = \"mavlink.key\"\n\n[corridors]";
    scene.configured(&good().replace("\n[corridors]", table));
    assert!(!expected.contains("C2F"));
    let expected = format!("DIR/corridord.toml:6: link[0].signing.key-file: {expected}");
    assert_refused(&scene, &[&expected]);
}

/// Asserts that `run` and `check` both say exactly this, exit with 78 and leave nothing behind.
#[track_caller]
fn assert_refused(scene: &Scene, expected: &[&str]) {
    for command in ["check", "run"] {
        let ended = scene.run(command, &[]);
        let told: Vec<&str> = ended.err.lines().collect();
        assert_eq!(told, expected, "corridord {command}");
        assert_eq!(ended.out, "", "corridord {command}");
        assert_eq!(ended.code, Some(78), "corridord {command}");
    }
    assert!(!scene.path("state").exists(), "nothing is left behind");
}

/// Where a database says which schema it has, as a big-endian number.
///
/// Source: <https://www.sqlite.org/fileformat2.html>, section 1.3.
const USER_VERSION: usize = 60;
/// Where it says whose it is.
const APPLICATION_ID: usize = 68;

/// A scene whose daemon has run and stopped.
fn with_database() -> Scene {
    let scene = Scene::new();
    scene.configured(&good()).start().stop_clean();
    scene
}

fn header_number(scene: &Scene, at: usize) -> u32 {
    let bytes = fs::read(scene.path("state/corridord.db")).expect("the database");
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("4 bytes"))
}

fn set_header_number(scene: &Scene, at: usize, number: u32) {
    let path = scene.path("state/corridord.db");
    let mut bytes = fs::read(&path).expect("the database");
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
    fs::write(&path, bytes).expect("the database is written");
}

/// Asserts that the database is refused with this message and stays byte for byte as it was.
#[track_caller]
fn assert_data_refused(scene: &Scene, expected: &str) {
    let before = scene.files("state");
    let ended = scene.run("run", &[]);
    assert_eq!(
        ended.err,
        format!("corridord: cannot open the store: DIR/state/corridord.db: {expected}\n")
    );
    assert_eq!(ended.code, Some(65));
    assert_eq!(scene.files("state"), before, "the state is left alone");
}
