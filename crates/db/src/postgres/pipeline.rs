//! Calls that leave in order without waiting for one another.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use super::committer::Failure;

pub(super) type Call<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// Calls on one connection. A call's message leaves when it is first polled, so polling in order sends in order.
#[derive(Default)]
pub(super) struct Pipeline<'a> {
    calls: Vec<Option<Call<'a>>>,
}

impl<'a> Pipeline<'a> {
    pub(super) fn push(&mut self, call: Call<'a>) {
        self.calls.push(Some(call));
    }

    /// Runs all calls to their end.
    ///
    /// # Errors
    /// The error of the first call, in order, that has one: those after it only say that the transaction is aborted.
    pub(super) async fn run(&mut self) -> Result<(), Failure> {
        let mut calls = std::mem::take(&mut self.calls);
        let mut first: Option<(usize, Failure)> = None;
        poll_fn(|context| {
            let mut is_pending = false;
            for (index, slot) in calls.iter_mut().enumerate() {
                let Some(call) = slot else { continue };
                match call.as_mut().poll(context) {
                    Poll::Pending => is_pending = true,
                    Poll::Ready(result) => {
                        *slot = None;
                        if let Err(failure) = result
                            && first.as_ref().is_none_or(|(earlier, _)| index < *earlier)
                        {
                            first = Some((index, failure));
                        }
                    }
                }
            }
            if is_pending {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
        first.map_or(Ok(()), |(_, failure)| Err(failure))
    }
}
