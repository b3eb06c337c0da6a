internal import CFoveaKernels
import FoveaGraph

/// A function that kernels apply to a result while it is in registers.
enum FusedActivation: Hashable, Codable, Sendable {
  case none
  case clamp(lowest: Float, highest: Float)
  case leakyReLU(negativeSlope: Float)
  case silu
  case hardswish

  /// The name of the operation that it was.
  var operationName: String? {
    switch self {
    case .none: nil
    case .clamp(0, .infinity): ReLU.typeName
    case .clamp: Hardtanh.typeName
    case .leakyReLU: LeakyReLU.typeName
    case .silu: SiLU.typeName
    case .hardswish: Hardswish.typeName
    }
  }

  /// The function of an operation that kernels know; `nil` for others.
  init?(_ operation: any Operation) {
    switch operation {
    case is ReLU: self = .clamp(lowest: 0, highest: .infinity)
    case let function as Hardtanh:
      self = .clamp(lowest: function.minimum, highest: function.maximum)
    case let function as LeakyReLU: self = .leakyReLU(negativeSlope: function.negativeSlope)
    case is SiLU: self = .silu
    case is Hardswish: self = .hardswish
    default: return nil
    }
  }
}

extension fovea_epilogue {
  /// Ends with `activation`.
  init(_ activation: FusedActivation) {
    self.init()
    switch activation {
    case .none: break
    case .clamp(let lowest, let highest):
      self.activation = fovea_activation_clamp
      parameters = (lowest, highest)
    case .leakyReLU(let slope):
      self.activation = fovea_activation_leaky_relu
      parameters.0 = slope
    case .silu: self.activation = fovea_activation_silu
    case .hardswish: self.activation = fovea_activation_hardswish
    }
  }
}
