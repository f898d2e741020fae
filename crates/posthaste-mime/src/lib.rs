//! Mail messages, built and streamed.
