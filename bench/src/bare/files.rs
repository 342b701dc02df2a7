//! axum alone behind rustls, over a directory: what is put is a file, what is got is read from it piece by piece.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Path as Named, State},
    http::header::CONTENT_LENGTH,
    response::IntoResponse,
    routing::put,
};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use tempfile::TempDir;
use tokio::{fs::File, io::AsyncReadExt, net::TcpListener};

use super::{acceptor, http::Secured, process::announce};

const PIECE_BYTES: usize = 128 * 1024;

/// Serves until its parent ends it. Argument: where the certificate goes.
pub(crate) async fn serve(arguments: &[String]) {
    let tls = acceptor(Path::new(&arguments[0]));
    let folder = TempDir::with_prefix("bastide-bench-files-").unwrap();
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = tcp.local_addr().unwrap();
    announce(address);
    let router = Router::new()
        .route("/files/{name}", put(keep).get(give))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(folder.path().to_owned()));
    axum::serve(Secured::over(tcp, tls, address), router)
        .await
        .unwrap();
}

/// As plain file servers do: written, and left to the kernel.
async fn keep(
    State(folder): State<Arc<PathBuf>>,
    Named(name): Named<String>,
    body: Bytes,
) -> impl IntoResponse {
    tokio::fs::write(folder.join(name), body).await.unwrap();
    ([(CONTENT_LENGTH, "2")], "{}")
}

async fn give(State(folder): State<Arc<PathBuf>>, Named(name): Named<String>) -> impl IntoResponse {
    let file = File::open(folder.join(name)).await.unwrap();
    let length = file.metadata().await.unwrap().len();
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        let read = file.read_buf(&mut piece).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (piece.freeze(), file)))
    });
    ([(CONTENT_LENGTH, length)], Body::from_stream(pieces))
}
