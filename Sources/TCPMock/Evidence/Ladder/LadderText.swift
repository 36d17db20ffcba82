// The words of a ladder: times, gaps, and bytes in one line.

enum LadderText {
    /// `+0.21 ms`, as the failure's text has it.
    static func moment(_ nanoseconds: UInt64) -> String {
        let hundredths = Int((Double(nanoseconds) / 1e4).rounded())
        return "+\(hundredths / 100).\(twoDigits(hundredths % 100)) ms"
    }

    /// `50 ms`, `1.25 s`.
    static func gap(_ nanoseconds: UInt64) -> String {
        let milliseconds = Int((Double(nanoseconds) / 1e6).rounded())
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        let hundredths = Int((Double(nanoseconds) / 1e7).rounded())
        return "\(hundredths / 100).\(twoDigits(hundredths % 100)) s"
    }

    /// `0.31 ms`, `1.25 s`.
    static func duration(_ duration: Duration) -> String {
        let nanoseconds = UInt64(max(0, duration / .nanoseconds(1)))
        return nanoseconds < 1_000_000_000 ? String(moment(nanoseconds).dropFirst()) : gap(nanoseconds)
    }

    /// `"PING\r\n"`, `00 ff 10 …`: what an arrow carries, short enough for a phone in two or three lines.
    static func label(_ message: Conversation.Message) -> String {
        guard !message.head.isEmpty else { return "(not kept)" }
        let isText = ByteText.isText(message.head.prefix(40))
        let shown = message.head.prefix(isText ? 40 : 16)
        let body = isText ? "\"\(ByteText.escaped(shown))\"" : ByteText.hex(shown)
        return shown.count < message.count ? body + " …" : body
    }

    /// `2026-11-21 09:30:05.250 UTC`, from nanoseconds since 1970.
    static func timeOfDay(_ nanoseconds: Int64) -> String {
        let milliseconds = nanoseconds / 1_000_000
        let (days, inDay) = (Int(milliseconds / 86_400_000), Int(milliseconds % 86_400_000))
        let (year, month, day) = date(days)
        let time = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60].map(twoDigits).joined(separator: ":")
        let fraction = String("\(1000 + inDay % 1000)".dropFirst())
        return "\(year)-\(twoDigits(month))-\(twoDigits(day)) \(time).\(fraction) UTC"
    }

    /// Days since 1970 as a date; see Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468  // eras begin on the first of March of the year 0
        let (era, ofEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let dayOfYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
