#!/usr/bin/env bash
# Make an environment, unless it is there, and install into it: by uv, and by pip where uv cannot, since it does not read pip's configuration.
# usage: install.sh PYTHON ENVIRONMENT ARGUMENTS...   (as those of `pip install`)
set -euo pipefail
python=$1 environment=$2
shift 2
pip=(install --quiet --quiet --disable-pip-version-check)
if [ ! -x .venv-uv/bin/uv ]; then
  "$python" -m venv .venv-uv
  .venv-uv/bin/pip "${pip[@]}" --requirement requirements/uv.txt
fi
[ -x "$environment/bin/pip" ] || "$python" -m venv "$environment"
.venv-uv/bin/uv pip install --quiet --python "$environment/bin/python" "$@" || "$environment/bin/pip" "${pip[@]}" "$@"
