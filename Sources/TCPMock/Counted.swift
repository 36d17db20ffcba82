// Numbers with their nouns, for messages. Counts are grouped for the eye; offsets are not: they are looked for in code and in dumps.

/// `1 byte`, `45,120 bytes`.
func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
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
