//! Link addresses, `udpin:0.0.0.0:14550`, and the spellings that other programs have for them.
//!
//! Pure. Every spelling becomes one of six kinds and is written back in our own spelling.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

/// The fastest line that is believed, baud.
const BAUD_MAX: u32 = 12_000_000;
/// The fastest playing that is believed.
const FASTER_MAX: u32 = 1000;

/// Where a link's bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A UDP port that any number of senders send to.
    UdpIn {
        /// Where it listens; a multicast group is joined.
        at: HostPort,
        /// The interface that a multicast group is joined on; the host chooses if absent.
        interface: Option<String>,
    },
    /// A UDP socket that hears what one peer sends to it.
    UdpOut(HostPort),
    /// A TCP port that many clients connect to.
    TcpIn(HostPort),
    /// A TCP server that is connected to.
    TcpOut(HostPort),
    /// A serial device.
    Serial {
        /// The device, best by its stable name under `/dev/serial/by-id`.
        path: PathBuf,
        /// Its speed in baud; several are tried in turn.
        bauds: Vec<u32>,
    },
    /// A tlog that is played once at its own pace.
    File {
        /// The recording.
        path: PathBuf,
        /// How many times as fast it is played, from 1.
        faster: u32,
    },
}

/// A host, by name or by address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// A name, or an address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A text that is no link address.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAnAddress {
    /// The part before the first colon is none that is known.
    #[error(
        "`{0}` has no known kind: write udpin:HOST:PORT, such as udpin:0.0.0.0:14550, or udpout:, \
         tcpin:, tcpout:, serial:, file:"
    )]
    Kind(String),
    /// No host and port.
    #[error("`{0}` is no host with a port: write 0.0.0.0:14550, [::]:14550 or a name with a port")]
    HostPort(String),
    /// A peer without a name or a port cannot be reached.
    #[error("`{0}` names no peer: write its host and a port other than 0")]
    Peer(String),
    /// A serial device without a speed.
    #[error(
        "`{0}` is no serial device with its speed: write it behind the last colon, such as \
         serial:/dev/ttyUSB0:57600, or several to be tried, 57600,115200"
    )]
    Serial(String),
    /// A group that means another one on every network.
    #[error("`{0}` is a group of a single network: add its interface, `?interface=eth0`")]
    GroupInterface(String),
    /// No speed of a line.
    #[error("`{0}` is no speed: write 1 to {BAUD_MAX} baud")]
    Baud(String),
    /// A recording without a name.
    #[error("`{0}` names no file: write file:flight.tlog")]
    File(String),
    /// No factor of a recording.
    #[error("`{0}` is no factor: write faster=N with N from 1 to {FASTER_MAX}")]
    Faster(String),
    /// An option that this kind of link does not have.
    #[error("`{0}` is no option of this kind of link{1}")]
    Option(String, &'static str),
}

impl Address {
    /// Says whether the link waits for others to come, so that its address can be in use.
    #[must_use]
    pub const fn listens(&self) -> bool {
        match self {
            Self::UdpIn { .. } | Self::TcpIn(_) => true,
            Self::UdpOut(_) | Self::TcpOut(_) | Self::Serial { .. } | Self::File { .. } => false,
        }
    }

    /// Says whether it comes over a network, so that senders have addresses.
    #[must_use]
    pub const fn has_sources(&self) -> bool {
        match self {
            Self::UdpIn { .. } | Self::UdpOut(_) | Self::TcpIn(_) | Self::TcpOut(_) => true,
            Self::Serial { .. } | Self::File { .. } => false,
        }
    }

    /// Says whether it is a recording, of one link or of several.
    #[must_use]
    pub const fn is_recording(&self) -> bool {
        match self {
            Self::File { .. } => true,
            Self::UdpIn { .. }
            | Self::UdpOut(_)
            | Self::TcpIn(_)
            | Self::TcpOut(_)
            | Self::Serial { .. } => false,
        }
    }

    /// Says whether somebody at the other end can be sent something.
    ///
    /// A recording hears nothing, and a multicast group is only listened to.
    #[must_use]
    pub fn can_be_sent_to(&self) -> bool {
        match self {
            Self::UdpIn { at, .. } => at.group().is_none(),
            Self::UdpOut(_) | Self::TcpIn(_) | Self::TcpOut(_) | Self::Serial { .. } => true,
            Self::File { .. } => false,
        }
    }

    /// Says whether two links may not have this address both.
    #[must_use]
    pub fn is_exclusive_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Serial { path, .. }, Self::Serial { path: second, .. }) => path == second,
            (Self::UdpIn { at, .. } | Self::TcpIn(at), _) if at.port == 0 => false,
            (Self::File { .. }, _) => false,
            (_, _) => self == other,
        }
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let no_kind = || NotAnAddress::Kind(text.to_owned());
        let (kind, rest) = text.split_once(':').ok_or_else(no_kind)?;
        // `udpin://host:port` of MAVSDK and mavlink-server, `serial:///dev/tty`.
        let (rest, is_url) = match rest.strip_prefix("//") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        // `udp://` and `tcp://` of MAVSDK listen only if nobody is named; `udp:` of pymavlink
        // always listens, `tcp:` never does.
        let names_nobody = || HostPort::read(rest).is_ok_and(|at| at.is_nobody());
        match kind {
            "udp" if is_url && !names_nobody() => Ok(Self::UdpOut(read_peer(rest)?)),
            "tcp" if is_url && names_nobody() => read_tcp_in(rest),
            "udpin" | "udp" | "udps" | "udpserver" => read_udp_in(rest),
            "udpout" | "udpc" | "udpclient" => Ok(Self::UdpOut(read_peer(rest)?)),
            "tcpin" | "tcps" | "tcpserver" => read_tcp_in(rest),
            "tcpout" | "tcp" | "tcpc" | "tcpclient" => Ok(Self::TcpOut(read_peer(rest)?)),
            "serial" => read_serial(rest),
            "file" => read_file(rest),
            _other => Err(no_kind()),
        }
    }
}

fn read_udp_in(rest: &str) -> Result<Address, NotAnAddress> {
    let (socket, option) = split_option(rest);
    let interface = match option {
        None => None,
        Some(("interface", name)) if !name.is_empty() => Some(name.to_owned()),
        Some((key, _value)) => {
            let hint = ": the only one is interface=NAME, for a multicast group";
            return Err(NotAnAddress::Option(key.to_owned(), hint));
        }
    };
    let (at, zone) = HostPort::read(socket)?.or_any_host().without_zone();
    let interface = interface.or(zone);
    if interface.is_some() && at.group().is_none() {
        let hint = ": only a multicast group has an interface";
        return Err(NotAnAddress::Option("interface".to_owned(), hint));
    }
    if interface.is_none() && at.group().is_some_and(is_of_one_network) {
        return Err(NotAnAddress::GroupInterface(at.host));
    }
    Ok(Address::UdpIn { at, interface })
}

fn read_tcp_in(rest: &str) -> Result<Address, NotAnAddress> {
    let at = HostPort::read(plain(rest)?)?;
    Ok(Address::TcpIn(at.or_any_host()))
}

fn read_peer(rest: &str) -> Result<HostPort, NotAnAddress> {
    let peer = HostPort::read(plain(rest)?)?;
    if peer.is_nobody() || peer.port == 0 {
        return Err(NotAnAddress::Peer(rest.to_owned()));
    }
    Ok(peer)
}

fn read_serial(rest: &str) -> Result<Address, NotAnAddress> {
    let no_serial = || NotAnAddress::Serial(rest.to_owned());
    let (path, bauds) = match split_option(rest) {
        // The path itself may hold colons, as those by path do.
        (place, None) => place.rsplit_once(':').ok_or_else(no_serial)?,
        (path, Some(("baudrate" | "baud", bauds))) => (path, bauds),
        (_path, Some((key, _value))) => {
            let hint = ": the only one is baudrate=BAUD";
            return Err(NotAnAddress::Option(key.to_owned(), hint));
        }
    };
    let is_list = bauds.chars().all(|it| it.is_ascii_digit() || it == ',');
    if path.is_empty() || bauds.is_empty() || !is_list {
        return Err(no_serial());
    }
    let read_baud = |text: &str| {
        let baud = text.parse().ok();
        baud.filter(|baud| (1..=BAUD_MAX).contains(baud))
            .ok_or_else(|| NotAnAddress::Baud(text.to_owned()))
    };
    Ok(Address::Serial {
        path: PathBuf::from(path),
        bauds: bauds.split(',').map(read_baud).collect::<Result<_, _>>()?,
    })
}

fn read_file(rest: &str) -> Result<Address, NotAnAddress> {
    let (path, faster) = match split_option(rest) {
        (path, None) => (path, 1),
        (path, Some(("faster", text))) => {
            let faster = text.parse().ok();
            let faster = faster.filter(|faster| (1..=FASTER_MAX).contains(faster));
            (
                path,
                faster.ok_or_else(|| NotAnAddress::Faster(text.to_owned()))?,
            )
        }
        (_path, Some((key, _value))) => {
            let hint = ": the only one is faster=N";
            return Err(NotAnAddress::Option(key.to_owned(), hint));
        }
    };
    if path.is_empty() {
        return Err(NotAnAddress::File(rest.to_owned()));
    }
    Ok(Address::File {
        path: PathBuf::from(path),
        faster,
    })
}

/// Splits `place?key=value`.
fn split_option(rest: &str) -> (&str, Option<(&str, &str)>) {
    match rest.split_once('?') {
        None => (rest, None),
        Some((place, option)) => (place, Some(option.split_once('=').unwrap_or((option, "")))),
    }
}

/// Refuses options where there are none.
fn plain(rest: &str) -> Result<&str, NotAnAddress> {
    match split_option(rest) {
        (place, None) => Ok(place),
        (_place, Some((key, _value))) => Err(NotAnAddress::Option(key.to_owned(), "")),
    }
}

impl HostPort {
    /// Reads `host:port`, `[v6]:port` or `:port`, with or without a slash at the end.
    fn read(text: &str) -> Result<Self, NotAnAddress> {
        let no_socket = || NotAnAddress::HostPort(text.to_owned());
        let trimmed = text.strip_suffix('/').unwrap_or(text);
        let (host, port) = trimmed.rsplit_once(':').ok_or_else(no_socket)?;
        let port = port.parse().map_err(|_no_port| no_socket())?;
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(address) => {
                let (address, _zone) = address.split_once('%').unwrap_or((address, ""));
                let is_v6 = address.parse::<IpAddr>().is_ok_and(|it| it.is_ipv6());
                is_v6.then_some(bracketed.unwrap_or_default())
            }
            None => host.chars().all(is_of_a_name).then_some(host),
        };
        Ok(Self {
            host: host.ok_or_else(no_socket)?.to_owned(),
            port,
        })
    }

    /// Listens on every IPv4 address if no host was named.
    fn or_any_host(self) -> Self {
        if self.host.is_empty() || self.host == "*" {
            let host = Ipv4Addr::UNSPECIFIED.to_string();
            Self { host, ..self }
        } else {
            self
        }
    }

    /// Says whether it names no host: every address of this one, or a group.
    fn is_nobody(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        self.host.is_empty()
            || self.host == "*"
            || address.is_ok_and(|it| it.is_unspecified() || it.is_multicast())
    }

    /// Splits the zone off a multicast group, `ff12::1%eth0`: it names the interface.
    fn without_zone(self) -> (Self, Option<String>) {
        let Some((group, zone)) = self.host.split_once('%') else {
            return (self, None);
        };
        let at = Self {
            host: group.to_owned(),
            port: self.port,
        };
        let zone = zone.to_owned();
        if at.group().is_some() {
            (at, Some(zone))
        } else {
            (self, None)
        }
    }

    /// Returns the multicast group that the host is, if it is one.
    #[must_use]
    pub fn group(&self) -> Option<IpAddr> {
        let address: IpAddr = self.host.parse().ok()?;
        address.is_multicast().then_some(address)
    }
}

/// Says whether a group's scope is the interface or the link, RFC 4291 section 2.7.
fn is_of_one_network(group: IpAddr) -> bool {
    match group {
        IpAddr::V4(_) => false,
        IpAddr::V6(group) => matches!(group.segments()[0] & 0xf, 1 | 2),
    }
}

fn is_of_a_name(it: char) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_' | '*')
}

impl From<SocketAddr> for HostPort {
    fn from(socket: SocketAddr) -> Self {
        Self {
            host: socket.ip().to_string(),
            port: socket.port(),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UdpIn {
                at,
                interface: None,
            } => write!(f, "udpin:{at}"),
            Self::UdpIn {
                at,
                interface: Some(name),
            } => write!(f, "udpin:{at}?interface={name}"),
            Self::UdpOut(peer) => write!(f, "udpout:{peer}"),
            Self::TcpIn(at) => write!(f, "tcpin:{at}"),
            Self::TcpOut(peer) => write!(f, "tcpout:{peer}"),
            Self::Serial { path, bauds } => {
                let bauds: Vec<String> = bauds.iter().map(ToString::to_string).collect();
                write!(f, "serial:{}:{}", path.display(), bauds.join(","))
            }
            Self::File { path, faster: 1 } => write!(f, "file:{}", path.display()),
            Self::File { path, faster } => write!(f, "file:{}?faster={faster}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_spelling_is_read_and_written_alike() {
        for text in [
            "udpin:0.0.0.0:14550",
            "udpin:127.0.0.1:0",
            "udpin:[::1]:14550",
            "udpin:239.255.76.67:14550?interface=wlan0",
            "udpin:[ff02::1]:14550?interface=eth0",
            "udpin:[ff15::4d]:14550",
            "udpin:[fe80::1%2]:14550",
            "udpout:modem.lan:14550",
            "udpout:[fe80::1%2]:14550",
            "tcpin:0.0.0.0:5760",
            "tcpout:sitl:5760",
            "serial:/dev/ttyACM0:57600",
            "serial:/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0:57600,115200",
            "file:flights/monday.tlog",
            "file:/var/log/a:b.tlog?faster=10",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn the_spellings_of_other_programs_are_synonyms() {
        // MAVSDK
        check("udpin://0.0.0.0:14550", "udpin:0.0.0.0:14550");
        check("udp://:14550", "udpin:0.0.0.0:14550");
        check("udpin://[::]:14550/", "udpin:[::]:14550");
        check("udpout://192.168.1.12:14550", "udpout:192.168.1.12:14550");
        check("tcpin://0.0.0.0:5760", "tcpin:0.0.0.0:5760");
        check("tcpout://127.0.0.1:5760", "tcpout:127.0.0.1:5760");
        check("tcp://127.0.0.1:5760", "tcpout:127.0.0.1:5760");
        check("udp://0.0.0.0:14550", "udpin:0.0.0.0:14550");
        check("udp://192.168.1.12:14550", "udpout:192.168.1.12:14550");
        check("tcp://:5760", "tcpin:0.0.0.0:5760");
        check("tcp://0.0.0.0:5760", "tcpin:0.0.0.0:5760");
        check("serial:///dev/ttyUSB0:57600", "serial:/dev/ttyUSB0:57600");
        // mavlink-server
        check("udpserver://0.0.0.0:14550", "udpin:0.0.0.0:14550");
        check("udpclient://10.0.0.1:14550", "udpout:10.0.0.1:14550");
        check("tcpserver://0.0.0.0:5760", "tcpin:0.0.0.0:5760");
        check("tcpclient://10.0.0.1:5760", "tcpout:10.0.0.1:5760");
        check(
            "serial:///dev/ttyACM0?baudrate=115200",
            "serial:/dev/ttyACM0:115200",
        );
        // mavp2p
        check("udps:0.0.0.0:5600", "udpin:0.0.0.0:5600");
        check("udpc:1.2.3.4:5600", "udpout:1.2.3.4:5600");
        check("tcps:0.0.0.0:5600", "tcpin:0.0.0.0:5600");
        check("tcpc:ground.example:5600", "tcpout:ground.example:5600");
        check("serial:/dev/ttyAMA0:57600", "serial:/dev/ttyAMA0:57600");
        // A zone, as everybody writes it.
        check(
            "udpin:[ff12::4d%eth0]:14550",
            "udpin:[ff12::4d]:14550?interface=eth0",
        );
        // pymavlink
        check("udp:127.0.0.1:14550", "udpin:127.0.0.1:14550");
        check("tcp:127.0.0.1:5760", "tcpout:127.0.0.1:5760");
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        refused("carrier-pigeon:7", "`carrier-pigeon:7` has no known kind");
        refused("/dev/ttyUSB0", "`/dev/ttyUSB0` has no known kind");
        refused("udpin:14550", "`14550` is no host with a port");
        refused("udpin:0.0.0.0:99999", "`0.0.0.0:99999` is no host");
        refused("udpin:::1:14550", "`::1:14550` is no host with a port");
        refused("udpin:[127.0.0.1]:14550", "`[127.0.0.1]:14550` is no host");
        refused("tcpout::5760", "`:5760` names no peer");
        refused("udpout:host:0", "`host:0` names no peer");
        refused("udpout:0.0.0.0:14550", "`0.0.0.0:14550` names no peer");
        refused("tcpout:[::]:5760", "`[::]:5760` names no peer");
        refused("tcpout:a b:1", "`a b:1` is no host with a port");
        refused("tcpin:0.0.0.0:1?x=2", "`x` is no option");
        refused(
            "udpin:[ff12::4d]:14550",
            "`ff12::4d` is a group of a single network: add its interface",
        );
        refused("udpin:0.0.0.0:1?bind=2", "`bind` is no option");
        refused(
            "udpin:0.0.0.0:1?interface=lo",
            "`interface` is no option of this kind of link: only a multicast group",
        );
        refused("serial:/dev/ttyUSB0", "`/dev/ttyUSB0` is no serial device");
        refused(
            "serial:/dev/ttyUSB0:fast",
            "no serial device with its speed",
        );
        refused("serial:/dev/ttyUSB0:", "no serial device with its speed");
        refused("serial:/dev/ttyUSB0:57600,", "`` is no speed");
        refused("serial:/dev/ttyUSB0:0", "`0` is no speed");
        refused("serial:/dev/ttyUSB0?parity=even", "`parity` is no option");
        refused("file:", "`` names no file");
        refused("file:a.tlog?faster=0", "`0` is no factor");
        refused("file:a.tlog?slower=2", "`slower` is no option");
    }

    #[test]
    fn one_port_or_device_serves_one_link() {
        let both = |one: &str, other: &str| read(one).is_exclusive_with(&read(other));
        assert!(both("udpin:0.0.0.0:14550", "udp://:14550"));
        assert!(!both("udpin:0.0.0.0:14550", "tcpin:0.0.0.0:14550"));
        assert!(!both("udpin:127.0.0.1:0", "udpin:127.0.0.1:0"));
        assert!(both(
            "serial:/dev/ttyUSB0:57600",
            "serial:/dev/ttyUSB0:115200"
        ));
        assert!(both("tcpout:sitl:5760", "tcp:sitl:5760"));
        assert!(!both("file:a.tlog", "file:a.tlog"));
    }

    fn read(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(text: &str, ours: &str) {
        assert_eq!(read(text).to_string(), ours);
        assert_eq!(read(ours), read(text), "it is read back");
    }

    #[track_caller]
    fn refused(text: &str, words: &str) {
        let error = text.parse::<Address>().unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
