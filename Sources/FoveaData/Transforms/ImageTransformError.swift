/// Why a picture cannot be changed as asked.
public enum ImageTransformError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A parameter outside what a transform takes.
  case parameter(_ transform: String, name: String, value: String, allowed: String)
  /// A crop larger than the picture.
  case crop(ImageSize, image: ImageSize)
  /// A box that is not inside the picture.
  case box(PixelBox, image: ImageSize)
  /// A picture without a pixel, or of more than there may be.
  case size(ImageSize)

  public var description: String {
    switch self {
    case .parameter(let transform, let name, let value, let allowed):
      "\(transform) has \(name) \(value); give \(allowed)"
    case .crop(let crop, let image):
      "a crop of \(crop) is larger than the picture of \(image); resize or pad it first"
    case .box(let box, let image):
      "the box \(box) is not inside the picture of \(image); give one that is"
    case .size(let size):
      "a picture of \(size) pixels is not made; give 1 to \(ImageOperation.maximumPixels) of them"
    }
  }
}
