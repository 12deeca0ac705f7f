//! A long random history, each answer compared with a model.

use std::collections::BTreeMap;

use crate::ensure_eq;
use crate::report::{Check, Report};
use crate::session::{item, Put, Session};

pub async fn check(report: &mut Report, url: &str) {
    let seed = match std::env::var("VSS_SEED") {
        Ok(seed) => seed.parse().expect("VSS_SEED is a number"),
        Err(_) => secp256k1::rand::random::<u64>(),
    };
    report.note(&format!("VSS_SEED={seed}"));
    report.check("a random history", history(url, seed)).await;
}

/// xorshift64*: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % end
    }
}

type Model = BTreeMap<String, (i64, Vec<u8>)>;

fn answer_of(model: &mut Model, items: &[(String, lss::Value)]) -> Put {
    let mut conflicts = Vec::new();
    for (key, value) in items {
        let next = model.get(key).map_or(0, |(version, _)| version + 1);
        if value.version != next {
            let (version, stored) = model.get(key).cloned().unwrap_or((-1, vec![]));
            conflicts.push((key.clone(), version, stored));
        }
    }
    if !conflicts.is_empty() {
        return Put::Conflict(conflicts);
    }
    for (key, value) in items {
        model.insert(key.clone(), (value.version, value.value.clone()));
    }
    Put::Done
}

async fn history(url: &str, seed: u64) -> Check {
    let mut dice = Dice(seed | 1);
    let mut model = Model::new();
    let mut session = Session::new(url).await?;
    for step in 0..400 {
        if dice.below(4) == 0 {
            let prefix = ["", "a", "b/", "b/1", "_"][dice.below(5) as usize];
            let want: Vec<_> = model
                .iter()
                .filter(|(key, _)| key.starts_with(prefix))
                .map(|(key, (version, value))| (key.clone(), *version, value.clone()))
                .collect();
            ensure_eq!(session.get(prefix).await?, want, "step {step}: get {prefix:?}");
            continue;
        }
        let mut keys = std::collections::BTreeSet::new();
        for _ in 0..dice.below(5) {
            keys.insert(["_W", "a", "a1", "b/1", "b/10", "b/2", "c"][dice.below(7) as usize]);
        }
        let mut items = Vec::new();
        for key in keys {
            let next = model.get(key).map_or(0, |(version, _)| version + 1);
            let version = if dice.below(6) == 0 { next + dice.below(4) as i64 - 2 } else { next };
            items.push(item(key, version, &vec![step as u8; dice.below(50) as usize]));
        }
        let want = answer_of(&mut model, &items);
        ensure_eq!(session.put(items.clone()).await?, want, "step {step}: put {items:?}");
    }
    Ok(())
}
