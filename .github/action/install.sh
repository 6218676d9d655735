#!/usr/bin/env bash
# Puts dflint into a folder of the runner and that folder into PATH.
set -euo pipefail

venv=${RUNNER_TEMP:?}/dflint
if [[ -x $venv/bin/dflint ]]; then
    exit 0
fi
python3 -m venv "$venv"
if [[ -n ${DFLINT_VERSION:-} ]]; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check "dflint==$DFLINT_VERSION"
else
    "$venv/bin/pip" install --quiet --disable-pip-version-check "${GITHUB_ACTION_PATH:?}"
fi
echo "$venv/bin" >>"${GITHUB_PATH:?}"
