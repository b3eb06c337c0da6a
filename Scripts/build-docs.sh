#!/bin/bash
# Builds the documentation of all libraries into one archive and says where it is. Fails on DocC's
# warnings, and on public declarations without documentation.
set -euo pipefail
cd "$(dirname "$0")/.."

# The libraries; a program has no API.
targets=()
for folder in Sources/Fovea*/; do
  [ "$folder" = Sources/FoveaTool/ ] || targets+=("$(basename "$folder")")
done

# The plugin is a dependency of nothing but this: a folder of its own keeps it out of other builds.
build=.build-docs
log=$build/docs.log
mkdir -p $build
# Other builds would fetch what stands in Package.resolved.
rm -f $build/Package.resolved
[ ! -f Package.resolved ] || mv Package.resolved $build/
trap 'rm -f Package.resolved; [ ! -f $build/Package.resolved ] || mv $build/Package.resolved .' EXIT
# A list of parameters may leave out those that speak for themselves; check-documented.swift finds those
# that are not there.
if ! FOVEA_DOCS=1 swift package --scratch-path $build generate-documentation \
  "${targets[@]/#/--target=}" --enable-experimental-combined-documentation --warnings-as-errors \
  --disable-parameters-and-returns-validation > $log 2>&1; then
  cat $log
  exit 1
fi

graphs=()
for target in "${targets[@]}"; do graphs+=($build/*/extracted-symbols/*/"$target"/*.symbols.json); done
swift Scripts/check-documented.swift "${graphs[@]}"
echo "Documentation: $build/plugins/Swift-DocC/outputs/fovea.doccarchive"
