//! The client's own formats as a filter, for tests of other implementations.  A line in, a line out:
//!
//!     seal         KEY AAD VERSION VALUE   ->  STORABLE
//!     open         KEY AAD STORABLE        ->  VERSION VALUE
//!     obfuscate    KEY NAME                ->  hidden key (text)
//!     deobfuscate  KEY HIDDEN-KEY (text)   ->  NAME
//!     sign         SECRET                  ->  value of the Authorization header, as of now
//!
//! Everything but VERSION (decimal) and the marked text is hex; `-` stands for nothing.  A request
//! that cannot be met answers `error REASON`, and the exit code is 1 in the end.

use std::io::BufRead;
use std::process::ExitCode;

use vss::util::key_obfuscator::KeyObfuscator;

use crate::{credentials, sealed, signer};

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    if text == "-" {
        return Ok(Vec::new());
    }
    if text.len() % 2 != 0 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("{text} is not hex"));
    }
    let digits = |i: usize| u8::from_str_radix(&text[i..i + 2], 16).map_err(|e| e.to_string());
    (0..text.len()).step_by(2).map(digits).collect()
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".into();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key(text: &str) -> Result<[u8; 32], String> {
    unhex(text)?
        .try_into()
        .map_err(|_| "a key is 32 bytes".to_string())
}

fn answer(verb: &str, line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match (verb, words.as_slice()) {
        ("seal", [secret, aad, version, value]) => {
            let version = version
                .parse()
                .map_err(|_| format!("{version} is no version"))?;
            Ok(hex(&sealed::seal(
                &key(secret)?,
                &unhex(aad)?,
                version,
                &unhex(value)?,
            )?))
        }
        ("open", [secret, aad, storable]) => {
            let opened = sealed::open(&key(secret)?, &unhex(aad)?, &unhex(storable)?)?;
            Ok(format!("{} {}", opened.0, hex(&opened.1)))
        }
        ("obfuscate", [secret, name]) => {
            let name = String::from_utf8(unhex(name)?).map_err(|error| error.to_string())?;
            Ok(KeyObfuscator::new(key(secret)?).obfuscate(&name))
        }
        ("deobfuscate", [secret, hidden]) => {
            let name = KeyObfuscator::new(key(secret)?).deobfuscate(hidden);
            Ok(hex(name.map_err(|error| error.to_string())?.as_bytes()))
        }
        ("sign", [secret]) => {
            let provider = credentials::signature_provider(signer::parse_secret(secret)?);
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let headers = runtime
                .expect("a runtime")
                .block_on(provider.get_headers(&[]));
            let headers = headers.map_err(|error| error.to_string())?;
            headers
                .get("Authorization")
                .cloned()
                .ok_or_else(|| "no header".to_string())
        }
        _ => Err(format!("{} words do not make a {verb}", words.len())),
    }
}

pub fn run(verb: &str) -> ExitCode {
    if !["seal", "open", "obfuscate", "deobfuscate", "sign"].contains(&verb) {
        eprintln!("{verb} is none of seal, open, obfuscate, deobfuscate, sign");
        return ExitCode::from(2);
    }
    let mut code = ExitCode::SUCCESS;
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap_or_default();
        match answer(verb, &line) {
            Ok(answer) => println!("{answer}"),
            Err(reason) => {
                println!("error {}", reason.replace('\n', " "));
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
