//! The local authority: a certificate authority of this node's own, for machines without a certificate from elsewhere.
//!
//! Its key and certificate live in the data directory, readable by the server alone. The leaf and its key are made at every
//! start and live in memory only: there is nothing to steal from a disk that the authority's own key would not give too.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use base::{Context, Hex, Result, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use super::{Material, expiry, files};

/// Browsers refuse leaves that are valid for more than 398 days.
const LEAF_DAYS: u32 = 90;
const AUTHORITY_DAYS: u32 = 3_650;
/// Clocks of other machines may be behind ours.
const BACKDATED_DAYS: u32 = 2;

fn key_path(directory: &Path) -> PathBuf {
    directory.join("authority.key")
}

/// Key and certificate are one file each; the certificate is what people carry to their browsers.
fn certificate_path(directory: &Path) -> PathBuf {
    directory.join("authority.pem")
}

/// The authority's certificate in PEM, as it is to be added to a browser's or system's trust.
///
/// # Errors
/// A fault when the authority was not made yet.
pub fn local_authority_pem(directory: &Path) -> Result<String> {
    fs::read_to_string(certificate_path(directory))
        .context("reading the local authority's certificate")
}

/// A fresh leaf under the authority, which is made if it is not there.
pub(super) fn leaf(directory: &Path, names: &[String], now: Timestamp) -> Result<Material> {
    let (authority, certificate) = open(directory, now)?;
    let mut subjects: Vec<String> = ["localhost", "127.0.0.1", "::1"]
        .map(str::to_owned)
        .to_vec();
    for name in names {
        if !name.is_empty() && !subjects.contains(name) {
            subjects.push(name.clone());
        }
    }
    let mut params = CertificateParams::new(subjects).context("naming the local certificate")?;
    params.distinguished_name = named("Bastide on this machine");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    last(&mut params, now, LEAF_DAYS)?;
    let key = KeyPair::generate().context("making the local certificate's key")?;
    let leaf = params
        .signed_by(&key, &authority)
        .context("signing the local certificate")?;
    let key = PrivateKeyDer::try_from(key.serialize_der())
        .ok()
        .context("reading our own key back")?;
    Ok(Material {
        chain: vec![leaf.der().clone(), certificate],
        key,
    })
}

fn open(
    directory: &Path,
    now: Timestamp,
) -> Result<(Issuer<'static, KeyPair>, CertificateDer<'static>)> {
    files::make_private_directory(directory)?;
    let key_path = key_path(directory);
    if !key_path.exists() {
        let key = KeyPair::generate().context("making the local authority's key")?;
        files::create_private(&key_path, key.serialize_pem().as_bytes())?;
    }
    let pem = fs::read_to_string(&key_path).context("reading the local authority's key")?;
    let key = KeyPair::from_pem(&pem).context("reading the local authority's key")?;
    let params = authority_params(&key, now)?;
    let path = certificate_path(directory);
    let outlives_a_leaf = |certificate: &CertificateDer<'static>| {
        expiry::not_after(certificate).map(|end| end > now.after(days(LEAF_DAYS)))
    };
    if path.exists() {
        let certificate = read_certificate(&path)?;
        if outlives_a_leaf(&certificate)? {
            return Ok((Issuer::new(params, key), certificate));
        }
        fs::remove_file(&path).context("retiring the local authority's certificate")?;
    }
    let certificate = params
        .self_signed(&key)
        .context("signing the local authority")?;
    files::create_private(&path, certificate.pem().as_bytes())?;
    Ok((Issuer::new(params, key), read_certificate(&path)?))
}

fn read_certificate(path: &Path) -> Result<CertificateDer<'static>> {
    CertificateDer::from_pem_file(path).context("reading the local authority's certificate")
}

/// The name holds the start of the key's own hash, so that the authorities of two machines can be told apart in a list
/// of trusted certificates, and so that issuing needs the key alone: the name follows from it.
fn authority_params(key: &KeyPair, now: Timestamp) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new()).context("naming the local authority")?;
    let identifier = params.key_identifier(key);
    let short = Hex(identifier.get(..4).unwrap_or(&identifier));
    params.distinguished_name = named(&format!("Bastide local authority {short}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    last(&mut params, now, AUTHORITY_DAYS)?;
    Ok(params)
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Bastide");
    name.push(DnType::CommonName, common_name);
    name
}

/// Sets the validity: from a little before `now`, for `count` days.
fn last(params: &mut CertificateParams, now: Timestamp, count: u32) -> Result<()> {
    let (year, month, day) = date(now.before(days(BACKDATED_DAYS)))?;
    params.not_before = date_time_ymd(year, month, day);
    let (year, month, day) = date(now.after(days(count)))?;
    params.not_after = date_time_ymd(year, month, day);
    Ok(())
}

fn date(moment: Timestamp) -> Result<(i32, u8, u8)> {
    let (year, month, day) = moment.date();
    Ok((
        i32::try_from(year).context("a year of certificates")?,
        u8::try_from(month).context("a month of certificates")?,
        u8::try_from(day).context("a day of certificates")?,
    ))
}

const fn days(count: u32) -> Duration {
    Duration::from_secs(86_400).saturating_mul(count)
}
