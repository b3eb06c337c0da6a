import Foundation

extension Glossary {
  static let tasks = [
    GlossaryEntry(
      "IoU", aliases: ["intersection over union", "Jaccard index"],
      "How well two boxes or masks agree: the area of both over the area of either. 1 is the same, 0 apart.",
      formula: "|A ∩ B| / |A ∪ B|",
      source: "M. Everingham et al., IJCV 88 (2010), doi:10.1007/s11263-009-0275-4",
      related: ["non-maximum suppression", "mean average precision"]
    ) {
      let overlap = Example.intersectionOverUnion([0, 0, 10, 10], [5, 0, 15, 10])
      return "Two boxes of 10×10, one moved by 5: \(decimal(overlap))."
    },
    GlossaryEntry(
      "anchor", aliases: ["anchor box", "anchors", "prior box"],
      "A box of given size and shape at each position of a map; the network says whether it holds something, and how to move and "
        + "stretch it. Newer detectors do without.",
      formula: "x = x_a + w_a·t_x, w = w_a·exp(t_w)",
      source: "S. Ren et al., arXiv:1506.01497", related: ["IoU", "single-shot detector"]
    ) {
      let positions = try Example.convolution(224, 224, 3, filters: 1, kernel: 16, stride: 16)
        .output
      return
        "9 anchors a position on \(positions.height)×\(positions.width): \(grouped(9 * positions.height * positions.width)) boxes."
    },
    GlossaryEntry(
      "non-maximum suppression", aliases: ["NMS"],
      "Of boxes of one class that overlap, only the surest stays: take the surest, drop those whose IoU with it passes a "
        + "threshold, go on with the rest.",
      source: "A. Neubeck, L. Van Gool, doi:10.1109/ICPR.2006.479", related: ["IoU", "anchor"]
    ) {
      let boxes = [[0.0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]]
      var kept: [[Double]] = []
      for box in boxes
      where kept.allSatisfy({ Example.intersectionOverUnion($0, box) <= 0.5 }) { kept.append(box) }
      return
        "Of \(boxes.count) boxes, the second overlaps the first by "
        + "\(decimal(Example.intersectionOverUnion(boxes[0], boxes[1]))): at 0.5, \(kept.count) stay."
    },
    GlossaryEntry(
      "mean average precision", aliases: ["mAP", "average precision", "AP"],
      "The area under the curve of precision over recall, mean over classes; COCO also takes the mean over IoU thresholds from "
        + "0.50 to 0.95.",
      formula: "precision = right / found, recall = right / there",
      source: "T. Lin et al., arXiv:1405.0312", related: ["IoU"]
    ) {
      let hits = [true, false, true]
      let precisions = hits.indices.map { index in
        Double(hits[...index].filter { $0 }.count) / Double(index + 1)
      }
      let average = zip(hits, precisions).reduce(0) { $0 + ($1.0 ? $1.1 : 0) } / 2
      return
        "Finds right, wrong, right, of 2 there: precision \(list(precisions)), average at the hits \(decimal(average))."
    },
    GlossaryEntry(
      "single-shot detector", aliases: ["YOLO", "SSD", "object detection"],
      "Boxes and classes for all positions of a grid from one pass, without proposals first. The cell in which an object's centre "
        + "lies answers for it.",
      formula: "S·S·(B·5 + K) numbers in YOLO v1",
      source: "J. Redmon et al., arXiv:1506.02640; W. Liu et al., arXiv:1512.02325",
      related: ["anchor", "non-maximum suppression"]
    ) {
      "YOLO v1, S = 7, B = 2, K = 20: 7·7·\(2 * 5 + 20) = \(grouped(7 * 7 * (2 * 5 + 20))) numbers."
    },
    GlossaryEntry(
      "semantic segmentation", aliases: ["segmentation", "U-Net", "FCN"],
      "A class for each pixel. An encoder lowers the resolution, a decoder raises it again; U-Net joins their maps of equal "
        + "size, DeepLab dilates instead of striding.",
      source:
        "J. Long, E. Shelhamer, T. Darrell, arXiv:1411.4038; O. Ronneberger et al., arXiv:1505.04597",
      related: ["transposed convolution", "dilation", "IoU"]
    ) {
      var side = 572
      for _ in 0..<4 {
        side = try Example.convolution(side, side, 1, filters: 1, kernel: 5).output.height / 2
      }
      return
        "U-Net without padding: 572 pixels are \(side) before its lowest stage, after four of two 3×3 and a pooling."
    },
    GlossaryEntry(
      "siamese network", aliases: ["siamese", "face verification"],
      "One network, applied with the same weights to two inputs; what is compared is the distance of the results. New persons or "
        + "things need no new training.",
      formula: "d(x, y) = ‖f(x) − f(y)‖",
      source: "J. Bromley et al., NIPS 1993", related: ["triplet loss", "parameter sharing"]
    ) {
      let (one, other) = ([0.6, 0.8], [0.8, 0.6])
      let distance = zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      return "\(list(one)) and \(list(other)) lie \(decimal(distance)) apart."
    },
    GlossaryEntry(
      "triplet loss", aliases: ["triplet"],
      "An anchor should lie nearer to one of its kind than to one of another, by a margin; what does not is pushed.",
      formula: "max(0, ‖a − p‖² − ‖a − n‖² + margin)",
      source: "F. Schroff et al. (FaceNet), arXiv:1503.03832", related: ["siamese network"]
    ) {
      let losses = [(0.5, 0.6), (0.2, 0.9)].map { max(0, $0.0 - $0.1 + 0.2) }
      return
        "Margin 0.2: squared distances 0.5 and 0.6 cost \(decimal(losses[0])), 0.2 and 0.9 cost \(decimal(losses[1]))."
    },
    GlossaryEntry(
      "style transfer", aliases: ["neural style transfer", "Gram matrix"],
      "An image is changed until its deep maps match one picture's, and the products of its channels (the Gram matrix), which "
        + "forget places, another's.",
      formula: "G[i, j] = sum over positions of F[i]·F[j]",
      source: "L. Gatys, A. Ecker, M. Bethge, arXiv:1508.06576", related: ["feature map"]
    ) {
      let maps = [[1.0, 2, 0], [0.0, 1, 3]]
      let gram = maps.map { row in maps.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
      return
        "Maps \(list(maps[0])) and \(list(maps[1])): G = [\(gram.map(list).joined(separator: ", "))]."
    },
    GlossaryEntry(
      "GAN", aliases: ["generative adversarial network", "DCGAN"],
      "A generator makes images of noise, a discriminator tells them from real ones, and each learns against the other. "
        + "Strides and transposed convolutions take the place of pooling.",
      formula: "min over G, max over D of E[log D(x)] + E[log(1 − D(G(z)))]",
      source: "I. Goodfellow et al., arXiv:1406.2661; A. Radford et al., arXiv:1511.06434",
      related: ["transposed convolution", "VAE"]
    ) {
      let window = try checkedWindow(4, 2, 1, .init(1))
      var sides = [4]
      for _ in 0..<4 {
        sides.append(window.extents(forPositions: sides[sides.count - 1])?.lowerBound ?? 0)
      }
      return
        "DCGAN's generator, 4×4 with stride 2 and padding 1: \(sides.map(String.init).joined(separator: " → ")) pixels; a "
        + "discriminator that cannot tell has a loss of \(decimal(log(4.0)))."
    },
    GlossaryEntry(
      "VAE", aliases: ["variational autoencoder", "latent variable"],
      "An encoder gives mean and deviation of a code, a decoder makes the image of a draw from it. The loss is reconstruction "
        + "plus the distance of that distribution from a standard one; drawing as μ + σ·noise lets gradients through.",
      formula: "KL = ½·sum of (μ² + σ² − log σ² − 1)",
      source: "D. Kingma, M. Welling, arXiv:1312.6114", related: ["GAN"]
    ) {
      func divergence(_ mean: Double, _ deviation: Double) -> Double {
        let variance = deviation * deviation
        return 0.5 * (mean * mean + variance - log(variance) - 1)
      }
      return
        "KL of one number: \(decimal(divergence(0, 1))) for μ = 0, σ = 1, and \(decimal(divergence(1, 0.5))) for μ = 1, σ = 0.5."
    },
    GlossaryEntry(
      "spectrogram", aliases: ["mel spectrogram", "audio"],
      "Sound as an image: the strength of each frequency in windows of time. Convolutions take it like any image; a shift in "
        + "pitch is not the same as a shift in time.",
      formula: "frames = ⌊(samples − window) / hop⌋ + 1",
      source: "P. Warden, Speech Commands, arXiv:1804.03209", related: ["output size"]
    ) {
      let frames = try checkedWindow(400, 160, 1).positions(on: 16_000) ?? 0
      return
        "A second at 16 kHz, windows of 25 ms every 10 ms: \(frames) frames of \(400 / 2 + 1) frequencies."
    },
  ]
}
