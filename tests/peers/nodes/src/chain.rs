//! A stand-in for bitcoind: a regtest chain in memory behind as much of its RPC interface as LDK
//! Node uses, on loopback.  Blocks are mined on request and hold whatever was broadcast.  Nothing
//! is validated, so money can be made: `fund` pays an address from nowhere.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use bitcoin::absolute::LockTime;
use bitcoin::block::{Header, Version};
use bitcoin::consensus::encode::{deserialize_hex, serialize_hex};
use bitcoin::hashes::Hash;
use bitcoin::script::{Builder, ScriptBuf};
use bitcoin::{
    transaction, Address, Amount, Block, Network, OutPoint, Sequence, Transaction, TxIn,
    TxMerkleNode, TxOut, Txid, Witness, WitnessMerkleNode,
};
use serde_json::{json, Value};

struct Pending {
    transaction: Transaction,
    time: u64,
    height: usize,
}

struct Chain {
    blocks: Vec<Block>,
    mempool: Vec<Pending>,
    coins_made: u32,
}

/// An error as bitcoind words it; -5 is "not found".
type Answer = Result<Value, (i64, String)>;

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970")
        .as_secs()
}

impl Chain {
    fn new() -> Self {
        let genesis = bitcoin::constants::genesis_block(Network::Regtest);
        let mut chain = Chain {
            blocks: vec![genesis],
            mempool: Vec::new(),
            coins_made: 0,
        };
        for _ in 0..10 {
            chain.mine();
        }
        chain
    }

    fn mine(&mut self) {
        let height = self.blocks.len();
        let tip = &self.blocks[height - 1].header;
        let reserved = [0u8; 32];
        let mut coinbase = Transaction {
            version: transaction::Version::TWO,
            lock_time: LockTime::ZERO,
            input: vec![TxIn {
                previous_output: OutPoint::null(),
                script_sig: Builder::new()
                    .push_int(height as i64)
                    .push_int(0)
                    .into_script(),
                sequence: Sequence::MAX,
                witness: Witness::from_slice(&[reserved]),
            }],
            output: vec![TxOut {
                value: Amount::from_sat(0),
                script_pubkey: ScriptBuf::new(),
            }],
        };
        let mut transactions = vec![coinbase.clone()];
        transactions.extend(self.mempool.drain(..).map(|pending| pending.transaction));
        let mut block = Block {
            header: Header {
                version: Version::from_consensus(0x2000_0000),
                prev_blockhash: tip.block_hash(),
                merkle_root: TxMerkleNode::all_zeros(),
                time: now().max(u64::from(tip.time) + 1) as u32,
                bits: tip.bits,
                nonce: 0,
            },
            txdata: transactions,
        };
        let root = block
            .witness_root()
            .unwrap_or(WitnessMerkleNode::all_zeros());
        let commitment = Block::compute_witness_commitment(&root, &reserved);
        let mut script = vec![0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];
        script.extend(commitment.to_byte_array());
        let script_pubkey = ScriptBuf::from_bytes(script);
        coinbase.output.push(TxOut {
            value: Amount::from_sat(0),
            script_pubkey,
        });
        block.txdata[0] = coinbase;
        block.header.merkle_root = block.compute_merkle_root().expect("a coinbase");
        while block.header.validate_pow(block.header.target()).is_err() {
            block.header.nonce += 1;
        }
        self.blocks.push(block);
    }

    /// Pays `sats` to `address` out of a coin that never was.
    fn fund(&mut self, address: &str, sats: u64) -> Answer {
        let address: Address<_> = address
            .parse()
            .map_err(|e| (-8, format!("{address}: {e}")))?;
        self.coins_made += 1;
        let previous_output = OutPoint {
            txid: Txid::hash(&self.coins_made.to_be_bytes()),
            vout: 0,
        };
        let script_pubkey = address.assume_checked().script_pubkey();
        self.broadcast(Transaction {
            version: transaction::Version::TWO,
            lock_time: LockTime::ZERO,
            input: vec![TxIn {
                previous_output,
                ..TxIn::default()
            }],
            output: vec![TxOut {
                value: Amount::from_sat(sats),
                script_pubkey,
            }],
        })
    }

    fn broadcast(&mut self, transaction: Transaction) -> Answer {
        let txid = transaction.compute_txid();
        let known = self.blocks.iter().flat_map(|block| &block.txdata);
        if !known
            .chain(self.mempool.iter().map(|p| &p.transaction))
            .any(|t| t.compute_txid() == txid)
        {
            let height = self.blocks.len() - 1;
            self.mempool.push(Pending {
                transaction,
                time: now(),
                height,
            });
        }
        Ok(json!(txid.to_string()))
    }

    fn block(&self, hash: &Value) -> Result<(usize, &Block), (i64, String)> {
        let hash = hash.as_str().unwrap_or("");
        let mut blocks = self.blocks.iter().enumerate();
        let found = blocks.find(|(_, block)| block.block_hash().to_string() == hash);
        found.ok_or((-5, "Block not found".into()))
    }

    fn pending(&self, txid: &Value) -> Result<&Pending, (i64, String)> {
        let txid = txid.as_str().unwrap_or("");
        let mut pending = self.mempool.iter();
        let found = pending.find(|pending| pending.transaction.compute_txid().to_string() == txid);
        found.ok_or((-5, "Transaction not in mempool".into()))
    }

    fn call(&mut self, method: &str, parameters: &[Value]) -> Answer {
        let first = parameters.first().unwrap_or(&Value::Null);
        match method {
            "getblockchaininfo" => {
                let tip = self.blocks.len() - 1;
                let hash = self.blocks[tip].block_hash().to_string();
                Ok(json!({"chain": "regtest", "blocks": tip, "bestblockhash": hash}))
            }
            "getblockhash" => {
                let height = first.as_u64().unwrap_or(u64::MAX);
                let block = self
                    .blocks
                    .get(usize::try_from(height).unwrap_or(usize::MAX));
                let block = block.ok_or((-8, "Block height out of range".to_string()))?;
                Ok(json!(block.block_hash().to_string()))
            }
            "getblockheader" => {
                let (height, block) = self.block(first)?;
                let header = &block.header;
                // At regtest's difficulty every block is worth two hashes.
                let work = format!("{:064x}", 2 * (height + 1));
                let mut answer = json!({
                    "hash": header.block_hash().to_string(), "height": height, "chainwork": work,
                    "version": header.version.to_consensus(), "time": header.time,
                    "merkleroot": header.merkle_root.to_string(), "nonce": header.nonce,
                    "bits": format!("{:08x}", header.bits.to_consensus()),
                });
                if height > 0 {
                    answer["previousblockhash"] = json!(header.prev_blockhash.to_string());
                }
                Ok(answer)
            }
            "getblock" => Ok(json!(serialize_hex(self.block(first)?.1))),
            "getrawmempool" => {
                let txid = |pending: &Pending| pending.transaction.compute_txid().to_string();
                Ok(json!(self.mempool.iter().map(txid).collect::<Vec<_>>()))
            }
            "getmempoolentry" => {
                let pending = self.pending(first)?;
                Ok(json!({"time": pending.time, "height": pending.height}))
            }
            "getrawtransaction" => Ok(json!(serialize_hex(&self.pending(first)?.transaction))),
            "sendrawtransaction" => {
                let bytes = first.as_str().unwrap_or("");
                let transaction = deserialize_hex(bytes).map_err(|e| (-22, e.to_string()))?;
                self.broadcast(transaction)
            }
            "getmempoolinfo" => Ok(json!({"loaded": true, "mempoolminfee": 0.00001})),
            "estimatesmartfee" => Ok(json!({"feerate": 0.00002, "blocks": 2})),
            "mine" => {
                for _ in 0..first.as_u64().unwrap_or(1) {
                    self.mine();
                }
                Ok(json!(self.blocks.len() - 1))
            }
            "fund" => {
                let sats = parameters.get(1).and_then(Value::as_u64).unwrap_or(0);
                self.fund(first.as_str().unwrap_or(""), sats)
            }
            _ => Err((-32601, format!("no method {method}"))),
        }
    }
}

/// Starts the stand-in, which runs as long as the process.  Returns its port.
pub fn start() -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let chain = Arc::new(Mutex::new(Chain::new()));
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let chain = chain.clone();
            std::thread::spawn(move || {
                let _ = serve(connection, &chain);
            });
        }
    });
    Ok(port)
}

fn serve(connection: TcpStream, chain: &Mutex<Chain>) -> io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut writer = connection;
    while let Some((_, body)) = read_message(&mut reader)? {
        let request: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let method = request["method"].as_str().unwrap_or("");
        let parameters = request["params"].as_array().cloned().unwrap_or_default();
        let answer = chain.lock().unwrap().call(method, &parameters);
        let (status, body) = match answer {
            Ok(result) => (
                "200 OK",
                json!({"result": result, "error": null, "id": request["id"]}),
            ),
            Err((code, message)) => (
                "500 Internal Server Error",
                json!({"result": null, "error": {"code": code, "message": message}, "id": request["id"]}),
            ),
        };
        let body = body.to_string();
        let length = body.len();
        write!(
            writer,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
    }
    Ok(())
}

/// The first line and the body of an HTTP message; nothing at the end of the connection.
fn read_message(reader: &mut impl BufRead) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((first, body)))
}

/// Asks the stand-in at `port` to mine or fund.
pub fn ask(port: u16, method: &str, parameters: Value) -> io::Result<Value> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    let body = json!({"id": 0, "method": method, "params": parameters}).to_string();
    let length = body.len();
    write!(
        connection,
        "POST / HTTP/1.1\r\nHost: chain\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let message = read_message(&mut BufReader::new(connection))?;
    let (_, body) = message.ok_or(io::Error::other("the chain hung up"))?;
    let answer: Value = serde_json::from_slice(&body)?;
    if !answer["error"].is_null() {
        return Err(io::Error::other(answer["error"].to_string()));
    }
    Ok(answer["result"].clone())
}
