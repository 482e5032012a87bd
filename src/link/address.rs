//! Link addresses: `udpin:0.0.0.0:14550`.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use thiserror::Error;

/// Where a link listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// A UDP port that any number of senders send to.
    UdpIn(SocketAddr),
}

/// A text that is no link address.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAnAddress {
    /// The part before the first colon is none that is known.
    #[error("`{text}` has no known kind: write udpin:HOST:PORT, such as udpin:0.0.0.0:14550")]
    Kind {
        /// The text.
        text: String,
    },
    /// The part behind it is no IP address with a port.
    #[error("`{rest}` is no IP address with a port: write udpin:0.0.0.0:14550 or udpin:[::]:14550")]
    Socket {
        /// The part behind the kind.
        rest: String,
    },
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let rest = text
            .strip_prefix("udpin:")
            .ok_or_else(|| NotAnAddress::Kind {
                text: text.to_owned(),
            })?;
        let socket = rest.parse().map_err(|_no_socket| NotAnAddress::Socket {
            rest: rest.to_owned(),
        })?;
        Ok(Self::UdpIn(socket))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UdpIn(socket) => write!(f, "udpin:{socket}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_alike() {
        for text in [
            "udpin:0.0.0.0:14550",
            "udpin:127.0.0.1:0",
            "udpin:[::1]:14550",
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        let refusal = |text: &str| text.parse::<Address>().unwrap_err().to_string();
        assert_eq!(
            refusal("carrier-pigeon:7"),
            "`carrier-pigeon:7` has no known kind: write udpin:HOST:PORT, such as \
             udpin:0.0.0.0:14550"
        );
        assert_eq!(
            refusal("udpin:14550"),
            "`14550` is no IP address with a port: write udpin:0.0.0.0:14550 or udpin:[::]:14550"
        );
    }
}
