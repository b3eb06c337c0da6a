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
    var blocks: [String: [String]] = [:]
    var order: [String] = []
    for loser in convolutions where loser.before.isStrided && !loser.after.isStrided {
      let gainer = convolutions.first {
        $0.after.parent == loser.after.parent && !$0.before.isStrided
          && $0.after.window?.stride == loser.before.window?.stride
      }
      guard let gainer, let from = loser.before.window, let to = gainer.after.window else {
        continue
      }
      let skipped = from.stride[0] * from.stride[1]
      var sentence =
        "The stride \(extents(from.stride)) moves from \(loser.before.ownName) (\(extents(from.kernel))) "
        + "to \(gainer.after.ownName) (\(extents(to.kernel))) in %."
      if from.kernel == [1, 1], to.kernel == [3, 3] {
        sentence +=
          " The 1×1 skipped \(skipped - 1) of \(skipped) pixels, the 3×3 reads them all: tweak B, or v1.5 "
          + "(arXiv:1812.01187)."
      } else if from.kernel == [3, 3], to.kernel == [1, 1] {
        sentence +=
          " The 1×1 skips \(skipped - 1) of \(skipped) pixels, as in the first ResNet (arXiv:1512.03385)."
      }
      if blocks[sentence] == nil { order.append(sentence) }
      blocks[sentence, default: []].append(loser.after.parent)
    }
    return order.map { $0.replacing("%", with: list(blocks[$0] ?? [])) }
  }

  /// A convolution with a large kernel in place of several with small ones, or the other way round.
  private var splitConvolutions: [String] {
    func sentence(
      large: DescribedLayer, small: DescribedLayer, others: [DescribedLayer], isSplit: Bool
    )
      -> String?
    {
      guard let big = large.window?.kernel, let little = small.window?.kernel,
        big[0] * big[1] > little[0] * little[1]
      else { return nil }
      let stack =
        (others.filter {
          $0.type == "Conv2d" && $0.parent == small.parent && $0.window?.kernel == little
        }
        + [small]).sorted { $0.index < $1.index }
      guard stack.count > 1 else { return nil }
      let one = "the \(extents(big)) convolution \(large.path)"
      let many = "\(stack.count) of \(extents(little)) (\(list(stack.map(\.path))))"
      let isStem = big == [7, 7] && little == [3, 3] && stack.count == 3
      let source = isStem ? ": tweak C (arXiv:1812.01187)" : ""
      return isSplit
        ? "T\(one.dropFirst()) becomes \(many)\(source)."
        : "\(stack.count) convolutions of \(extents(little)) (\(list(stack.map(\.path)))) become \(one)."
    }
    return convolutions.compactMap { pair in
      sentence(large: pair.before, small: pair.after, others: added, isSplit: true)
        ?? sentence(large: pair.after, small: pair.before, others: removed, isSplit: false)
    }
  }

  /// Average pooling that takes a 1×1 convolution's stride, or gives it back.
  private var pooledProjections: [String] {
    func pooled(_ plain: DescribedLayer, _ averaged: DescribedLayer, _ others: [DescribedLayer])
      -> Bool
    {
      plain.isStrided && !averaged.isStrided && averaged.window?.kernel == [1, 1]
        && others.contains {
          $0.type == "AvgPool2d" && averaged.inputs.contains($0.index)
            && $0.window?.stride == plain.window?.stride
        }
    }
    let gained = convolutions.filter { pooled($0.before, $0.after, added) }.map(\.after.path)
    let lost = convolutions.filter { pooled($0.after, $0.before, removed) }.map(\.after.path)
    var sentences: [String] = []
    if !gained.isEmpty {
      sentences.append(
        "Average pooling takes over the stride of the 1×1 \(gained.count > 1 ? "projections" : "projection") "
          + "\(list(gained)): no pixel is skipped any more: tweak D (arXiv:1812.01187).")
    }
    if !lost.isEmpty {
      sentences.append(
        "The 1×1 \(lost.count > 1 ? "projections" : "projection") \(list(lost)) "
          + "\(lost.count > 1 ? "stride" : "strides") without the average pooling before: pixels are skipped."
      )
    }
    return sentences
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

private func extents(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: "×") }

/// Names in a sentence: `a, b and c`.
private func list(_ names: [String]) -> String {
  names.count < 2
    ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
}
