#!/usr/bin/env bash
# Run the tests on another Python, when this machine has it.
# usage: test_on.sh VERSION   (for example 3.12)
set -euo pipefail
version=$1
python=$(command -v "python$version" || ls -1d "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python 2> /dev/null | sort -V | tail -n 1 || true)
if [ -z "$python" ]; then
  echo "no Python $version here: passed over"
  exit 0
fi
echo "Python $version"
make test VENV=".venv-$version" PYTHON="$python"
