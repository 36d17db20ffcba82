import TCPMockTesting
print("x")
