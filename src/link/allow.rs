//! Which source addresses a link hears.

use std::net::IpAddr;

use ipnet::IpNet;
use thiserror::Error;

/// The networks that senders and clients may come from; all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow(Option<Vec<IpNet>>);

/// A text that is no network.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no network: write 10.20.0.0/16, ::1/128 or a single address")]
pub struct NotANetwork(String);

impl Allow {
    /// Hears only these networks.
    #[must_use]
    pub fn only(networks: Vec<IpNet>) -> Self {
        let is_whole = |is_v6: bool| {
            let of_family = |net: &&IpNet| net.addr().is_ipv6() == is_v6;
            networks
                .iter()
                .filter(of_family)
                .any(|net| net.prefix_len() == 0)
        };
        Self((!is_whole(false) || !is_whole(true)).then_some(networks))
    }

    /// Says whether `source` is heard; an IPv4 address within IPv6 counts as what it is.
    #[must_use]
    pub fn admits(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        match &self.0 {
            None => true,
            Some(networks) => networks.iter().any(|network| network.contains(&source)),
        }
    }

    /// Returns the networks, or nothing if every source is heard.
    #[must_use]
    pub fn networks(&self) -> Option<&[IpNet]> {
        self.0.as_deref()
    }
}

/// Reads a network, or an address as the network of itself.
///
/// # Errors
///
/// Names the text that is neither.
pub fn read_network(text: &str) -> Result<IpNet, NotANetwork> {
    let network = text.parse().or_else(|_no_network| {
        let address: IpAddr = text.parse()?;
        Ok::<IpNet, std::net::AddrParseError>(address.into())
    });
    network.map_err(|_no_address| NotANetwork(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_networks_of_the_list_are_heard() {
        check(&[], "", "127.0.0.1 ::1 10.20.0.1");
        check(
            &["10.20.0.0/16", "::1"],
            "10.20.0.1 10.20.255.255 ::1 ::ffff:10.20.3.4",
            "10.21.0.1 127.0.0.1 ::2 ::ffff:10.21.3.4",
        );
        check(&["192.168.4.7"], "192.168.4.7", "192.168.4.8 ::1");
        check(&["0.0.0.0/0"], "1.2.3.4", "::1");
    }

    #[test]
    fn without_a_list_or_with_both_wholes_everybody_is_heard() {
        let whole = ["0.0.0.0/0", "::/0"].map(|text| read_network(text).unwrap());
        assert_eq!(Allow::only(whole.to_vec()), Allow::default());
        assert!(Allow::default().admits("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_refused_in_words() {
        for text in ["10.20.0.0/33", "modem", "", "10.20"] {
            let error = read_network(text).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("`{text}` is no network: ")),
                "{error}"
            );
        }
    }

    #[track_caller]
    fn check(networks: &[&str], heard: &str, refused: &str) {
        let networks = networks.iter().map(|text| read_network(text).unwrap());
        let allow = Allow::only(networks.collect());
        for (sources, admitted) in [(heard, true), (refused, false)] {
            for source in sources.split_whitespace() {
                assert_eq!(allow.admits(source.parse().unwrap()), admitted, "{source}");
            }
        }
    }
}
