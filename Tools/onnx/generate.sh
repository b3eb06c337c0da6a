#!/bin/bash
# Makes Sources/FoveaFormats/ONNX/Generated/onnx.pb.swift from onnx.proto. Needs protoc
# (apt install protobuf-compiler, brew install protobuf); the Swift plugin is built from the
# checkout of swift-protobuf that the package has resolved.
set -euo pipefail
cd "$(dirname "$0")/../.."

swift package resolve
checkout=.build/checkouts/swift-protobuf
swift build --package-path "$checkout" --configuration release --product protoc-gen-swift
plugin=$(swift build --package-path "$checkout" --configuration release --show-bin-path)

protoc --plugin="$plugin/protoc-gen-swift" --proto_path=Tools/onnx \
  --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true \
  --swift_out=Sources/FoveaFormats/ONNX/Generated onnx.proto
