#!/bin/bash
# Times Fovea and its peers in turns: PyTorch eager and compiled, ONNX Runtime, OpenVINO and ncnn. Arguments
# go to fovea-bench-peers; --help lists them. Documentation/benchmarks.md says what is measured.
#
# The first run puts the peers' packages into .bench-peers/venv and converted networks into
# .bench-peers/cache. FOVEA_PYTHON names a Python that has the packages of Benchmarks/Peers/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${FOVEA_PYTHON:-.bench-peers/venv/bin/python}
requirements=Benchmarks/Peers/requirements.txt
if [ -z "${FOVEA_PYTHON:-}" ] && ! cmp -s $requirements .bench-peers/venv/installed.txt; then
  if ! command -v python3 > /dev/null; then
    echo "The comparison needs Python 3 with its venv module; install it and run this again." >&2
    exit 1
  fi
  echo "+ python3 -m venv .bench-peers/venv; pip install -r $requirements"
  # Networks that other versions converted go as well.
  rm -rf .bench-peers
  python3 -m venv .bench-peers/venv
  .bench-peers/venv/bin/pip install --quiet -r $requirements
  cp $requirements .bench-peers/venv/installed.txt
fi
if ! command -v c++ > /dev/null; then
  echo "torch.compile needs a C++ compiler named c++ or g++; its column will be empty." >&2
fi

# How threads wait between two runs is left to each peer, since spinning makes a peer faster in its own
# turn. Every turn begins only once all processors are idle, so a peer that still spins disturbs nobody.
unset OMP_NUM_THREADS OMP_WAIT_POLICY KMP_BLOCKTIME GOMP_SPINCOUNT MKL_NUM_THREADS
exec swift run -c release --package-path Benchmarks fovea-bench-peers --python "$python" "$@"
