// Numbers with their nouns, for messages. Counts are grouped for the eye; offsets are not: they are looked for in code and in dumps.

/// `1 byte`, `45,120 bytes`.
func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
}

/// `none of its bytes was`, `3 of its bytes were`.
func countedWere(_ number: Int, of whole: String) -> String {
    "\(number == 0 ? "none" : grouped(number)) of \(whole) \(number > 1 ? "were" : "was")"
}

/// `the 1 byte`, `both bytes`, `all 6 bytes`.
func countedAll(_ number: Int, _ noun: String) -> String {
    switch number {
    case 1: "the 1 \(noun)"
    case 2: "both \(noun)s"
    default: "all \(counted(number, noun))"
    }
}

/// `45,120`.
func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
        text.append(digit)
    }
    return text
}
