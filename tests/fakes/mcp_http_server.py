"""An MCP server behind HTTP, as strict as the specifications ask it to be; for tests.

Server("modern") is of 2026-07-28: no session, headers that mirror the body. Server("legacy") is of
2025-11-25: a handshake and a session. Both were compared with the official SDKs: the same test runs
against those where MCP_SDK names a folder with their node_modules (tests/end_to_end/mcp_http.py).
"""

import base64
import http.server
import json
import threading
import uuid

MODERN, LEGACY = "2026-07-28", "2025-11-25"
SCHEMA = {"type": "object", "required": ["text"],
          "properties": {"text": {"type": "string", "description": "what to say"}}}


def decoded(value):
    if value and value.startswith("=?base64?") and value.endswith("?="):
        return base64.b64decode(value[9:-2]).decode()
    return value


class Server:
    """`token`: what Authorization must be. `streams`: answers come as events, after a ping where the
    era has it. `forgets`: sessions are lost before the first call. `stalls`: calls get no answer."""

    def __init__(self, era, token=None, streams=False, forgets=False, stalls=False):
        self.era, self.token, self.streams, self.forgets, self.stalls = era, token, streams, forgets, stalls
        self.sessions, self.log = set(), []
        self.pong, self.left, self.stalling = threading.Event(), threading.Event(), threading.Event()
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_port}/mcp/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.left.set()
        self._http.shutdown()
        self._http.server_close()

    def complaint(self, headers, body):
        """(status, JSON-RPC error) for what the era does not allow."""
        if self.era == "legacy":
            if body["method"] == "initialize":
                return None
            session = headers.get("Mcp-Session-Id")
            if session is None:
                return 400, error(None, -32000, "Bad Request: Server not initialized")
            if session not in self.sessions:
                return 404, error(None, -32001, "Session not found")
            return None if headers.get("MCP-Protocol-Version") == LEGACY else (400, error(None, -32000, "version?"))
        meta = body.get("params", {}).get("_meta", {})
        mirrored = {"MCP-Protocol-Version": meta.get("io.modelcontextprotocol/protocolVersion"),
                    "Mcp-Method": body["method"]}
        if body["method"] == "tools/call":
            mirrored["Mcp-Name"] = body["params"]["name"]
            mirrored["Mcp-Param-What"] = body["params"]["arguments"].get("text")
        wrong = [name for name, value in mirrored.items() if decoded(headers.get(name)) != value]
        if wrong:
            return 400, error(body.get("id"), -32020, f"Header mismatch: {wrong}")
        known = ("server/discover", "tools/list", "tools/call")
        return None if body["method"] in known else (404, error(body.get("id"), -32601, "Method not found"))

    def result(self, body):
        method = body["method"]
        if method == "initialize":
            return {"protocolVersion": LEGACY, "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}}
        if method == "server/discover":
            return {"supportedVersions": [MODERN], "capabilities": {"tools": {}}, "resultType": "complete"}
        if method == "tools/list":
            return {"tools": self.tools()}
        said = f"said {body['params']['arguments']['text']}"
        return {"content": [{"type": "text", "text": said}], "resultType": "complete"}

    def tools(self):
        echo = {"name": "echo", "description": "Says it again.", "inputSchema": SCHEMA}
        if self.era == "legacy":
            return [echo]
        text = {**SCHEMA["properties"]["text"], "x-mcp-header": "What"}
        listed = {"type": "array", "items": {"type": "string", "x-mcp-header": "Deep"}}
        return [{**echo, "inputSchema": {**SCHEMA, "properties": {"text": text}}},
                {**echo, "name": "invalid", "inputSchema": {"type": "object", "properties": {"list": listed}}}]


def error(number, code, message):
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def _handler(server):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_DELETE(self):
            session = self.headers.get("Mcp-Session-Id")
            server.log.append("DELETE")
            self.say(200 if session in server.sessions else 404)
            server.sessions.discard(session)

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.log.append(body.get("method", "answer"))
            if self.path != "/mcp/" or "text/event-stream" not in self.headers["Accept"]:
                return self.say(404)
            if server.token and self.headers.get("Authorization") != server.token:
                return self.say(401, error(None, -32000, "who are you?"))
            if "method" not in body:  # the answer to our ping
                server.pong.set()
                return self.say(202)
            if body["method"] == "tools/call" and server.forgets:
                server.forgets = False
                server.sessions.clear()
            if complaint := server.complaint(self.headers, body):
                return self.say(*complaint)
            if "id" not in body:
                return self.say(202)
            if body["method"] == "tools/call" and server.stalls:
                return self.stall()
            answer = {"jsonrpc": "2.0", "id": body["id"], "result": server.result(body)}
            fields = {}
            if body["method"] == "initialize":
                fields = {"mcp-session-id": str(uuid.uuid4())}
                server.sessions.add(fields["mcp-session-id"])
            elif server.streams:
                return self.stream(answer, body["method"] == "tools/call")
            return self.say(200, answer, fields)

        def stream(self, answer, is_call):
            self.begin_stream()
            self.event({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "…"}})
            if server.era == "legacy" and is_call:
                self.event({"jsonrpc": "2.0", "id": "p1", "method": "ping"})
                server.pong.wait(20)
            self.event(answer)
            self.close_connection = True

        def stall(self):
            self.begin_stream()
            self.wfile.write(b": working\n\n")
            self.wfile.flush()
            server.stalling.set()
            self.connection.settimeout(20)
            if self.connection.recv(1) == b"":
                server.left.set()
            self.close_connection = True

        def begin_stream(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()

        def event(self, message):
            self.wfile.write(f"event: message\nid: 1\ndata: {json.dumps(message)}\n\n".encode())
            self.wfile.flush()

        def say(self, status, message=None, fields=None):
            data = json.dumps(message).encode() if message else b""
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)),
                                **(fields or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    return Handler
