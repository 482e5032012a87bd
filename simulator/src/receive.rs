//! An endpoint that receives webhooks, checks their signatures and answers as it is told.
//!
//! Every request outside `/control` is a delivery. It is checked, given the next answer
//! of the script, written to the store, kept, handed on, and only then answered: what a
//! sender takes as delivered is never missing here.
//!
//! Over HTTP, on the same listener: `PUT /control/answer` sets the answers from here on
//! (see [`Script`]), `GET /control/deliveries` returns what came, `DELETE
//! /control/deliveries` forgets it.

mod answer;
mod delivery;
mod http;
mod ledger;
mod store;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use answer::{Answer, NotAScript, Reply, Script};
pub use delivery::{Delivery, Signature};

use crate::secret::Secret;
use http::Endpoint;
use ledger::Ledger;
use store::Store;

/// How many deliveries may wait for whoever took [`Receiver::deliveries`].
///
/// When they are full the endpoint does not answer until there is room, so that the
/// sender notices and nothing is lost.
const WAITING_MAX: usize = 1_024;
/// How long connections may take to end.
const ENDING_MAX: Duration = Duration::from_secs(2);

/// Where to listen and how to answer.
#[derive(Clone, Debug)]
pub struct ReceiveSettings {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether `listen` may be an address that other machines reach.
    pub allow_remote: bool,
    /// The answers at the start.
    pub script: Script,
    /// The secrets of which one must have signed; without any, signatures stay unchecked.
    pub secrets: Vec<Secret>,
    /// The file that gets one JSON line for each delivery, at its end.
    pub store: Option<PathBuf>,
}

impl ReceiveSettings {
    /// Answers 200 on a free loopback port, without secrets or store.
    #[must_use]
    pub fn loopback() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            allow_remote: false,
            script: Script::default(),
            secrets: Vec::new(),
            store: None,
        }
    }
}

/// Why nothing is received.
#[derive(Debug, Error)]
pub enum ReceiveError {
    /// Other machines would reach the endpoint and its controls.
    #[error("{0} is no loopback address, and remote senders are not allowed")]
    Remote(SocketAddr),
    /// The address could not be bound.
    #[error("listen on {listen}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// A secret could not be used.
    #[error("use secret {number}")]
    Secret {
        /// The secret's number, from 1.
        number: usize,
        /// What is wrong with it.
        #[source]
        source: standardwebhooks::WebhookError,
    },
    /// The store could not be opened.
    #[error("open {path}")]
    Store {
        /// The file.
        path: PathBuf,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// The listener ended.
    #[error("accept connections")]
    Serve(#[source] io::Error),
}

/// An endpoint that is bound but does not answer until it is run.
pub struct Receiver {
    listener: TcpListener,
    local_addr: SocketAddr,
    webhooks: Vec<standardwebhooks::Webhook>,
    control: Control,
    sender: Option<mpsc::Sender<Delivery>>,
}

/// A handle to an endpoint, whether it runs or not.
#[derive(Clone, Debug)]
pub struct Control {
    ledger: Arc<Mutex<Ledger>>,
}

impl Receiver {
    /// Binds the address and opens the store.
    ///
    /// # Errors
    ///
    /// Refuses an address that is not loopback unless that is allowed, and says what
    /// could not be bound or opened.
    pub async fn bind(settings: ReceiveSettings) -> Result<Self, ReceiveError> {
        let listen = settings.listen;
        if !listen.ip().is_loopback() && !settings.allow_remote {
            return Err(ReceiveError::Remote(listen));
        }
        let webhooks = webhooks(&settings.secrets)?;
        let store = match settings.store {
            Some(path) => {
                Store::open(&path).map_err(|source| ReceiveError::Store { path, source })?
            }
            None => Store::none(),
        };
        let bound = TcpListener::bind(listen).await;
        let listener = bound.map_err(|source| ReceiveError::Listen { listen, source })?;
        let local_addr = listener
            .local_addr()
            .map_err(|source| ReceiveError::Listen { listen, source })?;
        let ledger = Arc::new(Mutex::new(Ledger::new(settings.script, store)));
        Ok(Self {
            listener,
            local_addr,
            webhooks,
            control: Control { ledger },
            sender: None,
        })
    }

    /// Returns the address that it listens on.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Returns the URL to deliver to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.local_addr)
    }

    /// Returns a handle that sees and steers the endpoint in-process.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Takes the stream of deliveries from here on; an earlier stream ends.
    ///
    /// At most 1,024 wait. When they are full the endpoint does not answer until there
    /// is room. A stream that is dropped holds nothing up.
    pub fn deliveries(&mut self) -> mpsc::Receiver<Delivery> {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        self.sender = Some(sender);
        receiver
    }

    /// Answers until `cancel` is cancelled; requests that stall then are hung up on.
    ///
    /// # Errors
    ///
    /// Fails if the listener does.
    pub async fn run(self, cancel: CancellationToken) -> Result<(), ReceiveError> {
        let endpoint = Endpoint {
            webhooks: self.webhooks,
            control: self.control,
            sender: self.sender,
            cancel: cancel.clone(),
        };
        let serve = axum::serve(self.listener, http::router(endpoint))
            .with_graceful_shutdown(cancel.clone().cancelled_owned());
        let give_up = async {
            cancel.cancelled().await;
            tokio::time::sleep(ENDING_MAX).await;
        };
        tokio::select! {
            ended = serve => ended.map_err(ReceiveError::Serve),
            () = give_up => Ok(()),
        }
    }
}

impl Control {
    /// Sets the answers from here on, from the script's start.
    pub fn set_script(&self, script: Script) {
        self.ledger().set_script(script);
    }

    /// Returns the deliveries that are kept, oldest first: the latest 10,000.
    #[must_use]
    pub fn received(&self) -> Vec<Delivery> {
        self.ledger().kept()
    }

    /// Forgets all deliveries, and with them what counts as a repeat.
    pub fn clear(&self) {
        self.ledger().clear();
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn webhooks(secrets: &[Secret]) -> Result<Vec<standardwebhooks::Webhook>, ReceiveError> {
    let mut webhooks = Vec::with_capacity(secrets.len());
    for (index, secret) in secrets.iter().enumerate() {
        let webhook = standardwebhooks::Webhook::new(secret.expose());
        webhooks.push(webhook.map_err(|source| ReceiveError::Secret {
            number: index + 1,
            source,
        })?);
    }
    Ok(webhooks)
}
