#!/usr/bin/env bash
# Let the real SDK's acceptance suite drive a fresh sidecar of its own.
# usage: conformance.sh BIN SUITE
set -euo pipefail
bin=$1 suite=$2
data=$(mktemp -d)
"$bin/otel-bridge-collector" serve --data-dir "$data/store" --api 127.0.0.1:0 --otlp-http 127.0.0.1:0 \
  --otlp-grpc 127.0.0.1:0 > "$data/ready" 2> "$data/log" &
sidecar=$!
trap 'kill "$sidecar" && wait "$sidecar" || true; rm -rf "$data"' EXIT
for _ in $(seq 150); do [ -s "$data/ready" ] && break; sleep 0.2; done
url=$("$bin/python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["api"])' "$data/ready")
BRIDGE_URL=$url BRAINTRUST_API_KEY=anything \
  "$bin/python" -m pytest -q -p no:cacheprovider --rootdir "$suite" "$suite"
