#![doc = include_str!("../README.md")]

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod directory;
mod location;
mod name;
mod s3;
mod sealed;
mod store;

pub use directory::Directory;
pub use location::{Location, S3Credentials, open};
pub use name::{Name, ParseNameError, Prefix};
pub use s3::{S3, S3Place};
pub use sealed::{Blob, SealedBlobs, Written};
pub use store::{
    ByteStream, DISK_FULL, Limits, Listing, Object, Page, STALLED, Store, Stored, TOO_LARGE,
    collect, once,
};
