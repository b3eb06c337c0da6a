#!/bin/bash
# Prints the path of a Python with TensorBoard, by whose own reader tests read what Fovea logs.
#
# $PYTHON where that is set; else that of Python's virtual environment .venv-tensorboard, which is made first.
# Fails and says why where there is no Python 3, or no way to PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -n "${PYTHON:-}" ]; then
  echo "$PYTHON"
  exit
fi
folder=.venv-tensorboard
requirements=Tools/tensorboard/requirements.txt
if ! cmp -s $requirements $folder/installed.txt; then
  if ! command -v python3 > /dev/null; then
    echo "TensorBoard's reader needs Python 3 with its venv module; install it and run this again." >&2
    exit 1
  fi
  echo "+ python3 -m venv $folder; pip install -r $requirements" >&2
  rm -rf $folder
  python3 -m venv $folder >&2
  $folder/bin/pip install --quiet --retries 1 --disable-pip-version-check -r $requirements >&2
  cp $requirements $folder/installed.txt
fi
echo "$PWD/$folder/bin/python"
