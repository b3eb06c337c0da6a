import Foundation
import FoveaTensors

/// Images and labels of a pair of IDX files, as MNIST and the datasets made after it have them.
struct IDXImages {
  /// Bytes `[N, H, W]`.
  var images: Tensor
  /// The labels as the file has them, `[N]`.
  let labels: [UInt8]

  private static let (imageSuffix, labelSuffix) = ("images-idx3-ubyte", "labels-idx1-ubyte")

  /// The names of both files, without `.gz`.
  static func fileNames(prefix: String) -> [String] {
    [imageSuffix, labelSuffix].map { "\(prefix)-\($0)" }
  }

  /// Reads `<prefix>-images-idx3-ubyte` and the labels beside it, plain or `.gz`.
  ///
  /// - Throws: `IDXError`.
  init(prefix: String, in folder: URL) throws(IDXError) {
    func read(_ suffix: String, rank: Int) throws(IDXError) -> Tensor {
      let plain = folder.appendingPathComponent("\(prefix)-\(suffix)")
      let packed = plain.appendingPathExtension("gz")
      let file = FileManager.default.fileExists(atPath: plain.path) ? plain : packed
      let tensor = try IDX.read(contentsOf: file)
      guard tensor.shape.rank == rank else {
        throw IDXError(file: file.path, problem: .rank(expected: rank, actual: tensor.shape))
      }
      return tensor
    }
    images = try read(Self.imageSuffix, rank: 3)
    labels = try read(Self.labelSuffix, rank: 1).elements(of: UInt8.self)
  }

  /// Rows for columns: turns images upright that are stored column by column.
  mutating func transpose() {
    let (count, height, width) = (images.shape[0], images.shape[1], images.shape[2])
    images = Tensor([count, width, height], filling: UInt8.self) { target in
      images.withUnsafeElements(of: UInt8.self) { source in
        for image in 0..<count {
          let start = image * height * width
          for row in 0..<width {
            for column in 0..<height {
              target[start + row * height + column] = source[start + column * width + row]
            }
          }
        }
      }
    }
  }

  /// Both as a dataset of grey images.
  ///
  /// - Parameter firstLabel: The label of the first class.
  func dataset(
    name: String, classNames: [String], normalization: Normalization, firstLabel: Int32 = 0
  ) throws(DatasetError) -> ImageDataset {
    let shape: Shape = [images.shape[0], 1, images.shape[1], images.shape[2]]
    return try ImageDataset(
      name: name, images: images.reshaped(shape), labels: labels.map { Int32($0) - firstLabel },
      classNames: classNames, normalization: normalization)
  }
}
