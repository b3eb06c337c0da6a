import FoveaGraph
import FoveaZoo
import Testing

@Suite struct GroupNormReplacementTests {
  @Test func `resnet50 with its batch normalisation replaced is resnet50-gn`() throws {
    let converted = try ZooModel.resnet50.build().replacingBatchNorms(groups: 32)
    #expect(try converted == ZooModel.resnet50GroupNorm.build())
  }

  @Test func `shapes stay, and running statistics go away`() throws {
    let original = try ZooModel.efficientNetB0.build()
    let converted = try original.replacingBatchNorms(groups: 8)
    #expect(try converted.outputShape == original.outputShape)
    #expect(converted.parameterCount == original.parameterCount)
    #expect(converted.training.updates.isEmpty)
    let statistics = original.parameters.filter { $0.name.contains("running_") }
    #expect(!statistics.isEmpty)
    #expect(original.parameters.filter { !statistics.contains($0) } == converted.parameters)
  }

  @Test func `groups that do not divide the channels are refused with the path`() throws {
    let original = try ZooModel.efficientNetB0.build()
    do {
      _ = try original.replacingBatchNorms(groups: 32)
      Issue.record("16 channels have no 32 groups")
    } catch {
      #expect("\(error)".contains("features.1.0.block.2"), "\(error)")
    }
  }

  @Test func `a network without batch normalisation stays`() throws {
    let original = try ZooModel.alexNet.build()
    #expect(try original.replacingBatchNorms(groups: 2) == original)
  }
}
