//! Handshakes with real servers, and what comes of each.

use super::*;
use crate::deliver::authority::Ca;
use crate::deliver::fixture::{Receiver, Reply};
use crate::deliver::post::{Post, Poster};
use crate::deliver::{Answer, Endpoint};
use crate::units::Utc;

/// Where the servers of these tests are.
const HOST: &str = "127.0.0.1";

/// Posts once to a server, believing `believed`, and returns what came of it.
async fn posted(
    server: rustls::ServerConfig,
    believed: &Ca,
    identity: Option<Identity>,
) -> (Answer, Poster) {
    let receiver = Receiver::start_tls(server, |_| Reply::status(204)).await;
    let endpoint = Endpoint {
        authorities: Some(believed.authorities()),
        identity,
        ..receiver.endpoint("ops")
    };
    let poster = Poster::new(&endpoint).unwrap();
    (poster.post(Post::example()).await, poster)
}

#[track_caller]
fn assert_taken(answer: &Answer) {
    assert!(
        matches!(answer, Answer::Status { status: 204, .. }),
        "{answer:?}"
    );
}

/// Asserts that nothing was sent, and that the cause names what is wrong.
#[track_caller]
fn assert_failed(answer: &Answer, cause_part: &str) {
    match answer {
        Answer::Failed { cause } => assert!(cause.contains(cause_part), "{cause}"),
        Answer::Status { .. } | Answer::Sent => panic!("it has answered: {answer:?}"),
    }
}

#[tokio::test]
async fn a_private_authority_is_believed_and_no_other() {
    let (ours, other) = (Ca::new(), Ca::new());
    let (answer, _) = posted(ours.server(HOST, 2099), &ours, None).await;
    assert_taken(&answer);
    let (answer, _) = posted(other.server(HOST, 2099), &ours, None).await;
    assert_failed(&answer, "UnknownIssuer");
}

#[tokio::test]
async fn a_certificate_of_another_host_or_of_the_past_is_not_believed() {
    let ca = Ca::new();
    let (answer, _) = posted(ca.server("elsewhere.example", 2099), &ca, None).await;
    assert_failed(&answer, "not valid for name");
    let (answer, _) = posted(ca.server(HOST, 2020), &ca, None).await;
    assert_failed(&answer, "certificate expired");
}

#[tokio::test]
async fn an_endpoint_that_asks_who_we_are_is_told_by_our_certificate() {
    let (ca, clients, stranger) = (Ca::new(), Ca::new(), Ca::new());
    let asking = || ca.server_asking(HOST, &clients);
    let ours = clients.issue("unit-7.example", 2099).identity();
    let (answer, _) = posted(asking(), &ca, Some(ours)).await;
    assert_taken(&answer);

    let foreign = stranger.issue("unit-7.example", 2099).identity();
    let (answer, _) = posted(asking(), &ca, Some(foreign)).await;
    assert_failed(&answer, "received fatal alert");
    let expired = clients.issue("unit-7.example", 2020).identity();
    let (answer, _) = posted(asking(), &ca, Some(expired)).await;
    assert_failed(&answer, "received fatal alert");
    let (answer, _) = posted(asking(), &ca, None).await;
    assert_failed(&answer, "received fatal alert");
}

#[tokio::test]
async fn the_end_of_the_endpoints_certificate_is_noted() {
    let ca = Ca::new();
    let (answer, poster) = posted(ca.server(HOST, 2099), &ca, None).await;
    assert_taken(&answer);
    let expiry = poster.peer_expiry().unwrap();
    let eve = Utc::from_micros(4_070_822_400_000_000);
    assert_eq!(
        expiry.warning(eve).as_deref(),
        Some("the certificate of the endpoint expires at 2099-01-01T00:00:00.000Z, in 1 day")
    );
}

#[test]
fn a_file_says_what_is_wrong_with_it_and_nothing_of_the_key() {
    let (one, other) = (
        Ca::new().issue(HOST, 2099),
        Ca::new().issue("other.example", 2099),
    );
    let of = Identity::from_pem;
    assert_eq!(of("", &one.key).unwrap_err(), PemError::NoCertificate);
    assert_eq!(
        of(&one.certificate, &one.certificate).unwrap_err(),
        PemError::NoKey
    );
    let mixed = of(&one.certificate, &other.key).unwrap_err();
    assert!(matches!(mixed, PemError::Pair { .. }), "{mixed}");
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(
        of(nonsense, &one.key).unwrap_err(),
        PemError::Certificate { number: 1 }
    );
    let secret = one.key.lines().nth(1).unwrap();
    assert!(!format!("{:?} {mixed} {mixed:?}", one.identity()).contains(secret));
}
