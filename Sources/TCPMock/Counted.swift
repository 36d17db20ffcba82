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
