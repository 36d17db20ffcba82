// A server or client of the core, opened through its public headers, whose notices come out one by one.

import CEvLoop
import CEvLoopInternals
import Dispatch
import TestClient

/// A notice, with what the test wants of the report that came with it.
struct Notice: Equatable {
    let kind: evl_notice_kind
    var token: UInt64 = 0
    var number: UInt32 = 0
    var step: UInt32 = 0
    /// What a question is about.
    var payload: String?
    /// What had been kept by then, by step.
    var kept: [UInt32: String] = [:]
    var failures: [Failure] = []
    var awaited = false
    var completed = 0
    var unreached: UInt32?
}

/// Filled on the loop thread, emptied by the test.
// Unchecked: `lock` guards `notices`.
final class NoticeQueue: @unchecked Sendable {
    private let lock = DispatchSemaphore(value: 1)
    private let arrived = DispatchSemaphore(value: 0)
    private var notices: [Notice] = []

    func add(_ notice: Notice) {
        lock.wait()
        notices.append(notice)
        lock.signal()
        arrived.signal()
    }

    /// The next notice; nil when none comes within `seconds`.
    func next(within seconds: Int = 30) -> Notice? {
        guard arrived.wait(timeout: .now() + .seconds(seconds)) == .success else { return nil }
        lock.wait()
        defer { lock.signal() }
        return notices.removeFirst()
    }

    /// The next notice of this kind; those before it are dropped.
    func next(_ kind: evl_notice_kind) -> Notice? {
        while let notice = next() {
            if notice.kind == kind { return notice }
        }
        return nil
    }

    var isEmpty: Bool {
        lock.wait()
        defer { lock.signal() }
        return notices.isEmpty
    }
}

// Unchecked: the core's calls are thread-safe.
final class CoreListener: @unchecked Sendable {
    struct Options {
        var every = false
        var required: UInt32 = 0
        var oneAtATime = false
        var step: UInt64 = 20_000_000_000
        var afterScript: UInt64 = 20_000_000_000
        /// The port to connect to, instead of listening.
        var dials: Int?
        var connect: UInt64 = 20_000_000_000
        var maxBuffered = 1 << 20
    }

    let raw: OpaquePointer
    let notices = NoticeQueue()
    let port: Int
    private var isClosed = false

    init(_ scripts: [[CoreStep]], _ options: Options = Options()) throws {
        let programs = scripts.map { CoreProgram.make($0) }
        let pointers = programs.map { Optional($0.raw) }
        var config = evl_endpoint_config()
        config.program_count = UInt32(programs.count)
        config.every = options.every
        config.required = options.required
        config.one_at_a_time = options.oneAtATime
        config.step_ns = options.step
        config.after_script_ns = options.afterScript
        config.max_buffered = options.maxBuffered
        config.record_bytes = 1 << 10
        if let port = options.dials {
            config.dials = true
            config.address.port = UInt16(port)
            config.at_once = 1
            config.connect_ns = options.connect
        }
        config.address.family = UInt8(EVL_IPV4.rawValue)
        withUnsafeMutableBytes(of: &config.address.host) { $0.copyBytes(from: "127.0.0.1".utf8) }
        var made: OpaquePointer?
        var address = evl_address()
        var code: Int32 = 0
        let context = Unmanaged.passRetained(notices)  // released with the CLOSED notice
        let status = withExtendedLifetime(programs) {
            pointers.withUnsafeBufferPointer { list in
                config.programs = list.baseAddress
                return evl_endpoint_open(&config, gather, context.toOpaque(), &made, &address, &code)
            }
        }
        guard status == EVL_OK, let made else {
            context.release()
            throw ClientError(call: "evl_endpoint_open \(status)", code: code)
        }
        raw = made
        port = Int(address.port)
    }

    deinit { close() }

    func close() {
        if !isClosed { evl_endpoint_close(raw) }
        isClosed = true
    }

    func connect() throws -> TestClient { try TestClient.connect("127.0.0.1", port) }

    /// Answers the connection's n-th question; no steps are no answer.
    func answer(_ number: UInt32, question: UInt32 = 1, _ steps: [CoreStep]?, option: UInt32 = 0) -> evl_status {
        var answer = evl_answer()
        answer.question = question
        answer.option = option
        guard let steps else {
            answer.failure = EVL_FAILURE_ANSWER
            return evl_endpoint_answer(raw, number, &answer)
        }
        let program = CoreProgram.make(steps)
        answer.program = program.raw
        return withExtendedLifetime(program) { evl_endpoint_answer(raw, number, &answer) }
    }

    func enqueue(_ steps: [CoreStep], base: UInt32) -> evl_status {
        let program = CoreProgram.make(steps, base: base)
        return withExtendedLifetime(program) { evl_endpoint_enqueue(raw, program.raw) }
    }

    func finish(last: [CoreStep]? = nil) -> evl_status {
        guard let last else { return evl_endpoint_finish(raw, nil) }
        let program = CoreProgram.make(last)
        return withExtendedLifetime(program) { evl_endpoint_finish(raw, program.raw) }
    }
}

private func text(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> String {
    String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
}

private func gather(_ context: UnsafeMutableRawPointer?, _ notice: UnsafePointer<evl_notice>?) {
    // That an asker has ended comes with every question; what it is for is seen from Swift.
    guard let context, let notice = notice?.pointee, notice.kind != EVL_NOTICE_ASKER_ENDED else { return }
    var seen = Notice(kind: notice.kind, token: notice.token, number: notice.number, step: notice.step)
    if let payload = notice.payload {
        seen.payload = text(payload, notice.payload_length)
    }
    for kept in UnsafeBufferPointer(start: notice.kept, count: notice.kept_count) {
        seen.kept[kept.step] = text(kept.bytes, kept.length)
    }
    var view = evl_endpoint_view()
    evl_endpoint_look(notice.endpoint, &view)
    seen.awaited = view.awaited != UInt32.max
    seen.completed = Int(view.completed)
    seen.unreached = view.unreached == UInt32.max ? nil : view.unreached
    for index in 0..<view.record_count {
        var connection = evl_connection_view()
        evl_endpoint_connection(notice.endpoint, index, &connection)
        let failure = connection.failure
        guard failure.kind != EVL_FAILURE_NONE.rawValue else { continue }
        seen.failures.append(
            Failure(kind: evl_failure_kind(failure.kind), step: Int(failure.step), offset: failure.offset))
    }
    let queue = Unmanaged<NoticeQueue>.fromOpaque(context)
    queue._withUnsafeGuaranteedRef { $0.add(seen) }
    if notice.kind == EVL_NOTICE_CLOSED { queue.release() }
}

/// Keeps the loop busy until it is told to stop: one chore of 15 ms in each of its turns.
final class Chores: Sendable {
    private let stopAsked = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)

    init() {
        post()
    }

    private func post() {
        let context = Unmanaged.passRetained(self)  // released when it has run
        evl_loop_post({ Unmanaged<Chores>.fromOpaque($0!).takeRetainedValue().run() }, context.toOpaque())
    }

    private func run() {
        pause(milliseconds: 15)
        if stopAsked.wait(timeout: .now()) == .success { done.signal() } else { post() }
    }

    /// Returns when the last chore is done.
    func stop() {
        stopAsked.signal()
        done.wait()
    }
}
