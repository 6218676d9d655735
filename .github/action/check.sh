#!/usr/bin/env bash
# Lints once: annotations to the log, SARIF to a file, a table and advice to the job summary.
set -uo pipefail

# Paths and arguments come as words; no pattern in them is to be expanded by the shell.
set -f
read -ra paths <<<"${INPUT_PATHS:-.}"
read -ra arguments <<<"${INPUT_ARGUMENTS:-}"
formats=(--format github)
if [[ -n ${INPUT_SARIF_FILE:-} ]]; then
    formats+=(--format "sarif=$INPUT_SARIF_FILE")
    echo "sarif-file=$INPUT_SARIF_FILE" >>"${GITHUB_OUTPUT:?}"
fi
if [[ ${INPUT_SUMMARY:-true} == true && -n ${GITHUB_STEP_SUMMARY:-} ]]; then
    formats+=(--format "markdown=${RUNNER_TEMP:?}/dflint.md")
fi
if [[ -n ${INPUT_FAIL_ON:-} ]]; then
    arguments+=(--fail-on "$INPUT_FAIL_ON")
fi

dflint check "${formats[@]}" "${arguments[@]}" -- "${paths[@]}"
code=$?

if [[ -f ${RUNNER_TEMP:-}/dflint.md ]]; then
    cat "$RUNNER_TEMP/dflint.md" >>"$GITHUB_STEP_SUMMARY"
    "$(dirname "$0")/advice.sh" >>"$GITHUB_STEP_SUMMARY"
fi
echo "exit-code=$code" >>"${GITHUB_OUTPUT:?}"
exit "$code"
