// Numbers with their nouns, for messages.

/// `1 byte`, `2 bytes`.
func counted(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
}

/// `the 1 byte`, `all 6 bytes`, to follow "had taken".
func countedAll(_ number: Int, _ noun: String) -> String {
    number == 1 ? "the 1 \(noun)" : "all \(number) \(noun)s"
}
