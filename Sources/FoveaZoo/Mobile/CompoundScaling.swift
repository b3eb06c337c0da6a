import Foundation
public import FoveaGraph

/// How a network grows in depth, width and image at once, by one number φ.
///
/// Depth times `alpha^φ`, width times `beta^φ` and resolution times `gamma^φ` take `(alpha · beta² · gamma²)^φ`
/// times the multiply-adds; that base is to be about 2.
///
/// - SeeAlso: M. Tan and Q. Le, *EfficientNet*, arXiv:1905.11946, §3.3.
public struct CompoundScaling: Hashable, Codable, Sendable {
  /// What φ = 1 multiplies the number of layers by.
  public let alpha: Double
  /// What φ = 1 multiplies the channels by.
  public let beta: Double
  /// What φ = 1 multiplies the image's height and width by.
  public let gamma: Double

  /// Makes a rule; the defaults are EfficientNet's.
  public init(alpha: Double = 1.2, beta: Double = 1.1, gamma: Double = 1.15) {
    self.alpha = alpha
    self.beta = beta
    self.gamma = gamma
  }

  /// What a network is multiplied by.
  public struct Factors: Hashable, Codable, Sendable {
    /// The channels.
    public let width: Double
    /// The number of layers.
    public let depth: Double
    /// The image's height and width.
    public let resolution: Double
    /// The multiply-adds.
    public let multiplyAdds: Double
  }

  /// What the rule multiplies a network by, if nothing is rounded.
  public func factors(phi: Double) -> Factors {
    Factors(
      width: pow(beta, phi), depth: pow(alpha, phi), resolution: pow(gamma, phi),
      multiplyAdds: pow(alpha * beta * beta * gamma * gamma, phi))
  }

  /// One of EfficientNet's networks beside what the rule says of it.
  public struct Row: Hashable, Codable, Sendable {
    /// The network's name, such as `efficientnet-b4`.
    public let name: String
    /// Its φ.
    public let phi: Double
    /// What the rule multiplies B0 by.
    public let predicted: Factors
    /// What the published network is B0 multiplied by.
    public let published: Factors
    /// The published network's multiply-adds.
    public let multiplyAdds: Int
  }

  /// EfficientNet-B0 to B7 beside what the rule makes of B0, with φ = 0, ½, 1, 2, … 6.
  ///
  /// The multiply-adds are counted. The published coefficients stray from the rule: B7's images have 600 pixels,
  /// not 224 · 1.15⁶ ≈ 518.
  ///
  /// - Throws: `GraphError` where a network cannot be built.
  public func efficientNets() throws(GraphError) -> [Row] {
    var rows: [Row] = []
    for (index, phi) in [0, 0.5, 1, 2, 3, 4, 5, 6].enumerated() {
      let network = ZooModel.efficientNets[index]
      let multiplyAdds = try ZooModel.efficientNet(index).build().inference.multiplyAdds
      let first = rows.first?.multiplyAdds ?? multiplyAdds
      let published = Factors(
        width: network.width, depth: network.depth,
        resolution: Double(network.extent) / Double(ZooModel.efficientNets[0].extent),
        multiplyAdds: Double(multiplyAdds) / Double(first))
      rows.append(
        Row(
          name: "efficientnet-b\(index)", phi: phi, predicted: factors(phi: phi),
          published: published, multiplyAdds: multiplyAdds))
    }
    return rows
  }
}

extension Graph {
  /// The multiply-adds of all nodes.
  fileprivate var multiplyAdds: Int {
    get throws(GraphError) {
      let shapes = try shapes()
      return nodes.enumerated().reduce(Cost()) { sum, node in
        let inputs = node.element.inputs.map { shapes[$0] }
        return sum
          + node.element.operation.cost(inputs: inputs, outputs: shapes[node: node.offset])
      }.multiplyAdds
    }
  }
}
