// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "fovea-benchmarks",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "fovea-bench-error", targets: ["fovea-bench-error"]),
    .executable(name: "fovea-bench-kernels", targets: ["fovea-bench-kernels"]),
    .executable(name: "fovea-bench-accuracy", targets: ["fovea-bench-accuracy"]),
    .executable(name: "fovea-bench-peers", targets: ["fovea-bench-peers"]),
  ],
  dependencies: [
    .package(name: "fovea", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .executableTarget(
      name: "fovea-bench-accuracy", dependencies: [.product(name: "Fovea", package: "fovea")]),
    .executableTarget(
      name: "fovea-bench-peers",
      dependencies: [
        .product(name: "Fovea", package: "fovea"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "fovea-bench-error",
      dependencies: [.product(name: "CFoveaKernels", package: "fovea")]),
    .executableTarget(
      name: "fovea-bench-kernels",
      dependencies: [.product(name: "CFoveaKernels", package: "fovea")],
      swiftSettings: [
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
      ]),
  ]
)
