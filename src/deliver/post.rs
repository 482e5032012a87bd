//! One POST to one endpoint, and what came back.

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, InvalidHeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::tls::TlsInfo;
use reqwest::{Client, Response};
use thiserror::Error;
use url::Url;

use crate::deliver::endpoint::Proxy;
use crate::deliver::expiry::Expiry;
use crate::deliver::tls;
use crate::deliver::{Answer, Endpoint, Hidden};

/// Who posts.
const USER_AGENT: &str = concat!("corridord/", env!("CARGO_PKG_VERSION"));

/// How much of an answer is read: reading it to its end lets the connection serve again.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// How much of an answer is kept for a person.
const EXCERPT_CHARS_MAX: usize = 200;

/// Why an endpoint cannot be posted to at all.
#[derive(Debug, Error)]
pub enum ClientError {
    /// TLS could not be set up.
    #[error("cannot set up TLS for endpoint {endpoint}")]
    Tls {
        /// The endpoint's name.
        endpoint: String,
        /// What rustls said.
        #[source]
        source: rustls::Error,
    },
    /// The value of `Authorization` cannot be one; it is not repeated.
    #[error("the authorization of endpoint {endpoint} is no value of a header")]
    Authorization {
        /// The endpoint's name.
        endpoint: String,
        /// What reqwest said.
        #[source]
        source: InvalidHeaderValue,
    },
    /// The client could not be built.
    #[error("cannot build the HTTP client for endpoint {endpoint}")]
    Http {
        /// The endpoint's name.
        endpoint: String,
        /// What reqwest said.
        #[source]
        source: reqwest::Error,
    },
}

/// Posts to one endpoint; connections are kept between attempts.
#[derive(Debug)]
pub(super) struct Poster {
    client: Client,
    url: Url,
    /// Marked as sensitive, so that it is shown nowhere.
    authorization: Option<HeaderValue>,
    /// When the endpoint's own certificate expires, as it was shown last.
    peer_expiry: Mutex<Option<Expiry>>,
}

/// What is posted.
#[derive(Debug)]
pub(super) struct Post {
    /// The type of the body.
    pub(super) content_type: &'static str,
    /// Header names, in lower case, with their values.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl Poster {
    /// Makes the client: no redirects, no proxy but the one that is named, and the authorities that
    /// are named, or else the system's.
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, ClientError> {
        let tls = if endpoint.url.scheme() == "https" {
            tls::client_config(endpoint.authorities.as_ref(), endpoint.identity.as_ref())
        } else {
            tls::believing_nobody()
        };
        let tls = tls.map_err(|source| ClientError::Tls {
            endpoint: endpoint.name.clone(),
            source,
        })?;
        let failing = |source| ClientError::Http {
            endpoint: endpoint.name.clone(),
            source,
        };
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .tls_info(true)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(endpoint.connect_timeout)
            .read_timeout(endpoint.read_timeout)
            .timeout(endpoint.total_timeout)
            .user_agent(USER_AGENT);
        if let Some(proxy) = &endpoint.proxy {
            builder = builder.proxy(by_way_of(proxy).map_err(failing)?);
        }
        let authorization = endpoint.authorization.as_ref().map(sensitive).transpose();
        Ok(Self {
            client: builder.build().map_err(failing)?,
            url: endpoint.url.clone(),
            authorization: authorization.map_err(|source| ClientError::Authorization {
                endpoint: endpoint.name.clone(),
                source,
            })?,
            peer_expiry: Mutex::default(),
        })
    }

    /// Posts once. An endpoint that has given its status has answered, even if the rest of its
    /// answer is lost.
    pub(super) async fn post(&self, post: Post) -> Answer {
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, post.content_type);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        for (name, value) in post.headers {
            request = request.header(name, value);
        }
        match request.body(post.body).send().await {
            Ok(response) => {
                self.note_certificate(&response);
                Answer::Status {
                    status: response.status().as_u16(),
                    retry_after: header(&response),
                    excerpt: excerpt(response).await,
                }
            }
            Err(error) => Answer::Failed {
                cause: chain(&error.without_url()),
            },
        }
    }

    /// Returns when the endpoint's own certificate expires, if it has shown one.
    pub(super) fn peer_expiry(&self) -> Option<Expiry> {
        let noted = self.peer_expiry.lock();
        noted.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_certificate(&self, response: &Response) {
        let shown = response.extensions().get::<TlsInfo>();
        let shown = shown.and_then(TlsInfo::peer_certificate);
        if let Some(certificate) = shown {
            let expiry = Expiry::of("the certificate of the endpoint", certificate);
            *self
                .peer_expiry
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = expiry;
        }
    }
}

fn by_way_of(proxy: &Proxy) -> Result<reqwest::Proxy, reqwest::Error> {
    let through = reqwest::Proxy::all(proxy.url.clone())?;
    Ok(match &proxy.password {
        Some(password) => through.basic_auth(&proxy.user, password.expose()),
        None => through,
    })
}

fn sensitive(value: &Hidden) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(value.expose())?;
    value.set_sensitive(true);
    Ok(value)
}

fn header(response: &Response) -> Option<String> {
    let value = response.headers().get(RETRY_AFTER)?;
    value.to_str().ok().map(str::to_owned)
}

/// Reads the answer and keeps how it begins, on one line.
async fn excerpt(mut response: Response) -> String {
    let mut start = Vec::new();
    let mut read = 0;
    while read < ANSWER_BYTES_MAX
        && let Ok(Some(chunk)) = response.chunk().await
    {
        read += chunk.len();
        let room = (4 * EXCERPT_CHARS_MAX).saturating_sub(start.len());
        start.extend(chunk.iter().take(room));
    }
    let text = String::from_utf8_lossy(&start);
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(EXCERPT_CHARS_MAX).collect()
}

/// Writes an error with its sources, outermost first.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::deliver::authority::Ca;
    use crate::deliver::fixture::{Receiver, Reply, closed_port};

    impl Post {
        pub(in crate::deliver) fn example() -> Self {
            Self {
                content_type: "application/json",
                headers: vec![("webhook-id", "one".to_owned())],
                body: b"{}".to_vec(),
            }
        }
    }

    async fn answer_to(reply: Reply) -> Answer {
        let receiver = Receiver::start(move |_| reply.clone()).await;
        let endpoint = Endpoint {
            total_timeout: Duration::from_millis(200),
            ..receiver.endpoint("ops")
        };
        Poster::new(&endpoint).unwrap().post(Post::example()).await
    }

    fn cause(answer: Answer) -> String {
        match answer {
            Answer::Failed { cause } => cause,
            Answer::Status { status, .. } => format!("no failure but {status}"),
            Answer::Sent => "no failure: it was sent".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_post_is_json_and_says_who_sends_it() {
        let mut receiver = Receiver::start(|_| Reply::status(204)).await;
        let poster = Poster::new(&receiver.endpoint("ops")).unwrap();
        poster.post(Post::example()).await;
        let request = receiver.next().await;
        assert_eq!(request.method, "POST");
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("webhook-id"), "one");
        assert!(request.header("user-agent").starts_with("corridord/"));
        assert_eq!(request.body, b"{}");
    }

    #[tokio::test]
    async fn an_answer_keeps_its_status_its_wait_and_how_it_begins() {
        let reply = Reply {
            headers: vec![("retry-after", "7".to_owned())],
            body: format!("too\n\tmany {}", "x".repeat(100_000)),
            ..Reply::status(429)
        };
        let Answer::Status {
            status,
            retry_after,
            excerpt,
        } = answer_to(reply).await
        else {
            panic!("the endpoint has answered");
        };
        assert_eq!((status, retry_after.as_deref()), (429, Some("7")));
        assert!(excerpt.starts_with("too many xxx"), "{excerpt}");
        assert_eq!(excerpt.chars().count(), EXCERPT_CHARS_MAX);
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let reply = Reply {
            headers: vec![("location", "http://127.0.0.1:1/".to_owned())],
            ..Reply::status(307)
        };
        let answer = answer_to(reply).await;
        assert!(
            matches!(answer, Answer::Status { status: 307, .. }),
            "{answer:?}"
        );
    }

    #[tokio::test]
    async fn a_failure_names_its_cause_and_not_the_url() {
        let endpoint = Endpoint::new("ops", closed_port().await, Vec::new());
        let refused = cause(Poster::new(&endpoint).unwrap().post(Post::example()).await);
        assert!(refused.contains("refused"), "{refused}");
        assert!(!refused.contains("127.0.0.1"), "{refused}");
        let silent = cause(answer_to(Reply::silence()).await);
        assert!(silent.contains("timed out"), "{silent}");
        let cut = cause(answer_to(Reply::cut()).await);
        assert!(cut.contains("connection"), "{cut}");
    }

    #[tokio::test]
    async fn a_failed_handshake_is_a_failure() {
        let receiver = Receiver::start(|_| Reply::status(204)).await;
        let mut endpoint = receiver.endpoint("ops");
        endpoint.url.set_scheme("https").unwrap();
        endpoint.authorities = Some(Ca::new().authorities());
        let poster = Poster::new(&endpoint).unwrap();
        let failed = cause(poster.post(Post::example()).await);
        assert!(failed.contains("tls handshake"), "{failed}");
    }
}
