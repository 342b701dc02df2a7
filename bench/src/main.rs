#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measuring tool has nobody to recover for: it fails loudly"
)]

mod bare;
mod crowd;
mod ear;
mod ground;
mod lines;
mod load;
mod options;
mod table;
mod usage;
mod wire;

use options::Options;
use table::Table;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("bare-http") => bare::http::serve(&arguments[1..]).await,
        Some("bare-files") => bare::files::serve(&arguments[1..]).await,
        Some("bare-fanout") => bare::fanout::serve(&arguments[1..]).await,
        _ => {
            let options = Options::of(&arguments);
            let mut table = Table::default();
            lines::run(&options, &mut table).await;
            table.print(options.form);
        }
    }
}
