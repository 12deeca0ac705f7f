//! The published LSS client against a running server: ours, or the original.

mod calls;
mod history;
mod load;
#[path = "../../shared/report.rs"]
mod report;
mod session;

use std::process::ExitCode;

use report::Report;

const USAGE: &str = "usage: signer-05 --url URL [--server any|ours]
       signer-05 load --url URL [--connections N] [--items N] [--bytes N] [--seconds N] [--gets]";

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).cloned()
    };
    let Some(url) = option("--url") else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if words[0] == "load" {
        let number = |name, default| option(name).map_or(default, |text| text.parse().unwrap());
        let shape = load::Shape {
            connections: number("--connections", 16),
            items: number("--items", 64),
            bytes: number("--bytes", 128),
            seconds: number("--seconds", 5) as u64,
            gets: words.iter().any(|word| word == "--gets"),
        };
        return load::run(&url, shape).await;
    }
    let is_ours = option("--server").as_deref() == Some("ours");
    let mut report = Report::new();
    calls::check(&mut report, &url, is_ours).await;
    history::check(&mut report, &url).await;
    report.close()
}
