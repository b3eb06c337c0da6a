import FoveaTensors
import Foundation
import Testing

@Suite(.serialized) struct ExplainToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `a convolution is worked out, as text and as JSON`() throws {
    let question = [
      "explain", "conv", "--input", "64x64x32", "--kernel", "3", "--stride", "1", "--padding", "1",
      "--filters", "64",
    ]
    let text = try tool.outcome(of: tool.start(question))
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.hasPrefix("Convolution: 64×64×32 → 64×64×64\n"))
    #expect(text.output.contains("⌊(64 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1 = 64"))
    #expect(text.output.contains("18432 + 64 = 18,496"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    let outcome = try tool.outcome(of: tool.start(question + ["--json"]))
    #expect(outcome.output.split(separator: "\n").count == 1)
    let working = try #require(try outcome.json()["working"] as? [String: Any])
    let results = try #require(working["results"] as? [String: Int])
    #expect(results["parameters"] == 18_496)
    #expect(results["outputHeight"] == 64)
    let steps = try #require(working["steps"] as? [[String: Any]])
    #expect(Set(steps[0].keys) == ["name", "formula", "substituted", "result"])
  }

  @Test(arguments: [
    [], ["conv"], ["pool"], ["linear"], ["transposed"], ["depthwise"], ["groups"], ["batchnorm"],
    ["receptive-field"], ["padding"], ["windows"], ["term"],
  ]) func `help is there and succeeds`(question: [String]) throws {
    let outcome = try tool.outcome(of: tool.start(["explain"] + question + ["--help"]))
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("USAGE: fovea explain"))
    #expect(
      outcome.output.split(separator: "\n").allSatisfy { $0.count <= 100 || $0.contains("USAGE") })
    #expect(outcome.errors.isEmpty)
  }

  @Test func `explain alone lists questions and terms, and its examples all have answers`() throws {
    let outcome = try tool.run("explain")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("receptive field"))
    let examples = outcome.output.split(separator: "\n").map { $0.trimming { $0 == " " } }
      .filter { $0.hasPrefix("fovea explain ") }
    #expect(examples.count == 11)
    for example in examples {
      let answer = try tool.outcome(
        of: tool.start(example.split(separator: " ").dropFirst().map(String.init)))
      #expect(answer.status == 0, "\(example): \(answer.errors)")
      #expect(answer.output.count > 100, "\(example)")
    }
  }

  @Test(arguments: [
    (["receptive", "field"], "7×7"), (["padding"], "With numbers: fovea explain padding"),
    (["transposed", "convolution"], "14×14×32"), (["NCHW"], "48"),
    (["receptive-field"], "With numbers: fovea explain receptive-field"),
    (["groups"], "4,608"), (["pool"], "half"), (["windows"], "112"),
  ]) func `terms are explained, in several words and by a question's name`(
    words: [String], expected: String
  ) throws {
    let outcome = try tool.outcome(of: tool.start(["explain"] + words))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains(expected), "\(outcome.output)")
    #expect(outcome.output.contains("Source"))
    let json = try tool.outcome(of: tool.start(["explain"] + words + ["--json"])).json()
    #expect((json["term"] as? [String: Any])?["definition"] != nil)
  }

  /// Arguments that change the answer, beside the same without one of them.
  @Test(arguments: [
    ("conv --input 32x32x8 --kernel 3 --filters 8", "--stride 2"),
    ("conv --input 32x32x8 --kernel 3 --filters 8", "--padding 1"),
    ("conv --input 32x32x8 --kernel 3 --filters 8", "--padding 0+1x2"),
    ("conv --input 32x32x8 --kernel 3 --filters 8", "--padding same"),
    ("conv --input 32x32x8 --kernel 3 --filters 8", "--dilation 1x2"),
    ("conv --input 32x32x8 --kernel 3 --filters 8", "--groups 4"),
    ("conv --input 32x32x8 --kernel 3 --filters 8", "--no-bias"),
    ("pool --input 31x31x8 --kernel 2", "--kind avg"),
    ("pool --input 31x31x8 --kernel 2", "--ceil-mode"),
    ("pool --input 31x31x8 --kernel 2", "--stride 1"),
    ("linear --input 7x7x512 --outputs 10", "--no-bias"),
    ("transposed --input 7x7x8 --kernel 3 --stride 2 --filters 4", "--output-padding 1"),
    ("transposed --input 7x7x8 --kernel 3 --stride 2 --filters 4", "--groups 2"),
    ("transposed --input 7x7x8 --kernel 3 --stride 2 --filters 4", "--no-bias"),
    ("transposed --double", "--max-kernel 3"),
    ("depthwise --input 9x9x8 --kernel 3", "--filters 16"),
    ("depthwise --input 9x9x8 --kernel 3", "--multiplier 2"),
    ("depthwise --input 9x9x8 --kernel 3", "--no-bias"),
    ("groups --input 9x9x8 --kernel 3 --filters 8", "--groups 2"),
    ("groups --input 9x9x8 --kernel 3 --filters 8", "--no-bias"),
    ("batchnorm --input 9x9x8", "--batch 2"), ("receptive-field 3,1", "--input 32"),
    ("padding --kernel 3", "--dilation 2"), ("padding --kernel 3", "--input 32"),
    ("padding --kernel 3 --input 32", "--stride 2"),
    ("windows --from 32 --to 8", "--max-kernel 3"), ("windows --from 32 --to 8", "--max-stride 3"),
    ("windows --from 32 --to 8", "--max-dilation 1"), ("windows --from 32 --to 8", "--limit 1"),
  ]) func `no option is ignored`(question: String, option: String) throws {
    func answer(_ text: String) throws -> String {
      let arguments = ["explain"] + text.split(separator: " ").map(String.init)
      let outcome = try tool.outcome(of: tool.start(arguments))
      #expect(outcome.status == 0, "\(text): \(outcome.errors)")
      return outcome.output
    }
    #expect(try answer(question) != answer("\(question) \(option)"))
  }

  /// Arguments that are wrong, the exit code, and what the error must name.
  @Test(arguments: [
    ("strde", 2, ["strde", "stride"]), ("pading same", 2, ["same padding"]),
    ("conv --kernel 3", 2, ["--input", "64x64x32"]),
    ("conv --input 64x64 --kernel 3 --filters 1", 2, ["--input"]),
    ("conv --input 0x64x3 --kernel 3 --filters 1", 2, ["--input", "1 to 1,048,576", "got 0"]),
    ("conv --input 1000000000x1000000000x3 --kernel 3 --filters 1", 2, ["--input"]),
    ("conv --input 8x8x3 --kernel 0 --filters 1", 2, ["--kernel"]),
    ("conv --input 8x8x3 --kernel 3 --filters=-1", 2, ["--filters"]),
    ("conv --input 8x8x3 --kernel 3 --filters 2 --padding=-1", 2, ["--padding", "got -1"]),
    ("conv --input 8x8x3 --kernel 3 --filters 2 --padding most", 2, ["--padding"]),
    ("conv --input 8x8x3 --kernel 9 --filters 1", 1, ["9×9", "pad more"]),
    ("conv --input 8x8x3 --kernel 3 --filters 2 --groups 2", 1, ["groups 2"]),
    ("conv --input 1048576x1048576x999 --kernel 3 --filters 1", 1, ["input", "smaller"]),
    ("conv word --kernel 3", 2, ["word"]),
    ("pool --input 8x8x3 --kernel 3 --padding 2", 1, ["padding"]),
    ("pool --input 8x8x3 --kernel 3 --kind median", 2, ["--kind"]),
    ("pool --input 8x8x3 --kernel 3 --kind avg --dilation 2", 1, ["dilation"]),
    ("linear --input 512", 2, ["--outputs"]),
    ("transposed --scale 2 --kernel 3", 2, ["--scale"]),
    ("transposed --double --scale 3", 2, ["--double"]),
    ("transposed --max-kernel 3", 2, ["--max-kernel"]),
    ("transposed --input 4x4x1 --kernel 3 --filters 1 --padding same", 2, ["--padding"]),
    ("transposed --input 4x4x1 --kernel 3 --filters 1 --output-padding 1", 2, ["0 to 0", "got 1"]),
    ("transposed --input 1x1x1 --kernel 2 --filters 1 --padding 5", 1, ["padding", "pad less"]),
    ("receptive-field 3", 2, ["k,s"]), ("receptive-field 3,1 0,1", 2, ["layer 2", "0,1,0,1"]),
    ("receptive-field 3,1 --input 2", 1, ["layer 1"]), ("receptive-field --input 2", 2, ["layer"]),
    ("padding --kernel 3 --stride 2", 2, ["--input"]),
    ("windows --from 10", 2, ["--to"]), ("windows --from 10 --to 5 --limit 0", 2, ["--limit"]),
  ]) func `a mistake is named, with its exit code`(
    question: String, status: Int32, words: [String]
  ) throws {
    let arguments = ["explain"] + question.split(separator: " ").map(String.init)
    let outcome = try tool.outcome(of: tool.start(arguments))
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
  }

  @Test func `random arguments get an answer or an error, never a trap`() throws {
    let stream = RandomStream(seed: 4, named: "explain arguments")
    let words = [
      "conv", "pool", "linear", "transposed", "depthwise", "groups", "batchnorm",
      "receptive-field", "padding", "windows", "--input", "--kernel", "--stride", "--padding",
      "--dilation", "--filters", "--groups", "--outputs", "--batch", "--from", "--to", "--limit",
      "--scale", "--max-kernel", "--no-bias", "--ceil-mode", "--double", "--json", "3", "0", "-1",
      "2x3", "8x8x4", "x", "1+2", "1+2+3", "+", "same", "full", "3,1", "3,1,1,2", ",,", "",
      "999999999999999999999", "1048577", "9223372036854775807", "é×☃", "stride",
    ]
    var index: UInt64 = 0
    func next(_ bound: Int) -> Int {
      defer { index += 1 }
      return stream.integer(at: index, below: bound)
    }
    for _ in 0..<200 {
      // Questions come first, so that most rounds reach one.
      var arguments = ["explain", words[next(12)]]
      for _ in 0..<next(9) { arguments.append(words[next(words.count)]) }
      let process = try tool.start(arguments)
      let outcome = try tool.outcome(of: process)
      #expect(process.terminationReason == .exit, "\(arguments)")
      #expect(0...2 ~= outcome.status, "\(arguments): \(outcome.errors)")
    }
  }
}

extension StringProtocol {
  /// Without the letters at its start that are of a kind.
  fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> String {
    String(drop(while: isTrimmed))
  }
}
