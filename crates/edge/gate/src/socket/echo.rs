//! Says back what it hears: for test suites of the protocol that come from outside. Only in test mode.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
};

use super::{actor::close_for, upgrade::Upgrade};
use crate::listen::Phase;

/// The suites send messages of 16 MiB.
const MESSAGE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Echoes until the client closes or the server ends.
pub(crate) async fn run(mut upgrade: Upgrade) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    let Some(mut stream) = upgrade.stream(config).await else {
        return;
    };
    let mut phase = upgrade.peer.phase();
    loop {
        let message = tokio::select! {
            _ = phase.wait_for(|phase| *phase > Phase::Serving) => return,
            message = stream.next() => message,
        };
        let echoed = match message {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                stream.send(message).await
            }
            Some(Ok(_)) => stream.flush().await,
            Some(Err(error)) => {
                if let Some(close) = close_for(&error) {
                    let frame = CloseFrame {
                        code: CloseCode::from(close.code()),
                        reason: close.reason().into(),
                    };
                    // The client broke the protocol; whether it hears of it is its own affair.
                    let _ = stream.close(Some(frame)).await;
                }
                return;
            }
            None => return,
        };
        if echoed.is_err() {
            return;
        }
    }
}
