import Foundation

/// What training makes small.
///
/// With a batch of N, the model's output `[N, C]` or `[N, C, H, W]`, and `mean` over what counts:
///
/// | loss | target | mean over |
/// | --- | --- | --- |
/// | `crossEntropy` | class indices `[N]` or `[N, H, W]`, int32 | targets, by their class weights |
/// | `softCrossEntropy` | probabilities, as the output | targets |
/// | `binaryCrossEntropy` | probabilities, as the output | elements |
/// | `sigmoidFocal`, `softmaxFocal` | 0 or 1, as the output | elements; targets |
/// | `dice` | probabilities, as the output | images and classes |
/// | `meanSquaredError`, `meanAbsoluteError`, `huber`, `smoothL1` | numbers, as the output | elements |
/// | `distillation` | class indices `[N]`, and a teacher's output | targets |
/// | `tripletMargin` | rows `[T, 3]` of the batch: anchor, positive, negative | triplets |
/// | `contrastive` | `[P, 3]`: two rows of the batch, and 1 where they are alike, else 0 | pairs |
///
/// Where probabilities are taken, class indices are as good: they become 1 for their class and 0 for
/// the others. `tripletMargin` and `contrastive` make their rows of class indices `[N]` too.
public enum Loss: Hashable, Codable, Sendable {
  /// Cross-entropy with class indices, as PyTorch's `CrossEntropyLoss`.
  ///
  /// `labelSmoothing` is the share of the target that is spread over all classes (arXiv:1512.00567),
  /// `classWeights` what each class weighs, 1 where left out, and `ignoreIndex` a class index that counts
  /// for nothing, -100 where left out.
  case crossEntropy(
    labelSmoothing: Float = 0, classWeights: [Float]? = nil, ignoreIndex: Int32? = nil)
  /// Cross-entropy with a probability for each class, such as mixup, CutMix or a teacher give.
  case softCrossEntropy(labelSmoothing: Float = 0, classWeights: [Float]? = nil)
  /// Binary cross-entropy of each element by itself, of the output as logits.
  ///
  /// `positiveWeights` is what the part of the target that is 1 weighs, for each class or one for all.
  case binaryCrossEntropy(positiveWeights: [Float]? = nil)
  /// Binary cross-entropy times `(1 − p)^gamma`, `p` the probability of what is right
  /// (torchvision's `sigmoid_focal_loss`).
  ///
  /// T.-Y. Lin et al., arXiv:1708.02002. What is to be 1 weighs `alpha`, the rest `1 − alpha`; nothing
  /// is weighed with `nil`.
  case sigmoidFocal(gamma: Float = 2, alpha: Float? = 0.25)
  /// Cross-entropy times `(1 − p)^gamma`, `p` the probability of the right class.
  case softmaxFocal(gamma: Float = 2, classWeights: [Float]? = nil)
  /// `1 − (2 Σ p·g + smooth) / (Σ p² + Σ g² + smooth)` over the pixels of each image and class.
  ///
  /// F. Milletari et al., arXiv:1606.04797.
  case dice(activation: Activation = .softmax, smooth: Float = 1)
  /// `(x − y)²`
  case meanSquaredError
  /// `|x − y|`
  case meanAbsoluteError
  /// `(x − y)² / 2` up to a difference of `delta`, then `delta · (|x − y| − delta / 2)`.
  case huber(delta: Float = 1)
  /// Huber's loss over `beta`; `|x − y|` where `beta` is 0.
  case smoothL1(beta: Float = 1)
  /// `share · T² · KL(teacher ‖ student)`, both softened by the temperature T, and `1 − share` of
  /// cross-entropy with the classes.
  ///
  /// G. Hinton et al., arXiv:1503.02531.
  case distillation(temperature: Float = 4, share: Float = 0.9)
  /// `max(d(anchor, positive) − d(anchor, negative) + margin, 0)`, with the Euclidean distance d, as
  /// PyTorch's `TripletMarginLoss`; `swap` takes `d(positive, negative)` where it is less.
  case tripletMargin(margin: Float = 1, swap: Bool = false)
  /// `d² / 2` for two that are alike, `max(margin − d, 0)² / 2` for two that are not.
  ///
  /// R. Hadsell, S. Chopra, Y. LeCun, CVPR 2006, doi:10.1109/CVPR.2006.100.
  case contrastive(margin: Float = 1)

  /// What makes probabilities of outputs.
  public enum Activation: String, Hashable, Codable, Sendable {
    /// Over the classes, which exclude each other.
    case softmax
    /// Of each class by itself.
    case sigmoid
  }

  /// Cross-entropy without smoothing.
  public static let crossEntropy = Loss.crossEntropy(labelSmoothing: 0)

  /// What it is counted in, such as `nats`; `nil` for a number without a unit.
  ///
  /// Cross-entropies are information, in nats since their logarithms are natural. Weights, factors as those of focal
  /// loss and sums of different terms, as in distillation, leave no unit; nor have Dice and losses between outputs one.
  public var unit: String? {
    switch self {
    // The mean is over the weights, so that they change no unit.
    case .crossEntropy, .softCrossEntropy(_, nil), .binaryCrossEntropy(nil): "nats"
    default: nil
    }
  }

  /// What an answer costs that gives each of some classes the same probability; `nil` for losses that have no such
  /// answer, or whose cost of it says little.
  ///
  /// - Parameter classes: How many classes there are; fewer than 2 count as 2.
  func ofGuessing(among classes: Int) -> Double? {
    switch self {
    case .crossEntropy, .softCrossEntropy: log(Double(max(classes, 2)))
    case .binaryCrossEntropy, .sigmoidFocal, .softmaxFocal, .dice, .meanSquaredError,
      .meanAbsoluteError, .huber, .smoothL1, .distillation, .tripletMargin, .contrastive:
      nil
    }
  }

  /// The name in messages.
  public var name: String {
    switch self {
    case .crossEntropy: "cross-entropy"
    case .softCrossEntropy: "cross-entropy with probabilities"
    case .binaryCrossEntropy: "binary cross-entropy"
    case .sigmoidFocal, .softmaxFocal: "focal loss"
    case .dice: "Dice loss"
    case .meanSquaredError: "mean squared error"
    case .meanAbsoluteError: "mean absolute error"
    case .huber: "Huber loss"
    case .smoothL1: "smooth L1"
    case .distillation: "distillation"
    case .tripletMargin: "triplet margin loss"
    case .contrastive: "contrastive loss"
    }
  }
}
