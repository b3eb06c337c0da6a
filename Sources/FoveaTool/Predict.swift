import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea predict`: asks a network about images.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask a trained network what images show.",
    discussion: """
      Takes JPEG, PNG, WebP, PGM and PPM files, and images of IDX, .npy and .npz files by number, counted from 0: \
      t10k-images-idx3-ubyte.gz:17, or :0-9 for several. Pictures of another size are resized; colour and \
      grey are converted as the network needs it. Arrays must have the network's shape. Numbers of another range than \
      the network learned from, such as 0 to 1 where it saw 0 to 255, are refused.
      """)

  @Argument(help: "A checkpoint's file, or a run's folder.", completion: .file())
  var checkpoint: String

  @Argument(help: "Images.", completion: .file())
  var images: [String]

  @Option(help: "How many classes are named for an image.")
  var top = 3

  @Flag(help: "Draw the images with characters, in as many colours as the terminal has.")
  var terminal = false

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let command = PredictCommand(
      checkpoint: checkpoint, images: images, top: top, threads: threads)
    let result = try command.run()
    var table = TextTable([.init("Image"), .init("Class"), .init("Probability", .right)])
    for prediction in result.predictions {
      for (rank, answer) in prediction.classes.enumerated() {
        table.rows.append([
          rank == 0 ? prediction.image : "", answer.name, NumberFormat.percent(answer.probability),
        ])
      }
    }
    console.print(result.predictions.compactMap(Self.change))
    if terminal {
      console.print(try command.grid(result))
    } else {
      console.print(table.lines)
    }
    try console.printJSON(result)
  }

  /// What was done to an image before the network saw it, or `nil` where nothing was.
  private static func change(_ prediction: PredictCommand.Prediction) -> String? {
    let (from, to) = (prediction.imageShape, prediction.inputShape)
    var changes: [String] = []
    if from[0] != to[0] { changes.append(to[0] == 1 ? "colour to grey" : "grey to colour") }
    if (from[1], from[2]) != (to[1], to[2]) {
      changes.append("resized from \(from[2])×\(from[1]) to \(to[2])×\(to[1]) pixels")
    }
    return changes.isEmpty ? nil : "\(prediction.image): \(changes.joined(separator: ", "))"
  }
}
