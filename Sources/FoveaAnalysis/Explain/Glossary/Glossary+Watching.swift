import Foundation

extension Glossary {
  static let watching = [
    GlossaryEntry(
      "recorder", aliases: ["learn.recorder", "plot_loss", "plot_sched"],
      "What keeps the loss, the learning rate and the momentum of each step, and the losses and metrics of each epoch. In fastai it is "
        + "learn.recorder, one of them, with plot_loss, plot_sched and values. In Fovea it is an observer whose finding the "
        + "report has by its type, report[Recorder.self]; a run folder has it as steps.csv, metrics.csv, loss.svg and "
        + "schedule.svg.",
      formula: "smoothed_t = sum of 0.98^(t − i)·loss_i / sum of 0.98^(t − i)",
      source: "fastai documentation, Learner: Recorder and AvgSmoothLoss",
      related: ["learning rate finder", "1cycle", "color_dim"]
    ) {
      let losses = [2.0, 1, 0]
      var (sum, weight) = (0.0, 0.0)
      let smoothed = losses.map { loss in
        sum = 0.98 * sum + loss
        weight = 0.98 * weight + 1
        return sum / weight
      }
      return "Losses \(list(losses)) are drawn smoothed as \(list(smoothed))."
    },
    GlossaryEntry(
      "color_dim",
      aliases: ["colour dimension", "color dimension", "color-dim", "plot_layer_stats"],
      "A picture of a layer's outputs while it trains: a column for each batch that is looked at, a row for each bin of values, "
        + "and as colour the logarithm of how many values lie in the bin. Yellow is many, dark blue is few or none; zero has no "
        + "colour of its own. A bad start shows a bright row at zero and dark elsewhere; a collapse, a spread that grows and "
        + "falls back to that row again and again. fastai's rows are 40 from 0 to 10, so what is negative or larger is not "
        + "drawn; Fovea's go from −10 to 10.",
      formula: "colour = log(1 + values in the bin)",
      source: "fastai documentation, ActivationStats.color_dim, after S. Giomo (2019)",
      related: ["dead unit", "recorder", "batch normalisation"]
    ) {
      let values = [-1.0, 0, 0.1, 0.1, 0.2, 0.2, 0.2, 0.9, 3.5, 12]
      func counts(_ range: Range<Int>) -> [Int] {
        range.map { low in values.count { floor($0) == Double(low) } }
      }
      let (few, all) = (counts(0..<10), counts(-10..<10))
      return
        "Of \(values.count) values from −1 to 12, rows of width 1 from 0 to 10 hold \(few.reduce(0, +)), from −10 to 10 "
        + "\(all.reduce(0, +)). The row from 0 on holds \(few[0]) and has the brightness \(decimal(log1p(Double(few[0])))), that "
        + "from 3 on \(few[3]) and \(decimal(log1p(Double(few[3])))), those with none 0."
    },
  ]
}
