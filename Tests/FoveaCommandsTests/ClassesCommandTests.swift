import FoveaCommands
import Testing

/// Networks without classes.
@Suite struct ClassesCommandTests {
  @Test func `classes have no place with a network that tells none apart`() throws {
    let error = #expect(throws: CommandError.self) {
      try SummaryCommand(model: "vae", classes: 3).run()
    }
    #expect(
      error == .conflict("--classes", reason: "vae tells no classes apart"))
    #expect(try SummaryCommand(model: "vae").run().summary.totals.parameters == 2_957_251)
  }

  @Test func `the list of models says which have none`() throws {
    let models = ModelsCommand().run().models
    #expect(try #require(models.first { $0.name == "dcgan-generator" }).classes == nil)
    #expect(models.first { $0.name == "unet-paper" }?.classes == 2)
  }
}
