internal import CFoveaKernels
import FoveaGraph

/// A function that kernels apply to a result while it is in registers.
enum FusedActivation: Hashable, Codable, Sendable {
  case none
  case clamp(lowest: Float, highest: Float)

  /// The function of an operation that kernels know; `nil` for others.
  init?(_ operation: any Operation) {
    switch operation {
    case is ReLU: self = .clamp(lowest: 0, highest: .infinity)
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
    }
  }
}
