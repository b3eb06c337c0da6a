import FoveaAnalysis
import FoveaLayers
import FoveaZoo
import Foundation
import Testing

@Suite struct ZooTests {
  @Test(arguments: ZooModel.all.map(\.name))
  func `every model has the parameters of its source`(name: String) throws {
    let entry = try ZooModel.named(name)
    let model = try entry.build()
    #expect(model.parameterCount == entry.parameterCount)
    #expect(try model.outputShape == [entry.defaultClasses])
    // A second way to the same number: the rows of the summary.
    let summary = try ModelSummary(of: model.inference)
    #expect(summary.totals.parameters == entry.parameterCount)
    #expect(summary.layers.reduce(0) { $0 + $1.multiplyAdds } == summary.totals.multiplyAdds)
  }

  @Test(arguments: [
    ("simple-cnn", 248_864), ("simple-cnn-3v7", 58_608), ("resnet18", 1_814_073_344),
    ("vgg16", 15_470_264_320),
  ])
  func `multiply-adds are counted on the output grid`(name: String, expected: Int) throws {
    let model = try ZooModel.named(name).build()
    #expect(try ModelSummary(of: model.inference).totals.multiplyAdds == expected)
  }

  /// What `Tools/golden/zoo.py` wrote of torchvision's state_dict.
  struct StateDict: Decodable {
    struct Entry: Decodable {
      let name: String
      let shape: [Int]
    }
    let entries: [Entry]
  }

  @Test(arguments: ["resnet18", "vgg16"])
  func `weights have torchvision's names and shapes`(name: String) throws {
    let file = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    let golden = try JSONDecoder().decode(StateDict.self, from: Data(contentsOf: file))
    let expected = golden.entries.filter { !$0.name.hasSuffix("num_batches_tracked") }
    let model = try ZooModel.named(name).build()
    let actual = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape) })
    #expect(expected.count == actual.count)
    for entry in expected {
      #expect(actual[entry.name]?.dimensions == entry.shape, "\(entry.name)")
    }
  }

  @Test func `classes and input are options`() throws {
    let model = try ZooModel.resnet18.build(input: [1, 64, 48], classes: 7)
    #expect(try model.outputShape == [7])
    #expect(throws: ZooError.self) { try ZooModel.named("resnet19") }
  }
}
