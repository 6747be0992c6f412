#!/usr/bin/env bash
# Run the tests on other Pythons, those that this machine has; the slow ones, and those that no Python changes, are left to the first Python. The newest runs all
# that may turn out otherwise there. One between two others runs what holds on to its interpreter, and the sidecar as a whole.
# usage: test_on.sh VERSION...   (oldest first, for example 3.12 3.13)
set -euo pipefail
between="tests/app tests/plugins tests/e2e tests/collector/receive tests/collector/stages tests/collector/worker tests/collector/test_*.py"
versions=() pythons=()
for version in "$@"; do
  for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
    # A shim of pyenv may be there without the Python that it stands for.
    if "$python" -c '' 2> /dev/null; then
      versions+=("$version") pythons+=("$python")
      continue 2
    fi
  done
  echo "no Python $version here: passed over"
done
for index in "${!versions[@]}"; do
  tests=$between
  [ "$index" != $((${#versions[@]} - 1)) ] || tests=tests
  echo "Python ${versions[$index]}: $tests"
  make test VENV=".venv-${versions[$index]}" PYTHON="${pythons[$index]}" TESTS="-m 'not slow and not one_python' --few-examples $tests"
done
