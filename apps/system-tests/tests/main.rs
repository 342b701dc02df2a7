//! The system tests, one binary.
