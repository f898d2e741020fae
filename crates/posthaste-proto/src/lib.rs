//! The SMTP client protocol, without any IO.
#![no_std]
extern crate alloc;
