//! A first `.dockerignore` for a project.

use super::BuildContext;
use super::clutter::{clutter, excludes_any};

/// Data from this size on is worth a line of its own.
const LARGE: u64 = 10_000_000;

/// A part of the file, and the files by which a project is known to need it.
struct Section {
    title: &'static str,
    /// One of these in the root; none when every project needs it.
    signs: &'static [&'static str],
    lines: &'static [&'static str],
}

const SECTIONS: [Section; 13] = [
    Section { title: "Version control", signs: &[], lines: &[".git", ".gitattributes", ".gitignore"] },
    Section {
        title: "The build itself",
        signs: &[],
        lines: &[".dockerignore", "Dockerfile*", "compose*.y*ml", "docker-compose*.y*ml"],
    },
    Section {
        title: "Secrets",
        signs: &[],
        lines: &["**/.env", "**/.env.*", "!**/.env.example", "**/*.pem", "**/*.key"],
    },
    Section {
        title: "Editors and systems",
        signs: &[],
        lines: &[".idea", ".vscode", "**/.DS_Store", "**/*.swp"],
    },
    Section {
        title: "Python",
        signs: &[
            "pyproject.toml",
            "requirements.txt",
            "setup.py",
            "setup.cfg",
            "Pipfile",
            "uv.lock",
            "poetry.lock",
        ],
        lines: &[
            "**/__pycache__",
            "**/*.py[cod]",
            "**/.venv",
            "venv",
            "**/*.egg-info",
            "**/.mypy_cache",
            "**/.pytest_cache",
            "**/.ruff_cache",
            ".tox",
            ".nox",
            ".coverage",
            "htmlcov",
        ],
    },
    Section {
        title: "Node.js",
        signs: &["package.json"],
        lines: &["**/node_modules", "**/npm-debug.log*", "**/.next", "**/.turbo", "coverage"],
    },
    Section { title: "Rust", signs: &["Cargo.toml"], lines: &["target"] },
    Section { title: "Go", signs: &["go.mod"], lines: &["**/*.test", "**/*.out"] },
    Section { title: "Maven", signs: &["pom.xml"], lines: &["**/target"] },
    Section {
        title: "Gradle",
        signs: &["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"],
        lines: &[".gradle", "**/build"],
    },
    Section { title: "Ruby", signs: &["Gemfile"], lines: &[".bundle", "vendor/bundle", "log", "tmp"] },
    Section { title: "PHP", signs: &["composer.json"], lines: &["vendor"] },
    Section { title: "Terraform", signs: &["main.tf"], lines: &["**/.terraform", "**/*.tfstate*"] },
];

/// The text of an ignore file for what the project is and what lies in it. No line keeps back one of the `needed` paths.
#[must_use]
pub fn starter(context: &BuildContext, needed: &[String]) -> String {
    let mut text = String::new();
    let mut known: Vec<&str> = Vec::new();
    let mut section = |title: &str, lines: &[&str]| {
        if !lines.is_empty() {
            let gap = if text.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{gap}# {title}\n{}\n", lines.join("\n")));
        }
    };
    for Section { title, signs, lines } in &SECTIONS {
        if signs.is_empty() || signs.iter().any(|sign| context.exists(sign)) {
            let is_fit = |line: &&str| line.starts_with('!') || !excludes_any(line, needed);
            let lines: Vec<&str> = lines.iter().copied().filter(is_fit).collect();
            section(title, &lines);
            known.extend(lines);
        }
    }
    let found = clutter(context, LARGE, needed);
    // Patterns that say the same with other words match the paths.
    let is_new = |paths: &[String]| {
        paths.iter().any(|path| !known.iter().any(|line| excludes_any(line, std::slice::from_ref(path))))
    };
    let more: Vec<&str> = found
        .iter()
        .filter(|clutter| is_new(&clutter.paths))
        .map(|clutter| clutter.pattern.as_str())
        .collect();
    section("Found here", &more);
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::context::MemoryTree;

    #[test]
    fn the_file_is_made_for_the_project() {
        let tree = MemoryTree::new()
            .file("package.json", 10)
            .file("node_modules/a.js", 10)
            .file("bower_components/x", 10)
            .file(".git/HEAD", 3);
        let context = BuildContext::new(Arc::new(tree), None).unwrap();
        let text = starter(&context, &["Dockerfile".to_owned()]);
        assert!(text.contains("\n# Node.js\n**/node_modules\n"), "{text}");
        assert!(text.ends_with("\n# Found here\n**/bower_components\n"), "{text}");
        assert!(!text.contains("Python") && !text.contains("Dockerfile*"), "{text}");
        assert!(text.starts_with("# Version control\n.git\n"), "{text}");
    }
}
