/// What one step of a pipeline makes of one image.
public struct PipelineStep: Hashable, Codable, Sendable {
  /// What was done, with the numbers that were drawn.
  public let name: String
  /// `[C, H, W]` after it.
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

extension ImagePipeline {
  /// Walks one image through every step and tells what each makes of it.
  ///
  /// - Throws: `DamagedImage`, as `write` does.
  public func steps(of index: Int, epoch: Int = 0) throws(DamagedImage) -> [PipelineStep] {
    let number = indices[index]
    var steps: [PipelineStep] = []
    do {
      var image = try source.image(at: number, minimumSize: nil)
      steps.append(PipelineStep("read \(source.name(of: number))", image))
      if image.channels != description.imageShape[0] {
        image = image.converted(to: description.imageShape[0])
        steps.append(PipelineStep(image.channels == 1 ? "to grey" : "to RGB", image))
      }
      let position = SamplePosition(seed: seed, epoch: epoch, index: number)
      for operation in try transforms.draw(for: image.size, at: position) {
        image = try operation.applied(to: image)
        steps.append(PipelineStep("\(operation)", image))
      }
    } catch {
      throw DamagedImage(index: index, name: source.name(of: number), reason: "\(error)")
    }
    var numbers = [Float](repeating: 0, count: description.imageShape.elementCount)
    var failure: DamagedImage?
    numbers.withUnsafeMutableBufferPointer { target in
      do throws(DamagedImage) { try write(index, epoch: epoch, to: target) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    let normalization = description.normalization
    return steps + [
      PipelineStep(
        "normalize by mean \(normalization.mean), deviation \(normalization.deviation)",
        shape: description.imageShape.dimensions, numbers)
    ]
  }
}
