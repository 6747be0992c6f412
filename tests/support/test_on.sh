#!/usr/bin/env bash
# Run the tests on another Python, when this machine has it. The slow ones, and those that no Python changes, are left to the first Python.
# usage: test_on.sh VERSION   (for example 3.12)
set -euo pipefail
version=$1
for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
  # A shim of pyenv may be there without the Python that it stands for.
  if "$python" -c '' 2> /dev/null; then
    echo "Python $version"
    exec make test VENV=".venv-$version" PYTHON="$python" TESTS="-m 'not slow and not one_python' --few-examples"
  fi
done
echo "no Python $version here: passed over"
