/// Where images come from, one by one, each with a class.
///
/// A source keeps images as they are stored, of any size; a pipeline brings them to the size and the
/// numbers that a network takes.
public protocol ImageSource: Sendable {
  /// What the source is called.
  var name: String { get }
  /// The name of each class, by its index.
  var classNames: [String] { get }
  /// The class of each image, by the image's index.
  var labels: [Int32] { get }
  /// What errors and reports call an image, such as the path of its file.
  func name(of index: Int) -> String
  /// Reads one image.
  ///
  /// - Parameters:
  ///   - index: The image's number, of the labels' indices.
  ///   - minimumSize: The size that is needed; a source that can make a smaller image cheaply may answer
  ///     with any of which no side is below it.
  /// - Throws: `ImageFileError` where the image is damaged.
  func image(at index: Int, minimumSize: ImageSize?) throws(ImageFileError) -> RasterImage
}
