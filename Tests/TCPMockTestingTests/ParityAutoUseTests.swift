// Row B2 of other tools' lists: a server is started around every test, without the test's asking.

import TCPMockTesting
import TestClient
import Testing
import XCTest

@Suite(.mockServer(hello)) struct B2TraitTests {
    @Test func b2_theFirstTestHasAServer() throws {
        #expect(try sayHello(to: .current) == "Hello, client!")
    }

    @Test func b2_theSecondTestHasAnother() throws {
        #expect(try sayHello(to: .current) == "Hello, client!")
    }
}

final class B2SetUpTests: XCTestCase {
    private var server: MockServer?

    override func setUp() {
        server = try? mockServer(hello)
    }

    func testB2_theFirstMethodHasAServer() throws {
        XCTAssertEqual(try sayHello(to: XCTUnwrap(server)), "Hello, client!")
    }

    func testB2_theSecondMethodHasAnother() async throws {
        XCTAssertEqual(try sayHello(to: XCTUnwrap(server)), "Hello, client!")
    }
}

final class B2ThrowingSetUpTests: XCTestCase {
    private var server: MockServer?

    override func setUpWithError() throws {
        server = try mockServer(hello)
    }

    func testB2_theMethodHasAServer() throws {
        XCTAssertEqual(try sayHello(to: XCTUnwrap(server)), "Hello, client!")
    }
}

final class B2AsyncSetUpTests: XCTestCase {
    private var server: MockServer?

    override func setUp() async throws {
        server = try mockServer(hello)
    }

    func testB2_theMethodHasAServer() throws {
        XCTAssertEqual(try sayHello(to: XCTUnwrap(server)), "Hello, client!")
    }
}
