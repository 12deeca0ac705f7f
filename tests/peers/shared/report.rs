//! Names what was checked and counts it: one line a check, a sum at the end.

#![allow(dead_code)]

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

/// No check takes longer than this, whatever the server does.
const CHECK_TIME_MAX: Duration = Duration::from_secs(60);

/// Why a check failed.
pub struct Why(pub String);

impl<E: std::fmt::Display> From<E> for Why {
    fn from(error: E) -> Self {
        Why(error.to_string())
    }
}

pub type Check = Result<(), Why>;

/// Leaves the check with a reason unless `$condition` holds.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($reason:tt)+) => {
        if !$condition {
            return Err($crate::report::Why(format!($($reason)+)));
        }
    };
}

/// Leaves the check unless `$got` equals `$want`, and says both.
#[macro_export]
macro_rules! ensure_eq {
    ($got:expr, $want:expr, $($what:tt)+) => {{
        let (got, want) = (&$got, &$want);
        if got != want {
            let what = format!($($what)+);
            return Err($crate::report::Why(format!("{what}: got {got:?}, expected {want:?}")));
        }
    }};
}

#[derive(Default)]
pub struct Report {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Report {
    pub fn new() -> Self {
        println!("# {}", env!("CARGO_PKG_NAME"));
        Self::default()
    }

    /// Runs `body`, but not for ever.
    pub async fn check(&mut self, name: &str, body: impl Future<Output = Check>) {
        let late = || {
            Err(Why(format!(
                "not done after {} s",
                CHECK_TIME_MAX.as_secs()
            )))
        };
        let result = tokio::time::timeout(CHECK_TIME_MAX, Box::pin(body)).await;
        self.record(name, result.unwrap_or_else(|_| late()));
    }

    /// As `check`, for what was done elsewhere.
    pub fn record(&mut self, name: &str, result: Check) {
        match result {
            Ok(()) => {
                println!("ok {name}");
                self.passed += 1;
            }
            Err(Why(why)) => {
                println!("FAILED {name}: {}", why.replace('\n', " "));
                self.failed += 1;
            }
        }
    }

    pub fn skip(&mut self, name: &str, why: &str) {
        println!("skipped {name}: {why}");
        self.skipped += 1;
    }

    /// A measured figure that is no check.
    pub fn note(&self, text: &str) {
        println!("note: {text}");
    }

    pub fn close(self) -> ExitCode {
        let skipped = match self.skipped {
            0 => String::new(),
            n => format!(", {n} skipped"),
        };
        println!("{} passed, {} failed{skipped}", self.passed, self.failed);
        if self.failed == 0 && self.passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
