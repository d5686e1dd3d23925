#!/bin/sh
# A browser and its driver for the tests of the page: takes those that are there, else installs Debian's as root.
set -eu

have() { command -v "$1" >/dev/null 2>&1; }

if { have chromium || have google-chrome; } && have chromedriver; then exit 0; fi

if have apt-get && [ "$(id -u)" = 0 ]; then
    echo 'Installing a browser for the tests (once) …'
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
            chromium chromium-driver fonts-dejavu-core; } >"$log" 2>&1 </dev/null; then
        exit 0
    fi
    tail -n 20 "$log" >&2
fi

echo 'make: the tests of the page need chromium and chromedriver; install them and try again' >&2
echo '      (Debian: apt-get install chromium chromium-driver)' >&2
exit 1
