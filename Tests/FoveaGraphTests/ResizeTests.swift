import FoveaGraph
import FoveaTensors
import Testing

/// ONNX's rules, by the numbers of its operator page, and windows by what tables really read.
@Suite struct ResizeTests {
  private func sources(_ resize: Resize, from extent: Int) throws -> [Int] {
    let table = try #require(resize.tables(for: [extent]).first?.table)
    #expect(table.starts == (0...table.outputExtent).map(Int32.init))
    return table.indices.map(Int.init)
  }

  @Test(arguments: [
    (Resize.Coordinates.halfPixel, Resize.Rounding.roundPreferFloor, [0, 0, 1, 1, 2, 2, 3, 3]),
    (.asymmetric, .floor, [0, 0, 1, 1, 2, 2, 3, 3]),
    (.asymmetric, .ceil, [0, 1, 1, 2, 2, 3, 3, 3]),
    (.asymmetric, .roundPreferFloor, [0, 0, 1, 1, 2, 2, 3, 3]),
    (.asymmetric, .roundPreferCeil, [0, 1, 1, 2, 2, 3, 3, 3]),
    (.alignCorners, .roundPreferFloor, [0, 0, 1, 1, 2, 2, 3, 3]),
  ])
  func `nearest elements of ONNX`(
    coordinates: Resize.Coordinates, rounding: Resize.Rounding, expected: [Int]
  ) throws {
    let resize = Resize(
      to: .sizes([8]), interpolation: .nearest(rounding), coordinates: coordinates)
    #expect(try sources(resize, from: 4) == expected)
  }

  @Test func `a single element lies in the middle, or at the start in ONNX's PyTorch mode`() throws
  {
    func source(_ coordinates: Resize.Coordinates) throws -> [Int] {
      try sources(
        Resize(to: .sizes([1]), interpolation: .nearest(.floor), coordinates: coordinates), from: 5)
    }
    #expect(try source(.halfPixel) == [2])
    #expect(try source(.pytorchHalfPixel) == [0])
  }

  @Test func `outside counts for nothing where it is left out`() throws {
    let resize = Resize(
      to: .scales([2]), interpolation: .cubic(-0.5), excludesOutside: true)
    let table = resize.tables(for: [4])[0].table
    for row in 0..<8 {
      let terms = Int(table.starts[row])..<Int(table.starts[row + 1])
      #expect(abs(table.weights[terms].reduce(0, +) - 1) < 1e-6)
      #expect(Set(table.indices[terms]).count == terms.count)
    }
  }

  @Test(arguments: 1...5, [Resize.Interpolation.nearest(.floor), .linear, .cubic(-0.75)])
  func `windows are what the table reads`(factor: Int, interpolation: Resize.Interpolation) throws {
    let isNearest = interpolation == .nearest(.floor)
    let resize = Resize(
      to: .scales([Double(factor), 1]), interpolation: interpolation,
      coordinates: isNearest ? .asymmetric : .halfPixel)
    let extent = 7
    let reach = resize.spatialReach(inputs: [[1, 1, extent, extent]])
    guard factor > 1 else {
      #expect(reach == .pointwise)
      return
    }
    guard case .transposedWindows(let rows, let columns) = reach else {
      Issue.record("\(reach)")
      return
    }
    #expect(columns == (try Window(kernel: 1)))
    let table = resize.tables(for: [1, 1, extent, extent])[0].table
    // Away from the edges, where the outermost pixel stands for more.
    for row in 2 * factor..<5 * factor {
      let terms = Int(table.starts[row])..<Int(table.starts[row + 1])
      let seen = Set(table.indices[terms].map(Int.init))
      let stated = (0..<extent).filter { place in
        let start = place * rows.stride - rows.padding.before
        return start..<start + rows.kernel ~= row
      }
      // Cubic weights are 0 where an element of the result lies on one of the input.
      let liesOnElement = factor % 2 == 1 && row % factor == factor / 2
      #expect(
        seen == (liesOnElement && terms.count == 1 ? [row / factor] : Set(stated)), "row \(row)")
    }
  }
}
