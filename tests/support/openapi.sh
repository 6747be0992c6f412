#!/usr/bin/env bash
# Ask a fresh sidecar whatever its OpenAPI description allows, and much that it does not: no 5xx, and every answer as described.
# usage: openapi.sh BIN
set -euo pipefail
bin=$1
here=$(dirname "$0")
ask='
curl --silent --fail --output /dev/null --data @"$1/openapi/rows.json" "$BRIDGE_URL/logs3"
PYTHONPATH="$1/openapi" SCHEMATHESIS_HOOKS=hooks exec "$0/schemathesis" --config-file "$1/openapi/schemathesis.toml" run "$BRIDGE_URL/openapi.json" --no-color --seed 1 --workers 6 \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
  --phases coverage,fuzzing --max-examples 5'
"$here/with_sidecar.sh" "$bin" bash -c "$ask" "$bin" "$here"
