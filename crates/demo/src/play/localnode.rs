//! The local node: a Surfpool node that `migrations/localnode.mjs` runs as a child process and that takes commands as lines of JSON.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Milliseconds of a slot: how often the node makes a block and a new blockhash.
const SLOT_MILLISECONDS: u64 = 100;

/// Where a node listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// JSON-RPC.
    pub rpc: u16,
    /// Websocket.
    pub websocket: u16,
}

impl Ports {
    /// Two ports that nobody listens on.
    ///
    /// # Errors
    /// The system's error, where it gives none.
    pub fn free() -> Result<Self> {
        // both are held until both are known, so that they differ
        let (rpc, websocket) = (TcpListener::bind(("127.0.0.1", 0))?, TcpListener::bind(("127.0.0.1", 0))?);
        Ok(Self { rpc: rpc.local_addr()?.port(), websocket: websocket.local_addr()?.port() })
    }
}

/// A running node. Dropping it ends the process.
#[derive(Debug)]
pub struct LocalNode {
    child: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    /// JSON-RPC.
    pub rpc_url: String,
    /// Websocket.
    pub ws_url: String,
}

impl LocalNode {
    /// Starts a node with the program deployed.
    ///
    /// # Errors
    /// Where node.js is missing, or the node refuses to start: its own message says why.
    pub async fn start(script: &Path, ports: Ports, program: &Path) -> Result<Self> {
        let mut child = Command::new("node")
            .arg(script)
            .args(["--rpc-port", &ports.rpc.to_string(), "--ws-port", &ports.websocket.to_string()])
            .args(["--slot-ms", &SLOT_MILLISECONDS.to_string()])
            .arg("--program")
            .arg(format!("{}={}", plimsoll_client::plimsoll::ID, program.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            // Ctrl-C reaches the whole group; the demonstration stops its children itself
            .process_group(0)
            .spawn()
            .context("cannot run node; install node.js 20 or newer")?;
        let commands = child.stdin.take().context("the local node has no input")?;
        let answers = child.stdout.take().context("the local node has no output")?;
        let mut node = Self {
            child,
            commands,
            answers: BufReader::new(answers).lines(),
            rpc_url: format!("http://127.0.0.1:{}", ports.rpc),
            ws_url: format!("ws://127.0.0.1:{}", ports.websocket),
        };
        node.wait_until_ready().await?;
        Ok(node)
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let first = self.answers.next_line().await?;
        let mut complaints = self.child.stderr.take().context("the local node has no error output")?;
        if first.is_none() {
            let mut text = String::new();
            complaints.read_to_string(&mut text).await?;
            bail!("the local node did not start: {}", text.trim());
        }
        // read on, so that the pipe never fills
        tokio::spawn(async move { tokio::io::copy(&mut complaints, &mut tokio::io::sink()).await });
        Ok(())
    }

    /// Gives commands, which the node carries out in order; returns what it answered to each.
    ///
    /// # Errors
    /// Where the node refuses one or is gone.
    pub async fn command(&mut self, commands: &[Value]) -> Result<Vec<Value>> {
        let lines: Vec<String> = commands.iter().map(Value::to_string).collect();
        let lines = lines.join(
            "
",
        ) + "
";
        self.commands.write_all(lines.as_bytes()).await.context("the local node is gone")?;
        let mut answers = Vec::with_capacity(commands.len());
        for command in commands {
            let line = self.answers.next_line().await?.context("the local node is gone")?;
            let answer: Value = serde_json::from_str(&line)?;
            if answer["ok"] != json!(true) {
                bail!("the local node refused {}: {}", command["cmd"], answer["error"]);
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    /// The node's clock, Unix seconds.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub async fn clock_seconds(&mut self) -> Result<u64> {
        let answers = self.command(&[json!({"cmd": "clock"})]).await?;
        let seconds = answers.first().and_then(|answer| answer["unix_seconds"].as_u64());
        seconds.context("the local node told no time")
    }

    /// Ends the node and waits until it is gone.
    ///
    /// # Errors
    /// The system's error.
    pub async fn stop(mut self) -> Result<()> {
        self.command(&[json!({"cmd": "stop"})]).await?;
        self.child.wait().await?;
        Ok(())
    }
}

/// The command that moves the clock, forward only.
#[must_use]
pub fn travel(unix_seconds: u64) -> Value {
    json!({"cmd": "timeTravel", "unix_seconds": unix_seconds})
}
