//! How a run went.

use std::fmt;
use std::time::Duration;

use super::Plan;
use super::calls::{Kind, Way};

/// How much more memory than after the first tenth of the calls is no growth: pools and allocators take their time.
const GROWTH: u64 = 32 * 1024;

/// How many failures are shown.
const SHOWN: usize = 5;

/// How a run went; `Display` is what is printed.
#[derive(Clone, Debug)]
pub struct Report {
    plan: Plan,
    /// Calls per second, round by round.
    rates: Vec<(Way, Kind, f64)>,
    failures: Vec<String>,
    /// Per cent of the calls, and the resident memory in KiB after them.
    memory: Vec<(u32, Option<u64>)>,
}

impl Report {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            plan,
            rates: Vec::new(),
            failures: Vec::new(),
            memory: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        way: Way,
        kind: Kind,
        calls: u32,
        time: Duration,
        failures: Vec<String>,
    ) {
        let rate = f64::from(calls) / time.as_secs_f64().max(f64::MIN_POSITIVE);
        self.rates.push((way, kind, rate));
        self.add_failures(failures);
    }

    pub(super) fn add_failures(&mut self, failures: Vec<String>) {
        self.failures.extend(failures);
    }

    pub(super) fn remember(&mut self, percent: u32, memory: Option<u64>) {
        self.memory.push((percent, memory));
    }

    /// Returns whether every call succeeded and memory was stable.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failures.is_empty() && !self.has_grown()
    }

    /// Whether there is more memory in use at the end than after the start, beyond what is normal.
    fn has_grown(&self) -> bool {
        let known: Vec<_> = self
            .memory
            .iter()
            .filter_map(|(_, memory)| *memory)
            .collect();
        match (known.first(), known.last()) {
            (Some(first), Some(last)) => *last > first + first / 2 + GROWTH,
            _ => false,
        }
    }

    /// The median of the rounds.
    fn rate(&self, way: Way, kind: Kind) -> f64 {
        let matching = self
            .rates
            .iter()
            .filter(|rate| (rate.0, rate.1) == (way, kind));
        let mut rates: Vec<_> = matching.map(|rate| rate.2).collect();
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { calls, at_once } = self.plan;
        writeln!(
            formatter,
            "{calls} calls, {at_once} at once, in each of two ways"
        )?;
        writeln!(formatter, "calls per second (median of the rounds):")?;
        for kind in Kind::ALL {
            let name = match kind {
                Kind::ListUsers => "list 10 users",
                Kind::GetClient => "get the client, with a new token each time",
            };
            let [typed, plain] = [Way::Typed, Way::Plain].map(|way| self.rate(way, kind));
            let ratio = typed / plain.max(f64::MIN_POSITIVE);
            writeln!(
                formatter,
                "  {name}: clerk-frontend {typed:.0}, plain reqwest and serde {plain:.0} (ratio {ratio:.2})",
            )?;
        }
        for (percent, memory) in &self.memory {
            match memory {
                Some(memory) => {
                    let mebibytes = memory / 1024;
                    writeln!(
                        formatter,
                        "resident memory after {percent} %: {mebibytes} MiB"
                    )?;
                }
                None => writeln!(
                    formatter,
                    "resident memory after {percent} %: not known here"
                )?,
            }
        }
        if self.has_grown() {
            writeln!(formatter, "memory has grown")?;
        }
        writeln!(formatter, "failures: {}", self.failures.len())?;
        self.failures
            .iter()
            .take(SHOWN)
            .try_for_each(|failure| writeln!(formatter, "  {failure}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report::new(Plan {
            calls: 100,
            at_once: 10,
        })
    }

    #[test]
    fn growth_is_not_good() {
        let grown = |first, last| {
            let mut report = report();
            report.remember(10, first);
            report.remember(100, last);
            !report.is_good()
        };
        assert!(!grown(Some(40_000), Some(50_000)));
        assert!(!grown(Some(50_000), Some(40_000)));
        assert!(grown(Some(40_000), Some(100_000)));
        assert!(!grown(None, None));
    }

    #[test]
    fn failures_are_not_good_and_shown() {
        let mut report = report();
        assert!(report.is_good());
        report.add_failures(vec!["broken".to_owned(); 9]);
        assert!(!report.is_good());
        let text = report.to_string();
        assert!(text.contains("failures: 9"), "{text}");
        assert_eq!(text.matches("broken").count(), SHOWN);
    }

    #[test]
    fn the_median_counts() {
        let mut report = report();
        for seconds in [1, 100, 2] {
            let time = Duration::from_secs(seconds);
            report.add(Way::Typed, Kind::ListUsers, 10, time, Vec::new());
        }
        assert!((report.rate(Way::Typed, Kind::ListUsers) - 5.0).abs() < 1e-9);
    }
}
