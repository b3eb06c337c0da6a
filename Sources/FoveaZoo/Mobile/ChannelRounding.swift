/// The multiple of `divisor` nearest to `channels`, one more where that would take away over a tenth.
///
/// Torchvision's and timm's `make_divisible`, of TensorFlow's models.
func roundedChannels(_ channels: Double, divisor: Int = 8) -> Int {
  let nearest = max(divisor, Int(channels + Double(divisor) / 2) / divisor * divisor)
  return Double(nearest) < 0.9 * channels ? nearest + divisor : nearest
}
