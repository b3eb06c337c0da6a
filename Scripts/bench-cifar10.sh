#!/bin/bash
# Times one epoch of Examples/cifar10 and of the same recipe in PyTorch, in turns, and prints the median
# seconds of each and their ratio. One epoch is all images to learn from, and all to be measured on.
#
#   Scripts/bench-cifar10.sh FOLDER [ROUNDS]
#
# FOLDER holds train/CLASS/* and test/CLASS/*, of all images or of some; FOVEA_PYTHON names a Python with torch and torchvision.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -lt 1 ]; then
  echo "usage: Scripts/bench-cifar10.sh FOLDER [ROUNDS]" >&2
  exit 2
fi
folder=$1 rounds=${2:-3}
python=${FOVEA_PYTHON:-.bench-peers/venv/bin/python}
swift build -c release --quiet --package-path Examples/cifar10
program=$(swift build -c release --package-path Examples/cifar10 --show-bin-path)/cifar10

median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
seconds() { awk '/^epoch 1:/ { print $(NF - 1) }'; }

fovea=() pytorch=()
for ((round = 1; round <= rounds; round++)); do
  fovea+=("$("$program" "$folder" 1 | seconds)")
  pytorch+=("$("$python" Examples/cifar10/pytorch.py "$folder" 1 | seconds)")
  echo "round $round: Fovea ${fovea[-1]} s, PyTorch ${pytorch[-1]} s"
done
awk -v fovea="$(median "${fovea[@]}")" -v pytorch="$(median "${pytorch[@]}")" 'BEGIN {
  printf "median: Fovea %.1f s, PyTorch %.1f s, ratio %.2f\n", fovea, pytorch, fovea / pytorch }'
