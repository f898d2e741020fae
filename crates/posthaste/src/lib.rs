//! Sends mail over SMTP.
