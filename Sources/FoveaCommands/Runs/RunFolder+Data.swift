import FoveaData
import FoveaDrawing
public import Foundation
import FoveaFormats

extension RunFolder {
  /// Images of the first batch, as the network gets them.
  public var firstBatch: URL { url.appendingPathComponent("first-batch.png") }
  /// How many images each class has, to learn from and for validation.
  public var classCounts: URL { url.appendingPathComponent("classes.csv") }

  /// The most images of the picture, and the most pixels of them together.
  private static let (shownImages, shownPixels) = (16, 4_000_000)

  /// Writes down what a training learns from, once.
  func describe(training: DataLoader, validation: DataLoader) throws {
    guard !FileManager.default.fileExists(atPath: classCounts.path) else { return }
    let names = training.dataset.description.classNames
    let (first, second) = (
      Self.counts(in: training.dataset, of: names.count),
      Self.counts(in: validation.dataset, of: names.count)
    )
    let rows = names.indices.map { "\(csvCell(names[$0])),\(first[$0]),\(second[$0])\n" }
    try AtomicFile.write(
      Data(("class,training,validation\n" + rows.joined()).utf8), to: classCounts)
    // A batch that cannot be made ends the training, which says why.
    guard let grid = try? Self.firstBatch(of: training) else { return }
    try AtomicFile.write(grid.png().encoded(), to: firstBatch)
  }

  /// Images of the first batch that a training learns from.
  static func firstBatch(of training: DataLoader) throws(DamagedImage) -> ImageGrid {
    let batch = try training.batch(0, epoch: 0, order: training.order(epoch: 0))
    let description = training.dataset.description
    let pixels = description.imageShape[1] * description.imageShape[2]
    let shown = min(batch.indices.count, shownImages, max(shownPixels / pixels, 1))
    return ImageGrid(
      batch, of: description,
      title: "First batch: \(shown) of \(counted(batch.indices.count, "image"))", limit: shown)
  }

  private static func counts(in images: any LabelledImages, of classes: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for index in 0..<images.count {
      let label = Int(images.label(of: index))
      if counts.indices.contains(label) { counts[label] += 1 }
    }
    return counts
  }
}
