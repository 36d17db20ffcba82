import TCPMock
print("x")
