// swift-tools-version: 6.2
import PackageDescription

// CI sets FOVEA_STRICT, so that a warning fails there and never stops a user's build.
let strict = Context.environment["FOVEA_STRICT"] != nil

let swiftSettings: [SwiftSetting] =
  [.enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("ExistentialAny")]
  + (strict ? [.treatAllWarnings(as: .error)] : [])

// Every kernel takes arguments, scratch and task, whether it needs them or not.
let cSettings: [CSetting] =
  strict
  ? [
    .enableWarning("all"), .enableWarning("extra"), .disableWarning("unused-parameter"),
    .treatAllWarnings(as: .error),
  ] : []

// Only `make docs` needs the plugin, so that nobody else fetches it.
let documentationTools: [Package.Dependency] =
  Context.environment["FOVEA_DOCS"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let collections: Target.Dependency = .product(
  name: "OrderedCollections", package: "swift-collections")

let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

/// A library target of ours: `Sources/<name>`, with the package's settings.
func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: ["README.md"], resources: resources,
    swiftSettings: swiftSettings)
}

/// The tests of target `name`: `Tests/<name>Tests`.
func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, resources: resources,
    swiftSettings: swiftSettings)
}

/// A library of the system that CImageCodecs calls.
///
/// Homebrew keeps its headers where no compiler looks, so pkg-config's files tell where; on Linux they lie
/// in the usual place, and no such tool is needed.
func imageLibrary(_ name: String, pkgConfig: String, apt: String, brew: String) -> Target {
  #if os(macOS)
  let file: String? = pkgConfig
  #else
  let file: String? = nil
  #endif
  return .systemLibrary(name: name, pkgConfig: file, providers: [.apt([apt]), .brew([brew])])
}

let package = Package(
  name: "fovea",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "fovea", targets: ["FoveaTool"]),
    .library(name: "Fovea", targets: ["Fovea", "FoveaGraph"]),
    .library(name: "FoveaChecks", targets: ["FoveaChecks"]),
    .library(name: "CFoveaKernels", targets: ["CFoveaKernels"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ] + documentationTools,
  // In rank order (Documentation/architecture.md): a target imports lower ranks only.
  targets: [
    // Rank 0
    .target(
      name: "CFoveaKernels", exclude: ["README.md"], cSettings: cSettings,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(name: "CLibcrypto", providers: [.apt(["libssl-dev"])]),
    imageLibrary("CLibjpeg", pkgConfig: "libjpeg", apt: "libjpeg-dev", brew: "jpeg-turbo"),
    imageLibrary("CLibpng", pkgConfig: "libpng", apt: "libpng-dev", brew: "libpng"),
    imageLibrary("CLibwebp", pkgConfig: "libwebp", apt: "libwebp-dev", brew: "webp"),
    library("FoveaTensors", [collections]),
    // Rank 1
    .target(
      name: "CImageCodecs", dependencies: ["CLibjpeg", "CLibpng", "CLibwebp"],
      exclude: ["README.md"], cSettings: cSettings),
    library("FoveaArchives", ["CZlib", collections]),
    library("FoveaGraph", ["FoveaTensors", collections]),
    // Rank 2
    library("FoveaLayers", ["FoveaGraph", "FoveaTensors", collections]),
    library("FoveaAnalysis", ["FoveaGraph", "FoveaTensors"]),
    library("FoveaRuntime", ["FoveaGraph", "FoveaTensors", "CFoveaKernels", collections]),
    library(
      "FoveaFormats", ["FoveaArchives", "FoveaGraph", "FoveaTensors", collections, protobuf]),
    library(
      "FoveaData",
      [
        "FoveaArchives", "FoveaTensors", "CImageCodecs",
        .target(name: "CLibcrypto", condition: .when(platforms: [.linux])),
      ], resources: [.copy("Resources/mnist-mini")]),
    // Rank 3
    library("FoveaChecks", ["FoveaGraph", "FoveaRuntime", "FoveaTensors", collections]),
    library("FoveaZoo", ["FoveaLayers", "FoveaGraph", "FoveaTensors"]),
    library(
      "FoveaTraining",
      [
        "FoveaLayers", "FoveaGraph", "FoveaRuntime", "FoveaData", "FoveaFormats", "FoveaTensors",
      ]),
    library("FoveaExplain", ["FoveaAnalysis", "FoveaGraph", "FoveaRuntime", "FoveaTensors"]),
    // Rank 4
    library("FoveaDrawing", ["FoveaAnalysis", "FoveaData", "FoveaGraph", "FoveaTensors", "CZlib"]),
    // Rank 5
    library(
      "FoveaCommands",
      [
        "FoveaDrawing", "FoveaExplain", "FoveaTraining", "FoveaZoo", "FoveaData", "FoveaFormats",
        "FoveaRuntime", "FoveaAnalysis", "FoveaGraph", "FoveaLayers", "FoveaTensors",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    library(
      "Fovea",
      [
        "FoveaAnalysis", "FoveaArchives", "FoveaData", "FoveaDrawing", "FoveaExplain",
        "FoveaFormats", "FoveaGraph", "FoveaLayers", "FoveaRuntime", "FoveaTensors",
        "FoveaTraining", "FoveaZoo",
      ]),
    // Rank 6
    .executableTarget(
      name: "FoveaTool",
      dependencies: [
        "FoveaCommands", "FoveaAnalysis", "FoveaDrawing", "FoveaExplain", "FoveaFormats",
        "FoveaTraining",
        "FoveaRuntime", "FoveaLayers", "FoveaData",
        "FoveaTensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["README.md"], swiftSettings: swiftSettings),
    // Tests
    tests("Fovea"),
    tests("CFoveaKernels", ["FoveaTensors"]),
    tests("FoveaTensors"),
    tests("FoveaArchives", ["FuzzSupport", "CZlib"]),
    tests("FoveaGraph", ["FoveaChecks", "FoveaTensors", "FuzzSupport"]),
    tests(
      "FoveaChecks",
      ["CFoveaKernels", "FoveaGraph", "FoveaRuntime", "FoveaTensors", "FuzzSupport"]),
    .target(
      name: "FuzzSupport", dependencies: ["FoveaTensors"], path: "Tests/FuzzSupport",
      swiftSettings: swiftSettings),
    tests(
      "FoveaFormats",
      [
        "FoveaArchives", "FoveaGraph", "FoveaLayers", "FoveaRuntime", "FoveaTensors", "FoveaZoo",
        "FuzzSupport",
        collections, protobuf,
      ],
      resources: [.copy("Golden")]),
    tests(
      "FoveaData", ["FoveaArchives", "FoveaTensors", "FuzzSupport", "CZlib"],
      resources: [.copy("Golden")]),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    tests(
      "FoveaRuntime",
      ["FoveaFormats", "FoveaGraph", "FoveaLayers", "FoveaTensors", "CAllocationCounter"],
      resources: [.copy("Golden")]),
    tests("FoveaLayers", ["FoveaGraph", "FoveaTensors"]),
    tests(
      "FoveaTraining",
      [
        "FoveaChecks", "FoveaData", "FoveaFormats", "FoveaGraph", "FoveaLayers", "FoveaRuntime",
        "FoveaTensors", "FoveaZoo", "FuzzSupport",
      ], resources: [.copy("Golden")]),
    tests(
      "FoveaZoo", ["FoveaAnalysis", "FoveaGraph", "FoveaLayers", "FoveaRuntime", "FoveaTensors"],
      resources: [.copy("Golden")]),
    tests(
      "FoveaAnalysis",
      ["FoveaGraph", "FoveaLayers", "FoveaRuntime", "FoveaTensors", "FoveaZoo", "FuzzSupport"]),
    tests(
      "FoveaExplain",
      ["FoveaAnalysis", "FoveaGraph", "FoveaLayers", "FoveaRuntime", "FoveaTensors"]),
    tests(
      "FoveaDrawing",
      ["FoveaAnalysis", "FoveaGraph", "FoveaLayers", "FoveaTensors", "FoveaZoo", "CZlib"]),
    tests(
      "FoveaCommands",
      [
        "FoveaAnalysis", "FoveaData", "FoveaDrawing", "FoveaFormats", "FoveaGraph", "FoveaLayers",
        "FoveaRuntime", "FoveaTensors", "FoveaTraining", "FoveaZoo", "FuzzSupport",
      ]),
    // The executable is a dependency, so that it is built before the tests that run it.
    tests(
      "FoveaTool",
      ["FoveaData", "FoveaFormats", "FoveaRuntime", "FoveaTensors", "FoveaTraining"]),
  ]
)
