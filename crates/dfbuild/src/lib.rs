//! `dfbuild`, the library: builds images with BuildKit, for several platforms, and scans them before they are
//! published.
//!
//! [`build::build`] is the whole way: it finds the [`dockerfile`], makes a [`plan`] of the [`request`], opens a
//! [`session`] on the [`engine`], carries out the [`solve`]s, shows their [`progress`], asks the [`gate`] and
//! publishes. The [`report`] tells how far it got.
//!
//! The same is built and published whatever the outputs are: the first solve makes the image, and every output is
//! one more solve, with every step cached, whose digest must be that of the first.

pub mod build;
pub mod cli;
pub mod dockerfile;
pub mod engine;
pub mod error;
pub mod files;
pub mod gate;
mod identity;
pub mod oci;
pub mod plan;
pub mod platform;
mod preflight;
pub mod progress;
mod publish;
pub mod reference;
pub mod report;
pub mod request;
pub mod session;
pub mod solve;
pub mod terminal;
mod timestamp;
