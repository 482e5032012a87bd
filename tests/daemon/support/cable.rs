//! Two network namespaces with a cable between them: a station's and a vehicle's.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV6, UdpSocket};
use std::os::fd::AsFd as _;
use std::panic::resume_unwind;
use std::process::{Command, Stdio};
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use socket2::SockRef;

/// What the cable's end is called on both sides.
pub(crate) const INTERFACE: &str = "radio0";
const STATION: &str = "10.77.0.1/24";
const MOVED_STATION: &str = "10.77.0.3/24";
const VEHICLE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);

/// The cable; both namespaces go when it is dropped.
#[derive(Debug)]
pub(crate) struct Cable {
    station: String,
    vehicle: String,
}

impl Cable {
    /// Makes the namespaces, whose names begin with `name`, and plugs the cable in; absent where
    /// that is not allowed.
    pub(crate) fn lay(name: &str) -> Option<Self> {
        let name = format!("corridord-{name}-{}", std::process::id());
        let cable = Self {
            station: format!("{name}-station"),
            vehicle: format!("{name}-vehicle"),
        };
        if !succeeds(&format!("netns add {}", cable.station)) {
            return None;
        }
        ip(&format!("netns add {}", cable.vehicle));
        ip(&format!("-n {} link set lo up", cable.station));
        cable.plug();
        Some(cable)
    }

    /// Plugs the cable in; the interfaces are new ones.
    pub(crate) fn plug(&self) {
        let Self { station, vehicle } = self;
        ip(&format!(
            "-n {station} link add {INTERFACE} type veth peer name {INTERFACE} netns {vehicle}"
        ));
        ip(&format!("-n {station} addr add {STATION} dev {INTERFACE}"));
        ip(&format!(
            "-n {vehicle} addr add {VEHICLE}/24 dev {INTERFACE}"
        ));
        // One that need not wait until it is known to be nobody else's.
        ip(&format!(
            "-n {vehicle} addr add fe80::2/64 dev {INTERFACE} nodad"
        ));
        for end in [station, vehicle] {
            ip(&format!("-n {end} link set {INTERFACE} up"));
        }
        ip(&format!(
            "-n {station} route add 224.0.0.0/4 dev {INTERFACE}"
        ));
    }

    /// Pulls it, and the interfaces are gone.
    pub(crate) fn pull(&self) {
        ip(&format!("-n {} link del {INTERFACE}", self.station));
    }

    /// Gives the station another address instead of the one it has.
    pub(crate) fn move_station(&self) {
        ip(&format!(
            "-n {} addr del {STATION} dev {INTERFACE}",
            self.station
        ));
        ip(&format!(
            "-n {} addr add {MOVED_STATION} dev {INTERFACE}",
            self.station
        ));
    }

    /// Takes the station's interface down and up.
    pub(crate) fn shake(&self) {
        for state in ["down", "up"] {
            ip(&format!("-n {} link set {INTERFACE} {state}", self.station));
        }
    }

    /// Runs something in the station's namespace; what it starts stays there.
    pub(crate) fn at_station<T: Send>(&self, run: impl FnOnce() -> T + Send) -> T {
        inside(&self.station, run)
    }

    /// Returns a socket at the vehicle's end.
    pub(crate) fn vehicle(&self) -> UdpSocket {
        inside(&self.vehicle, || {
            UdpSocket::bind((VEHICLE, 0)).expect("a socket")
        })
    }

    /// Returns a socket at the vehicle's end that sends to a group and hears on its port.
    pub(crate) fn sender(&self, group: IpAddr) -> UdpSocket {
        inside(&self.vehicle, || {
            let socket = match group {
                IpAddr::V4(_) => UdpSocket::bind((VEHICLE, 0)),
                IpAddr::V6(_) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)),
            };
            let socket = socket.expect("a socket");
            let options = SockRef::from(&socket);
            match group {
                IpAddr::V4(_) => options.set_multicast_if_v4(&VEHICLE),
                IpAddr::V6(_) => options.set_multicast_if_v6(index()),
            }
            .expect("the interface is chosen");
            socket
        })
    }

    /// Returns how the vehicle's end calls a group and a port.
    pub(crate) fn group_address(&self, group: IpAddr, port: u16) -> std::net::SocketAddr {
        match group {
            IpAddr::V4(group) => (group, port).into(),
            IpAddr::V6(group) => {
                let index = inside(&self.vehicle, index);
                SocketAddrV6::new(group, port, 0, index).into()
            }
        }
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for name in [&self.station, &self.vehicle] {
            succeeds(&format!("netns del {name}"));
        }
    }
}

/// Runs something in a thread that has moved into a namespace.
fn inside<T: Send>(namespace: &str, run: impl FnOnce() -> T + Send) -> T {
    let path = format!("/run/netns/{namespace}");
    let ended = thread::scope(|scope| {
        let moved = scope.spawn(|| {
            let namespace = File::open(path).expect("the namespace is there");
            let network = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(namespace.as_fd(), network).expect("root may move");
            run()
        });
        moved.join()
    });
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Returns the index of the interface in the namespace of this thread.
fn index() -> u32 {
    let any = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a socket");
    rustix::net::netdevice::name_to_index(any, INTERFACE).expect("the interface is there")
}

fn ip(args: &str) {
    assert!(succeeds(args), "ip {args}");
}

fn succeeds(args: &str) -> bool {
    let status = Command::new("ip")
        .args(args.split_whitespace())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
