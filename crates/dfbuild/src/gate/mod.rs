//! The gate: what was built is scanned before anything of it is published.

pub mod finding;
pub mod table;
pub mod trivy;

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;

pub use self::finding::{Finding, Severity};
use self::trivy::Trivy;
use crate::error::Error;
use crate::oci::{BlobDirectory, Image, PlatformImage, single_image_layout};

/// What was found for one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformScan {
    /// The platform.
    pub platform: String,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
}

/// Scans the image for every platform. Findings below `severities` are not reported.
pub async fn scan(
    scanner: &Trivy,
    blobs: &BlobDirectory,
    image: &Image,
    severities: &BTreeSet<Severity>,
    context: &Path,
) -> Result<Vec<PlatformScan>, Error> {
    let layouts =
        TempDir::with_prefix("dfbuild-scan-").map_err(|error| Error::file(std::env::temp_dir(), error))?;
    // Trivy quietly takes the first platform of a layout that has several, so each one gets a layout of its own.
    let scans = image.platforms.iter().enumerate().map(|(number, platform)| {
        let directory = layouts.path().join(number.to_string());
        async move {
            single_image_layout(&directory, blobs.root(), &platform.manifest)
                .map_err(|error| Error::file(&directory, error))?;
            scan_platform(scanner, &directory, platform, severities, context).await
        }
    });
    futures::future::try_join_all(scans).await
}

async fn scan_platform(
    scanner: &Trivy,
    layout: &Path,
    image: &PlatformImage,
    severities: &BTreeSet<Severity>,
    context: &Path,
) -> Result<PlatformScan, Error> {
    let platform = image.platform.to_string();
    let failed = |cause: String| Error::Scan { platform: platform.clone(), cause };
    let scan = scanner.scan(layout, severities, context).await.map_err(failed)?;
    if scan.architecture != image.platform.architecture {
        return Err(failed(format!("the scanner looked at {:?} instead", scan.architecture)));
    }
    let mut findings = scan.findings;
    findings.sort();
    findings.dedup();
    Ok(PlatformScan { platform, findings })
}
