/// What several changed layers mean together.
struct Explanations {
  let pairs: [LayerPair]
  let added: [DescribedLayer]
  let removed: [DescribedLayer]

  var sentences: [String] {
    movedStrides + splitConvolutions + pooledProjections + scaledChannels
  }

  private var convolutions: [LayerPair] {
    pairs.filter { $0.before.type == "Conv2d" && $0.after.type == "Conv2d" }
  }

  /// A stride that one convolution of a block loses and another gains.
  private var movedStrides: [String] {
    let gainers = Dictionary(
      convolutions.filter { !$0.before.isStrided && $0.after.isStrided }
        .map { ($0.after.parent, $0.after) }, uniquingKeysWith: { first, _ in first })
    var blocks: [String: [String]] = [:]
    var order: [String] = []
    for loser in convolutions where loser.before.isStrided && !loser.after.isStrided {
      guard let gainer = gainers[loser.after.parent], let from = loser.before.window,
        let to = gainer.window, from.stride == to.stride
      else { continue }
      let sentence = Self.movedStride(
        from, of: loser.before.ownName, to: to, of: gainer.ownName)
      if blocks[sentence] == nil { order.append(sentence) }
      blocks[sentence, default: []].append(loser.after.parent)
    }
    return order.map { $0.replacing("%", with: list(blocks[$0] ?? [])) }
  }

  /// A sentence with `%` where the blocks belong.
  private static func movedStride(
    _ from: LayerWindow, of loser: String, to: LayerWindow, of gainer: String
  ) -> String {
    let all = from.stride[0] * from.stride[1]
    let move =
      "The stride \(extents(from.stride)) moves from \(loser) (\(extents(from.kernel))) "
      + "to \(gainer) (\(extents(to.kernel))) in %."
    return switch (from.kernel, to.kernel) {
    case ([1, 1], [3, 3]):
      move + " The 1×1 skipped \(all - 1) of \(all) pixels, the 3×3 reads them all: "
        + "tweak B, or v1.5 (arXiv:1812.01187)."
    case ([3, 3], [1, 1]):
      move + " The 1×1 skips \(all - 1) of \(all) pixels, as in the first ResNet "
        + "(arXiv:1512.03385)."
    default: move
    }
  }

  /// A convolution with a large kernel in place of several with small ones, or the other way round.
  private var splitConvolutions: [String] {
    let after = Stacks(pairs.map(\.after), others: added)
    let before = Stacks(pairs.map(\.before), others: removed)
    return convolutions.compactMap { pair in
      if let stack = after.stack(of: pair.after, replacing: pair.before) {
        let kernel = extents(stack[0].window?.kernel ?? [])
        let isStem = pair.before.window?.kernel == [7, 7] && kernel == "3×3" && stack.count == 3
        return "The \(extents(pair.before.window?.kernel ?? [])) convolution \(pair.before.path) "
          + "becomes \(stack.count) of \(kernel) (\(list(stack.map(\.path))))"
          + (isStem ? ": tweak C (arXiv:1812.01187)." : ".")
      }
      if let stack = before.stack(of: pair.before, replacing: pair.after) {
        return "\(stack.count) convolutions of \(extents(stack[0].window?.kernel ?? [])) "
          + "(\(list(stack.map(\.path)))) become the \(extents(pair.after.window?.kernel ?? [])) "
          + "convolution \(pair.after.path)."
      }
      return nil
    }
  }

  /// Average pooling that takes a 1×1 convolution's stride, or gives it back.
  private var pooledProjections: [String] {
    func pools(_ others: [DescribedLayer]) -> [Int: DescribedLayer] {
      Dictionary(
        others.filter { $0.type == "AvgPool2d" }.map { ($0.index, $0) },
        uniquingKeysWith: { first, _ in first })
    }
    func isPooled(
      _ plain: DescribedLayer, _ averaged: DescribedLayer, _ pools: [Int: DescribedLayer]
    ) -> Bool {
      plain.isStrided && !averaged.isStrided && averaged.window?.kernel == [1, 1]
        && averaged.inputs.contains { pools[$0]?.window?.stride == plain.window?.stride }
    }
    let (addedPools, removedPools) = (pools(added), pools(removed))
    let gained = convolutions.filter { isPooled($0.before, $0.after, addedPools) }
    let lost = convolutions.filter { isPooled($0.after, $0.before, removedPools) }
    func named(_ pairs: [LayerPair]) -> String {
      "the 1×1 projection\(pairs.count > 1 ? "s" : "") \(list(pairs.map(\.after.path)))"
    }
    return
      (gained.isEmpty
      ? []
      : [
        "Average pooling takes over the stride of \(named(gained)): no pixel is skipped any more: "
          + "tweak D (arXiv:1812.01187)."
      ])
      + (lost.isEmpty
        ? []
        : ["The average pooling before \(named(lost)) gives its stride back: pixels are skipped."])
  }

  /// One factor on the channels of all convolutions.
  private var scaledChannels: [String] {
    let ratios = convolutions.map {
      Double($0.after.outputShape[1]) / Double($0.before.outputShape[1])
    }
    guard ratios.count > 1, let ratio = ratios.first, ratio != 1,
      ratios.allSatisfy({ $0 == ratio })
    else { return [] }
    let factor = ratio == ratio.rounded() ? "\(Int(ratio))" : "\(ratio)"
    return ["Every convolution has \(factor) times the output channels."]
  }
}

/// Convolutions that follow one another in one of the networks.
private struct Stacks {
  private let layers: [Int: DescribedLayer]
  private let readers: [Int: [Int]]
  /// The layers that the other network does not have.
  private let others: Set<Int>

  init(_ common: [DescribedLayer], others: [DescribedLayer]) {
    let all = common + others
    layers = Dictionary(all.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    readers = Dictionary(
      grouping: all.flatMap { layer in layer.inputs.map { (from: $0, to: layer.index) } },
      by: \.from
    ).mapValues { $0.map(\.to) }
    self.others = Set(others.map(\.index))
  }

  /// The convolutions of smaller kernels that a layer of this network makes up with neighbours that are new, in place of
  /// `large`; `nil` where there is none but itself.
  func stack(of layer: DescribedLayer, replacing large: DescribedLayer) -> [DescribedLayer]? {
    guard let old = large.window?.kernel, let new = layer.window?.kernel,
      new[0] * new[1] < old[0] * old[1]
    else { return nil }
    func neighbours(_ next: (DescribedLayer) -> [Int]) -> [DescribedLayer] {
      var found: [DescribedLayer] = []
      var place = layer
      while case let links = next(place), links.count == 1, let neighbour = layers[links[0]] {
        place = neighbour
        guard neighbour.type == layer.type else { continue }
        guard others.contains(neighbour.index), neighbour.window?.kernel == new else { break }
        found.append(neighbour)
      }
      return found
    }
    let before = neighbours { $0.inputs }
    let after = neighbours { readers[$0.index] ?? [] }
    return before.isEmpty && after.isEmpty ? nil : before.reversed() + [layer] + after
  }
}

private func extents(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: "×") }

/// Names in a sentence: `a, b and c`.
private func list(_ names: [String]) -> String {
  names.count < 2
    ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
}
