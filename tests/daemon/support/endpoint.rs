//! A receiving endpoint in a thread of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use corridor_sim::receive::{Control, Delivery, ReceiveSettings, Receiver, Script, Signature};
use corridor_sim::secret::Secret;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::wait_for;

/// A receiving endpoint that checks signatures; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// Where it listens, `http://127.0.0.1:PORT/hook`.
    pub(crate) url: String,
    control: Control,
    cancel: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// A secret, and the file that holds it.
#[derive(Clone, Debug)]
pub(crate) struct SecretFile {
    /// The secret.
    pub(crate) secret: Secret,
    /// The file.
    pub(crate) path: PathBuf,
}

impl SecretFile {
    /// Makes a fresh secret in a file that only its owner can read.
    pub(crate) fn fresh(folder: &Path) -> Self {
        let secret = Secret::fresh();
        let path = write_secret(folder, "endpoint.secret", secret.expose());
        Self { secret, path }
    }
}

/// Writes a file that only its owner can read.
pub(crate) fn write_secret(folder: &Path, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;

    let path = super::daemon::write(folder, name, text);
    let only_owner = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, only_owner).expect("the mode is set");
    path
}

impl Endpoint {
    /// Starts an endpoint that answers 200.
    pub(crate) fn start(secret: &SecretFile) -> Self {
        Self::start_on(secret, ReceiveSettings::loopback().listen)
    }

    /// Starts it on a given address.
    pub(crate) fn start_on(secret: &SecretFile, listen: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let settings = ReceiveSettings {
            listen,
            secrets: vec![secret.secret.clone()],
            ..ReceiveSettings::loopback()
        };
        let receiver = runtime
            .block_on(Receiver::bind(settings))
            .expect("a free port");
        let (url, control) = (receiver.url(), receiver.control());
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let thread = thread::spawn(move || {
            runtime
                .block_on(receiver.run(stop))
                .expect("the endpoint runs");
        });
        Self {
            url,
            control,
            cancel,
            thread: Some(thread),
        }
    }

    /// Changes how it answers, `ok*5,503*3,stall:2s,reset`.
    pub(crate) fn answer(&self, script: &str) {
        let script: Script = script.parse().expect("a script");
        self.control.set_script(script);
    }

    /// The same, with a header in every answer.
    pub(crate) fn answer_with_header(&self, script: &str, name: &str, value: &str) {
        let script: Script = script.parse().expect("a script");
        let name = name.parse().expect("a header's name");
        let value = value.parse().expect("a header's value");
        self.control.set_script(script.with_header(&name, &value));
    }

    /// Returns every delivery so far, refused ones too.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.control.received()
    }

    /// Waits until `enough` accepts the deliveries.
    pub(crate) fn wait_until(
        &self,
        what: &str,
        enough: impl Fn(&[Delivery]) -> bool,
    ) -> Vec<Delivery> {
        wait_for(what, || {
            Some(self.deliveries()).filter(|deliveries| enough(deliveries))
        })
    }

    /// Waits for the first delivery of this type, and returns its body.
    pub(crate) fn wait_for_type(&self, event: &str) -> Value {
        let deliveries = self.wait_until(event, |deliveries| {
            deliveries.iter().any(|delivery| type_of(delivery) == event)
        });
        let found = deliveries
            .iter()
            .find(|delivery| type_of(delivery) == event);
        found
            .and_then(|delivery| delivery.body.clone())
            .expect("a body")
    }

    /// Asserts that every signature was valid.
    pub(crate) fn assert_signed(&self) {
        for delivery in self.deliveries() {
            assert!(
                matches!(delivery.signature, Signature::Valid),
                "{delivery:?}"
            );
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.cancel.cancel();
        if let Some(thread) = self.thread.take() {
            // Its panic is the test's failure, unless the test has failed already.
            let ended = thread.join();
            assert!(
                ended.is_ok() || thread::panicking(),
                "the endpoint ended cleanly"
            );
        }
    }
}

/// Returns the type of a delivered alert.
pub(crate) fn type_of(delivery: &Delivery) -> &str {
    let body = delivery.body.as_ref();
    body.and_then(|body| body["type"].as_str())
        .unwrap_or_default()
}

/// Returns the body of a delivered alert, if it is JSON.
pub(crate) fn body_of(delivery: &Delivery) -> Option<&Value> {
    delivery.body.as_ref()
}
