//! A clock on which waiting takes no time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_frontend::{Clock, Sleep};
use tokio::sync::watch;

#[derive(Clone)]
pub(crate) struct VirtualClock {
    now: Arc<Mutex<Duration>>,
    sleeps: watch::Sender<Vec<Duration>>,
    stopped: bool,
}

impl VirtualClock {
    pub(crate) fn new() -> Self {
        Self {
            now: Arc::default(),
            sleeps: watch::Sender::new(Vec::new()),
            stopped: false,
        }
    }

    /// A clock on which a wait never ends.
    pub(crate) fn stopped() -> Self {
        Self {
            stopped: true,
            ..Self::new()
        }
    }

    /// Returns what was waited for so far.
    pub(crate) fn sleeps(&self) -> Vec<Duration> {
        self.sleeps.borrow().clone()
    }

    pub(crate) fn forget(&self) {
        self.sleeps.send_modify(Vec::clear);
    }

    /// Returns once somebody waits.
    pub(crate) async fn somebody_waits(&self) {
        let mut sleeps = self.sleeps.subscribe();
        sleeps.wait_for(|sleeps| !sleeps.is_empty()).await.unwrap();
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.sleeps.send_modify(|sleeps| sleeps.push(duration));
        if self.stopped {
            return Box::pin(std::future::pending());
        }
        *self.now.lock().unwrap() += duration;
        Box::pin(std::future::ready(()))
    }
}
