#!/bin/bash
# Times Fovea and PyTorch in turns. PyTorch goes into .venv-peers the first time; FOVEA_PYTHON names a
# Python that has it already. An argument is the number of threads.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${FOVEA_PYTHON:-.venv-peers/bin/python}
if [ ! -x "$(command -v "$python")" ]; then
  if ! command -v python3 > /dev/null; then
    echo "The comparison needs Python 3 with its venv module; install it and run this again." >&2
    exit 1
  fi
  requirements=Tools/golden/requirements.txt
  echo "+ python3 -m venv .venv-peers; pip install $(grep -E '^(torch|numpy)==' $requirements | xargs)"
  python3 -m venv .venv-peers
  grep -E '^(torch|numpy)==' $requirements | .venv-peers/bin/pip install --quiet -r /dev/stdin
fi
swift run -c release --package-path Benchmarks fovea-bench-peers "$python" "${1:-2}"
