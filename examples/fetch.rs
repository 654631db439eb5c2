//! Search while somebody types: outdated requests are dropped. `cargo run --example fetch`

use signal_kernel::{AsyncStatus, reactive, resource};
use std::{convert::Infallible, time::Duration};
use tokio::time::{sleep, timeout};

reactive! {
    struct Search {
        signal text: String = String::new();
        // Starts anew when `text` changes. `?` means: without input no request.
        resource found = request((!text.is_empty()).then(|| text.clone())?);
        effect show {
            match (found.status(), found.value()) {
                (AsyncStatus::Success, Some(words)) => println!("{text:?}: {}", words.join(", ")),
                (status, _) => println!("{text:?}: {status}"),
            }
        }
    }
}

/// Any async function: here a server that takes 300 ms to answer.
#[resource]
async fn request(text: String) -> Result<Vec<&'static str>, Infallible> {
    let mut end = End(text.clone(), "dropped");
    sleep(Duration::from_millis(300)).await;
    end.1 = "answered";
    let words = ["sail", "signal", "signature", "silk"].into_iter();
    Ok(words.filter(|word| word.starts_with(&text)).collect())
}

/// Prints how a request has ended: to cancel a future is to drop it.
struct End(String, &'static str);

impl Drop for End {
    fn drop(&mut self) {
        println!("    the request for {:?} was {}", self.0, self.1);
    }
}

// The clock of the runtime is paused and jumps from sleep to sleep, so the example does not wait.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut search = Search::new();
    for text in ["s", "si", "sig"] {
        search.set_text(text.to_owned());
        // The next key comes after 100 ms. That ends this wait; the request goes on.
        let _ = timeout(Duration::from_millis(100), search.settled()).await;
    }
    search.settled().await;
}
