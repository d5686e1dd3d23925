#!/bin/sh
# Makes .venv hold exactly the packages of requirements.lock, and this project, editable.
# Does nothing when it already does. PYTHON names another interpreter than the first fit one found.
# pip's own settings (an index, a proxy, a certificate) are left to the reader's configuration.
set -eu
cd "$(dirname "$0")/.."

fail() { printf 'make: %s\n' "$*" >&2; exit 1; }

fit() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        fit "$PYTHON" || fail "PYTHON=$PYTHON is no Python 3.11 or newer"
        printf '%s\n' "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        if fit "$candidate"; then printf '%s\n' "$candidate"; return; fi
    done
    fail 'Python 3.11 or newer is needed, and none was found; install it, or say PYTHON=/path/to/python3 make …'
}

stamp=.venv/kg-stamp
# A moved folder, another lock or a vanished interpreter ask for a new environment; another pyproject.toml only for
# the project to be installed again.
packages="$(pwd) $(cksum <requirements.lock)"
project="$(cksum <pyproject.toml)"

if ! { [ -f "$stamp" ] && [ "$(sed -n 1p "$stamp")" = "$packages" ] && fit .venv/bin/python; }; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "$python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv"
    echo 'Installing the locked packages into .venv (once; a minute or two) …'
    rm -rf .venv
    "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    printf '%s\n' "$packages" >"$stamp"
fi

if [ "$(sed -n 2p "$stamp")" != "$project" ]; then
    echo 'Installing kg into .venv …'
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    # Python before 3.13 reads path files in the locale's encoding and dies of an accent in the folder's name when the
    # locale is C. A path relative to the file has no such letters.
    for file in .venv/lib/python*/site-packages/_congress_kg.pth; do echo ../../../../src >"$file"; done
    printf '%s\n' "$packages" "$project" >"$stamp"
fi
