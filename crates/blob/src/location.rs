//! Where the blobs of a deployment are, as its configuration says it.

use std::{path::PathBuf, str::FromStr, sync::Arc};

use base::{Context, Entropy, Fault, Result, Secret};
use url::Url;

use crate::{Directory, S3, S3Place, Store};

/// A place for blobs, as written in a URL.
///
/// - `file:///var/lib/bastide/blobs`: a directory, with its absolute path;
/// - `s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-1`: a bucket. Without `region` it is `us-east-1`, which
///   servers other than AWS ignore; without `endpoint` it is AWS. Credentials never stand in the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    Directory(PathBuf),
    S3(S3Place),
}

/// How a bucket is reached.
pub struct S3Credentials {
    pub access_key: String,
    pub secret_key: Secret<String>,
    /// Certificate authorities to trust beside those of the system, each in PEM.
    pub root_certificates_pem: Vec<Vec<u8>>,
}

/// Takes a place into use.
///
/// # Errors
/// A bucket without credentials, a directory that cannot be made, a certificate that cannot be read. Whether a bucket
/// answers is seen at its first use.
pub async fn open(
    location: &Location,
    credentials: Option<&S3Credentials>,
    entropy: Arc<dyn Entropy>,
) -> Result<Arc<dyn Store>> {
    match location {
        Location::Directory(root) => Ok(Arc::new(Directory::open(root.clone(), entropy).await?)),
        Location::S3(place) => {
            let credentials =
                credentials.context("an S3 blob store needs an access key and a secret key")?;
            Ok(Arc::new(S3::new(place, credentials)?))
        }
    }
}

impl FromStr for Location {
    type Err = base::Error;

    fn from_str(text: &str) -> Result<Self> {
        let url = Url::parse(text).context("reading the URL of the blob store")?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(
                Fault::new("the URL of the blob store has parts that it must not have").into(),
            );
        }
        match url.scheme() {
            "file" => directory(&url),
            "s3" => bucket(&url),
            _ => Err(
                Fault::new("the URL of the blob store begins with neither file:// nor s3://")
                    .into(),
            ),
        }
    }
}

fn directory(url: &Url) -> Result<Location> {
    let path = url.to_file_path().ok().filter(|_| url.query().is_none());
    let path = path.context(
        "a file URL has an absolute path and nothing else: file:///var/lib/bastide/blobs",
    )?;
    Ok(Location::Directory(path))
}

fn bucket(url: &Url) -> Result<Location> {
    let bucket = url
        .host_str()
        .filter(|_| url.port().is_none())
        .context("an S3 URL begins with a bucket: s3://bucket")?;
    let mut place = S3Place {
        bucket: bucket.to_owned(),
        prefix: url.path().trim_matches('/').to_owned(),
        endpoint: None,
        region: "us-east-1".to_owned(),
    };
    for (name, value) in url.query_pairs() {
        match &*name {
            "endpoint" => place.endpoint = Some(endpoint(&value)?),
            "region" => place.region = value.into_owned(),
            _ => {
                return Err(
                    Fault::new("an S3 URL knows the parameters endpoint and region").into(),
                );
            }
        }
    }
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    if !place.prefix.bytes().all(plain) || place.prefix.contains("//") {
        return Err(
            Fault::new("the prefix of an S3 URL has letters, digits, -, _, . and / only").into(),
        );
    }
    Ok(Location::S3(place))
}

fn endpoint(value: &str) -> Result<String> {
    let url = Url::parse(value).context("reading the endpoint of the blob store")?;
    let fine = matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none();
    if !fine {
        return Err(Fault::new("the endpoint of an S3 URL is an http or https address").into());
    }
    Ok(value.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_urls() {
        let place = |bucket: &str, prefix: &str, endpoint: Option<&str>, region: &str| {
            Location::S3(S3Place {
                bucket: bucket.into(),
                prefix: prefix.into(),
                endpoint: endpoint.map(Into::into),
                region: region.into(),
            })
        };
        for (text, expected) in [
            (
                "file:///var/lib/blobs",
                Location::Directory("/var/lib/blobs".into()),
            ),
            (
                "file:///with%20space",
                Location::Directory("/with space".into()),
            ),
            ("s3://house", place("house", "", None, "us-east-1")),
            (
                "s3://house/a/b/?region=eu-1",
                place("house", "a/b", None, "eu-1"),
            ),
            (
                "s3://house/a?endpoint=http://127.0.0.1:9000/&region=x",
                place("house", "a", Some("http://127.0.0.1:9000"), "x"),
            ),
        ] {
            assert_eq!(text.parse::<Location>().unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "",
            "/var/lib/blobs",
            "file://relative/path",
            "file:///blobs?mode=fast",
            "http://example.org",
            "s3://",
            "s3:///prefix",
            "s3://key:secret@house",
            "s3://house:9000",
            "s3://house?endpoint=ftp://example.org",
            "s3://house?secret=1",
            "s3://house/a%2f..",
            "s3://house/a//b",
        ] {
            assert!(text.parse::<Location>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_bucket_needs_credentials() {
        let location = "s3://house".parse().unwrap();
        assert!(
            open(&location, None, Arc::new(base::SystemEntropy))
                .await
                .is_err()
        );
    }
}
