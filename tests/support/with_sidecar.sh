#!/usr/bin/env bash
# Run a command beside a fresh sidecar of its own; Braintrust's SDKs find the sidecar through the environment.
# usage: with_sidecar.sh BIN COMMAND...
set -euo pipefail
bin=$1
shift
data=$(mktemp -d)
"$bin/otel-bridge-collector" serve --data-dir "$data/store" --api 127.0.0.1:0 --otlp-http 127.0.0.1:0 \
  --otlp-grpc 127.0.0.1:0 > "$data/ready" 2> "$data/log" &
sidecar=$!
trap 'kill "$sidecar" && wait "$sidecar" || true; rm -rf "$data"' EXIT
for _ in $(seq 300); do [ -s "$data/ready" ] && break; sleep 0.2; done
[ -s "$data/ready" ] || { cat "$data/log" >&2; exit 1; }
url=$("$bin/python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["api"])' "$data/ready")
export BRIDGE_URL=$url BRAINTRUST_API_URL=$url BRAINTRUST_APP_URL=$url BRAINTRUST_API_KEY=anything
"$@"
