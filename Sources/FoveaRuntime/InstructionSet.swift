internal import CFoveaKernels
import Foundation

/// The kinds of processor instructions that kernels are compiled for.
public enum InstructionSet: String, Hashable, Codable, Sendable, CaseIterable {
  /// Vectors of four floats; runs everywhere.
  case portable
  /// AVX2 and FMA, vectors of eight floats; x86-64 since 2013.
  case avx2
  /// AVX-512 (F, VL, DQ, BW), vectors of sixteen floats; x86-64 servers since 2017.
  case avx512
  /// AVX-512 with VNNI, which multiplies bytes for quantised convolutions; x86-64 servers since 2019.
  case avx512vnni
  /// NEON, vectors of four floats and 32 of them; every 64-bit ARM processor.
  case neon

  var table: UnsafePointer<fovea_kernel_table>? {
    switch self {
    case .portable: fovea_kernels_for(fovea_isa_portable)
    case .avx2: fovea_kernels_for(fovea_isa_avx2)
    case .avx512: fovea_kernels_for(fovea_isa_avx512)
    case .avx512vnni: fovea_kernels_for(fovea_isa_avx512vnni)
    case .neon: fovea_kernels_for(fovea_isa_neon)
    }
  }

  /// The instruction sets that this processor has.
  public static var available: [InstructionSet] { allCases.filter { $0.table != nil } }

  /// The fastest instruction set of this processor, or the one that the environment variable
  /// `FOVEA_ISA` names.
  ///
  /// - Throws: `RuntimeError.instructionSet` where `FOVEA_ISA` names one that is not available.
  public static func chosen() throws(RuntimeError) -> InstructionSet {
    guard let name = ProcessInfo.processInfo.environment["FOVEA_ISA"], !name.isEmpty else {
      return available.last ?? .portable
    }
    guard let wanted = InstructionSet(rawValue: name), wanted.table != nil else {
      throw .instructionSet(name, available: available.map(\.rawValue))
    }
    return wanted
  }

  /// False in a debug build, where SwiftPM compiles the kernels without optimisation.
  public static var kernelsAreOptimised: Bool { fovea_kernels_are_optimised() }
}
