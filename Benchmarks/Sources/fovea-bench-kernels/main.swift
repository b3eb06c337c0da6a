import CFoveaKernels
import Foundation

// Prints GFLOP/s and the share of the measured multiply-add peak for a table of layers.
//
//   swift run -c release fovea-bench-kernels [threads [part of a name]]

let layers = [
  Convolution("3×3 256 to 256, 56×56", batch: 1, 56, 256, to: 256, kernel: 3, padding: 1),
  Convolution("3×3 256 to 256, 2×56×56", batch: 2, 56, 256, to: 256, kernel: 3, padding: 1),
  Convolution("3×3 64 to 64, 2×56×56", batch: 2, 56, 64, to: 64, kernel: 3, padding: 1),
  Convolution("3×3 128 to 128, 8×28×28", batch: 8, 28, 128, to: 128, kernel: 3, padding: 1),
  Convolution("3×3 256 to 256, 8×14×14", batch: 8, 14, 256, to: 256, kernel: 3, padding: 1),
  Convolution("3×3 512 to 512, 8×7×7", batch: 8, 7, 512, to: 512, kernel: 3, padding: 1),
  Convolution(
    "3×3/2 128 to 128, 2×56×56", batch: 2, 56, 128, to: 128, kernel: 3, stride: 2, padding: 1),
  Convolution(
    "7×7/2 3 to 64, 2×224×224", batch: 2, 224, 3, to: 64, kernel: 7, stride: 2, padding: 3),
  Convolution("1×1 64 to 256, 2×56×56", batch: 2, 56, 64, to: 256, kernel: 1, padding: 0),
  Convolution("1×1 512 to 128, 8×28×28", batch: 8, 28, 512, to: 128, kernel: 1, padding: 0),
  Convolution("1×1 1024 to 256, 8×14×14", batch: 8, 14, 1024, to: 256, kernel: 1, padding: 0),
  Convolution(
    "1×1/2 256 to 512, 2×56×56", batch: 2, 56, 256, to: 512, kernel: 1, stride: 2, padding: 0),
  Convolution("5×5/2 1 to 8, 64×28×28", batch: 64, 28, 1, to: 8, kernel: 5, stride: 2, padding: 2),
  Convolution(
    "3×3/2 8 to 16, 64×14×14", batch: 64, 14, 8, to: 16, kernel: 3, stride: 2, padding: 1),
  Convolution("3×3/2 16 to 32, 64×7×7", batch: 64, 7, 16, to: 32, kernel: 3, stride: 2, padding: 1),
  Convolution("3×3/2 32 to 64, 64×4×4", batch: 64, 4, 32, to: 64, kernel: 3, stride: 2, padding: 1),
  Convolution("3×3/2 64 to 10, 64×2×2", batch: 64, 2, 64, to: 10, kernel: 3, stride: 2, padding: 1),
  Convolution(
    "depthwise 3×3 64, 8×56×56", batch: 8, 56, 64, to: 64, kernel: 3, padding: 1, groups: 64),
  Convolution(
    "depthwise 3×3 512, 8×14×14", batch: 8, 14, 512, to: 512, kernel: 3, padding: 1, groups: 512),
  Convolution(
    "3×3 256 in 32 groups, 8×14×14", batch: 8, 14, 256, to: 256, kernel: 3, padding: 1, groups: 32),
]
let linears = [
  Linear(batch: 1, inFeatures: 25088, outFeatures: 4096),
  Linear(batch: 64, inFeatures: 25088, outFeatures: 4096),
  Linear(batch: 64, inFeatures: 512, outFeatures: 10),
]

let arguments = CommandLine.arguments.dropFirst()
let threads = arguments.first.flatMap { Int($0) } ?? 2
let filter = arguments.dropFirst().first ?? ""

func report(_ workloads: [Workload], _ measurement: Measurement) {
  for workload in workloads { print(measurement.report(workload)) }
}

/// The kernels that FOVEA_ISA names, or the processor's best.
func chosenKernels() -> Kernels? {
  guard let wanted = getenv("FOVEA_ISA") else { return fovea_kernels_for(fovea_best_isa()) }
  return [fovea_isa_portable, fovea_isa_avx2, fovea_isa_avx512, fovea_isa_neon]
    .compactMap { fovea_kernels_for($0) }
    .first { strcmp($0.pointee.name, wanted) == 0 }
}

if let kernels = chosenKernels(),
  let measurement = Measurement(kernels, threads: threads)
{
  print("\(String(cString: kernels.pointee.name)) kernels, \(threads) threads")
  for count in Set([1, threads]).sorted() {
    let rates = (0..<9).map { _ in Measurement(kernels, threads: count)?.peak() ?? 0 }.sorted()
    print("peak of \(count) threads:\((2 * rates[4] / 1e9).text(width: 7)) GFLOP/s")
  }
  print(
    "hand-off of a step with \(2 * threads) tasks:\((measurement.handOff() * 1e6).text(width: 7)) µs"
  )
  for layer in layers where filter.isEmpty || layer.name.contains(filter) {
    report(layer.workloads(kernels), measurement)
  }
  for layer in linears where filter.isEmpty || layer.name.contains(filter) {
    report(layer.workloads(kernels), measurement)
  }
} else {
  print(
    "There is no pool of \(threads) threads, or FOVEA_ISA names no instruction set of this processor."
  )
}
