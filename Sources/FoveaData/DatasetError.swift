public import FoveaTensors

/// Why images and labels make no dataset.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tensor that holds no images of bytes.
  case notImages(Shape, ElementType)
  /// A tensor that holds no images or targets of numbers.
  case notNumbers(Shape, ElementType)
  /// Another number of targets than of images.
  case targets(images: Int, targets: Shape)
  /// Another number of labels than of images.
  case counts(images: Int, labels: Int)
  /// A label that is no class.
  case label(index: Int, value: Int32, classes: Int)
  /// Another number of channels than the normalisation has.
  case channels(expected: Int, actual: Shape)
  /// A mean that is no number, or a deviation that is not above 0.
  case normalization(Normalization)
  /// Numbers of another range than a network learned from.
  case range(_ name: String, given: ValueRange, expected: ValueRange)
  /// Images of another shape, `[C, H, W]`, than a network takes.
  case otherImages(_ name: String, expected: Shape, actual: Shape)
  /// An array that holds no images.
  case notArrayImages(_ name: String, Shape)
  /// An array whose last axis seems to be that of channels.
  case channelsLast(_ name: String, Shape)
  /// An array that holds no labels.
  case notLabels(_ name: String, Shape, ElementType)
  /// An array that a file or folder lacks.
  case noArray(_ file: String, _ name: String, known: [String])
  /// Classes that the dataset does not have, or twice, or none at all.
  case classes(_ chosen: [Int], of: Int)
  /// A size that no image has.
  case size(height: Int, width: Int)
  /// A dataset that is nowhere to be found.
  case notFound(name: String, places: [String], failures: [String], addresses: [String])
  /// A packed dataset that is not what it should be.
  case archive(_ file: String, problem: String)
  /// Files that came with the program and are not beside it any more.
  case missingResources(name: String, places: [String])
  /// A name that no dataset has.
  case unknownDataset(_ name: String, known: [String])

  public var description: String {
    switch self {
    case .notImages(let shape, let type):
      "images are [N, C, H, W] bytes, got \(shape) of \(type); convert them first"
    case .notNumbers(let shape, let type):
      "images are [N, C, H, W] float32 and targets [N, …] float32 or int32, got \(shape) of \(type); "
        + "convert them first"
    case .targets(let images, let targets):
      "\(images) images have targets \(targets); give one target an image along the first axis"
    case .counts(let images, let labels):
      "\(images) images have \(labels) labels; give one label an image"
    case .label(let index, let value, let classes):
      "image \(index) has label \(value), classes are 0..<\(classes); mend the label file"
    case .channels(let expected, let actual):
      "the normalisation is for \(expected) channels of bytes, got \(actual); convert the images first"
    case .normalization(let normalization):
      "means \(normalization.mean) and deviations \(normalization.deviation) do not normalise; "
        + "give a finite mean and a deviation above 0 for each channel"
    case .range(let name, let given, let expected):
      "\(name) has numbers from \(given), the network learned from \(expected); "
        + "bring the numbers to the unit of its training"
    case .otherImages(let name, let expected, let actual):
      "\(name) has \(Self.kind(of: actual)), the network takes \(Self.kind(of: expected)); "
        + "convert the images, or train on such"
    case .notArrayImages(let name, let shape):
      "the images of \(name) are \(shape), not [N, C, H, W] or [N, H, W] with a pixel; reshape them"
    case .channelsLast(let name, let shape):
      "the images of \(name) are \(shape), whose channels seem to be the last axis; "
        + "bring them to [N, C, H, W], with numpy.moveaxis(images, -1, 1)"
    case .notLabels(let name, let shape, let type):
      "the labels of \(name) are \(shape) of \(type), not [N] whole numbers from 0; "
        + "give the index of each image's class"
    case .noArray(let file, let name, let known):
      "\(file) has no array \(name)\(known.isEmpty ? "" : ", it has \(known.joined(separator: ", "))"); "
        + "name arrays images and labels, or train_images, train_labels, test_images and test_labels"
    case .classes(let chosen, let count):
      "classes \(chosen) are no choice of 0..<\(count); name one or more, each once"
    case .size(let height, let width):
      "no image has \(height)×\(width) pixels; give 1 or more, and at most 2^48 numbers in all"
    case .notFound(let name, let places, let failures, let addresses):
      "\(name) is in none of \(places.joined(separator: ", "))"
        + (failures.isEmpty ? "" : ", and no mirror has it (\(failures.joined(separator: "; ")))")
        + "; fetch \(addresses.joined(separator: ", ")) where there is a network, put it into "
        + "\(places.last ?? "a folder"), or name its folder with --data"
    case .archive(let file, let problem):
      "\(file) \(problem); fetch it again"
    case .missingResources(let name, let places):
      "the files of \(name) are not beside the program (looked in \(places.joined(separator: ", "))); "
        + "keep the .resources folder next to it"
    case .unknownDataset(let name, let known):
      "there is no dataset \(name); choose from \(known.joined(separator: ", "))"
    }
  }

  /// `[C, H, W]` in words, such as `grey images of 28×28`.
  static func kind(of shape: Shape) -> String {
    let channels = shape[0] == 1 ? "grey" : shape[0] == 3 ? "colour" : "\(shape[0])-channel"
    return "\(channels) images of \(shape[1])×\(shape[2])"
  }
}
