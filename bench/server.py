"""An OpenAI-compatible server on loopback that replays replies and keeps the time.

It answers at once, so what a client does between two requests is the client's own time. Times are
CLOCK_MONOTONIC nanoseconds, which all processes of a machine share.
"""

import dataclasses
import http.server
import json
import threading
import time

now = time.monotonic_ns


@dataclasses.dataclass
class Exchange:
    path: str
    arrived: int  # first line of the request read
    body: bytes
    answered: int = 0  # last bytes of the reply handed to the kernel


def text(content):
    return {"content": content}


def call(name, **arguments):
    return {"tool_calls": [{"index": 0, "id": "call", "type": "function",
                            "function": {"name": name, "arguments": json.dumps(arguments)}}]}


class Server:
    """Serves from construction until close(); `replies` in order, then "Done." for ever.

    `before_reply(index)` is called when a chat request is whole and not yet answered. `asked` is set
    by the first request whose body holds `wanted`.
    """

    def __init__(self, replies=(), before_reply=lambda index: None, wanted=b""):
        self.exchanges = []  # chat requests, in order
        self.replies = list(replies)
        self.before_reply = before_reply
        self.wanted = wanted
        self.asked = threading.Event()
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def close(self):
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _handler(server):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def parse_request(self):
            self.arrived = now()
            return super().parse_request()

        def handle_one_request(self):
            try:
                super().handle_one_request()
            except ConnectionError:  # a client that was ended
                self.close_connection = True

        def log_message(self, *_):
            pass

        def do_GET(self):
            if not self.path.endswith("/models"):
                return self.send(b"{}", status=404)
            return self.send(b'{"data":[{"id":"bench","meta":{"n_ctx":131072}}]}')

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            exchange = Exchange(self.path, self.arrived, body)
            index = len(server.exchanges)
            server.exchanges.append(exchange)
            if server.wanted in body:
                server.asked.set()
            server.before_reply(index)
            delta = server.replies[index] if index < len(server.replies) else text("Done.")
            finish = "tool_calls" if "tool_calls" in delta else "stop"
            events = [{"choices": [{"index": 0, "delta": delta}]},
                      {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]},
                      {"choices": [], "usage": {"prompt_tokens": len(body) // 4,
                                                "completion_tokens": 20}}]
            stream = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
            exchange.answered = now()
            self.send((stream + "data: [DONE]\n\n").encode(), kind="text/event-stream")

        def send(self, body, status=200, kind="application/json"):
            head = (f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n")
            self.wfile.write(head.encode() + body)

    return Handler
