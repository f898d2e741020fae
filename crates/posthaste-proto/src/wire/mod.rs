//! What goes out and what is expected back, without any policy.

mod output;
mod pipeline;

pub(crate) use output::Output;
pub(crate) use pipeline::Pipeline;
