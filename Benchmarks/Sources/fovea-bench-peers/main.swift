// Times Fovea and PyTorch in turns, in one run, on the same number of threads, and prints ratios.
//
//   swift run -c release fovea-bench-peers [PYTHON] [THREADS]

import Foundation
import Fovea

/// A PyTorch process that times itself on request, so that both sides can take turns.
final class Peer {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private(set) var greeting = ""

  init(python: String, arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python] + arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    greeting = readLine()
  }

  /// Median milliseconds of `count` runs of a command.
  func median(_ command: String, _ count: Int) -> Double? {
    input.fileHandleForWriting.write(Data("\(command) \(count)\n".utf8))
    return Double(readLine())
  }

  private func readLine() -> String {
    var line = Data()
    while true {
      let byte = output.fileHandleForReading.readData(ofLength: 1)
      if byte.isEmpty || byte[0] == UInt8(ascii: "\n") { break }
      line.append(byte)
    }
    return String(decoding: line, as: UTF8.self)
  }

  deinit { process.terminate() }
}

/// Median milliseconds of `count` calls.
func median(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  var times: [Double] = []
  for _ in 0..<count { times.append(try clock.measure(body) / .milliseconds(1)) }
  return times.sorted()[count / 2]
}

/// One training step of simple-cnn on a batch of 64 with SGD and momentum, as the peer has it.
func trainingStep(_ pool: ThreadPool) throws -> () throws -> Void {
  let model = try ZooModel.simpleCNN.build()
  let graphs = try TrainingStep(model, loss: .crossEntropy, optimizer: .sgd(momentum: 0.9))
  let variables = try VariableStore(model.initialWeights(seed: 0))
  try variables.addOptimizerState(of: graphs.step)
  let shape: Shape = [64, 1, 28, 28]
  let stream = RandomStream(seed: 0, named: "images")
  let images = Tensor(shape, (0..<shape.elementCount).map { stream.normal(at: UInt64($0)) })
    .reordered(.channelsLast)
  let labels = Tensor([64], (0..<64).map { Int32(stream.integer(at: UInt64($0), below: 10)) })
  let program = try Program(
    graphs.step, inputs: [Model.inputName: shape, TrainingStep.targetName: [64]],
    variables: variables, pool: pool)
  let inputs = [
    Model.inputName: images, TrainingStep.targetName: labels,
    Optimizer.settingsName: Tensor([2], [Float(0.06), 0.9]),
  ]
  return { try program.run(inputs) }
}

/// One forward 3×3 convolution, 256 to 256 channels on 56×56 pixels, as the peer has it.
func forwardConvolution(_ pool: ThreadPool) throws -> () throws -> Void {
  let model = try Model(input: [256, 56, 56]) { Conv2d(256, kernel: 3, padding: 1) }
  let variables = try VariableStore(model.initialWeights(seed: 0))
  let program = try Program(model.inference, variables: variables, pool: pool)
  let inputs = [Model.inputName: Tensor(zeros: [1, 256, 56, 56], order: .channelsLast)]
  return { try program.run(inputs) }
}

let python = CommandLine.arguments.dropFirst().first ?? "python3"
let threads = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 2
let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("../../Peers/pytorch_peer.py").standardizedFileURL.path
let pool = try ThreadPool(threads: threads)
let peers = try [[], ["--channels-last"]].map {
  try Peer(python: python, arguments: [script, "--threads", "\(threads)"] + $0)
}
for peer in peers { print(peer.greeting) }

let rounds = 7
for (command, runs, body) in [
  ("step", 100, try trainingStep(pool)), ("forward", 15, try forwardConvolution(pool)),
] {
  for _ in 0..<10 { try body() }
  var (own, others): ([Double], [[Double]]) = ([], peers.map { _ in [] })
  for _ in 0..<rounds {
    own.append(try median(runs, body))
    for (index, peer) in peers.enumerated() {
      guard let time = peer.median(command, runs) else {
        print("the peer gave no time for \(command); see what it says on its own")
        exit(1)
      }
      others[index].append(time)
    }
  }
  let mine = own.sorted()[rounds / 2]
  let theirs = others.map { $0.sorted()[rounds / 2] }
  let best = theirs.min() ?? .nan
  func text(_ value: Double) -> String { String(format: "%.3f", value) }
  print(
    "\(command): Fovea \(text(mine)) ms, PyTorch NCHW \(text(theirs[0])) ms, "
      + "channels-last \(text(theirs[1])) ms; ratio to the faster \(text(best / mine))")
}
