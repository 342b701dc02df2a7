//! Blobs as objects of an S3 API: `<prefix>/<32 digits>`.

use std::{ops::Range, sync::Arc, time::Duration};

use base::{Context, Fault, Result, Timestamp};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture};
use object_store::{
    Certificate, ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt,
    RetryConfig, WriteMultipart,
    aws::{AmazonS3, AmazonS3Builder},
    list::{PaginatedListOptions, PaginatedListStore},
    path::Path,
};

use crate::{
    ByteStream, Limits, Listing, Name, Object, Page, Prefix, S3Credentials, Store, Stored,
    store::{length, limited, within},
};

/// How long the parts of an upload are, and what is up to this long goes in one request. Some servers want all parts but the last
/// to be alike.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// How many parts of one upload are under way at once.
const PARTS_AT_ONCE: usize = 2;
/// The most parts that the API allows, which makes 80,000 MiB the largest object.
const PARTS_MAX: u64 = 10_000;
/// [`PART_BYTES`] as sizes are counted.
const PART_LEN: u64 = 8 * 1024 * 1024;
const SIZE_BYTES_MAX: u64 = PARTS_MAX * PART_LEN;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long nothing may come. Sending counts too: a part gets through at 140 KiB a second.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
const RETRIES_MAX: usize = 4;
const RETRY_TIMEOUT: Duration = Duration::from_secs(120);

/// Where in which service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Place {
    pub bucket: String,
    /// What keys begin with, without a slash at either end; may be empty.
    pub prefix: String,
    /// The address of the server; `None` for the one of AWS in `region`.
    pub endpoint: Option<String>,
    pub region: String,
}

/// Blobs in a bucket.
pub struct S3 {
    client: Arc<AmazonS3>,
    prefix: String,
}

impl S3 {
    /// Prepares the client. Nothing is sent yet.
    pub fn new(place: &S3Place, credentials: &S3Credentials) -> Result<Self> {
        let mut options = ClientOptions::new()
            .with_timeout_disabled() // it would count the whole of a long transfer
            .with_connect_timeout(CONNECT_TIMEOUT)
            .with_read_timeout(READ_TIMEOUT)
            .with_allow_http(true);
        for certificate in &credentials.root_certificates_pem {
            let certificate = Certificate::from_pem(certificate)
                .context("reading the certificate authority of the blob store")?;
            options = options.with_root_certificate(certificate);
        }
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&place.bucket)
            .with_region(&place.region)
            .with_access_key_id(&credentials.access_key)
            .with_secret_access_key(credentials.secret_key.expose())
            .with_virtual_hosted_style_request(false)
            .with_disable_bulk_delete(true)
            .with_client_options(options)
            .with_retry(RetryConfig {
                max_retries: RETRIES_MAX,
                retry_timeout: RETRY_TIMEOUT,
                ..RetryConfig::default()
            });
        if let Some(endpoint) = &place.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let client = builder
            .build()
            .context("preparing the client of the blob store")?;
        let prefix = if place.prefix.is_empty() {
            String::new()
        } else {
            format!("{}/", place.prefix)
        };
        Ok(Self {
            client: Arc::new(client),
            prefix,
        })
    }

    fn key(&self, name: Name) -> Path {
        Path::from(format!("{}{name}", self.prefix))
    }

    async fn write(&self, name: Name, bytes: ByteStream, limits: Limits) -> Result<u64> {
        let key = self.key(name);
        let size_bytes_max = limits.size_bytes_max.min(SIZE_BYTES_MAX);
        let mut bytes = limited(
            bytes,
            Limits {
                size_bytes_max,
                ..limits
            },
        );
        let (begin, mut written) = first_part(&mut bytes).await?;
        if written <= PART_LEN {
            let payload = begin.into_iter().collect();
            self.client
                .put(&key, payload)
                .await
                .context("storing a blob")?;
            return Ok(written);
        }
        let upload = self
            .client
            .put_multipart(&key)
            .await
            .context("beginning an upload in parts")?;
        let mut upload = Upload::new(WriteMultipart::new_with_chunk_size(upload, PART_BYTES));
        for piece in begin {
            upload.send(piece).await?;
        }
        while let Some(piece) = bytes.try_next().await? {
            written += length(&piece);
            upload.send(piece).await?;
        }
        upload.finish().await?;
        Ok(written)
    }

    async fn read(&self, name: Name, range: Option<Range<u64>>) -> Result<Option<Object>> {
        if range.as_ref().is_some_and(Range::is_empty) {
            return Err(Fault::new("a range outside of its blob").into());
        }
        let options = GetOptions {
            range: range.clone().map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let result = match self.client.get_opts(&self.key(name), options).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            result => result.context("reading a blob")?,
        };
        let size_bytes = result.meta.size;
        if result.range != within(range, size_bytes)? {
            return Err(Fault::new("the blob store answered with another range").into());
        }
        let bytes = result
            .into_stream()
            .map(|piece| piece.context("reading a blob"))
            .boxed();
        Ok(Some(Object { size_bytes, bytes }))
    }

    async fn remove(&self, name: Name) -> Result<()> {
        match self.client.delete(&self.key(name)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            result => result.context("deleting a blob"),
        }
    }

    async fn look(&self, name: Name) -> Result<bool> {
        match self.client.head(&self.key(name)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error).context("looking for a blob"),
        }
    }

    async fn page(&self, prefix: &Prefix, page: Page) -> Result<Listing> {
        let begins = format!("{}{}", self.prefix, prefix.as_str());
        let begins = Some(begins.as_str()).filter(|begins| !begins.is_empty());
        let mut token = None;
        let mut items = Vec::new();
        loop {
            let options = PaginatedListOptions {
                offset: page.after.map(|after| format!("{}{after}", self.prefix)),
                max_keys: Some(usize::from(page.limit.clamp(1, 1000))),
                page_token: token,
                ..PaginatedListOptions::default()
            };
            let answer = self
                .client
                .list_paginated(begins, options)
                .await
                .context("listing the blobs")?;
            items.extend(
                answer
                    .result
                    .objects
                    .iter()
                    .filter_map(|object| self.stored(object)),
            );
            token = answer.page_token;
            // A page of nothing but foreign keys is not the end.
            if !items.is_empty() || token.is_none() {
                break;
            }
        }
        items.sort_unstable_by_key(|stored| stored.name);
        let next = items
            .last()
            .filter(|_| token.is_some())
            .map(|stored| stored.name);
        Ok(Listing { items, next })
    }

    fn stored(&self, object: &ObjectMeta) -> Option<Stored> {
        let name = object
            .location
            .as_ref()
            .strip_prefix(&self.prefix)?
            .parse()
            .ok()?;
        let stored_at = Timestamp::from_micros(object.last_modified.timestamp_micros());
        Some(Stored {
            name,
            size_bytes: object.size,
            stored_at,
        })
    }
}

impl Store for S3 {
    fn put(&self, name: Name, bytes: ByteStream, limits: Limits) -> BoxFuture<'_, Result<u64>> {
        self.write(name, bytes, limits).boxed()
    }

    fn get(&self, name: Name, range: Option<Range<u64>>) -> BoxFuture<'_, Result<Option<Object>>> {
        self.read(name, range).boxed()
    }

    fn delete(&self, name: Name) -> BoxFuture<'_, Result<()>> {
        self.remove(name).boxed()
    }

    fn exists(&self, name: Name) -> BoxFuture<'_, Result<bool>> {
        self.look(name).boxed()
    }

    fn list<'a>(&'a self, prefix: &'a Prefix, page: Page) -> BoxFuture<'a, Result<Listing>> {
        self.page(prefix, page).boxed()
    }

    /// None: parts of a broken-off upload are listed nowhere that this client sees; a lifecycle rule of the bucket ends them.
    fn remove_abandoned(&self, _: Timestamp) -> BoxFuture<'_, Result<u64>> {
        async { Ok(0) }.boxed()
    }
}

/// An upload in parts, ended at the server when it is dropped before its time.
struct Upload(Option<WriteMultipart>);

impl Upload {
    const fn new(writer: WriteMultipart) -> Self {
        Self(Some(writer))
    }

    /// Takes a piece and waits while enough parts are under way.
    async fn send(&mut self, piece: Bytes) -> Result<()> {
        let writer = self
            .0
            .as_mut()
            .context("an upload goes on until it is finished")?;
        writer.put(piece);
        writer
            .wait_for_capacity(PARTS_AT_ONCE)
            .await
            .context("storing a part of a blob")
    }

    /// Makes the object visible; if that fails, the parts are removed.
    async fn finish(mut self) -> Result<()> {
        let writer = self.0.take().context("an upload is finished once")?;
        writer
            .finish()
            .await
            .map(|_| ())
            .context("finishing an upload in parts")
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let (Some(writer), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        // If the server cannot be told now, its lifecycle rule removes the parts.
        runtime.spawn(async move { drop(writer.abort().await) });
    }
}

/// Pieces up to the end of the stream or until they are more than one part; and how many bytes they are.
async fn first_part(bytes: &mut ByteStream) -> Result<(Vec<Bytes>, u64)> {
    let (mut pieces, mut size) = (Vec::new(), 0);
    while size <= PART_LEN {
        let Some(piece) = bytes.try_next().await? else {
            break;
        };
        size += length(&piece);
        pieces.push(piece);
    }
    Ok((pieces, size))
}

#[cfg(test)]
mod tests {
    use base::{Entropy, Secret, SystemEntropy};

    use super::*;
    use crate::{Location, conformance, open};

    #[expect(
        clippy::disallowed_methods,
        reason = "a test against a real server is asked for by the environment"
    )]
    fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    /// Runs when `BASTIDE_TEST_S3_URL` names a bucket; each run in a place of its own.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_bucket_is_a_store() {
        let Some(url) = variable("BASTIDE_TEST_S3_URL") else {
            let is_required = variable("BASTIDE_TEST_REQUIRE_SERVICES").is_some();
            assert!(!is_required, "this run wants S3, and none is named");
            return;
        };
        let credentials = S3Credentials {
            access_key: variable("BASTIDE_TEST_S3_ACCESS_KEY").unwrap(),
            secret_key: Secret::new(variable("BASTIDE_TEST_S3_SECRET_KEY").unwrap()),
            root_certificates_pem: Vec::new(),
        };
        let Location::S3(mut place) = url.parse().unwrap() else {
            panic!("the URL begins with s3://")
        };
        place.prefix = format!("{}/{}", place.prefix, Name::random(&SystemEntropy))
            .trim_matches('/')
            .to_owned();
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let store = open(
            &Location::S3(place),
            Some(&credentials),
            Arc::clone(&entropy),
        )
        .await
        .unwrap();
        conformance::run(store, entropy).await.unwrap();
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_a_fault() {
        let place = S3Place {
            bucket: "house".into(),
            prefix: String::new(),
            endpoint: Some("http://127.0.0.1:1".into()),
            region: "us-east-1".into(),
        };
        let credentials = S3Credentials {
            access_key: "key".into(),
            secret_key: Secret::new("a secret value".into()),
            root_certificates_pem: Vec::new(),
        };
        let store = S3::new(&place, &credentials).unwrap();
        let error = store
            .exists(Name::random(&SystemEntropy))
            .await
            .unwrap_err();
        assert_eq!(error.refusal(), None);
        assert!(!error.to_string().contains("a secret value"));
    }
}
