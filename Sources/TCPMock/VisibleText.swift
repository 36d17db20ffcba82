// Text from elsewhere, which may quote what a peer has sent, as it can be shown to people.

extension UnicodeScalar {
    /// Control characters, those that change the direction of text (see Unicode TR 36), and those that nobody sees.
    var isHidden: Bool {
        switch value {
        case 0x09, 0x0a: false
        case 0...0x1f, 0x7f...0x9f, 0xad, 0x61c, 0x180e, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff,
            0xfff9...0xfffb, 0xe0000...0xe0fff:
            true
        default: false
        }
    }

    /// `\\u{1b}`.
    var named: String { "\\u{\(String(value, radix: 16))}" }
}

extension String {
    /// The same, with what a terminal would act on, or nobody would see, named instead; further lines are indented, so that
    /// they are not taken for lines of ours.
    var visible: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result += "\n    "
            case _ where scalar.isHidden: result += scalar.named
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
