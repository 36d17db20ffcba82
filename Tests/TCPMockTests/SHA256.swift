// SHA-256 for one test, as FIPS 180-4 has it: the package needs no library for it.

/// The first 32 bits of the fractional part of a root of a prime, in integers: floor(root(p · 2^(32·n))) mod 2^32.
private func fraction(ofRoot power: Int, of prime: UInt64) -> UInt32 {
    var (low, high) = (UInt64(0), UInt64(1) << 36)
    while high - low > 1 {
        let middle = low + (high - low) / 2
        var product = [middle]
        for _ in 1..<power { product = multiplied(product, by: middle) }
        let isBelow = !isLess(shifted(prime, by: 32 * power), product)
        if isBelow { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
}

/// Limbs of 64 bits, the lowest first.
private func multiplied(_ number: [UInt64], by factor: UInt64) -> [UInt64] {
    var (result, carry) = ([UInt64](), UInt64(0))
    for limb in number {
        let (high, low) = limb.multipliedFullWidth(by: factor)
        let (sum, overflow) = low.addingReportingOverflow(carry)
        result.append(sum)
        carry = high + (overflow ? 1 : 0)
    }
    return result + [carry]
}

private func shifted(_ number: UInt64, by bits: Int) -> [UInt64] {
    let (limbs, rest) = (bits / 64, UInt64(bits % 64))
    let (low, high) = rest == 0 ? (number, 0) : (number << rest, number >> (64 - rest))
    return [UInt64](repeating: 0, count: limbs) + [low, high]
}

private func isLess(_ one: [UInt64], _ other: [UInt64]) -> Bool {
    let count = max(one.count, other.count)
    let (a, b) = (
        one + Array(repeating: 0, count: count - one.count), other + Array(repeating: 0, count: count - other.count)
    )
    for (x, y) in zip(a.reversed(), b.reversed()) where x != y { return x < y }
    return false
}

private let primes: [UInt64] = (2...311).filter { number in !(2..<number).contains { number % $0 == 0 } }.map(
    UInt64.init)
private let constants = primes.map { fraction(ofRoot: 3, of: $0) }

func sha256(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var padded = Array(bytes) + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    padded += (0..<8).map { UInt8(truncatingIfNeeded: (bytes.count * 8) >> (56 - 8 * $0)) }
    var hash = primes.prefix(8).map { fraction(ofRoot: 2, of: $0) }
    for start in stride(from: 0, to: padded.count, by: 64) {
        for (index, word) in compressed(padded[start..<start + 64], hash).enumerated() { hash[index] &+= word }
    }
    return hash.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
}

private func compressed(_ block: ArraySlice<UInt8>, _ hash: [UInt32]) -> [UInt32] {
    func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }
    var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { start in
        block[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
        let (old, new) = (words[index - 15], words[index - 2])
        let first = rotated(old, 7) ^ rotated(old, 18) ^ old >> 3
        let second = rotated(new, 17) ^ rotated(new, 19) ^ new >> 10
        words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
    }
    var (a, b, c, d, e, f, g, h) = (hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7])
    for index in 0..<64 {
        let upper = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        let one = h &+ upper &+ (e & f ^ ~e & g) &+ constants[index] &+ words[index]
        let lower = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        let two = lower &+ (a & b ^ a & c ^ b & c)
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ one, c, b, a, one &+ two)
    }
    return [a, b, c, d, e, f, g, h]
}

func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return stride(from: 0, to: bytes.count, by: 3).map { start in
        let three = bytes[start..<min(start + 3, bytes.count)]
        let bits = three.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - three.count))
        let digits = (0..<4).map { String(letters[bits >> (18 - 6 * $0) & 63]) }
        return digits.prefix(three.count + 1).joined() + String(repeating: "=", count: 3 - three.count)
    }.joined()
}
