"""A headless Chromium, driven through its DevTools protocol over a pipe: no packages needed."""
import base64
import json
import os
import select
import subprocess
import tempfile
import time


class Browser:
    """One browser with one page, and everything that the page said."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(prefix="bnfold-browser-")
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        command = [
            program, "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
            "--disable-dev-shm-usage", "--hide-scrollbars", f"--user-data-dir={self.folder.name}",
        ]
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to be root in a sandbox
        # The protocol's own descriptors are 3 and 4.
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "sh", *command,
             "about:blank"],
            pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def receive(self, seconds):
        """The next message."""
        end = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.back], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.back, 1 << 16) if ready else b""
            if not piece:
                raise TimeoutError(f"the browser says nothing (exit {self.process.poll()})")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        """Asks for something and waits for the answer; what else is said is kept."""
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            message = self.receive(60)
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def evaluate(self, expression):
        """The value of a JavaScript expression."""
        result = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"])[:400])
        return result["result"].get("value")

    def open(self, path, width, height, dark=False):
        """Shows a file at a size; the seconds until it was loaded and laid out."""
        self.events.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
            mobile=width < 600)
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.receive(60))
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        return self.evaluate(
            "performance.getEntriesByType('navigation')[0].loadEventEnd / 1000")

    def complaints(self):
        """What the console shows, and what was asked of a network."""
        found = []
        for event in self.events:
            kind, data = event.get("method"), event.get("params", {})
            if kind == "Runtime.exceptionThrown":
                found.append(data["exceptionDetails"]["text"])
            elif kind == "Runtime.consoleAPICalled":
                found.append(f"console.{data['type']}: {data['args']}")
            elif kind == "Log.entryAdded":
                found.append(f"{data['entry']['level']}: {data['entry']['text']}")
            elif kind == "Network.requestWillBeSent":
                url = data["request"]["url"]
                if not url.startswith(("file:", "data:", "about:")):
                    found.append(f"request: {url}")
        return found

    def screenshot(self, path, limit=6000):
        """The whole page as a picture, up to a height."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        data = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": size["width"], "height": min(limit, size["height"]),
                  "scale": 1})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def close(self):
        """Ends the browser."""
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(timeout=20)
        except Exception:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.back)
        time.sleep(0.1)
        try:
            self.folder.cleanup()
        except OSError:
            pass  # a helper of the browser's is still at its files
