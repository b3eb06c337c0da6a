public import FoveaTensors

/// A tensor that a network needs.
public struct WeightSlot: Hashable, Sendable {
  /// Its name.
  public let name: String
  /// Its shape.
  public let shape: Shape
  /// Whether the network cannot answer without it.
  public let isRequired: Bool

  /// Describes a tensor.
  public init(_ name: String, _ shape: Shape, isRequired: Bool = true) {
    self.name = name
    self.shape = shape
    self.isRequired = isRequired
  }
}

/// What may be done to weights that do not fit as they are; nothing of it unless asked for.
public struct WeightOptions: Hashable, Codable, Sendable {
  /// Whether tensors that a file lacks keep their initial values.
  public var allowsMissing = false
  /// Whether tensors that the network lacks are left out.
  public var allowsUnexpected = false
  /// Whether the first convolution is adapted to images with another number of channels.
  ///
  /// Fewer channels: they are added up. More: they are repeated in turn and scaled by the ratio. So does timm.
  public var adaptsInputChannels = false
  /// Whether the last layer keeps its initial values where its shape is another, for other classes.
  public var dropsHead = false
  /// Whether the last layer keeps its initial values in any case.
  public var renewsHead = false

  /// Allows nothing.
  public init() {}
}

extension Weights {
  /// These tensors under a network's names and in its shapes, with a report on each.
  ///
  /// Prefixes that wrappers add (`module.`, `_orig_mod.` …) are taken away where all names have them, old and other
  /// libraries' names are translated, and a dense layer's matrix becomes the convolution of the same numbers.
  ///
  /// - Parameters:
  ///   - slots: What the network needs, in the order in which it uses them.
  ///   - initial: Initial values for what is left out on request.
  ///   - file: Where the weights come from, for errors.
  /// - Throws: `WeightMismatch` where a tensor is missing, unexpected or of another shape, unless that was
  ///   asked for; then nothing is taken.
  public func fitted(
    to slots: [WeightSlot], initial: Weights = Weights(), options: WeightOptions = WeightOptions(),
    file: String = "the file"
  ) throws(WeightMismatch) -> (weights: Weights, report: WeightReport) {
    var fit = WeightFit(slots: slots, initial: initial, options: options)
    fit.take(self)
    let report = fit.report
    guard report.misfitting.isEmpty, options.allowsMissing || report.missing.isEmpty,
      options.allowsUnexpected || report.unexpected.isEmpty
    else { throw WeightMismatch(file: file, report: report) }
    return (fit.result, report)
  }
}

/// The laying of tensors onto a network's slots.
private struct WeightFit {
  let slots: [WeightSlot]
  let initial: Weights
  let options: WeightOptions
  private let slotsByName: [String: WeightSlot]
  private let names: WeightNames
  private(set) var result = Weights()
  private(set) var report = WeightReport()

  init(slots: [WeightSlot], initial: Weights, options: WeightOptions) {
    self.slots = slots
    self.initial = initial
    self.options = options
    slotsByName = Dictionary(slots.map { ($0.name, $0) }) { first, _ in first }
    names = WeightNames(slots)
  }

  mutating func take(_ weights: Weights) {
    report.prefix = names.commonPrefix(of: Array(weights.names))
    var taken: [String: Tensor] = [:]
    var lone: [(name: String, tensor: Tensor)] = []
    for (fullName, tensor) in weights.tensors {
      let isWrapped = fullName.hasPrefix(report.prefix)
      let name = isWrapped ? String(fullName.dropFirst(report.prefix.count)) : fullName
      if slotsByName[name] != nil, taken[name] == nil {
        taken[name] = tensor
      } else {
        lone.append((name, tensor))
      }
    }
    // Other names come second, so that a name that fits as it is goes first.
    var unexpected: [(name: String, tensor: Tensor)] = []
    for (name, tensor) in lone {
      if let other = names.translated(name, isFree: { taken[$0] == nil }), taken[other] == nil {
        taken[other] = tensor
        report.renamed.append(.init(from: name, to: other))
      } else if names.isNeedless(name) {
        report.ignored.append(name)
      } else {
        unexpected.append((name, tensor))
      }
    }
    for slot in slots { place(taken[slot.name], in: slot) }
    let missing = report.missing.map { ($0.name, $0.shape) }
    report.unexpected = unexpected.map { name, tensor in
      .init(name: name, shape: tensor.shape, near: [])
    }
    let loneOnes = report.unexpected.map { ($0.name, $0.shape) }
    report.missing = WeightNames.naming(report.missing, nearestOf: loneOnes)
    report.unexpected = WeightNames.naming(report.unexpected, nearestOf: missing)
  }

  private mutating func place(_ tensor: Tensor?, in slot: WeightSlot) {
    let isHead = (options.dropsHead || options.renewsHead) && names.isHead(slot.name)
    if isHead, options.renewsHead, let value = initial[slot.name] {
      result[slot.name] = value
      report.initialized.append(slot.name)
      return
    }
    guard let tensor else {
      guard slot.isRequired else { return }
      if isHead || options.allowsMissing, let value = initial[slot.name] {
        result[slot.name] = value
        report.initialized.append(slot.name)
      } else {
        report.missing.append(.init(name: slot.name, shape: slot.shape, near: []))
      }
      return
    }
    if let (fitting, kind) = fitting(tensor, slot) {
      result[slot.name] = fitting
      report.matched.append(slot.name)
      if let kind {
        report.reshaped.append(
          .init(name: slot.name, from: tensor.shape, to: slot.shape, kind: kind))
      }
    } else if isHead, let value = initial[slot.name] {
      result[slot.name] = value
      report.initialized.append(slot.name)
    } else {
      report.misfitting.append(
        .init(name: slot.name, expected: slot.shape, actual: tensor.shape))
    }
  }

  /// The tensor in the slot's shape, where there is a way.
  private func fitting(
    _ tensor: Tensor, _ slot: WeightSlot
  ) -> (Tensor, WeightReport.Reshaping.Kind?)? {
    let (from, to) = (tensor.shape, slot.shape)
    if from == to { return (tensor.asFloat32, nil) }
    let longer = from.rank > to.rank ? from : to
    // A dense layer and the convolution over its whole input have the same numbers in the same order.
    if from.elementCount == to.elementCount, from.rank != to.rank,
      [from, to].allSatisfy({ $0.rank == 0 || $0[0] == longer[0] })
    {
      return (tensor.asFloat32.reshaped(to), .reshaped)
    }
    guard options.adaptsInputChannels, slot.name == names.firstConvolution, from.rank == 4,
      to.rank == 4, from[1] > 0, to[1] > 0, from.replacing(1, with: to[1]) == to
    else { return nil }
    return from[1] > to[1] && to[1] == 1
      ? (tensor.asFloat32.withChannels(1) { _, channels in channels.reduce(0, +) }, .summedChannels)
      : (
        tensor.asFloat32.withChannels(to[1]) { channel, channels in
          channels[channel % channels.count] * Float(channels.count) / Float(to[1])
        }, .repeatedChannels
      )
  }
}

extension Tensor {
  /// These numbers as float32.
  fileprivate var asFloat32: Tensor {
    switch elementType {
    case .float32: self
    case .int32: Tensor(shape, elements(of: Int32.self).map(Float.init))
    case .uint8: Tensor(shape, elements(of: UInt8.self).map(Float.init))
    }
  }

  /// A convolution's weight with another number of channels, each made of those of one filter and tap.
  fileprivate func withChannels(_ count: Int, _ make: (Int, [Float]) -> Float) -> Tensor {
    let (source, taps) = (floats, shape[2] * shape[3])
    var result: [Float] = []
    for filter in 0..<shape[0] {
      for channel in 0..<count {
        for tap in 0..<taps {
          let channels = (0..<shape[1]).map { source[(filter * shape[1] + $0) * taps + tap] }
          result.append(make(channel, channels))
        }
      }
    }
    return Tensor(shape.replacing(1, with: count), result)
  }
}
