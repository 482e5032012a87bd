//! Events over real sockets.

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::deliver::Format;
use crate::deliver::authority::Ca;
use crate::store::fixture::DEADLINE;

fn endpoint(url: &str) -> Endpoint {
    Endpoint {
        format: Format::Cot,
        connect_timeout: Duration::from_millis(500),
        total_timeout: Duration::from_secs(1),
        ..Endpoint::new("tak", url.parse().unwrap(), Vec::new())
    }
}

/// Reads so many bytes from a stream, as text.
async fn read(stream: &mut (impl AsyncRead + Unpin), count: usize) -> String {
    let mut bytes = vec![0; count];
    let read = timeout(DEADLINE, stream.read_exact(&mut bytes)).await;
    read.expect("in time").unwrap();
    String::from_utf8(bytes).unwrap()
}

#[track_caller]
fn assert_sent(answer: &Answer) {
    assert!(matches!(answer, Answer::Sent), "{answer:?}");
}

#[tokio::test]
async fn events_share_a_connection_and_one_that_was_lost_is_made_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    let line = Line::new(&endpoint(&url)).unwrap();
    assert_sent(&line.send(b"<one/>").await);
    let (mut first, _) = listener.accept().await.unwrap();
    assert_eq!(read(&mut first, 6).await, "<one/>");
    first.write_all(b"<chatter/>").await.unwrap();
    assert_sent(&line.send(b"<two/>").await);
    assert_eq!(read(&mut first, 6).await, "<two/>");
    drop(first);
    // The end of the connection arrives by itself, at the latest with an attempt that fails.
    let sent = async {
        loop {
            drop(line.send(b"<new/>").await);
            let accepted = timeout(Duration::from_millis(50), listener.accept()).await;
            if let Ok(Ok((second, _))) = accepted {
                break second;
            }
        }
    };
    let mut second = timeout(DEADLINE, sent).await.unwrap();
    assert_eq!(read(&mut second, 6).await, "<new/>");
}

#[tokio::test]
async fn tls_shows_our_certificate_and_believes_only_the_authority_that_is_named() {
    let (ca, clients) = (Ca::new(), Ca::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("tls://{}", listener.local_addr().unwrap());
    let acceptor = TlsAcceptor::from(Arc::new(ca.server_asking("127.0.0.1", &clients)));
    let server = tokio::spawn(async move {
        let mut heard = Vec::new();
        for _ in 0..2 {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                heard.push(read(&mut stream, 6).await);
            }
        }
        heard
    });
    let stranger = Endpoint {
        authorities: Some(clients.authorities()),
        ..endpoint(&url)
    };
    let refused = Line::new(&stranger).unwrap().send(b"<one/>").await;
    let Answer::Failed { cause } = &refused else {
        panic!("{refused:?}");
    };
    assert!(cause.contains("UnknownIssuer"), "{cause}");
    let known = Endpoint {
        authorities: Some(ca.authorities()),
        identity: Some(clients.issue("unit.example", 2099).identity()),
        ..endpoint(&url)
    };
    let line = Line::new(&known).unwrap();
    assert_sent(&line.send(b"<two/>").await);
    assert_eq!(server.await.unwrap(), ["<two/>"]);
    assert!(line.peer_expiry().is_some());
}

#[tokio::test]
async fn a_datagram_holds_one_event() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let url = format!("udp://{}", socket.local_addr().unwrap());
    let line = Line::new(&endpoint(&url)).unwrap();
    assert_sent(&line.send(b"<one/>").await);
    let mut buffer = [0; 64];
    let received = timeout(DEADLINE, socket.recv_from(&mut buffer)).await;
    let (length, _) = received.unwrap().unwrap();
    assert_eq!(&buffer[..length], b"<one/>");
}

#[tokio::test]
async fn nobody_there_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    drop(listener);
    let answer = Line::new(&endpoint(&url)).unwrap().send(b"<one/>").await;
    let Answer::Failed { cause } = &answer else {
        panic!("{answer:?}");
    };
    assert!(cause.contains("refused"), "{cause}");
}
