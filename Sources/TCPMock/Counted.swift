// Numbers with their nouns, for messages.

/// `1 byte`, `2 bytes`.
func counted(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
}

/// `the 1 byte`, `both bytes`, `all 6 bytes`.
func countedAll(_ number: Int, _ noun: String) -> String {
    switch number {
    case 1: "the 1 \(noun)"
    case 2: "both \(noun)s"
    default: "all \(number) \(noun)s"
    }
}

/// `1 byte`, `45,120 bytes`.
func grouped(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
}

/// `45,120`.
func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
        text.append(digit)
    }
    return text
}
