#!/bin/bash
# Makes the Swift code of ONNX files and of TensorBoard's event files from their .proto files. Needs protoc
# (apt install protobuf-compiler, brew install protobuf); the Swift plugin is built from the
# checkout of swift-protobuf that the package has resolved.
set -euo pipefail
cd "$(dirname "$0")/.."

swift package resolve
checkout=.build/checkouts/swift-protobuf
swift build --package-path "$checkout" --configuration release --product protoc-gen-swift
plugin=$(swift build --package-path "$checkout" --configuration release --show-bin-path)

generate() {
  mkdir -p "$3"
  protoc --plugin="$plugin/protoc-gen-swift" --proto_path="$1" \
    --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true \
    --swift_out="$3" "$2"
}
generate Tools/onnx onnx.proto Sources/FoveaFormats/ONNX/Generated
generate Tools/tensorboard event.proto Sources/FoveaFormats/TensorBoard/Generated
