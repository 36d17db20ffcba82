// How a send is cut, and when each slice goes.

/// Where a send is cut into slices: each is a write of its own.
///
/// ```swift
/// .send("HTTP/1.1 200 OK\r\n\r\n", slices: .everyByte)
/// .send("HELLO WORLD", slices: .at([5, 6]))
/// ```
///
/// What reaches the client's reads depends on the ``Delivery``: by default they go in lock-step, and each slice is one read.
public struct Slices: Sendable, Hashable {
    enum Cuts: Sendable, Hashable {
        case whole
        case at([Int])
        case size(Int)
        case random(longest: Int, Seed)
    }

    let cuts: Cuts

    /// One slice.
    public static let whole = Slices(cuts: .whole)

    /// A slice for each byte.
    public static let everyByte = Slices(cuts: .size(1))

    /// Slices that begin at these offsets (and at 0), counted in bytes of what is sent, frames' headers included.
    ///
    /// - `offsets`: each from 1 to the count less 1, in any order.
    public static func at(_ offsets: [Int]) -> Slices {
        Slices(cuts: .at(offsets))
    }

    /// Slices of so many bytes; the last may be shorter.
    public static func size(_ count: Int) -> Slices {
        Slices(cuts: .size(count))
    }

    /// Slices of 1 to `longest` bytes, by chance. The same seed cuts the same step in the same places.
    public static func random(longest: Int = 16, seed: Seed = .ofThisRun) -> Slices {
        Slices(cuts: .random(longest: longest, seed))
    }
}

/// When the slices of a send go.
public struct Delivery: Sendable, Hashable {
    enum Turn: Sendable, Hashable {
        case immediate
        case lockstep
        case every(Duration, jitter: Duration, Seed)
    }

    let turn: Turn

    /// At once, one after the other: the kernel may well hand several to the client in one read.
    public static let immediate = Delivery(turn: .immediate)

    /// Each when the client has taken the one before; the step is done when it has taken the last one.
    ///
    /// So each slice is exactly one read of the client's, and what the script does next (another send, a FIN, a reset)
    /// finds a client that has everything. That it has taken them its kernel tells, on Linux: see
    /// ``ConnectionRecord/lockstep``. Elsewhere, and for clients on other hosts, a millisecond's wait has to do, and the
    /// verdict says so.
    ///
    /// Over TCP the kernel's answer comes only when no read of the client's is under way, for such a read would go on with the
    /// next slice. Over Unix-domain sockets nothing tells that, and 20 µs more have to do: a client that the system interrupts for
    /// longer in the very end of a read may still get two slices with it.
    ///
    /// A client that stops reading fails the step by its limit; one that leaves after the last slice does not.
    public static let lockstep = Delivery(turn: .lockstep)

    /// One in so long, whether the client has taken the one before or not.
    ///
    /// - `interval`: from one slice to the next; the first goes at once.
    /// - `jitter`: by how much longer each interval may be, by chance.
    /// - `seed`: where the chance comes from.
    public static func every(
        _ interval: Duration, jitter: Duration = .zero, seed: Seed = .ofThisRun
    ) -> Delivery {
        Delivery(turn: .every(interval, jitter: jitter, seed))
    }
}

/// What a send says of itself beside its bytes; only sends that say something have it.
struct Pacing: Sendable, Hashable {
    let slices: Slices
    let delivery: Delivery

    /// Nil: all at once, as sends go.
    init?(_ slices: Slices, _ delivery: Delivery?) {
        self.slices = slices
        self.delivery = delivery ?? (slices == .whole ? .immediate : .lockstep)
        if slices == .whole, self.delivery == .immediate { return nil }
    }

    /// What can't be meant of a send of `count` bytes, or nil.
    func problem(of count: Int) -> String? {
        switch slices.cuts {
        case .at(let offsets):
            if let wrong = offsets.first(where: { !(1..<max(count, 1)).contains($0) }) {
                return "there is no cut at \(wrong): of \(counted(count, "byte")) slices begin at 1 to \(count - 1)"
            }
        case .size(let size) where size < 1: return "slices of \(size) bytes: a slice has at least one"
        case .random(let longest, _) where longest < 1:
            return "slices of up to \(longest) bytes: a slice has at least one"
        default: break
        }
        if case .every(let interval, let jitter, _) = delivery.turn, interval < .zero || jitter < .zero {
            return "a duration can't be negative"
        }
        return nil
    }

    /// How long a send of `count` bytes takes at least by its own pace; nil: it has none.
    func leastTime(of count: Int) -> Duration? {
        guard case .every(let interval, _, _) = delivery.turn else { return nil }
        let slices =
            switch slices.cuts {
            case .whole: 1
            case .at(let offsets): Set(offsets).count + 1
            case .size(let size), .random(let size, _): size > 0 ? (count + size - 1) / size : 1
            }
        return interval * (slices - 1)
    }
}

extension Pacing: CustomStringConvertible {
    /// `, every byte in lock-step`.
    var description: String {
        var words = [slices.description]
        switch delivery.turn {
        case .immediate: break
        case .lockstep: words.append("in lock-step")
        case .every(let interval, let jitter, let seed):
            words.append("one every \(interval.brief)")
            if jitter > .zero { words.append("and up to \(jitter.brief) (\(seed))") }
        }
        return ", " + words.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension Slices: CustomStringConvertible {
    /// `every byte`, `cut at 3 and 7`.
    public var description: String {
        switch cuts {
        case .whole: "whole"
        case .at(let offsets) where offsets.count > 8: "cut at \(offsets.count) offsets"
        case .at(let offsets): "cut at \(offsets.map(String.init).joined(separator: ", "))"
        case .size(1): "every byte"
        case .size(let size): "\(size) bytes at a time"
        case .random(let longest, let seed): "in slices of 1 to \(longest) bytes (\(seed))"
        }
    }
}
