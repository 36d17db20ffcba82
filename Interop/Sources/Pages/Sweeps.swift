// The sweeps that the pages show.

import TCPMock

let sweepPages: [Page] = []
