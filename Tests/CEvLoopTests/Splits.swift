// Every way a stream can arrive in pieces.

/// All splits of short input; of longer input: whole, byte by byte, and cut once at each place.
func splits(of bytes: [UInt8]) -> [[[UInt8]]] {
    let count = bytes.count
    guard count > 1 else { return [[bytes]] }
    if count <= 8 {
        return (0..<(1 << (count - 1))).map { mask in
            var pieces: [[UInt8]] = [[bytes[0]]]
            for place in 1..<count {
                if mask >> (place - 1) & 1 == 1 { pieces.append([]) }
                pieces[pieces.count - 1].append(bytes[place])
            }
            return pieces
        }
    }
    let cuts = (1..<count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
    return [[bytes], bytes.map { [$0] }] + cuts
}

func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}
