//! The daemon as its users meet it: the real binary, real sockets, real files.

mod configuration;
mod corridors;
mod demo;
mod floods;
mod forwarding;
mod ground_station;
mod identities;
mod imports;
mod interfaces;
mod kills;
mod links;
mod losses;
mod main_job;
mod peers;
mod recordings;
mod replay;
mod restart;
mod scenarios;
mod sending;
mod service;
mod shutdown;
mod signing;
mod silence;
mod support;
mod transports;
mod wrong_input;
