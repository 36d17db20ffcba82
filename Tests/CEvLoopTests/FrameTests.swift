import CEvLoop
import CEvLoopInternals
import Testing

@Test func placeholder() {
    var s = evl_session()
    session_start(&s, nil, true)
    #expect(session_index(&s) == 0)
}
