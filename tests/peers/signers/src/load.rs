//! Load: many connections, each one call after the other.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::session::{item, Session};

#[derive(Clone, Copy)]
pub struct Shape {
    pub connections: usize,
    pub items: usize,
    pub bytes: usize,
    pub seconds: u64,
    pub gets: bool,
}

/// As the benchmarks of the original do: every put writes `items` keys of 64 digits; every second
/// one writes the keys of the one before again.
async fn worker(url: String, shape: Shape, until: Instant) -> Result<Vec<Duration>, String> {
    let mut session = Session::new(&url).await.map_err(|why| why.0)?;
    let mut times = Vec::new();
    let value = vec![0xa5; shape.bytes];
    let mut round = 0i64;
    while Instant::now() < until {
        let make = |round: i64| -> Vec<_> {
            (0..shape.items).map(|n| item(&format!("{:032}{n:032}", round / 2), round % 2, &value)).collect()
        };
        let began = Instant::now();
        if shape.gets && round > 0 {
            session.get(&format!("{:032}", 0)).await.map_err(|why| why.0)?;
        } else {
            session.put(make(round)).await.map_err(|why| why.0)?;
        }
        times.push(began.elapsed());
        round += 1;
    }
    Ok(times)
}

pub async fn run(url: &str, shape: Shape) -> ExitCode {
    let until = Instant::now() + Duration::from_secs(shape.seconds);
    let workers: Vec<_> =
        (0..shape.connections).map(|_| tokio::spawn(worker(url.into(), shape, until))).collect();
    let mut times = Vec::new();
    for worker in workers {
        match worker.await.unwrap() {
            Ok(more) => times.extend(more),
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::FAILURE;
            }
        }
    }
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "{} connections, {} x {} bytes, {}: {:.0}/s, ms p50 {:.2} p90 {:.2} p99 {:.2}",
        shape.connections,
        shape.items,
        shape.bytes,
        if shape.gets { "gets" } else { "puts" },
        times.len() as f64 / shape.seconds as f64,
        at(0.5),
        at(0.9),
        at(0.99)
    );
    ExitCode::SUCCESS
}
