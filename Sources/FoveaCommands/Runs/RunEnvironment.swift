import Foundation
public import FoveaRuntime

/// Fovea's own version.
public enum FoveaVersion {
  /// The version, such as `0.1.0`.
  public static let current = "0.1.0"

  /// The Swift compiler that it was built by, as far as a program can know.
  static let compiler: String = {
    #if compiler(>=6.5)
    "6.5 or later"
    #elseif compiler(>=6.4)
    "6.4"
    #elseif compiler(>=6.3)
    "6.3"
    #else
    "6.2"
    #endif
  }()
}

/// Where a training ran: what may change its bits, and what changes its time.
public struct RunEnvironment: Hashable, Codable, Sendable {
  /// Fovea's version.
  public let fovea: String
  /// The Swift compiler that Fovea was built by.
  public let swift: String
  /// Whether the kernels were compiled with optimisation.
  public let isOptimised: Bool
  /// The system and its version.
  public let operatingSystem: String
  /// The processor's model.
  public let processor: String
  /// The cores that the process might use.
  public let cores: Int
  /// The machine's memory.
  public let memoryBytes: UInt64
  /// The instructions that kernels used.
  public let instructionSet: InstructionSet
  /// Threads; they change no result.
  public let threads: Int
  /// The environment variables that Fovea reads, as they were set.
  public let variables: [String: String]

  /// Describes this process.
  ///
  /// - Throws: `RuntimeError.instructionSet` where `FOVEA_ISA` names one that is not there.
  public static func current(threads: Int) throws(RuntimeError) -> RunEnvironment {
    let process = ProcessInfo.processInfo
    return RunEnvironment(
      fovea: FoveaVersion.current, swift: FoveaVersion.compiler,
      isOptimised: InstructionSet.kernelsAreOptimised,
      operatingSystem: process.operatingSystemVersionString, processor: Processor.name,
      cores: process.activeProcessorCount, memoryBytes: process.physicalMemory,
      instructionSet: try .chosen(), threads: threads,
      variables: process.environment.filter { $0.key.hasPrefix("FOVEA_") })
  }

  /// The environment by name, for tables.
  public var lines: [(name: String, value: String)] {
    [
      ("Fovea", fovea), ("Swift", swift),
      ("kernels", isOptimised ? "optimised" : "not optimised"),
      ("system", operatingSystem), ("processor", processor), ("cores", "\(cores)"),
      ("memory", "\(memoryBytes >> 20) MiB"), ("instruction set", instructionSet.rawValue),
      ("threads", "\(threads)"),
    ] + variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
