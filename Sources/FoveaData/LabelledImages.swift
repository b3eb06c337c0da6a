import FoveaTensors

/// Images as a program takes them, all of one shape and as numbers, each with a class.
public protocol LabelledImages: Sendable {
  /// Name, classes, image shape and normalisation.
  var description: DatasetDescription { get }
  /// How many images there are.
  var count: Int { get }
  /// The class of an image.
  func label(of index: Int) -> Int32
  /// What an image is called, such as the path of its file; `NAME/INDEX` where nothing else is known.
  func name(of index: Int) -> String
  /// Writes the numbers of an image, channels last.
  ///
  /// What is drawn at random depends on the epoch and the index alone.
  ///
  /// - Parameters:
  ///   - index: The image, of `0..<count`.
  ///   - epoch: The epoch, from 0.
  ///   - target: Room for `C · H · W` numbers.
  /// - Throws: `DamagedImage` where it cannot be read.
  func write(
    _ index: Int, epoch: Int, to target: UnsafeMutableBufferPointer<Float>) throws(DamagedImage)
  /// Walks one image through every step to the numbers that `write` makes of it.
  ///
  /// - Throws: `DamagedImage`, as `write` does.
  func steps(of index: Int, epoch: Int) throws(DamagedImage) -> [PipelineStep]
}

extension LabelledImages {
  /// The dataset's name and the image's number.
  public func name(of index: Int) -> String { "\(description.name)/\(index)" }
}

/// An image that cannot be read.
public struct DamagedImage: Error, Hashable, Codable, Sendable, CustomStringConvertible {
  /// Its place in the dataset.
  public let index: Int
  /// What the dataset calls it, such as the path of its file.
  public let name: String
  /// What is wrong with it, and what to do.
  public let reason: String

  /// Names an image and what is wrong with it.
  public init(index: Int, name: String, reason: String) {
    self.index = index
    self.name = name
    self.reason = reason
  }

  public var description: String { "image \(index) (\(name)): \(reason)" }
}

/// What happens to images that cannot be read.
public enum DamagedImagePolicy: String, Hashable, Codable, Sendable, CaseIterable {
  /// The training ends with an error that names the image.
  case fail
  /// The batch does without it, and tells so.
  case skip
}
