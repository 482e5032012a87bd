//! Flies seeded vehicles over MAVLink and receives the alerts that they cause.
