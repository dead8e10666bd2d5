"""The real llama-server as somebody starts it by hand, for plim to be pointed at."""

import resource
import subprocess
import threading

from harness import Failure


class PlainServer:
    """On a free port of the loopback, on the CPU, with `more` flags; `url` while entered."""

    def __init__(self, model, *more):
        self.command = ["llama-server", "--model", str(model), "--device", "none", "--ctx-size", "4096", "--parallel",
                        "1", "--port", "0", "--host", "127.0.0.1", "--jinja", "--offline", "--no-ui", *more]

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            # Some versions take all memory there is over some requests: alone, then.
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30)))
        for line in self.process.stdout:
            if "listening on http://" in line:
                self.url = line.split("listening on ")[1].split()[0].rstrip("/")
                break
        else:
            raise Failure("llama-server did not start")
        # What else it says is read, so that it never waits for a reader.
        threading.Thread(target=lambda: [None for _ in self.process.stdout], daemon=True).start()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
