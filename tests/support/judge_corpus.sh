#!/usr/bin/env bash
# Translate every payload of the corpus and let its scorer judge the rows.
# usage: judge_corpus.sh BIN CORPUS
set -euo pipefail
bin=$1 corpus=$2
rows=$(mktemp -d)
trap 'rm -rf "$rows"' EXIT
"$bin/otel-bridge-collector" translate --each "$corpus/public" --out "$rows"
"$bin/python" "$corpus/score_corpus.py" --corpus "$corpus/public" --rows-dir "$rows" --max-failures 5 --json "$rows/score.json"
"$bin/python" -m tests.support.corpus_floor "$rows/score.json"
