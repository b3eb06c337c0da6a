import FoveaChecks
import FoveaGraph
import FoveaRuntime
import FoveaTensors
import FuzzSupport
import Testing

@Suite struct OperationLawTests {
  /// Operations that compute nothing.
  private static let sources = ["Input", "Variable"]

  @Test func `no operation is forgotten`() {
    let registered = OperationRegistry.standard.all.map { $0.typeName }
    #expect(Set(registered) == Set(OperationCase.random.keys).union(Self.sources))
  }

  @Test(arguments: OperationCase.random.keys.sorted())
  func `obeys every law on small random inputs`(name: String) throws {
    let draw = try #require(OperationCase.random[name])
    for seed in 0..<25 {
      var choices = SeededChoices(seed: seed, named: name)
      let drawn = try draw(&choices)
      #expect(type(of: drawn.operation).typeName == name)
      #expect(drawn.findings(seed: seed) == [], "seed \(seed)")
    }
  }

  /// Past one vector, one tile and one task; without gradients, which small inputs settle.
  @Test(arguments: try OperationCase.large())
  func `kernels obey on large inputs`(large: OperationCase) {
    #expect(large.findings(laws: [.cost, .kernel, .threads], seed: 1) == [])
  }
}
