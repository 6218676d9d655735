#!/usr/bin/env bash
# Prints, as Markdown, which rules matter most for the languages of this repository: those whose manifests are there.
set -euo pipefail

# A language, the names of its manifests, the rules.
languages=(
    "Python|requirements*.txt pyproject.toml uv.lock poetry.lock Pipfile|source-before-dependencies cache-mount-missing cache-mount-defeated pip-no-cache-dir venv-not-on-path user-site-copied unpinned-pip-package"
    "Node.js|package.json|source-before-dependencies cache-mount-missing dockerignore-missing-entries unpinned-npm-package"
    "Go|go.mod|source-before-dependencies cache-mount-missing unpinned-go-tool"
    "Rust|Cargo.toml|source-before-dependencies cache-mount-missing dockerignore-missing-entries"
    "Java|pom.xml build.gradle build.gradle.kts|source-before-dependencies cache-mount-missing dockerignore-missing-entries"
    "Ruby|Gemfile|source-before-dependencies cache-mount-missing unpinned-gem"
    "PHP|composer.json|source-before-dependencies cache-mount-missing dockerignore-missing-entries"
    "C#|*.csproj|source-before-dependencies cache-mount-missing dockerignore-missing-entries"
)

# An action that is used by its path (`uses: ./`) has no repository of its own.
repository=${DFLINT_ACTION_REPOSITORY:-${GITHUB_REPOSITORY:-}}
revision=${DFLINT_ACTION_REF:-${GITHUB_SHA:-HEAD}}
pages=${GITHUB_SERVER_URL:-https://github.com}/$repository/blob/$revision/docs/rules

# Patterns are for find, not for the shell.
set -f
# The first manifest, in folders that people write to themselves.
first() {
    local names=() name
    for name in $1; do
        names+=(-o -name "$name")
    done
    find . -type d \( -name '.?*' -o -name node_modules -o -name vendor -o -name target \) -prune \
        -o -type f \( "${names[@]:1}" \) -print 2>/dev/null | LC_ALL=C sort | sed -n 1p
}

lines=
for language in "${languages[@]}"; do
    IFS='|' read -r name manifests rules <<<"$language"
    manifest=$(first "$manifests")
    if [[ -z $manifest ]]; then
        continue
    fi
    # A file name is text, and ends no code span.
    manifest=${manifest#./}
    manifest=${manifest//[\`[:cntrl:]]/?}
    links=
    for rule in $rules; do
        links+="${links:+, }[$rule]($pages/$rule.md)"
    done
    lines+="- $name (\`$manifest\`): $links"$'\n'
done
if [[ -n $lines ]]; then
    printf '\n### Rules that matter most here\n\n%s' "$lines"
fi
