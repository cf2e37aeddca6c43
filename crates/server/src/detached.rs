//! Work that is finished even if nobody waits for its end any more.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

/// Why there is no result.
#[derive(Debug, PartialEq, Eq)]
pub enum Lost {
    /// The work panicked; what it said.
    Panicked(String),
    /// It takes too long. It goes on.
    Late,
}

/// Waits for work as long as `patience` says. Once begun it runs to its end, also when this future is dropped meanwhile.
///
/// Most requests never wait for anything: their work ends where it begins, without a task or a timer. Needs a `LocalSet`.
///
/// # Errors
/// [`Lost`].
pub async fn run<T: 'static>(mut work: Pin<Box<dyn Future<Output = T>>>, patience: Duration) -> Result<T, Lost> {
    let first = poll_fn(|cx| Poll::Ready(catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)))));
    match first.await {
        Ok(Poll::Ready(done)) => Ok(done),
        Err(panic) => Err(Lost::Panicked(said(&*panic))),
        Ok(Poll::Pending) => match tokio::time::timeout(patience, tokio::task::spawn_local(work)).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(Lost::Panicked(match error.try_into_panic() {
                Ok(panic) => said(&*panic),
                Err(error) => error.to_string(),
            })),
            Err(_) => Err(Lost::Late),
        },
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no words").to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;
    use tokio::task::{LocalSet, yield_now};

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn work_ends_with_its_result_whether_or_not_it_waits() {
        let local = LocalSet::new();
        local.run_until(async { assert_eq!(run(Box::pin(async { 7 }), LONG).await, Ok(7)) }).await;
        let waits = async {
            yield_now().await;
            8
        };
        local.run_until(async { assert_eq!(run(Box::pin(waits), LONG).await, Ok(8)) }).await;
    }

    #[tokio::test]
    async fn a_panic_is_told_whether_early_or_late() {
        let local = LocalSet::new();
        let early = run(Box::pin(async { panic!("early") }), LONG);
        assert_eq!(local.run_until(early).await, Err::<(), _>(Lost::Panicked("early".to_owned())));
        let late = async {
            yield_now().await;
            panic!("late {}", 2)
        };
        assert_eq!(local.run_until(run(Box::pin(late), LONG)).await, Err::<(), _>(Lost::Panicked("late 2".to_owned())));
    }

    #[tokio::test]
    async fn what_was_begun_goes_on_when_nobody_waits() {
        let done = Rc::new(Cell::new(false));
        let told = Rc::clone(&done);
        let work = async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            told.set(true);
        };
        let local = LocalSet::new();
        local
            .run_until(async {
                let gone = tokio::time::timeout(Duration::from_millis(1), run(Box::pin(work), LONG)).await;
                assert!(gone.is_err());
                tokio::time::sleep(Duration::from_millis(60)).await;
            })
            .await;
        assert!(done.get());
    }

    #[tokio::test]
    async fn patience_ends() {
        let work = async { tokio::time::sleep(LONG).await };
        let local = LocalSet::new();
        assert_eq!(local.run_until(run(Box::pin(work), Duration::from_millis(1))).await, Err(Lost::Late));
    }
}
