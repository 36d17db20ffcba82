// One endpoint of the core: its handle and the calls on it.

internal import CEvLoop

/// Owns an endpoint's handle; deinit closes it. All calls are legal on any thread and none waits.
// Unchecked: the core's calls are thread-safe; the handle is never changed.
final class CoreEndpoint: @unchecked Sendable {
    let address: MockAddress
    private let raw: OpaquePointer

    /// Listens or dials, and plays; `inbox` is told everything until the core's CLOSED notice.
    init(_ plan: EndpointPlan, inbox: Inbox) throws {
        let programs = try plan.programs()
        var config = evl_endpoint_config()
        config.address = try evl_address(plan.options.address, to: plan.side.use)
        config.program_count = UInt32(programs.count)
        plan.fill(&config)
        config.watched = ActivityLog.watched(at: inbox.log?.level ?? .off)
        plan.dial?.fill(&config, plan.scale)
        let sources = try (plan.dial?.sources ?? []).map { try evl_address($0, to: Side.client.use) }
        config.source_count = UInt32(clamping: sources.count)
        var handle: OpaquePointer?
        var bound = evl_address()
        var code: Int32 = 0
        // Retained for the core, which lends it to each notice; released when CLOSED has been delivered.
        let context = Unmanaged.passRetained(inbox)
        let pointers: [OpaquePointer?] = programs.map(\.raw)
        // The core takes references of its own, but only within the call.
        let status = withExtendedLifetime(programs) {
            pointers.withUnsafeBufferPointer { list in
                sources.withUnsafeBufferPointer { sources in
                    config.programs = list.baseAddress
                    config.sources = sources.baseAddress
                    return evl_endpoint_open(&config, deliver, context.toOpaque(), &handle, &bound, &code)
                }
            }
        }
        guard status == EVL_OK, let handle else {
            context.release()  // the core kept nothing
            throw MockError(status, errno: code, at: plan.options.address, to: plan.side.use)
        }
        raw = handle
        address = MockAddress(
            family: plan.options.address.family, host: plan.options.address.host, port: Int(bound.port))
    }

    func enqueue(_ program: Program) throws {
        try check("enqueue steps") { handle in
            withExtendedLifetime(program) { evl_endpoint_enqueue(handle, program.raw) }
        }
    }

    /// Has the loop thread ask the inbox for steps, once.
    func fetch() {
        withExtendedLifetime(self) { evl_endpoint_fetch(raw) }
    }

    func join(token: UInt64) throws {
        try check("join") { evl_endpoint_join($0, token) }
    }

    func finish(last: Program?) throws {
        try check("finish") { handle in withExtendedLifetime(last) { evl_endpoint_finish(handle, last?.raw) }
        }
    }

    func stop() throws {
        try check("stop") { evl_endpoint_stop($0) }
    }

    /// Answers what a connection asked; legal on any thread, the loop's too.
    func answer(_ question: Question, _ answer: ScriptAnswer, scale: TimeoutScale, shaping: Shaping?) throws {
        var raw = evl_answer()
        raw.question = question.id
        var program: Program?
        switch answer {
        case .steps(let steps) where steps.isEmpty: break
        case .steps(let steps):
            let planned = steps.flatMap(PlannedStep.reply)
            program = try Program(planned[...], base: 0, scale: scale, shaping: shaping)
        case .option(let index): raw.option = UInt32(index)
        case .failed(let kind, _): raw.failure = kind.core
        }
        raw.program = program?.raw
        try check("answer") { handle in
            withExtendedLifetime(program) { evl_endpoint_answer(handle, UInt32(question.connection), &raw) }
        }
    }

    /// Whether the last report is final. Not after ``finish(last:)`` or ``stop()``.
    var isSettled: Bool {
        withExtendedLifetime(self) { evl_endpoint_is_settled(raw) }
    }

    /// The handle is good only while `self` lives, which an optimizer may end at its last mention.
    func check(_ what: String, _ call: (OpaquePointer) -> evl_status) throws {
        let status = withExtendedLifetime(self) { call(raw) }
        if status != EVL_OK { throw MockError(status, doing: what) }
    }

    deinit {
        evl_endpoint_close(raw)
    }
}

/// Runs on the loop thread: copies what is lent, then hands it on.
private func deliver(_ context: UnsafeMutableRawPointer?, _ notice: UnsafePointer<evl_notice>?) {
    guard let context, let notice = notice?.pointee else { return }
    let inbox = Unmanaged<Inbox>.fromOpaque(context)
    switch notice.kind {
    case EVL_NOTICE_SETTLED:
        inbox._withUnsafeGuaranteedRef { $0.settled(EndpointReport(notice.endpoint)) }
    case EVL_NOTICE_JOINED:
        inbox._withUnsafeGuaranteedRef { $0.joined(notice.token, EndpointReport(onlyIfFailed: notice.endpoint)) }
    case EVL_NOTICE_FINISHED:
        inbox._withUnsafeGuaranteedRef { $0.finished(EndpointReport(notice.endpoint)) }
    case EVL_NOTICE_FETCH:
        inbox._withUnsafeGuaranteedRef { $0.fetch(into: notice.fetch) }
    case EVL_NOTICE_QUESTION:
        inbox._withUnsafeGuaranteedRef { $0.asked(Question(notice)) }
    case EVL_NOTICE_ASKER_ENDED:
        inbox._withUnsafeGuaranteedRef { $0.askerEnded(Int(notice.number)) }
    case EVL_NOTICE_CLOSED:
        inbox.takeRetainedValue().closed()  // the reference that opening took
    default:
        inbox._withUnsafeGuaranteedRef { $0.observe(notice) }
    }
}

extension PlannedStep {
    /// What is played of a reply's step.
    fileprivate static func reply(_ step: Step) -> [PlannedStep] {
        guard let parts = step.faultParts else {
            return [PlannedStep(step: step, role: .stub, number: nil, isListed: false)]
        }
        return parts.map { PlannedStep(step: $0, role: .faultPart(of: step), number: nil, isListed: false) }
    }
}

extension Inbox {
    fileprivate func fetch(into fetch: UnsafeMutablePointer<evl_fetch>) {
        do {
            // Retained for the core, which releases it when it has been played.
            fetch.pointee.program = try live?.fetch().map { evl_program_retain($0.raw) }
        } catch {
            fetch.pointee.no_memory = true
        }
    }
}

extension Question {
    fileprivate init(_ notice: evl_notice) {
        connection = Int(notice.number)
        id = notice.question
        taken = notice.taken
        script = notice.script == UInt32.max ? 0 : Int(notice.script)
        step = Int(notice.step)
        payload = Array(UnsafeBufferPointer(start: notice.payload, count: notice.payload_length))
        kept = keptBytes(notice.kept, notice.kept_count)
    }
}

extension ConnectionReport.Failure.Kind {
    /// The kinds that an answer may have.
    fileprivate var core: evl_failure_kind {
        switch self {
        case .check: EVL_FAILURE_CHECK
        case .noOption: EVL_FAILURE_NO_OPTION
        default: EVL_FAILURE_ANSWER
        }
    }
}

extension EndpointPlan {
    fileprivate func programs() throws -> [Program] {
        if case .live = mode { return [] }
        return try scripts.map { try Program($0.steps[...], base: 0, scale: scale, shaping: options.shaping) }
    }

    fileprivate func fill(_ config: inout evl_endpoint_config) {
        let limits = options.limits
        config.step_ns = scale.nanoseconds(of: limits.step) ?? UInt64.max
        config.after_script_ns = scale.nanoseconds(of: limits.afterScript) ?? UInt64.max
        config.max_buffered = max(1, limits.maxBuffered)
        config.receive_buffer = UInt32(clamping: options.receiveBuffer ?? 0)
        config.record_bytes = max(0, options.recording.bytesPerDirection)
        config.statistics = countsSteps
        config.counters_only = keepsOnlyCounters
        config.lockstep = options.lockstep.rank
        if case .every(let count, let oneAtATime) = mode {
            config.every = true
            config.required = UInt32(count ?? 0)
            config.one_at_a_time = oneAtATime
        }
        let policy =
            switch options.unscripted {
            case .fail: EVL_UNSCRIPTED_FAIL
            case .reset: EVL_UNSCRIPTED_RESET
            case .ignore: EVL_UNSCRIPTED_IGNORE
            }
        config.unscripted = UInt8(policy.rawValue)
        config.fault = evl_connect_fault(options.connectFault)
    }
}

extension EndpointPlan.Dial {
    fileprivate func fill(_ config: inout evl_endpoint_config, _ scale: TimeoutScale) {
        config.dials = true
        config.at_once = UInt32(clamping: atOnce)
        config.connect_ns = scale.nanoseconds(of: connect) ?? UInt64.max
    }
}

extension evl_address {
    /// `verb` completes "can't … 127.0.0.1:80".
    init(_ address: MockAddress, to verb: String) throws {
        self.init()
        guard let port = UInt16(exactly: address.port) else {
            throw MockError(kind: .address, "can't \(verb) \(address): a port is a number from 0 to 65535")
        }
        let family =
            switch address.family {
            case .ipv4: EVL_IPV4
            case .ipv6: EVL_IPV6
            case .unix: EVL_UNIX
            }
        self.family = UInt8(family.rawValue)
        self.port = port
        var host = address.host
        guard !host.utf8.contains(0) else {
            throw MockError(kind: .address, "can't \(verb) \(address): there is a NUL in it")
        }
        guard host.utf8.count < Int(EVL_HOST_TEXT) else {
            throw MockError(EVL_PATH_TOO_LONG, errno: 0, at: address, to: verb)
        }
        host.withUTF8 { bytes in withUnsafeMutableBytes(of: &self.host) { $0.copyBytes(from: bytes) } }
    }
}
