import Dispatch

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Random numbers by position: what comes out depends on (seed, stream, index) and on nothing else.
///
/// Neither threads nor the order of calls matter, so work can be cut in any way. The generator is
/// Philox 4×32-10, which passes BigCrush.
///
/// - SeeAlso: J. Salmon et al., *Parallel Random Numbers: As Easy as 1, 2, 3*, SC 2011,
///   doi:10.1145/2063384.2063405.
public struct RandomStream: Hashable, Codable, Sendable {
  /// What a user chooses for a run.
  public let seed: UInt64
  /// Which of the seed's independent sequences this is: one for each purpose.
  public let stream: UInt64

  /// Names a sequence; nothing is drawn yet.
  public init(seed: UInt64, stream: UInt64) {
    self.seed = seed
    self.stream = stream
  }

  /// A sequence for a purpose that has a name, such as a parameter's path.
  ///
  /// The name is folded to 64 bits with FNV-1a, so that it stays the same on every machine.
  public init(seed: UInt64, named name: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    self.init(seed: seed, stream: hash)
  }

  /// Four words of 32 random bits at position `block`.
  public func block(_ block: UInt64) -> SIMD4<UInt32> {
    Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// 32 random bits at position `index`: word `index % 4` of block `index / 4`.
  public func bits(at index: UInt64) -> UInt32 { block(index / 4)[Int(index % 4)] }

  /// A number in `0..<1`, a multiple of 2⁻²⁴.
  public func uniform(at index: UInt64) -> Float { Float(bits(at: index) >> 8) * 0x1p-24 }

  /// A number from the standard normal distribution, by the Box–Muller transform.
  public func normal(at index: UInt64) -> Float {
    let words = block(index)
    // Half a step above zero, so that the logarithm is finite.
    let radius = sqrt(-2 * log((Double(words[0]) + 0.5) * 0x1p-32))
    return Float(radius * cos(2 * Double.pi * Double(words[1]) * 0x1p-32))
  }

  /// A whole number in `0..<bound`, each as likely as the next to within `bound`·2⁻³².
  public func integer(at index: UInt64, below bound: Int) -> Int {
    Int((UInt64(bits(at: index)) * UInt64(bound)) >> 32)
  }

  /// The numbers `0..<count` in random order (Fisher and Yates).
  public func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(at: UInt64(last), below: last + 1))
    }
    return order
  }
}

extension RandomStream {
  /// The numbers that `uniform(at:)` has at the first `count` positions, each as `transform` makes it.
  public func uniforms(_ count: Int, _ transform: @Sendable (Float) -> Float) -> [Float] {
    filled(count) { transform(uniform(at: $0)) }
  }

  /// The numbers that `normal(at:)` has at the first `count` positions, times `deviation`.
  public func normals(_ count: Int, deviation: Float) -> [Float] {
    filled(count) { normal(at: $0) * deviation }
  }

  /// Positions that are worth handing to a thread of their own.
  private static let chunk = 1 << 16

  /// Draws on all processors: no position depends on another.
  private func filled(_ count: Int, _ number: @Sendable (UInt64) -> Float) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let target = buffer
      DispatchQueue.concurrentPerform(iterations: (count + Self.chunk - 1) / Self.chunk) { part in
        for index in part * Self.chunk..<min(count, (part + 1) * Self.chunk) {
          target.initializeElement(at: index, to: number(UInt64(index)))
        }
      }
      initialized = count
    }
  }
}

/// The block function of Philox 4×32-10.
enum Philox {
  static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (a, b, c, d) = (counter[0], counter[1], counter[2], counter[3])
    var (left, right) = (key[0], key[1])
    for _ in 0..<10 {
      let first = UInt64(0xd251_1f53) * UInt64(a)
      let second = UInt64(0xcd9e_8d57) * UInt64(c)
      (a, b, c, d) = (
        UInt32(truncatingIfNeeded: second >> 32) ^ b ^ left, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ d ^ right, UInt32(truncatingIfNeeded: first)
      )
      left &+= 0x9e37_79b9
      right &+= 0xbb67_ae85
    }
    return SIMD4(a, b, c, d)
  }
}
