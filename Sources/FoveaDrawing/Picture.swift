/// What is drawn as lines and words, or as pixels.
public protocol Picture: Sendable {
  /// The picture as an SVG document, light or dark as the reader prefers.
  func svg() -> String
  /// The picture as pixels on a light background.
  func png() -> PNGImage
}

/// What a picture is made of, before it is a document or pixels.
struct PictureContent {
  let title: String
  let width: Double
  let height: Double
  let elements: [SVGElement]

  var svg: String {
    SVGElement.document(title: title, width: width, height: height, content: elements)
  }

  /// Two pixels for each of the document's.
  var png: PNGImage { SVGRaster.image(width: width, height: height, content: elements) }
}
