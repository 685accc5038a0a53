//! A local node and the keepers on it, as processes that end with their test.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use plimsoll_client::Pubkey;
use serde_json::{Value, json};

const SLOT_MILLISECONDS: u64 = 20;
const LOWEST_PORT: u16 = 12_000;
const PORTS: u16 = 20_000;
const LAMPORTS: u64 = 100_000_000_000;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A local node that runs the program.
pub(crate) struct Node {
    process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub(crate) url: String,
    pub(crate) ws_url: String,
}

/// Two ports that nobody listens on, below those that systems give to outgoing connections; processes begin at different ones.
fn free_ports() -> [u16; 2] {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % u32::from(PORTS)).expect("a remainder is small");
    let mut free = std::iter::repeat_with(|| TAKEN.fetch_add(1, Ordering::Relaxed))
        .take(PORTS.into())
        .map(|taken| LOWEST_PORT + (first + taken) % PORTS)
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    [(); 2].map(|()| free.next().expect("a free port"))
}

impl Node {
    pub(crate) fn start(funded: &[Pubkey]) -> Self {
        let program = root().join("target/deploy/plimsoll.so");
        assert!(program.exists(), "{} is missing: run `make program`", program.display());
        let [rpc_port, ws_port] = free_ports();
        let mut command = Command::new("node");
        command
            .arg(root().join("migrations/localnode.mjs"))
            .args(["--rpc-port", &rpc_port.to_string(), "--ws-port", &ws_port.to_string()])
            .args(["--slot-ms", &SLOT_MILLISECONDS.to_string()])
            .arg("--program")
            .arg(format!("{}={}", plimsoll::ID, program.display()));
        for address in funded {
            command.args(["--airdrop", &format!("{address}={LAMPORTS}")]);
        }
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node 20 is installed");
        let commands = process.stdin.take().expect("a piped stdin");
        let answers = BufReader::new(process.stdout.take().expect("a piped stdout"));
        let mut node = Self {
            process,
            commands,
            answers,
            url: format!("http://127.0.0.1:{rpc_port}"),
            ws_url: format!("ws://127.0.0.1:{ws_port}"),
        };
        let ready = node.answer();
        assert_eq!(ready["ready"], true, "{ready}");
        node
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the node answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("the node answered {line:?}: {error}"))
    }

    fn command(&mut self, command: &Value) -> Value {
        writeln!(self.commands, "{command}").expect("the node listens");
        let answer = self.answer();
        assert_eq!(answer["ok"], true, "{}: {answer}", command["cmd"]);
        answer
    }

    pub(crate) fn unix_seconds(&mut self) -> i64 {
        self.command(&json!({ "id": 1, "cmd": "clock" }))["unix_seconds"].as_i64().expect("a clock tells seconds")
    }

    /// Moves the clock forward.
    pub(crate) fn travel_to(&mut self, unix_seconds: i64) {
        self.command(&json!({ "id": 1, "cmd": "timeTravel", "unix_seconds": unix_seconds }));
    }

    pub(crate) fn set_account(&mut self, address: &Pubkey, owner: &Pubkey, data: &[u8]) {
        self.command(&json!({
            "id": 1, "cmd": "setAccount", "address": address.to_string(), "lamports": 1_000_000_000,
            "data_base64": BASE64_STANDARD.encode(data), "owner": owner.to_string(),
        }));
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A keeper process and the facts that it reported so far.
pub(crate) struct KeeperProcess {
    process: Child,
    facts: Arc<Mutex<Vec<Value>>>,
}

impl KeeperProcess {
    pub(crate) fn start(arguments: &[String]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_plimsoll-keeper"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the keeper starts");
        let lines = BufReader::new(process.stdout.take().expect("a piped stdout")).lines();
        let facts = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&facts);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let fact = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a line of JSON: {line}"));
                seen.lock().expect("no panic while facts are held").push(fact);
            }
        });
        Self { process, facts }
    }

    /// The facts of one kind.
    pub(crate) fn facts(&self, event: &str) -> Vec<Value> {
        let facts = self.facts.lock().expect("no panic while facts are held");
        facts.iter().filter(|fact| fact["event"] == event).cloned().collect()
    }

    /// Asks it to end, as a service manager does.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(asked.expect("kill runs").success(), "the keeper had ended before it was asked to");
        self.process.wait().expect("a child can be waited for")
    }
}

impl Drop for KeeperProcess {
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
