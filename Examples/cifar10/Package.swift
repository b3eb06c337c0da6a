// swift-tools-version: 6.2
import PackageDescription

let fovea = Target.Dependency.product(name: "Fovea", package: "fovea")

let package = Package(
  name: "cifar10",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "fovea", path: "../..")
  ],
  targets: [
    .target(name: "Recipe", dependencies: [fovea]),
    .executableTarget(name: "cifar10", dependencies: ["Recipe", fovea]),
    .executableTarget(name: "super-convergence", dependencies: ["Recipe", fovea]),
    .executableTarget(name: "small-batches", dependencies: ["Recipe", fovea]),
  ]
)
