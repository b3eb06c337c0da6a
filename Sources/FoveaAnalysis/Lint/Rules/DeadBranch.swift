import FoveaGraph

/// What no output depends on is written for nothing: a result was forgotten, or a join.
struct DeadBranch: LintRule {
  let identifier = "dead-branch"
  let severity = LintSeverity.error
  let finds = "layers, variables and inputs that no output depends on; a network without any output"
  let source =
    "R. Cytron et al., Efficiently Computing Static Single Assignment Form, 1991, "
    + "doi:10.1145/115372.115320"

  func findings(in network: LintContext) -> [LintFinding] {
    let graph = network.graph
    let results = Array(graph.outputs.values) + graph.updates.values
    guard !results.isEmpty else {
      return [
        finding(
          at: graph.nodes.last?.path ?? "",
          "the graph names no output, so nothing of it is computed",
          numbers: ["nodes": Double(graph.nodes.count)], remedy: "name what shall be given back")
      ]
    }
    let isNeeded = graph.neededNodes(for: results.map(\.node))
    let read = Set(graph.nodes.flatMap(\.inputs).map(\.node))
    let unread = graph.nodes.indices.filter { index in
      graph.nodes[index].operation.isSource && !isNeeded[index] && !read.contains(index)
    }.map { index in
      let kind = graph.nodes[index].operation is Input ? "input" : "variable"
      return finding(
        .warning, at: graph.nodes[index].path, "nothing reads this \(kind)",
        remedy: "use it, or take it out")
    }
    return branches(of: graph, isNeeded, network).map { branch in
      let layers = LintText.counted(branch.layers, "layer")
      return finding(
        .warning, at: graph.nodes[branch.last].path,
        "no output depends on \(layers) that \(branch.layers == 1 ? "ends" : "end") here, with "
          + "\(LintText.count(branch.parameters)) parameters and "
          + "\(LintText.count(branch.multiplyAdds)) multiply-adds",
        numbers: [
          "layers": Double(branch.layers), "parameters": Double(branch.parameters),
          "multiplyAdds": Double(branch.multiplyAdds),
        ], remedy: "join the branch to what is given back, or take it out")
    } + unread
  }

  private struct Branch {
    let last: Int
    let layers: Int
    let parameters: Int
    let multiplyAdds: Int
  }

  /// The layers that are not needed, those that are connected together.
  private func branches(of graph: Graph, _ isNeeded: [Bool], _ network: LintContext) -> [Branch] {
    var groups = Array(graph.nodes.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while groups[index] != index {
        groups[index] = groups[groups[index]]
        index = groups[index]
      }
      return index
    }
    let dead = graph.nodes.indices.filter {
      !isNeeded[$0] && !graph.nodes[$0].operation.isSource
    }
    for index in dead {
      // Also two layers that share a variable of their own belong together.
      for input in graph.nodes[index].inputs where !isNeeded[input.node] {
        groups[root(input.node)] = root(index)
      }
    }
    let members = Dictionary(grouping: graph.nodes.indices.filter { !isNeeded[$0] }, by: root)
    return members.values.compactMap { nodes in
      guard let last = nodes.last(where: { !graph.nodes[$0].operation.isSource }) else {
        return nil
      }
      let variables = nodes.compactMap { graph.nodes[$0].operation as? Variable }
      let layers = nodes.filter { !graph.nodes[$0].operation.isSource }
      return Branch(
        last: last, layers: layers.count,
        parameters: variables.filter { $0.role == .parameter }.reduce(0) {
          saturated($0.addingReportingOverflow($1.shape.elementCount))
        },
        multiplyAdds: layers.reduce(0) { sum, index in
          let inputs = graph.nodes[index].inputs.map { network.shapes[$0] }
          let cost = graph.nodes[index].operation.cost(
            inputs: inputs, outputs: network.shapes[node: index])
          return saturated(sum.addingReportingOverflow(cost.multiplyAdds))
        })
    }.sorted { $0.last < $1.last }
  }
}
