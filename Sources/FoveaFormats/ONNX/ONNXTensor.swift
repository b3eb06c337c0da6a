import Foundation
import FoveaTensors

/// A tensor whose numbers are known while a file is read.
struct ONNXTensor: Sendable {
  /// Numbers of any floating-point type as float32, of any other as 64-bit integers; row-major.
  enum Elements: Sendable {
    case floats(Tensor)
    case integers([Int64])
  }

  let shape: Shape
  let elements: Elements

  init(_ shape: Shape, integers: [Int64]) {
    self.shape = shape
    elements = .integers(integers)
  }

  init(_ tensor: Tensor) {
    shape = tensor.shape
    elements = .floats(tensor)
  }

  /// Numbers of any of our element types.
  init(any tensor: Tensor) {
    switch tensor.elementType {
    case .float32: self.init(tensor)
    case .int32:
      self.init(tensor.shape, integers: tensor.elements(of: Int32.self).map(Int64.init))
    case .uint8:
      self.init(tensor.shape, integers: tensor.elements(of: UInt8.self).map(Int64.init))
    }
  }

  init(_ shape: Shape, floats: [Float]) { self.init(Tensor(shape, floats)) }

  var elementCount: Int { shape.elementCount }

  var isFloatingPoint: Bool {
    switch elements {
    case .floats: true
    case .integers: false
    }
  }

  /// The numbers as float32, whatever they are.
  var floats: [Float] {
    switch elements {
    case .floats(let tensor): tensor.floats
    case .integers(let values): values.map(Float.init)
    }
  }

  /// The numbers, where they are whole by type.
  var integers: [Int64]? {
    switch elements {
    case .floats: nil
    case .integers(let values): values
    }
  }

  /// The numbers as a float32 tensor.
  var tensor: Tensor {
    switch elements {
    case .floats(let tensor): tensor
    case .integers(let values): Tensor(shape, values.map(Float.init))
    }
  }

  /// The same numbers under another shape of as many elements.
  func reshaped(_ newShape: Shape) -> ONNXTensor {
    switch elements {
    case .floats(let tensor): ONNXTensor(tensor.reshaped(newShape))
    case .integers(let values): ONNXTensor(newShape, integers: values)
    }
  }

  /// The elements at `offsets`, in that order, under another shape.
  func gathered(_ offsets: [Int], _ newShape: Shape) -> ONNXTensor {
    switch elements {
    case .floats(let tensor):
      let values = tensor.floats
      return ONNXTensor(newShape, floats: offsets.map { values[$0] })
    case .integers(let values):
      return ONNXTensor(newShape, integers: offsets.map { values[$0] })
    }
  }
}

extension ONNXTensor {
  /// Reads a tensor of a file; its data must be as long as its shape needs, so memory is bounded by it.
  ///
  /// - Parameter external: Where data outside the file are found.
  init(_ proto: Onnx_TensorProto, external: ONNXExternalData) throws(ONNXError.Problem) {
    let name = proto.name
    let dimensions = proto.dims.map(Int.init)
    guard let shape = Shape(checking: dimensions) else {
      throw .dimensions(dimensions, of: name)
    }
    let type = try ONNXElementType(number: Int(proto.dataType), of: name)
    let count = shape.elementCount
    if proto.dataLocation == .external {
      let data = try external.data(of: proto, byteCount: count * type.byteCount)
      try self.init(shape, type, raw: data, name: name)
    } else if proto.hasRawData {
      try self.init(shape, type, raw: proto.rawData, name: name)
    } else {
      try self.init(shape, type, fields: proto)
    }
  }

  private init(
    _ shape: Shape, _ type: ONNXElementType, fields proto: Onnx_TensorProto
  ) throws(ONNXError.Problem) {
    func checked<Element>(_ values: [Element]) throws(ONNXError.Problem) -> [Element] {
      guard values.count == shape.elementCount else {
        throw .dataLength(of: proto.name, stated: values.count, needed: shape.elementCount)
      }
      return values
    }
    switch type {
    case .float32: self.init(shape, floats: try checked(proto.floatData))
    case .float64: self.init(shape, floats: try checked(proto.doubleData).map { Float($0) })
    case .float16:
      self.init(
        shape,
        floats: try checked(proto.int32Data).map {
          StoredElement.float(halfBits: UInt16(truncatingIfNeeded: $0))
        })
    case .bfloat16:
      self.init(
        shape,
        floats: try checked(proto.int32Data).map {
          Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16)
        })
    case .int64: self.init(shape, integers: try checked(proto.int64Data))
    case .uint32, .uint64:
      var integers: [Int64] = []
      for value in try checked(proto.uint64Data) {
        integers.append(try Self.signed(value, of: proto.name))
      }
      self.init(shape, integers: integers)
    case .int32, .int16, .int8, .uint16, .uint8, .bool:
      self.init(shape, integers: try checked(proto.int32Data).map(Int64.init))
    }
  }

  private init(
    _ shape: Shape, _ type: ONNXElementType, raw: Data, name: String
  ) throws(ONNXError.Problem) {
    let needed = shape.elementCount * type.byteCount
    guard raw.count == needed else {
      throw .dataLength(of: name, stated: raw.count, needed: needed)
    }
    func load<Stored: FixedWidthInteger & BitwiseCopyable, Element>(
      _: Stored.Type, _ transform: (Stored) -> Element
    ) -> [Element] {
      raw.withUnsafeBytes { bytes in
        (0..<shape.elementCount).map { index in
          let stored = bytes.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
          return transform(Stored(littleEndian: stored))
        }
      }
    }
    switch type {
    case .float32:
      self.init(
        Tensor(shape, filling: Float.self) { elements in
          raw.withUnsafeBytes { UnsafeMutableRawBufferPointer(elements).copyMemory(from: $0) }
        })
    case .float64:
      self.init(shape, floats: load(UInt64.self) { Float(Double(bitPattern: $0)) })
    case .float16:
      self.init(shape, floats: load(UInt16.self) { StoredElement.float(halfBits: $0) })
    case .bfloat16:
      self.init(shape, floats: load(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .int64: self.init(shape, integers: load(Int64.self) { $0 })
    case .uint64:
      let values = load(UInt64.self) { $0 }
      if let large = values.first(where: { $0 > Int64.max }) {
        throw .valueOutOfRange("\(large)", of: name)
      }
      self.init(shape, integers: values.map { Int64($0) })
    case .int32: self.init(shape, integers: load(Int32.self) { Int64($0) })
    case .uint32: self.init(shape, integers: load(UInt32.self) { Int64($0) })
    case .int16: self.init(shape, integers: load(Int16.self) { Int64($0) })
    case .uint16: self.init(shape, integers: load(UInt16.self) { Int64($0) })
    case .int8: self.init(shape, integers: load(Int8.self) { Int64($0) })
    case .uint8, .bool: self.init(shape, integers: load(UInt8.self) { Int64($0) })
    }
  }

  private static func signed(_ value: UInt64, of name: String) throws(ONNXError.Problem) -> Int64 {
    guard let signed = Int64(exactly: value) else {
      throw .valueOutOfRange("\(value)", of: name)
    }
    return signed
  }
}
