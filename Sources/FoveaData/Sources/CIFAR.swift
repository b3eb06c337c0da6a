public import Foundation
import FoveaTensors

/// CIFAR-10 and CIFAR-100: 50,000 training and 10,000 test images of 32×32 colour pixels.
///
/// Files are those of the binary version: rows of one label (CIFAR-10) or a coarse and a fine label
/// (CIFAR-100), then 1,024 bytes of red, green and blue each.
///
/// - SeeAlso: A. Krizhevsky, *Learning Multiple Layers of Features from Tiny Images* (2009).
public enum CIFAR: String, Hashable, Codable, Sendable, CaseIterable {
  /// Ten classes.
  case cifar10 = "cifar-10"
  /// A hundred classes.
  case cifar100 = "cifar-100"

  /// What the training images have.
  public var normalization: Normalization {
    switch self {
    case .cifar10:
      Normalization(mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616])
    case .cifar100:
      Normalization(mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762])
    }
  }

  private func fileNames(_ split: MNIST.Split) -> [String] {
    switch (self, split) {
    case (.cifar10, .training): (1...5).map { "data_batch_\($0).bin" }
    case (.cifar10, .test): ["test_batch.bin"]
    case (.cifar100, .training): ["train.bin"]
    case (.cifar100, .test): ["test.bin"]
    }
  }

  private var classNamesFile: String {
    self == .cifar10 ? "batches.meta.txt" : "fine_label_names.txt"
  }

  private var classCount: Int { self == .cifar10 ? 10 : 100 }
  private var labelCount: Int { self == .cifar10 ? 1 : 2 }
  private static let pixelCount = 3 * 32 * 32
  /// Rows of one file; the largest known has 50,000.
  private static let largestRowCount = 1 << 20

  /// Reads the images from a folder with the binary version's files.
  ///
  /// - Throws: `CIFARError` where a file is missing or not what it should be; `DatasetError`.
  public func load(_ split: MNIST.Split, from folder: URL) throws -> ImageDataset {
    let rowLength = labelCount + Self.pixelCount
    var rows: [UInt8] = []
    for name in fileNames(split) {
      let file = folder.appendingPathComponent(name)
      func refuse(_ problem: String) -> CIFARError { CIFARError(file: file.path, problem: problem) }
      let size: Int
      do {
        size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      } catch {
        throw refuse(
          "cannot be read (\(error.localizedDescription)); give the binary version's folder")
      }
      guard size > 0, size % rowLength == 0, size / rowLength <= Self.largestRowCount else {
        throw refuse(
          "has \(size) bytes, which are no rows of \(rowLength); it was cut off, or is another version"
        )
      }
      rows += try Data(contentsOf: file)
      guard rows.count % rowLength == 0 else {
        throw refuse("changed while it was read; try again")
      }
    }
    let count = rows.count / rowLength
    // The fine label is the last.
    let labels = (0..<count).map { Int32(rows[$0 * rowLength + labelCount - 1]) }
    if let row = labels.firstIndex(where: { $0 >= classCount }) {
      throw CIFARError(
        file: folder.path,
        problem:
          "image \(row) has label \(labels[row]) of \(classCount) classes; get the files anew")
    }
    let images = Tensor([count, 3, 32, 32], filling: UInt8.self) { target in
      rows.withUnsafeBufferPointer { rows in
        for row in 0..<count {
          let start = row * rowLength + labelCount
          _ = UnsafeMutableBufferPointer(rebasing: target[(row * Self.pixelCount)...])
            .update(fromContentsOf: rows[start..<(start + Self.pixelCount)])
        }
      }
    }
    return try ImageDataset(
      name: rawValue, images: images, labels: labels, classNames: classNames(in: folder),
      normalization: normalization)
  }

  /// The names that the dataset's own file has; numbers where it is not there.
  private func classNames(in folder: URL) -> [String] {
    let file = folder.appendingPathComponent(classNamesFile)
    let names = (try? String(contentsOf: file, encoding: .utf8))?.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard let names, names.count == classCount else { return (0..<classCount).map(String.init) }
    return names
  }
}

/// Why CIFAR's files cannot be read.
public struct CIFARError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong with it, and what to do.
  public let problem: String

  public var description: String { "\(file) \(problem)" }
}
