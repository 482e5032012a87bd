//! The way to an endpoint: a request that is answered, or a line that is not.

use crate::deliver::line::Line;
use crate::deliver::post::{Post, Poster};
use crate::deliver::{Answer, ClientError, Endpoint, Expiry, Format};

/// How an endpoint is reached.
#[derive(Debug)]
pub(super) enum Way {
    /// By HTTP.
    Http(Poster),
    /// By a connection or by datagrams, without any answer.
    Line(Line),
}

impl Way {
    /// Makes the way that the endpoint's format asks for; nothing is sent yet.
    pub(super) fn to(endpoint: &Endpoint) -> Result<Self, ClientError> {
        match endpoint.format {
            Format::Webhook
            | Format::CloudEvents
            | Format::CloudEventsBinary
            | Format::AlertmanagerWebhook
            | Format::Alertmanager
            | Format::Cap { .. } => Ok(Self::Http(Poster::new(endpoint)?)),
            Format::Cot => Ok(Self::Line(Line::new(endpoint)?)),
        }
    }

    /// Sends once.
    pub(super) async fn send(&self, post: Post) -> Answer {
        match self {
            Self::Http(poster) => poster.post(post).await,
            Self::Line(line) => line.send(&post.body).await,
        }
    }

    /// Returns when the endpoint's own certificate expires, if it has shown one.
    pub(super) fn peer_expiry(&self) -> Option<Expiry> {
        match self {
            Self::Http(poster) => poster.peer_expiry(),
            Self::Line(line) => line.peer_expiry(),
        }
    }
}
