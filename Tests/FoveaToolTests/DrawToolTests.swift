import Foundation
import FoveaData
import FoveaTensors
import Testing

@Suite(.serialized) struct DrawToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private func run(_ arguments: [String]) throws -> Tool.Outcome {
    try tool.outcome(of: tool.start(arguments))
  }

  private func contents(_ name: String) throws -> Data {
    try Data(contentsOf: folder.url.appendingPathComponent(name))
  }

  @Test func `pictures are files, and one JSON object says what they show`() throws {
    let network = try tool.run(
      "draw", "network", "simple-cnn", "--depth", "1", "--color", "parameters", "--out", "n.svg",
      "--json")
    #expect(network.status == 0, "\(network.errors)")
    #expect(try network.json()["bytes"] as? Int == contents("n.svg").count)
    #expect(String(decoding: try contents("n.svg"), as: UTF8.self).contains("parameters, 0 to"))

    let convolution = try tool.run(
      "draw", "convolution", "--kernel", "3", "--stride", "2", "--padding", "1", "--input", "5",
      "--out", "c.svg", "--json")
    #expect(try convolution.json()["uses"] as? [Int] == [1, 2, 1, 2, 1])
    let transposed = try tool.run(
      "draw", "convolution", "--transposed", "--stride", "2", "--output-padding", "1", "--style",
      "animation", "--out", "t.svg", "--json")
    #expect(try transposed.json()["output"] as? Int == 12)
    let pooling = try tool.run(
      "draw", "convolution", "--pool", "--kernel", "2", "--dilation", "1", "--ceil-mode",
      "--out", "p.svg", "--json")
    #expect(try pooling.json()["output"] as? Int == 3, "a pooling's stride is its kernel")
  }

  @Test func `a schedule is drawn before the training`() throws {
    let outcome = try tool.run(
      "draw", "schedule", "--images", "1000", "--batch-size", "64", "--epochs", "2", "--max-lr",
      "0.4", "--accumulate", "2", "--out", "s.svg", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    // 16 batches make 8 updates.
    #expect(try outcome.json()["stepsPerEpoch"] as? Int == 16)
    #expect(try outcome.json()["updates"] as? Int == 16)
    let svg = String(decoding: try contents("s.svg"), as: UTF8.self)
    for label in ["one-cycle, 2 epochs of 8 updates", "learning rate", "momentum", ">update<"] {
      #expect(svg.contains(label), "\(label)")
    }
    let ofDataset = try tool.run(
      "draw", "schedule", "mnist-mini", "--schedule", "cosine", "--warm-up", "1", "--out", "c.svg")
    #expect(ofDataset.output.contains("an epoch; the rate begins at"), "\(ofDataset.output)")
    let wrong = try tool.run("draw", "schedule", "--images", "0", "--out", "w.svg")
    #expect(wrong.status == 2 && wrong.errors.contains("--images"), "\(wrong.errors)")
    let missing = try tool.run("draw", "schedule", "--out", "w.svg")
    #expect(missing.status == 2 && missing.errors.contains("with --images"), "\(missing.errors)")
  }

  @Test func `filters and feature maps are grids`() throws {
    let filters = try tool.run(
      "draw", "filters", "simple-cnn", "--layer", "1.0", "--limit", "5", "--out", "f.svg", "--json")
    #expect(filters.status == 0, "\(filters.errors)")
    #expect(try filters.json()["shape"] as? [Int] == [16, 8, 3, 3])
    #expect(String(decoding: try contents("f.svg"), as: UTF8.self).contains("5 of 128 planes"))
    let first = try tool.run("draw", "filters", "resnet18", "--out", "f.png", "--json")
    #expect(try first.json()["layer"] as? String == "conv1")
    let wrong = try tool.run("draw", "filters", "simple-cnn", "--layer", "1.1", "--out", "f.svg")
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("a convolution, such as 0.0, 1.0"), "\(wrong.errors)")
    let unknown = try tool.run("draw", "filters", "simple-cnn", "--layer", "9", "--out", "f.svg")
    #expect(unknown.status != 0 && unknown.errors.contains("9"), "\(unknown.errors)")

    let pixels = Tensor([1, 1, 28, 28], (0..<784).map { UInt8($0 % 251) })
    try Netpbm.encoded(pixels).write(to: folder.url.appendingPathComponent("image.pgm"))
    let maps = try tool.run(
      "draw", "feature-maps", "simple-cnn", "image.pgm", "--layer", "0.1", "--out", "m.png",
      "--json")
    #expect(maps.status == 0, "\(maps.errors)")
    #expect(try maps.json()["shape"] as? [Int] == [1, 8, 14, 14])
    let flat = try tool.run(
      "draw", "feature-maps", "simple-cnn", "image.pgm", "--layer", "5", "--out", "m.png")
    #expect(flat.status == 2 && flat.errors.contains("rows and columns"), "\(flat.errors)")
  }

  @Test func `images that channels answer to most are drawn`() throws {
    let pictures = try PictureSet(folder.url.appendingPathComponent("pictures"))
    try pictures.fill(["bright": 160, "dark": 20], count: 6, side: 16)
    let trained = try tool.run(
      "train", "pictures", "--model", "simple-cnn", "--image-size", "28", "--epochs", "1",
      "--batch-size", "4", "--out", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    let command = ["draw", "top-images", "run", "pictures", "--out", "top.png"]
    let top = try tool.run(
      command + ["--layer", "0.1", "--channels", "5,0", "--images", "3", "--json"])
    #expect(top.status == 0, "\(top.errors)")
    let report = try top.json()
    #expect(report["layer"] as? String == "0.1" && report["part"] as? String == "validation")
    #expect((report["channels"] as? [[String: Any]])?.map { $0["channel"] as? Int } == [5, 0])
    #expect(
      try ImageDecoder().decode(contentsOf: folder.url.appendingPathComponent("top.png")).channels
        == 3)
    for (wrong, says) in [
      (["--layer", "0.1", "--channels", "8"], "0 to 7"), (["--layer", "5"], "rows and columns"),
      (["--images", "0"], "1 to 32"),
      (["--layer", "0.1", "--channels", "2,2"], "each channel once"),
      (["--layer", "0.1", "--channels", ""], "0 to 7"),
    ] {
      let refused = try tool.run(command + wrong)
      #expect(refused.status == 2 && refused.errors.contains(says), "\(refused.errors)")
    }
    for name in ["bright", "dark"] {
      let damaged = folder.url.appendingPathComponent("pictures/\(name)/0.pgm")
      try Data("P5 16 16 255\n".utf8).write(to: damaged)
    }
    let strict = try tool.run(command + ["--split", "training"])
    #expect(strict.status == 1 && strict.errors.contains("0.pgm"), "\(strict.errors)")
    let counts = try ["training", "test"].map { split in
      let lenient = try tool.run(command + ["--split", split, "--damaged", "skip", "--json"])
      #expect(lenient.status == 0, "\(lenient.errors)")
      let report = try lenient.json()
      return [report["images"] as? Int ?? 0, report["damaged"] as? Int ?? 0]
    }
    #expect(counts[0][1] + counts[1][1] == 2 && counts[0][0] + counts[1][0] == 10, "\(counts)")
    let random = try tool.run("draw", "top-images", "lenet5", "pictures", "--out", "top.png")
    #expect(random.status == 2 && random.errors.contains("a run's folder"), "\(random.errors)")
  }

  @Test func `a field is drawn over an image`() throws {
    let pixels = Tensor([1, 3, 6, 8], (0..<144).map { UInt8($0) })
    try Netpbm.encoded(pixels).write(to: folder.url.appendingPathComponent("image.ppm"))
    let outcome = try tool.run(
      "draw", "receptive-field", "simple-cnn", "--layer", "1.0", "--at", "2,6", "--image",
      "image.ppm", "--out", "field.png", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let field = try #require(try outcome.json()["field"] as? [String: Any])
    #expect(field["layer"] as? String == "1.0" && field["place"] as? [Int] == [2, 6])
    #expect(try contents("field.png").prefix(4) == Data([0x89, 0x50, 0x4e, 0x47]))
  }

  @Test func `an effective field is measured, with noise and with images`() throws {
    let text = try tool.run(
      "effective-receptive-field", "simple-cnn", "--layer", "1.0", "--samples", "3", "--out",
      "heat.svg")
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("random weights, 3 samples") && text.output.contains("9×9"))
    #expect(String(decoding: try contents("heat.svg"), as: UTF8.self).contains("by theory: 9×9"))

    let images = try MNIST.mini(.test).prefix(2).images
    let shape = Shape([1] + images.shape.dimensions.dropFirst())
    try Netpbm.encoded(Tensor(shape, images.elements(of: UInt8.self).prefix(shape.elementCount)))
      .write(to: folder.url.appendingPathComponent("digit.pgm"))
    let reports = try [["--image", "digit.pgm"], ["--seed", "5"], []].map { options in
      let outcome = try run(
        ["effective-receptive-field", "simple-cnn", "--layer", "1.0", "--json"] + options)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try #require(try outcome.json()["field"] as? [String: Any])
    }
    #expect(reports.map { $0["samples"] as? Int } == [1, 16, 16])
    let maps = reports.map { $0["gradients"] as? [Double] ?? [] }
    #expect(Set(maps).count == 3 && maps.allSatisfy { $0.count == 784 })
  }

  @Test func `a wrong request is told apart from a failure`() throws {
    let usage = [
      ["draw", "network", "resnet18", "--out", "x.png"],
      ["draw", "network", "resnet18", "--depth", "0", "--out", "x.svg"],
      ["draw", "network", "resnet", "--out", "x.svg"],
      ["draw", "receptive-field", "resnet18", "--out", "picture"],
      ["draw", "convolution", "--pool", "--transposed", "--out", "x.svg"],
      ["effective-receptive-field", "simple-cnn", "--samples", "0"],
      ["effective-receptive-field", "simple-cnn", "--out", "x.jpg"],
    ]
    for arguments in usage {
      #expect(try run(arguments).status == 2, "\(arguments)")
    }
    let failures = [
      ["draw", "network", "resnet18", "--out", "missing/x.svg"],
      ["draw", "convolution", "--kernel", "7", "--input", "5", "--out", "x.svg"],
      ["draw", "receptive-field", "resnet18", "--at", "99,0", "--out", "x.svg"],
      ["draw", "receptive-field", "resnet18", "--image", "none.ppm", "--out", "x.svg"],
      ["effective-receptive-field", "simple-cnn", "--layer", "5"],
    ]
    for arguments in failures {
      let outcome = try run(arguments)
      #expect(outcome.status == 1 && outcome.errors.hasPrefix("Error: "), "\(arguments)")
    }
    let png = try run(["draw", "network", "resnet18", "--out", "x.png"])
    #expect(png.errors.contains("ends in .svg, got x.png"), "\(png.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter {
        $0.hasSuffix(".svg") || $0.hasSuffix(".png")
      }.isEmpty)
  }
}
