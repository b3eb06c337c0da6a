import FoveaTensors

/// What one step of the way to a network makes of one image.
public struct PipelineStep: Hashable, Codable, Sendable {
  /// What was done, with the numbers that were drawn.
  public let name: String
  /// `[C, H, W]` after it, of a batch `[N, C, H, W]`.
  public let shape: [Int]
  /// The least number after it.
  public let minimum: Float
  /// The mean of the numbers after it.
  public let mean: Float
  /// The largest number after it.
  public let maximum: Float

  init(_ name: String, _ image: RasterImage) {
    self.init(
      name, shape: [image.channels, image.height, image.width], image.bytes.lazy.map(Float.init))
  }

  init(_ name: String, shape: [Int], _ numbers: some Collection<Float>) {
    self.name = name
    self.shape = shape
    minimum = numbers.min() ?? 0
    maximum = numbers.max() ?? 0
    mean = Float(numbers.reduce(0.0) { $0 + Double($1) } / Double(max(numbers.count, 1)))
  }
}

extension LabelledImages {
  /// The numbers of the image, as the one step.
  public func steps(of index: Int, epoch: Int) throws(DamagedImage) -> [PipelineStep] {
    [try numbers("read \(name(of: index))", of: index, epoch: epoch)]
  }

  /// The step that makes what the network gets.
  func normalized(_ index: Int, epoch: Int) throws(DamagedImage) -> PipelineStep {
    let normalization = description.normalization
    let unit = normalization.unit == 1 ? "" : ", in shares of \(Int(normalization.unit))"
    func list(_ numbers: [Float]) -> String {
      "\(numbers.map { (Double($0) * 10000).rounded() / 10000 })"
    }
    return try numbers(
      "normalize by mean \(list(normalization.mean)), deviation \(list(normalization.deviation))"
        + unit, of: index, epoch: epoch)
  }

  private func numbers(
    _ name: String, of index: Int, epoch: Int
  ) throws(DamagedImage) -> PipelineStep {
    let shape = description.imageShape
    var numbers = [Float](repeating: 0, count: shape.elementCount)
    try numbers.withUnsafeMutableBufferPointer { target throws(DamagedImage) in
      try write(index, epoch: epoch, to: target)
    }
    return PipelineStep(name, shape: shape.dimensions, numbers)
  }
}

extension ImagePipeline {
  /// Walks one image through every step, read as a training reads it, and tells what each makes of it.
  ///
  /// - Throws: `DamagedImage`, as `write` does.
  public func steps(of index: Int, epoch: Int = 0) throws(DamagedImage) -> [PipelineStep] {
    var steps: [PipelineStep] = []
    _ = try image(at: index, epoch: epoch) { stage, image in
      let name =
        switch stage {
        case .read: "read \(self.name(of: index))\(scaling(of: index, readAs: image.size))"
        case .convert: image.channels == 1 ? "to grey" : "to RGB"
        case .change(let operation): "\(operation)"
        }
      steps.append(PipelineStep(name, image))
    }
    return steps + [try normalized(index, epoch: epoch)]
  }

  /// Tells of an image that is made smaller while it is decoded.
  private func scaling(of index: Int, readAs size: ImageSize) -> String {
    guard let stored = try? source.image(at: indices[index], minimumSize: nil), stored.size != size
    else { return "" }
    return ", stored as \(stored.size), at a part of its size"
  }
}

extension ArrayImages {
  /// Tells what the array has, and what normalisation makes of it.
  ///
  /// - Throws: `DamagedImage`, as `write` does.
  public func steps(of index: Int, epoch: Int = 0) throws(DamagedImage) -> [PipelineStep] {
    let normalized = try normalized(index, epoch: epoch)
    let size = description.imageShape.elementCount
    func stored<Element: TensorElement>(
      _ type: Element.Type, _ float: (Element) -> Float
    ) -> PipelineStep {
      images.withUnsafeElements(of: type) { numbers in
        let start = indices[index] * size
        return PipelineStep(
          "read \(name(of: index))", shape: description.imageShape.dimensions,
          numbers[start..<start + size].map(float))
      }
    }
    let first =
      switch images.elementType {
      case .uint8: stored(UInt8.self, Float.init)
      case .int32: stored(Int32.self, Float.init)
      case .float32: stored(Float.self) { $0 }
      }
    return [first, normalized]
  }
}
