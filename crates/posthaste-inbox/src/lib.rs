//! An embedded SMTP server for tests and demos.
