#!/bin/sh
# Compares networks by name with torchvision's: the same random weights, saved by PyTorch as .pth and as
# safetensors, must give the same outputs (1e-4 of the largest). Prints a table.
#
#   Scripts/check-torchvision.sh [NAME …]       all of torchvision's where none is named
#
# PYTHON is an interpreter with torch, torchvision, safetensors and numpy (Tools/golden/requirements.txt);
# FOVEA the tool, .build/release/fovea where left out. One network at a time is on the disk.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
fovea=${FOVEA:-.build/release/fovea}
tolerance=1e-4
script=Tools/golden/torchvision_files.py
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

[ $# -gt 0 ] || set -- $("$python" "$script" --list)
agreed=0 failed=0 absent=0
printf '%-24s %-10s %-10s %s\n' network .pth safetensors result
for name in "$@"; do
  if ! "$fovea" summary "$name" >"$folder/log" 2>&1 && grep -q 'there is no model' "$folder/log"; then
    absent=$((absent + 1))
    printf '%-24s %-10s %-10s %s\n' "$name" - - 'not in the zoo'
    continue
  fi
  "$python" "$script" "$folder/files" "$name"
  files=$folder/files/$name
  result=agrees
  row=
  for suffix in pth safetensors; do
    rm -rf "$folder/out"
    if "$fovea" run "$name" --weights "$files/weights.$suffix" --input "$files/input.npy" \
      --output "$folder/out" >"$folder/log" 2>&1; then
      difference=$("$python" "$script" --compare "$files" "$folder/out" "$tolerance") || result=differs
    else
      difference=-
      result="failed: $(grep -m 1 -E 'Error|error' "$folder/log" | cut -c 1-120)"
    fi
    row="$row $(printf '%-10s' "$difference")"
  done
  printf '%-24s%s %s\n' "$name" "$row" "$result"
  if [ "$result" = agrees ]; then agreed=$((agreed + 1)); else failed=$((failed + 1)); fi
  rm -rf "$folder/files"
done
echo "$agreed agree within $tolerance, $failed do not, $absent are not in the zoo."
[ "$failed" = 0 ]
