// One import gives a test everything.

@_exported public import TCPMock
