#!/bin/bash
# Checks ONNX against the outside: Scripts/check-onnx.sh [PYTHON]
#
# 1. The onnx package's own test cases for the operators of CNNs run through the importer; those listed in
#    Tools/onnx/expected-passes.txt must pass.
# 2. Networks of torchvision, exported by TorchScript and by torch.export, give PyTorch's answers.
# 3. Networks that we export pass onnx's checker and give the same answers in ONNX Runtime.
#
# PYTHON is an interpreter with onnx, onnxruntime, onnxscript, torch and torchvision (Tools/onnx/requirements.txt);
# without one, Python's virtual environment .venv-onnx is made for it.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${1:-}
if [ -z "$python" ]; then
  [ -x .venv-onnx/bin/python ] || python3 -m venv .venv-onnx
  python=.venv-onnx/bin/python
  "$python" -m pip install --quiet -r Tools/onnx/requirements.txt
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

run_cases() { # what a report is called, and the folder of the cases
  FOVEA_ONNX_CASES=$2 FOVEA_ONNX_REPORT=$folder/$1.txt \
    swift test --skip-build --disable-xctest --quiet --filter ONNXBackendTests
  "$python" Tools/onnx/report.py "$1" "$folder/$1.txt"
}

swift build --build-tests -Xcc -O2
"$python" Tools/onnx/cases.py backend "$folder/backend"
FOVEA_ONNX_EXPECTED=Tools/onnx/expected-passes.txt run_cases backend "$folder/backend"
"$python" Tools/onnx/cases.py torchvision "$folder/torchvision"
run_cases torchvision "$folder/torchvision"
FOVEA_ONNX_EXPORTS=$folder/exports \
  swift test --skip-build --disable-xctest --quiet --filter ONNXExportedNetworks
"$python" Tools/onnx/exports.py "$folder/exports"
