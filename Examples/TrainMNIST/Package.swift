// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "TrainMNIST",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "fovea", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "TrainMNIST", dependencies: [.product(name: "Fovea", package: "fovea")])
  ]
)
