//! Simulated flights in a thread of their own.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use corridor_sim::fly::{self, FlySettings};
use corridor_sim::plan::VehiclePlan;
use tokio_util::sync::CancellationToken;

/// Flights under way; they end when this is dropped.
#[derive(Debug)]
pub(crate) struct Flight {
    cancel: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// A vehicle that weaves over the strip's southern edge, 60 m to either side of it, once in
/// `period_s` seconds; it starts outside.
pub(crate) fn weaving(system_id: u32, period_s: f64) -> VehiclePlan {
    VehiclePlan {
        speed_mps: 5.0,
        start_m: 500.0,
        offset_m: 200.0,
        sway_m: 60.0,
        sway_period_s: period_s,
        position_hz: 10.0,
        raw_hz: 5.0,
        noise_m: 0.5,
        h_acc_m: Some(1.0),
        ..VehiclePlan::new(super::corridors::centreline(), system_id)
    }
}

impl Flight {
    /// Flies `vehicles` towards `to` until it is dropped, `faster` times as fast as the clock.
    pub(crate) fn start(to: SocketAddr, vehicles: Vec<VehiclePlan>, faster: f64) -> Self {
        Self::fly(to, vehicles, faster, None)
    }

    /// Flies until so much of the vehicles' own time has passed.
    pub(crate) fn lasting(
        to: SocketAddr,
        vehicles: Vec<VehiclePlan>,
        faster: f64,
        lasts: Duration,
    ) -> Self {
        Self::fly(to, vehicles, faster, Some(lasts))
    }

    /// Waits for the end of a flight that lasts a given time.
    pub(crate) fn join(mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the flight ended cleanly");
        }
    }

    fn fly(
        to: SocketAddr,
        vehicles: Vec<VehiclePlan>,
        faster: f64,
        lasts: Option<Duration>,
    ) -> Self {
        Self::of(FlySettings {
            faster,
            lasts,
            ..FlySettings::over_udp(to, vehicles, 1)
        })
    }

    /// Flies what these settings say.
    pub(crate) fn of(settings: FlySettings) -> Self {
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime
                .block_on(fly::run(settings, stop))
                .expect("the flight runs");
        });
        Self {
            cancel,
            thread: Some(thread),
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.cancel.cancel();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(
                ended.is_ok() || thread::panicking(),
                "the flight ended cleanly"
            );
        }
    }
}
