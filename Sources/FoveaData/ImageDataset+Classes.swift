import FoveaTensors

extension ImageDataset {
  /// The images of some classes, which are numbered anew in the order of the list.
  ///
  /// - Parameter classes: Classes of this dataset, each once.
  /// - Throws: `DatasetError.classes` for another list.
  public func selecting(classes: [Int]) throws(DatasetError) -> ImageDataset {
    guard !classes.isEmpty, Set(classes).count == classes.count,
      classes.allSatisfy(classNames.indices.contains)
    else { throw .classes(classes, of: classNames.count) }
    let old = labels.elements(of: Int32.self)
    let chosen = old.indices.filter { classes.contains(Int(old[$0])) }
    let size = description.imageShape.elementCount
    let shape = images.shape.replacing(0, with: chosen.count)
    let pixels = Tensor(shape, order: .channelsLast, filling: UInt8.self) { target in
      images.withUnsafeElements(of: UInt8.self) { source in
        for (place, index) in chosen.enumerated() {
          let image = UnsafeBufferPointer(rebasing: source[(index * size)..<((index + 1) * size)])
          _ = UnsafeMutableBufferPointer(
            rebasing: target[(place * size)..<((place + 1) * size)]
          ).update(fromContentsOf: image)
        }
      }
    }
    return try ImageDataset(
      name: description.name, images: pixels,
      labels: chosen.compactMap { classes.firstIndex(of: Int(old[$0])).map(Int32.init) },
      classNames: classes.map { classNames[$0] }, normalization: description.normalization)
  }
}
