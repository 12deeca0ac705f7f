//! Who is calling: no credentials, signatures or JWTs, each through the client's header providers,
//! and everything a server must refuse.

use std::collections::HashMap;
use std::sync::Arc;

use bitcoin::bip32::Xpriv;
use bitcoin::secp256k1::SecretKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vss::headers::{FixedHeaders, LnurlAuthToJwtProvider, VssHeaderProvider};

use crate::client::{must_fail, Kind, Store, World, ANY};
use crate::report::{Check, Report};
use crate::signer::{hex, joined, new_secret, now, proof, Signer};

pub enum Credentials {
    None,
    Signature(SecretKey),
    Jwt {
        token: String,
        other: Option<String>,
        denied: Vec<String>,
    },
}

pub fn fixed(authorization: &str) -> Arc<dyn VssHeaderProvider> {
    let headers = [("Authorization".to_string(), authorization.to_string())];
    Arc::new(FixedHeaders::new(HashMap::from(headers)))
}

fn nothing() -> Arc<dyn VssHeaderProvider> {
    Arc::new(FixedHeaders::new(HashMap::new()))
}

fn bearer(token: &str) -> Arc<dyn VssHeaderProvider> {
    fixed(&format!("Bearer {token}"))
}

/// The client's own provider for signatures, where it has one.
pub fn signature_provider(secret: SecretKey) -> Arc<dyn VssHeaderProvider> {
    #[cfg(feature = "sigs-auth")]
    return Arc::new(vss::headers::sigs_auth::SigsAuthProvider::new(
        secret,
        HashMap::new(),
    ));
    #[cfg(not(feature = "sigs-auth"))]
    Arc::new(Signer(secret))
}

impl Credentials {
    pub fn provider(&self) -> Arc<dyn VssHeaderProvider> {
        match self {
            Self::None => nothing(),
            Self::Signature(secret) => signature_provider(*secret),
            Self::Jwt { token, .. } => bearer(token),
        }
    }
}

pub async fn check(world: &World, report: &mut Report) {
    match &world.credentials {
        Credentials::None => {}
        Credentials::Signature(secret) => {
            report
                .check(
                    "requests_without_credentials",
                    refused(world, "none", nothing()),
                )
                .await;
            report
                .check(
                    "signatures_that_must_be_refused",
                    bad_signatures(world, secret),
                )
                .await;
            report
                .check("signature_provider_of_our_own", own_signer(world, secret))
                .await;
            let other = signature_provider(new_secret());
            report
                .check("tenants_are_apart", tenants_apart(world, other))
                .await;
        }
        Credentials::Jwt {
            token,
            other,
            denied,
        } => {
            report
                .check(
                    "requests_without_credentials",
                    refused(world, "none", nothing()),
                )
                .await;
            report
                .check(
                    "tokens_that_must_be_refused",
                    bad_tokens(world, token, denied),
                )
                .await;
            report
                .check("token_by_lnurl_login", lnurl_login(world, token))
                .await;
            match other {
                Some(token) => {
                    let other = bearer(token);
                    report
                        .check("tenants_are_apart", tenants_apart(world, other))
                        .await
                }
                None => report.skip("tenants_are_apart", "no --jwt-other"),
            }
        }
    }
}

/// Every call must be refused, and nothing must have happened.
async fn refused(world: &World, what: &str, provider: Arc<dyn VssHeaderProvider>) -> Check {
    let good = world.store("refused");
    good.put("key", ANY, "1").await?;
    let Store { client, .. } = world.store_of(&world.url, "", provider);
    let bad = Store {
        client,
        id: good.id.clone(),
    };
    let auth = [Kind::Auth];
    must_fail(&format!("get ({what})"), bad.get("key").await, &auth)?;
    must_fail(
        &format!("get of nothing ({what})"),
        bad.get("nothing").await,
        &auth,
    )?;
    must_fail(
        &format!("put ({what})"),
        bad.put("key", ANY, "x").await,
        &auth,
    )?;
    must_fail(
        &format!("delete ({what})"),
        bad.delete("key", ANY).await,
        &auth,
    )?;
    must_fail(
        &format!("list ({what})"),
        bad.list(None, None, None).await,
        &auth,
    )?;
    // Upstream may close the connection while the body is still on its way, and the answer is lost.
    let kinds: &[Kind] = if world.ours {
        &auth
    } else {
        &[Kind::Auth, Kind::Internal]
    };
    let put = bad.put("key", ANY, vec![0; 300_000]).await;
    must_fail(&format!("large put ({what})"), put, kinds)?;
    good.must_hold("key", 1, "1").await
}

async fn bad_signatures(world: &World, secret: &SecretKey) -> Check {
    let (key, signature, time) = proof(secret, now());
    let (other_key, other_signature, _) = proof(&new_secret(), now());
    let day = 24 * 60 * 60;
    let flipped = |text: &str, at: usize| {
        let digit = if &text[at..=at] == "7" { "8" } else { "7" };
        format!("{}{digit}{}", &text[..at], &text[at + 1..])
    };
    // The other of the two s that fit; only the low one is a proof.
    let high_s = SecretKey::from_slice(&unhex(&signature[64..]))?.negate();
    let high_s = format!("{}{}", &signature[..64], hex(&high_s.secret_bytes()));
    let mut bad = vec![
        ("an empty value", String::new()),
        ("no word of ours", "Basic YTpi".into()),
        ("a token instead", "Bearer e30.e30.e30".into()),
        (
            "a scheme in front",
            format!("Bearer {key}{signature}{time}"),
        ),
        ("no time", format!("{key}{signature}")),
        ("a word as time", format!("{key}{signature}soon")),
        ("another time", format!("{key}{signature}{}", now() - 100)),
        (
            "a bent signature",
            format!("{key}{}{time}", flipped(&signature, 40)),
        ),
        (
            "a bent key",
            format!("{}{signature}{time}", flipped(&key, 40)),
        ),
        ("another key", format!("{other_key}{signature}{time}")),
        ("another signature", format!("{key}{other_signature}{time}")),
        ("a high s", format!("{key}{high_s}{time}")),
        (
            "a prefix no key has",
            format!("05{}{signature}{time}", &key[2..]),
        ),
        (
            "more than a day ago",
            joined(proof(secret, now() - day - 60)),
        ),
        (
            "more than a day ahead",
            joined(proof(secret, now() + day + 60)),
        ),
    ];
    if world.ours {
        bad.push((
            "upper case",
            format!("{}{signature}{time}", key.to_uppercase()),
        ));
    }
    for (what, value) in bad {
        refused(world, what, fixed(&value)).await?;
    }
    // Within a day either way it is good.
    for time in [now() - day + 60, now() + day - 60] {
        let store = world.store_of(&world.url, "refused", fixed(&joined(proof(secret, time))));
        store.must_hold("key", 1, "1").await?;
    }
    Ok(())
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |i: usize| u8::from_str_radix(&text[i..i + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digit).collect()
}

/// One tenant whatever made the proof.
async fn own_signer(world: &World, secret: &SecretKey) -> Check {
    let theirs = world.store("signer");
    let ours = world.store_of(&world.url, "signer", Arc::new(Signer(*secret)));
    theirs.put("key", 0, "1").await?;
    ours.must_hold("key", 1, "1").await?;
    ours.put("key", 1, "2").await?;
    theirs.must_hold("key", 2, "2").await
}

async fn tenants_apart(world: &World, other: Arc<dyn VssHeaderProvider>) -> Check {
    let mine = world.store("tenants");
    let theirs = world.store_of(&world.url, "tenants", other);
    mine.put_all(Some(0), vec![crate::client::item("key", 0, "mine")], vec![])
        .await?;
    theirs.must_lack("key").await?;
    theirs.must_have_global(0).await?;
    crate::ensure_eq!(
        theirs.list_all(None, None).await?.len(),
        0,
        "keys of the other tenant"
    );
    theirs.delete("key", ANY).await?;
    theirs.put("key", 0, "theirs").await?;
    mine.must_hold("key", 1, "mine").await?;
    theirs.must_hold("key", 1, "theirs").await
}

async fn bad_tokens(world: &World, token: &str, denied: &[String]) -> Check {
    let parts: Vec<&str> = token.split('.').collect();
    crate::ensure_eq!(parts.len(), 3, "parts of the token");
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    // {"typ":"JWT","alg":"none"}, {"typ":"JWT","alg":"HS256"} and claims for somebody else.
    let none = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0";
    let hs256 = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9";
    let mallory = "eyJzdWIiOiJtYWxsb3J5IiwiZXhwIjo0MTAyNDQ0ODAwfQ";
    let middle = signature.len() / 2;
    let digit = if &signature[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    let bent = format!(
        "{}{digit}{}",
        &signature[..middle],
        &signature[middle + 1..]
    );
    let mut bad = vec![
        ("an empty value".to_string(), String::new()),
        ("no scheme".into(), token.to_string()),
        ("another scheme".into(), format!("Basic {token}")),
        ("no token".into(), "Bearer ".into()),
        ("two parts".into(), format!("Bearer {header}.{claims}")),
        ("four parts".into(), format!("Bearer {token}.{signature}")),
        (
            "a bent signature".into(),
            format!("Bearer {header}.{claims}.{bent}"),
        ),
        ("no signature".into(), format!("Bearer {header}.{claims}.")),
        (
            "other claims".into(),
            format!("Bearer {header}.{mallory}.{signature}"),
        ),
        ("alg none".into(), format!("Bearer {none}.{claims}.")),
        (
            "alg HS256".into(),
            format!("Bearer {hs256}.{claims}.{signature}"),
        ),
    ];
    for (i, token) in denied.iter().enumerate() {
        bad.push((
            format!("--jwt-denied no. {}", i + 1),
            format!("Bearer {token}"),
        ));
    }
    for (what, value) in bad {
        refused(world, &what, fixed(&value)).await?;
    }
    Ok(())
}

/// The client fetches its token by LNURL login from a stand-in that hands out `token`.
async fn lnurl_login(world: &World, token: &str) -> Check {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://localhost:{}", listener.local_addr()?.port());
    let login = format!("{base}/login?tag=login&k1={}", "5a".repeat(32));
    let reply = format!(r#"{{"status":"OK","token":"{token}"}}"#);
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = asked.clone();
    let stand_in = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match socket.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => break,
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let path = head.split(' ').nth(1).unwrap_or("").to_string();
            let body = if path.starts_with("/login") {
                &reply
            } else {
                &login
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            let _ = socket.write_all(answer.as_bytes()).await;
            heard.lock().unwrap().push(path);
        }
    });
    let parent = Xpriv::new_master(bitcoin::Network::Regtest, &[42; 32])?;
    let provider = LnurlAuthToJwtProvider::new(parent, format!("{base}/auth"), HashMap::new());
    #[cfg(not(feature = "sigs-auth"))]
    let provider = provider?;
    let store = world.store_of(&world.url, "lnurl", Arc::new(provider));
    store.put("key", 0, "1").await?;
    store.must_hold("key", 1, "1").await?;
    world.store("lnurl").must_hold("key", 1, "1").await?;
    stand_in.abort();
    let asked = asked.lock().unwrap();
    crate::ensure_eq!(asked.len(), 2, "requests to the login server");
    crate::ensure!(
        asked[1].contains("&sig=30") && asked[1].contains("&key=0"),
        "the login carries no proof: {}",
        asked[1]
    );
    Ok(())
}
