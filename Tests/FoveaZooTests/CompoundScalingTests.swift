import FoveaAnalysis
import FoveaZoo
import Testing

@Suite struct CompoundScalingTests {
  @Test func `φ multiplies as in the paper`() {
    let factors = CompoundScaling().factors(phi: 1)
    #expect(factors.depth == 1.2)
    #expect(factors.width == 1.1)
    #expect(factors.resolution == 1.15)
    // 1.2 · 1.1² · 1.15²: the paper's "about 2".
    #expect(abs(factors.multiplyAdds - 1.92027) < 1e-9)
    let double = CompoundScaling(alpha: 2, beta: 3, gamma: 5).factors(phi: 2)
    #expect(double.depth == 4)
    #expect(double.width == 9)
    #expect(double.resolution == 25)
    #expect(abs(double.multiplyAdds - 202_500) < 1e-6)
    #expect(CompoundScaling().factors(phi: 0).multiplyAdds == 1)
  }

  @Test func `EfficientNets stand beside what the rule predicts`() throws {
    let rows = try CompoundScaling().efficientNets()
    #expect(rows.map(\.name) == (0...7).map { "efficientnet-b\($0)" })
    #expect(rows.map(\.phi) == [0, 0.5, 1, 2, 3, 4, 5, 6])
    #expect(rows[0].predicted == rows[0].published)
    let last = rows[7]
    #expect(last.published.width == 2)
    #expect(last.published.depth == 3.1)
    #expect(last.multiplyAdds == 37_745_884_192)
    #expect(abs(last.published.multiplyAdds - 97.8342) < 1e-3)
    // Half of what is: the published network is wider and deeper, and its images are larger.
    #expect(abs(last.predicted.multiplyAdds - 50.1383) < 1e-3)
    let summary = try ModelSummary(of: ZooModel.efficientNetB3.build().inference)
    #expect(rows[3].multiplyAdds == summary.totals.multiplyAdds)
  }
}
