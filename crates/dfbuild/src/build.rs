//! One build, from the request to the published image.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::TempDir;

use crate::dockerfile::Dockerfile;
use crate::engine::{Address, Control, Engine, Features};
use crate::error::Error;
use crate::gate::trivy::{Database, Trivy};
use crate::gate::{self, table};
use crate::oci::{BlobDirectory, Image};
use crate::plan::{GatePlan, Plan};
use crate::preflight::{Preflight, StepLines};
use crate::progress::{Monitor, Scope, Style};
use crate::publish;
use crate::report::{Gate, Report, Scanned};
use crate::request::Request;
use crate::session::auth::{Auth, Keychain};
use crate::session::content::{Content, Layers, Store};
use crate::session::file_sync::{FileSync, TransferStats};
use crate::session::secrets::Secrets;
use crate::session::{Service, Session, shared_key};
use crate::solve::{Solve, Solved, solve};
use crate::terminal::tell;

/// The content store into which an image is exported.
pub(crate) const EXPORT_STORE: &str = "export";

/// Builds, scans and publishes what `request` asks for. `report` tells how far it got, also when it failed.
///
/// Dropping the returned future cancels the build in the engine.
pub async fn build(request: &Request, style: Style, report: &mut Report) -> Result<(), Error> {
    let dockerfile = Dockerfile::find(&request.context, request.dockerfile.as_deref())?;
    report.dockerfile = Some(dockerfile.path.clone());
    report.target.clone_from(&request.target);
    let preflight = Preflight::run(&request.context, &dockerfile, request.frontend, request.lint)?;
    report.context = Some(preflight.context);
    report.lint = preflight.lint;

    let shared = dockerfile.share(request.frontend)?;
    let plan = Plan::new(request, &shared.directory, &dockerfile.name(), in_ci())?;
    let engine = Engine::connect(Address::from_env()?).await?;
    report.engine = Some(engine.version.clone());
    let mut control = engine.control().await?;
    let features = engine.features(&mut control).await?;
    plan.check(&features)?;
    for sentence in &preflight.notes {
        note(style, sentence);
    }
    for platform in &request.platforms {
        if !features.platforms.contains(&platform.to_string()) {
            note(
                style,
                &format!(
                    "warning: the engine cannot run programs for {platform}: install qemu-user-static if a RUN step fails"
                ),
            );
        }
    }
    let scanner = scanner(plan.gate, &features).await?;

    let builder = Builder {
        engine,
        control,
        plan,
        shared_key: shared_key(&request.context),
        secrets: request.secrets.clone(),
        stats: TransferStats::default(),
        lines: preflight.lines,
        style,
    };
    let result = builder.run(request, &features, scanner, report).await;
    if let Some(context) = &mut report.context {
        context.sent_files = builder.stats.files();
        context.sent_bytes = builder.stats.bytes();
    }
    result
}

/// Says something to whoever looks at the terminal.
fn note(style: Style, sentence: &str) {
    if style != Style::Quiet {
        tell(sentence);
    }
}

/// Whether a continuous integration system runs the build: all of them set this variable.
fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// The scanner, or the reason why there is none.
enum Scanner {
    Ready(Trivy),
    Absent(Gate),
}

/// Finds the scanner before anything is built: a gate that cannot work must not cost a build.
async fn scanner(gate: GatePlan, features: &Features) -> Result<Scanner, Error> {
    let (database, required_by) = match gate {
        GatePlan::Off => return Ok(Scanner::Absent(Gate::Off)),
        GatePlan::Optional if !features.containerd_store => {
            let reason = "this engine cannot hand images out, for it does not use the containerd image store"
                .to_owned();
            return Ok(Scanner::Absent(Gate::NotScanned { reason }));
        }
        GatePlan::Optional => (Database::AsIs, None),
        GatePlan::Required(reason) => (Database::Update, Some(reason)),
    };
    match (Trivy::prepare(database).await, required_by) {
        (Ok(trivy), _) => Ok(Scanner::Ready(trivy)),
        (Err(lack), Some(reason)) => Err(Error::GateUnavailable { reason, lack }),
        (Err(lack), None) => Ok(Scanner::Absent(Gate::NotScanned { reason: lack.cause })),
    }
}

/// Everything that the solves of one build have in common.
pub(crate) struct Builder {
    pub(crate) engine: Engine,
    control: Control,
    pub(crate) plan: Plan,
    shared_key: String,
    secrets: BTreeMap<String, crate::session::secrets::SecretSource>,
    stats: TransferStats,
    /// Where the steps stand in the Dockerfile.
    pub(crate) lines: StepLines,
    style: Style,
}

impl Builder {
    async fn run(
        &self,
        request: &Request,
        features: &Features,
        scanner: Scanner,
        report: &mut Report,
    ) -> Result<(), Error> {
        let needs_scan = matches!(scanner, Scanner::Ready(_));
        let mut image = None;
        let layout =
            TempDir::with_prefix("dfbuild-").map_err(|error| Error::file(std::env::temp_dir(), error))?;
        // Without containerd's store an engine cannot export an image, so there is nothing to look at.
        if features.containerd_store && (needs_scan || self.plan.makes_image()) {
            let layers = if needs_scan { Layers::Keep } else { Layers::Waive };
            image = Some(self.inspect(layout.path(), layers, report).await?);
        }
        if let Some(image) = &image {
            report.set_image(image, publish::names(request));
        }
        match (scanner, &image) {
            (Scanner::Ready(trivy), Some(image)) => {
                self.gate(&trivy, request, image, layout.path(), report).await?;
            }
            (Scanner::Absent(gate), _) => report.gate = gate,
            (Scanner::Ready(_), None) => {
                report.gate = Gate::NotScanned { reason: "the engine exported no image".to_owned() };
            }
        }
        publish::publish(self, request, image.as_ref(), report).await
    }

    /// Builds the image into `directory` and reads what it is made of.
    async fn inspect(&self, directory: &Path, layers: Layers, report: &mut Report) -> Result<Image, Error> {
        let failed = |error: std::io::Error| Error::file(directory, error);
        let blobs = BlobDirectory::create(directory).map_err(failed)?;
        let store = Store { blobs: blobs.clone(), layers };
        let stores = BTreeMap::from([(EXPORT_STORE.to_owned(), store)]);
        let mut monitor = Monitor::new(self.style, Scope::Build);
        let solved = self.solve(self.plan.inspection(), stores, None, &mut monitor).await;
        report.set_steps(monitor.state(), &self.lines);
        drop(monitor);
        let unreadable = |cause: String| Error::Engine { what: "exporting the image", cause };
        let descriptor = solved?.image.ok_or_else(|| unreadable("the answer names no image".to_owned()))?;
        Image::read(&blobs, descriptor).map_err(unreadable)
    }

    async fn gate(
        &self,
        trivy: &Trivy,
        request: &Request,
        image: &Image,
        layout: &Path,
        report: &mut Report,
    ) -> Result<(), Error> {
        note(
            self.style,
            &format!("gate: scanning {} platform(s) with Trivy {}", image.platforms.len(), trivy.version),
        );
        let blobs = BlobDirectory::create(layout).map_err(|error| Error::file(layout, error))?;
        let scans = gate::scan(trivy, &blobs, image, &request.severities, &request.context).await?;
        let table = table::render(&scans, None);
        let findings = scans.iter().map(|scan| scan.findings.len()).sum();
        let scanned = Scanned {
            scanner: format!("Trivy {}", trivy.version),
            database: trivy.database.clone(),
            severities: request.severities.iter().copied().collect(),
            platforms: scans.into_iter().map(Into::into).collect(),
        };
        if findings == 0 {
            report.gate = Gate::Passed(scanned);
            return Ok(());
        }
        report.gate = Gate::Refused(scanned);
        Err(Error::GateRefused { findings, table })
    }

    /// Carries one solve out, in a session of its own that offers `stores` and perhaps a place for an output.
    pub(crate) async fn solve(
        &self,
        request: Solve,
        mut stores: BTreeMap<String, Store>,
        output: Option<Box<dyn Service>>,
        monitor: &mut Monitor,
    ) -> Result<Solved, Error> {
        for (name, path) in &self.plan.cache_directories {
            let blobs = BlobDirectory::create(path).map_err(|error| Error::file(path, error))?;
            stores.insert(name.clone(), Store { blobs, layers: Layers::Keep });
        }
        let mut services: Vec<Box<dyn Service>> = vec![
            Box::new(FileSync::new(self.plan.directories.clone(), self.stats.clone())),
            Box::new(Auth::new(Keychain::from_env())),
            Box::new(Secrets::new(self.secrets.clone())),
        ];
        if !stores.is_empty() {
            services.push(Box::new(Content::new(stores)));
        }
        services.extend(output);
        let session = Session::open(&self.engine, &self.shared_key, services).await?;
        solve(&self.control, session.id(), request, monitor).await
    }

    /// A monitor for a solve whose steps were carried out before.
    pub(crate) fn export_monitor(&self) -> Monitor {
        Monitor::new(self.style, Scope::Export)
    }

    /// A monitor for a solve that carries the steps out.
    pub(crate) fn build_monitor(&self) -> Monitor {
        Monitor::new(self.style, Scope::Build)
    }
}
