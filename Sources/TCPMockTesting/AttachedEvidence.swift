// Evidence as Swift Testing's attachments.

import TCPMock
import Testing

/// What one attachment holds, made only when the framework writes it: without `--attachments-path` nobody does.
struct AttachedEvidence: Attachable {
    let make: @Sendable () -> [UInt8]

    func withUnsafeBytes<R>(
        for attachment: borrowing Attachment<AttachedEvidence>, _ body: (UnsafeRawBufferPointer) throws -> R
    ) throws -> R {
        try make().withUnsafeBytes(body)
    }

    /// Records one attachment a kind, each named after the test and the line.
    static func record(
        _ kinds: [ArtifactFiles.Kind], named name: String, at location: SourcePosition,
        _ content: @escaping @Sendable (ArtifactFiles.Kind) -> [UInt8]
    ) {
        for kind in kinds {
            Attachment.record(
                AttachedEvidence { content(kind) }, named: "\(name).\(kind.rawValue)",
                sourceLocation: SourceLocation(location))
        }
    }
}
