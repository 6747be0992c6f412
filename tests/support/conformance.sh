#!/usr/bin/env bash
# Let the real SDK's acceptance suite drive a fresh sidecar, then one that holds 200,000 rows already.
# usage: conformance.sh BIN SUITE
set -euo pipefail
bin=$1 suite=$2
here=$(dirname "$0")
judge=(-m pytest -q -p no:cacheprovider --rootdir "$suite" "$suite")
"$here/with_sidecar.sh" "$bin" "$bin/python" "${judge[@]}"
"$here/with_sidecar.sh" "$bin" bash -c '"$0" -m tests.support.seed "$BRIDGE_URL" && "$0" "$@"' "$bin/python" "${judge[@]}"
