public import OrderedCollections

/// Tensors by name, in the order in which a network declares them; names are PyTorch's `state_dict` keys.
///
/// Holds parameters and buffers alike (`layer1.0.conv1.weight`, `layer1.0.bn1.running_mean`).
public struct Weights: Equatable, Sendable {
  /// The tensors by name, in order.
  public var tensors: OrderedDictionary<String, Tensor>

  /// Gathers tensors under their names.
  public init(_ tensors: OrderedDictionary<String, Tensor> = [:]) { self.tensors = tensors }

  /// The tensor called `name`.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }

  /// The names, in order.
  public var names: OrderedSet<String> { tensors.keys }

  /// The number of elements of all tensors together.
  public var elementCount: Int { tensors.values.reduce(0) { $0 + $1.elementCount } }
}
