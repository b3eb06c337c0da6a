import ArgumentParser
import FoveaCommands
import FoveaRuntime

/// What is trained, on what and how: options of every command that begins a training.
struct TrainingOptions: ParsableArguments {
  @Argument(
    help: """
      \(DatasetName.list), a folder with a folder of images for each class, or \
      a .csv table of paths and classes, or arrays of NumPy (a .npz file, or a folder of .npy files).
      """)
  var dataset: String?

  @Option(help: "The network, see fovea models. (default: simple-cnn; with --from RUN, the run's)")
  var model: String?

  @Option(help: "Epochs in all; a resumed run may get more. (default: 5)")
  var epochs: Int?

  @Option(help: "Images of a batch. (default: 64)")
  var batchSize: Int?

  @Option(
    help: "The highest learning rate. (default: 0.01; sgd 0.06, lion and rmsprop 0.001, lars 1)")
  var maxLr: Double?

  @Option(help: "How the learning rate changes. (default: one-cycle)")
  var schedule: ScheduleName?

  @Option(help: "How weights follow gradients. (default: adamw)")
  var optimizer: OptimizerName?

  @Option(
    help:
      "Momentum or beta 1; the one-cycle schedules set their own. (default: 0.9, rmsprop 0, muon 0.95)"
  )
  var momentum: Double?

  @Option(
    help:
      "How much weights shrink, biases and normalisation left out. (default: 0; adamw and lamb 0.01, lion and muon 0.1)"
  )
  var weightDecay: Double?

  @Option(help: "The share of the target that is spread over all classes. (default: 0)")
  var labelSmoothing: Double?

  @Option(help: "What everything random comes from. (default: 0)")
  var seed: UInt64?

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @Option(
    help: "Batches that are made ahead, 0 to 64; they change no result. (default: 2)")
  var workers: Int?

  @Option(
    help: "The folder of the dataset's files. (default: $FOVEA_DATA, the cache, then a download)",
    completion: .directory)
  var data: String?

  @Flag(help: "Leave out a last batch of fewer images.")
  var dropLast = false

  @Option(
    help:
      "How exact arithmetic is; bfloat16 and float16 keep activations in half the bits. (default: float32)"
  )
  var precision: Precision?

  @Flag(help: "Compute cheap activations anew in the backward pass, for less memory.")
  var recompute = false

  @OptionGroup(title: "Image options") var images: ImageOptions

  @OptionGroup(title: "Recipe options") var recipe: RecipeOptions

  var command: TrainCommand {
    var command = TrainCommand(dataset: dataset)
    command.model = model
    command.epochs = epochs
    command.batchSize = batchSize
    command.maxLearningRate = maxLr
    command.schedule = schedule
    command.optimizer = optimizer
    command.momentum = momentum
    command.weightDecay = weightDecay
    command.labelSmoothing = labelSmoothing
    command.seed = seed
    command.threads = threads
    command.workers = workers
    command.dropLast = dropLast ? true : nil
    command.precision = precision
    command.recomputes = recompute ? true : nil
    command.data = data
    command.recipe = recipe.recipe
    command.images = images.recipe
    return command
  }
}
