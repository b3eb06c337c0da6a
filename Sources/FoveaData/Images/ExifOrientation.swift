/// Finds the orientation that a file's EXIF data name.
///
/// Data that make no sense name none.
enum ExifOrientation {
  static func find(in bytes: UnsafeRawBufferPointer, format: ImageFileFormat) -> ImageOrientation {
    let file = ByteView(bytes: bytes)
    let tiff =
      switch format {
      case .jpeg: inJPEG(file)
      case .png: inPNG(file)
      case .webP: inWebP(file)
      case .netpbm: ByteView?.none
      }
    return tiff.flatMap(orientation) ?? .upright
  }

  /// The segments before the picture: a marker, and for most a length that counts itself.
  private static func inJPEG(_ file: ByteView) -> ByteView? {
    var place = 2
    while let first = file.byte(place), let marker = file.byte(place + 1), first == 0xff {
      switch marker {
      case 0xff: place += 1
      case 0x01, 0xd0...0xd7: place += 2
      case 0xd9, 0xda: return nil
      default:
        guard let length = file.number(place + 2, bytes: 2, bigEndian: true), length >= 2 else {
          return nil
        }
        if marker == 0xe1, let tiff = file.part(place + 4, length - 2)?.withoutExifName(true) {
          return tiff
        }
        place += 2 + length
      }
    }
    return nil
  }

  /// Chunks after the signature: length, name, data, checksum.
  private static func inPNG(_ file: ByteView) -> ByteView? {
    var place = 8
    while let length = file.number(place, bytes: 4, bigEndian: true) {
      if file.has("eXIf", at: place + 4) { return file.part(place + 8, length) }
      place += 12 + length
    }
    return nil
  }

  /// Chunks after the form's name: name, length, data to an even length.
  private static func inWebP(_ file: ByteView) -> ByteView? {
    var place = 12
    while let length = file.number(place + 4, bytes: 4, bigEndian: false) {
      if file.has("EXIF", at: place) {
        return file.part(place + 8, length)?.withoutExifName(false)
      }
      place += 8 + length + length % 2
    }
    return nil
  }

  /// The first directory's entry 274, a short number.
  private static func orientation(_ tiff: ByteView) -> ImageOrientation? {
    let bigEndian = tiff.has("MM", at: 0)
    guard bigEndian || tiff.has("II", at: 0),
      tiff.number(2, bytes: 2, bigEndian: bigEndian) == 42,
      let directory = tiff.number(4, bytes: 4, bigEndian: bigEndian),
      let count = tiff.number(directory, bytes: 2, bigEndian: bigEndian)
    else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + 12 * entry
      guard let tag = tiff.number(place, bytes: 2, bigEndian: bigEndian) else { return nil }
      guard tag == 274 else { continue }
      guard tiff.number(place + 2, bytes: 2, bigEndian: bigEndian) == 3 else { return nil }
      return tiff.number(place + 8, bytes: 2, bigEndian: bigEndian)
        .flatMap(ImageOrientation.init(rawValue:))
    }
    return nil
  }
}

/// Bytes of which none outside can be read.
private struct ByteView {
  let bytes: UnsafeRawBufferPointer

  func byte(_ place: Int) -> UInt8? { bytes.indices.contains(place) ? bytes[place] : nil }

  func number(_ place: Int, bytes count: Int, bigEndian: Bool) -> Int? {
    guard let part = part(place, count) else { return nil }
    return (0..<count).reduce(0) { number, index in
      number << 8 | Int(part.bytes[bigEndian ? index : count - 1 - index])
    }
  }

  func part(_ place: Int, _ count: Int) -> ByteView? {
    guard place >= 0, count >= 0, place <= bytes.count - count else { return nil }
    return ByteView(bytes: UnsafeRawBufferPointer(rebasing: bytes[place..<place + count]))
  }

  func has(_ text: String, at place: Int) -> Bool {
    part(place, text.utf8.count).map { $0.bytes.elementsEqual(text.utf8) } ?? false
  }

  /// What follows the name that JPEG files put before EXIF data; `nil` where a needed one is missing.
  func withoutExifName(_ isNeeded: Bool) -> ByteView? {
    has("Exif\0\0", at: 0) ? part(6, bytes.count - 6) : isNeeded ? nil : self
  }
}
