"""A headless Chromium, driven over its debugging pipe: nothing but the standard library, and no port is opened.

Used by layout.py (what the tests ask of pages) and by picture.py (screenshots).
"""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    """One Chromium process; use as a context manager."""

    def __init__(self, limit=60):
        self.limit = limit
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        # Chromium reads commands from descriptor 3 and writes to 4, each message ended by a NUL.
        child_in, self.commands = os.pipe()
        self.answers, child_out = os.pipe()
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if program is None:
            raise SystemExit("chromium is not installed: run Interop/install-clients.sh")
        arguments = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
                     "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--hide-scrollbars", "--force-color-profile=srgb", f"--user-data-dir={self.profile}", "about:blank"]

        def place():
            os.dup2(os.dup(child_in), 3)
            os.dup2(os.dup(child_out), 4)

        # Moved out of the way first, for they may be 3 or 4 themselves.
        child_in, child_out = [self._above(fd) for fd in (child_in, child_out)]
        self.process = subprocess.Popen(arguments, preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(child_in)
        os.close(child_out)
        self.buffer = b""
        self.number = 0
        self.events = []

    @staticmethod
    def _above(fd):
        import fcntl
        moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20)
        os.close(fd)
        return moved

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (OSError, TimeoutError, EOFError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _message(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.answers], [], [], left)[0]:
                raise TimeoutError("chromium does not answer")
            data = os.read(self.answers, 1 << 20)
            if not data:
                raise EOFError("chromium has gone")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        deadline = time.monotonic() + self.limit
        while True:
            message = self._message(deadline)
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def event(self, session, method):
        """Waits for an event, which may have come already."""
        deadline = time.monotonic() + self.limit
        while True:
            for index, message in enumerate(self.events):
                if message.get("method") == method and message.get("sessionId") == session:
                    return self.events.pop(index)
            self.events.append(self._message(deadline))


class Tab:
    """A page that is shown at a width, light or dark."""

    def __init__(self, browser, width, height, dark=False, phone=False, scale=1):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.target = target
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone)
        if phone:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def open(self, path):
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.browser.event(self.session, "Page.loadEventFired")

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key, code=None, text=None):
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", key=key, code=code or key,
                  windowsVirtualKeyCode={"Enter": 13, "ArrowDown": 40, "ArrowRight": 39}.get(key, 0), **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=code or key)

    def picture(self, path, whole=False, clip=None):
        import base64
        parameters = {"format": "png", "captureBeyondViewport": whole or clip is not None}
        if clip:
            parameters["clip"] = {**clip, "scale": 1}
        elif whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            parameters["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 8000), "scale": 1}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", **parameters)["data"]))

    def complaints(self):
        """What the console says, and what was asked of the network."""
        said = []
        for message in self.browser.events:
            if message.get("sessionId") != self.session:
                continue
            method, parameters = message["method"], message.get("params", {})
            if method == "Log.entryAdded":
                said.append("log: " + parameters["entry"]["text"])
            elif method == "Runtime.exceptionThrown":
                said.append("exception: " + parameters["exceptionDetails"]["text"])
            elif method == "Runtime.consoleAPICalled":
                said.append("console: " + json.dumps(parameters["args"]))
            elif method == "Page.javascriptDialogOpening":
                said.append("dialog: " + parameters["message"])
            elif method == "Network.requestWillBeSent" and not parameters["request"]["url"].startswith("file://"):
                said.append("request: " + parameters["request"]["url"])
            elif method == "Network.requestWillBeSent" and parameters.get("type") != "Document":
                said.append("request: " + parameters["request"]["url"])
        return said

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
