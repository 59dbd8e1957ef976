//! The `load` command: the same calls through `clerk-frontend` and with plain reqwest and serde, round by round.

mod bodies;
mod calls;
mod memory;
mod plain;
mod report;
mod server;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use calls::{Kind, Way, Ways};
pub use report::Report;

/// The ways take turns in rounds, so that whatever else the machine does meets all alike.
const ROUNDS: u32 = 10;

/// How much is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In each way; spread evenly over rounds and kinds of calls.
    pub calls: u32,
    pub at_once: u32,
}

/// Makes all calls of a plan.
///
/// # Errors
///
/// Fails if the server or the clients cannot be set up. Calls that fail are in the report.
pub async fn run(plan: Plan) -> Result<Report, String> {
    let server = server::start()
        .await
        .map_err(|error| format!("no server: {error}"))?;
    let ways = Arc::new(Ways::new(&server).map_err(|error| error.to_string())?);
    let mut report = Report::new(plan);
    for round in 1..=ROUNDS {
        let per_kind = (plan.calls * round / ROUNDS - plan.calls * (round - 1) / ROUNDS) / 2;
        for kind in Kind::ALL {
            // Nobody is always first.
            let order = if round % 2 == 0 {
                [Way::Typed, Way::Plain]
            } else {
                [Way::Plain, Way::Typed]
            };
            for way in order {
                let ways = ways.clone();
                let call = move || {
                    let ways = ways.clone();
                    async move { ways.call(way, kind).await }
                };
                let (time, failures) = volley(per_kind, plan.at_once, call).await;
                report.add(way, kind, per_kind, time, failures);
            }
        }
        if [1, ROUNDS / 2, ROUNDS].contains(&round) {
            report.remember(round * 100 / ROUNDS, memory::resident());
        }
    }
    report.add_failures(ways.check().await);
    Ok(report)
}

/// Makes a number of calls, so many at once; returns how long it took and what failed.
async fn volley<F, R>(calls: u32, at_once: u32, call: F) -> (Duration, Vec<String>)
where
    F: Fn() -> R + Clone + Send + 'static,
    R: Future<Output = Result<(), String>> + Send,
{
    let begun = Arc::new(AtomicU32::new(0));
    let mut workers = JoinSet::new();
    let start = Instant::now();
    for _ in 0..at_once.min(calls) {
        let (begun, call) = (begun.clone(), call.clone());
        workers.spawn(async move {
            let mut failures = Vec::new();
            while begun.fetch_add(1, Ordering::Relaxed) < calls {
                failures.extend(call().await.err());
            }
            failures
        });
    }
    let mut failures = Vec::new();
    while let Some(ended) = workers.join_next().await {
        match ended {
            Ok(found) => failures.extend(found),
            Err(error) => failures.push(error.to_string()),
        }
    }
    (start.elapsed(), failures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_call_is_made_and_every_failure_counts() {
        let made = Arc::new(AtomicU32::new(0));
        let counter = made.clone();
        let call = move || {
            let number = counter.fetch_add(1, Ordering::Relaxed);
            std::future::ready(if number == 3 {
                Err("broken".to_owned())
            } else {
                Ok(())
            })
        };
        let (_, failures) = volley(10, 4, call).await;
        assert_eq!(made.load(Ordering::Relaxed), 10);
        assert_eq!(failures, ["broken"]);
    }

    #[tokio::test]
    async fn a_small_run_is_good() {
        let report = run(Plan {
            calls: 40,
            at_once: 8,
        })
        .await
        .unwrap();
        assert!(report.is_good(), "{report}");
        assert!(
            report.to_string().contains("40 calls, 8 at once"),
            "{report}"
        );
    }
}
