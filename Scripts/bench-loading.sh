#!/bin/bash
# Times the way from JPEG files to batches: Fovea and PyTorch in turns. Arguments go to `fovea-bench-peers loading`.
#
# Without --images it takes CIFAR-10 as JPEG files, $FOVEA_DATA/cifar10-jpeg.tar.gz, unpacked into .bench-peers/.
# FOVEA_PYTHON names a Python that has torchvision; Scripts/bench-peers.sh makes one otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${FOVEA_PYTHON:-.bench-peers/venv/bin/python}
if ! "$python" -c "import torchvision" 2> /dev/null; then
  echo "$python has no torchvision; run Scripts/bench-peers.sh once, or name a Python with FOVEA_PYTHON." >&2
  exit 1
fi
images=()
if [[ " $* " != *" --images"* ]]; then
  folder=.bench-peers/cifar10-jpeg
  if [ ! -d $folder/train ]; then
    archive=${FOVEA_DATA:?"name the folder of cifar10-jpeg.tar.gz, or give --images"}/cifar10-jpeg.tar.gz
    mkdir -p $folder
    tar xzf "$archive" -C $folder
  fi
  images=(--images $folder/train)
fi
exec swift run -c release --package-path Benchmarks fovea-bench-peers loading --python "$python" "${images[@]}" "$@"
