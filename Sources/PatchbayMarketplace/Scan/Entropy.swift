internal import Glibc

/// Shannon's entropy of the bytes of a text, in bits a byte: 0 for one letter repeated, 6 at most
/// for base64. Short texts have little.
func entropy(_ text: some Collection<UInt8>) -> Double {
  var counts = [Int](repeating: 0, count: 256)
  for byte in text { counts[Int(byte)] += 1 }
  let total = Double(text.count)
  return counts.reduce(0) { sum, count in
    count == 0 ? sum : sum - Double(count) / total * log2(Double(count) / total)
  }
}
