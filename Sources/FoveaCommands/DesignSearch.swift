import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo

/// What a network may have and cost.
public struct NetworkBudget: Hashable, Codable, Sendable {
  /// Trained parameters.
  public var parameters: Int?
  /// Multiply-adds for one image.
  public var multiplyAdds: Int?
  /// All that inference on one image needs at a time, weights among it, in bytes.
  public var memoryBytes: Int?

  /// Sets limits; what is left out has none.
  public init(parameters: Int? = nil, multiplyAdds: Int? = nil, memoryBytes: Int? = nil) {
    self.parameters = parameters
    self.multiplyAdds = multiplyAdds
    self.memoryBytes = memoryBytes
  }

  /// What `needs` takes of each limit.
  fileprivate func shares(of needs: NetworkBudget) -> [Double] {
    [
      (needs.parameters, parameters), (needs.multiplyAdds, multiplyAdds),
      (needs.memoryBytes, memoryBytes),
    ].compactMap { need, limit in need.flatMap { need in limit.map { Double(need) / Double($0) } } }
  }

  fileprivate func holds(_ needs: NetworkBudget) -> Bool {
    shares(of: needs).allSatisfy { $0 <= 1 }
  }
}

/// Looks for staged networks that take as much of a budget as they can, and never more.
///
/// For each family, number of stages, stem and depth, the widest first stage that fits is found by bisection, while each
/// stage has twice the channels of the one before. Then single stages get a block more, or up to a quarter more channels,
/// as long as that fits. What each candidate costs is found by analysis of its graph.
struct DesignSearch {
  /// A network that keeps the budget.
  struct Candidate {
    var network: StagedNetwork
    var needs: NetworkBudget
    /// The product of the shares that it takes of each limit, halved where it does not see the whole image.
    var score: Double
  }

  let input: Shape
  let classes: Int
  let budget: NetworkBudget

  private static let mostStages = 5
  /// Blocks of each stage at first; deeper and narrower networks would fit as well, but train worse.
  private static let mostDepth = 4
  /// Blocks of a stage at most.
  private static let mostRefinedDepth = 6
  private static let mostWidth = 2048
  /// How many candidates of a family are refined.
  private static let refined = 3

  /// The best candidates, the best one of each family before second ones.
  ///
  /// - Throws: `CommandError.budgetTooSmall` where nothing fits, `GraphError` where the input suits no network.
  func candidates() throws -> [Candidate] {
    var best: [[Candidate]] = []
    for family in StagedNetwork.Family.allCases {
      var found: [Candidate] = []
      for (stem, stages) in shapes {
        var widest = Self.mostWidth / family.widthStep
        for depth in 1...Self.mostDepth {
          guard
            let candidate = try widestFitting(
              family, stem: stem, depths: Array(repeating: depth, count: stages), below: &widest)
          else { break }
          found.append(candidate)
        }
      }
      found.sort { $0.isBetter(than: $1) }
      for index in found.indices.prefix(Self.refined) { try refine(&found[index]) }
      best.append(found.sorted { $0.isBetter(than: $1) })
    }
    guard best.contains(where: { !$0.isEmpty }) else { throw try tooSmall() }
    let ranks = best.map(\.count).max() ?? 0
    return (0..<ranks).flatMap { rank in
      best.compactMap { $0.indices.contains(rank) ? $0[rank] : nil }
        .sorted { $0.isBetter(than: $1) }
    }
  }

  /// Stems and numbers of stages whose last map still has more than one pixel, and one stage at least.
  private var shapes: [(stem: Int, stages: Int)] {
    let side = input.dimensions.dropFirst().min() ?? 1
    return [1, 2, 4].flatMap { stem in
      (1...Self.mostStages).filter { stages in
        stem << (stages - 1) == 1 || side / (stem << (stages - 1)) >= 2
      }.map { (stem, $0) }
    }
  }

  /// The widest network of such depths that fits, at most `widest` steps wide, which becomes its width.
  private func widestFitting(
    _ family: StagedNetwork.Family, stem: Int, depths: [Int], below widest: inout Int
  ) throws -> Candidate? {
    var best: (network: StagedNetwork, needs: NetworkBudget)?
    var (low, high) = (1, widest)
    while low <= high {
      let middle = (low + high) / 2
      let network = StagedNetwork(
        family: family, stemStride: stem,
        widths: Self.doubling(middle * family.widthStep, depths.count), depths: depths,
        classes: classes)
      if let needs = try fittingNeeds(of: network) {
        best = (network, needs)
        low = middle + 1
      } else {
        high = middle - 1
      }
    }
    guard let best else { return nil }
    widest = high
    return try candidate(best.network, best.needs)
  }

  /// Adds blocks and channels to single stages as long as the candidate gets better.
  private func refine(_ candidate: inout Candidate) throws {
    let widest = candidate.network.widths.map { $0 + $0 / 4 }
    var isBetter = true
    while isBetter {
      isBetter = false
      for stage in widest.indices {
        var deeper = candidate.network
        deeper.depths[stage] += 1
        var wider = candidate.network
        wider.widths[stage] += wider.family.widthStep
        for network in [deeper, wider]
        where network.depths[stage] <= Self.mostRefinedDepth
          && network.widths[stage] <= widest[stage]
        {
          guard let needs = try fittingNeeds(of: network) else { continue }
          let other = try self.candidate(network, needs)
          guard other.score > candidate.score else { continue }
          candidate = other
          isBetter = true
        }
      }
    }
  }

  private static func doubling(_ width: Int, _ count: Int) -> [Int] {
    (0..<count).map { width << $0 }
  }

  private func candidate(_ network: StagedNetwork, _ needs: NetworkBudget) throws -> Candidate {
    let graph = try network.build(input: input).inference
    let field = try NetworkFigures(name: "", of: graph).receptiveField.size
    let seesAll = field.map { $0.height >= input[1] && $0.width >= input[2] } ?? false
    return Candidate(
      network: network, needs: needs,
      score: budget.shares(of: needs).reduce(1, *) * (seesAll ? 1 : 0.5))
  }

  /// What a network takes, or `nil` where that is more than the budget or more than any shape holds.
  private func fittingNeeds(of network: StagedNetwork) throws -> NetworkBudget? {
    guard let model = try? network.build(input: input) else { return nil }
    var needs = try Self.counts(of: model)
    guard budget.holds(needs) else { return nil }
    guard budget.memoryBytes != nil else { return needs }
    needs.memoryBytes = try memory(of: model)
    return budget.holds(needs) ? needs : nil
  }

  private static func counts(of model: Model) throws -> NetworkBudget {
    let graph = model.inference
    let shapes = try graph.shapes()
    let cost = graph.nodes.indices.reduce(Cost()) { sum, index in
      let node = graph.nodes[index]
      return sum
        + node.operation.cost(
          inputs: node.inputs.map { shapes[$0] }, outputs: shapes[node: index])
    }
    return NetworkBudget(parameters: model.parameterCount, multiplyAdds: cost.multiplyAdds)
  }

  private func memory(of model: Model) throws -> Int {
    try PlannedMemory.ofInference(
      AnalysedNetwork(label: "", model: model, input: Shape([1] + input.dimensions)))
  }

  /// Names the least budget that would do: of all smallest networks, the one that passes this one's limits least.
  private func tooSmall() throws -> CommandError {
    var least: (excess: Double, needs: NetworkBudget)?
    for family in StagedNetwork.Family.allCases {
      for (stem, stages) in shapes {
        let network = StagedNetwork(
          family: family, stemStride: stem, widths: Self.doubling(family.widthStep, stages),
          depths: Array(repeating: 1, count: stages), classes: classes)
        let model = try network.build(input: input)
        var needs = try Self.counts(of: model)
        if budget.memoryBytes != nil { needs.memoryBytes = try memory(of: model) }
        let excess = budget.shares(of: needs).max() ?? 0
        if least.map({ excess < $0.excess }) ?? true { least = (excess, needs) }
      }
    }
    let needs = least?.needs ?? NetworkBudget()
    return .budgetTooSmall(
      NetworkBudget(
        parameters: budget.parameters.flatMap { limit in needs.parameters.map { max(limit, $0) } },
        multiplyAdds: budget.multiplyAdds.flatMap { limit in
          needs.multiplyAdds.map { max(limit, $0) }
        },
        memoryBytes: budget.memoryBytes.flatMap { limit in
          needs.memoryBytes.map { max(limit, $0) }
        }))
  }
}

extension DesignSearch.Candidate {
  /// By score; of equals, the one with fewer multiply-adds.
  fileprivate func isBetter(than other: Self) -> Bool {
    if score != other.score { return score > other.score }
    return needs.multiplyAdds ?? 0 < other.needs.multiplyAdds ?? 0
  }
}
