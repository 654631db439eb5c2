//! A language server, driven as an editor drives it: messages over stdin and stdout.
//!
//! Invariants: a wait ends with a message, or fails after [`PATIENCE`].
//!
//! Must not know: the requests.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// The longest a message may take: the first ones wait until the macros are compiled.
const PATIENCE: Duration = Duration::from_secs(300);

/// The text changed while the server worked on the request: send the request again.
const CONTENT_MODIFIED: i64 = -32801;

pub(crate) struct Client {
    server: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    requests: u64,
}

impl Client {
    /// Starts the server in a workspace, and waits until the workspace is loaded. `None` if there is no server.
    pub(crate) fn start(server: &str, workspace: &Path, options: Value) -> Option<Self> {
        let version = Command::new(server).arg("--version").output().ok()?;
        if !version.status.success() {
            return None;
        }
        let mut server = Command::new(server)
            .current_dir(workspace)
            // If the source of the standard library is missing, the server asks rustup for it: a test downloads
            // nothing.
            .env("RUSTUP_DIST_SERVER", "file:///nowhere")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let input = server.stdin.take().expect("a pipe");
        let output = server.stdout.take().expect("a pipe");
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut client = Self {
            server,
            input,
            messages,
            requests: 0,
        };
        let root = uri(workspace);
        client.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": root,
                "workspaceFolders": [{ "uri": root, "name": "workspace" }],
                "initializationOptions": options,
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "workspace": { "workspaceEdit": { "documentChanges": false } },
                    "textDocument": {
                        "completion": { "completionItem": { "snippetSupport": false } },
                        "hover": { "contentFormat": ["plaintext"] },
                    },
                },
            }),
        );
        client.notify("initialized", json!({}));
        Some(client)
    }

    /// Waits until the server has loaded everything, and returns its status.
    pub(crate) fn loaded(&mut self) -> Value {
        loop {
            let message = self.receive();
            let status = &message["params"];
            if message["method"] == "experimental/serverStatus" && status["quiescent"] == true {
                return status.clone();
            }
        }
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The result of a request, or the error's message.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        loop {
            self.requests += 1;
            let id = self.requests;
            self.send(
                &json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params.clone() }),
            );
            let answer = loop {
                let message = self.receive();
                if message["id"] == id && message["method"].is_null() {
                    break message;
                }
            };
            if answer["error"]["code"] == CONTENT_MODIFIED {
                continue;
            }
            if !answer["error"].is_null() {
                return answer["error"]["message"].clone();
            }
            return answer["result"].clone();
        }
    }

    /// The next message. A request of the server to its editor gets an empty answer.
    fn receive(&mut self) -> Value {
        let message = self.messages.recv_timeout(PATIENCE);
        let message = message.expect("the server answers in time");
        if !message["id"].is_null() && !message["method"].is_null() {
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
        message
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())
            .and_then(|()| self.input.flush())
            .expect("the server reads");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // An error means that the server has ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A header with a length, an empty line, and as much JSON.
fn message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(text) = line.strip_prefix("Content-Length: ") {
            length = text.parse().ok()?;
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
