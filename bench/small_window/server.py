"""An engine with a true window: it speaks llama-server's Chat Completions and the Responses API,
and answers what does not fit as llama-server 0.7 does. Four bytes of a request are a token.
"""

import dataclasses
import http.server
import json
import threading

from small_window import suite


@dataclasses.dataclass
class Asked:
    """One request and what became of it."""

    bytes: int
    tokens: int
    kept: int  # bytes at the start that are those of the last request that fitted
    over: bool
    main: bool  # part of the agent's own conversation, not a title or a summary beside it
    has_task: bool
    kind: str
    rewritten: bool  # less than nine tenths of the messages before it are still there


class Window:
    """Serves one Reader from construction until close()."""

    def __init__(self, context, reader):
        self.context, self.reader = context, reader
        self.asked = []
        self._last = b""
        self._last_history = ""
        self._lock = threading.Lock()
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()

    def answer(self, raw):
        """(tokens, tokens that were cached, Reply), or (tokens, 0, None) when it does not fit."""
        with self._lock:
            body = json.loads(raw)
            tokens = len(raw) // 4
            over = tokens > self.context
            reply = None if over else self.reader.reply(body)
            history = json.dumps([message for message in body.get("messages") or body.get("input") or []
                                  if not isinstance(message, dict) or message.get("role") != "system"])
            kept = common(self._last, raw)
            has_tools = bool(suite.tools_of(body))
            main = has_tools and (reply is None or reply.kind in ("step", "end"))
            fits = main and not over
            rewritten = fits and common(self._last_history, history) < len(self._last_history) * 9 // 10
            self.asked.append(Asked(
                bytes=len(raw), tokens=tokens, kept=kept, over=over, main=main, rewritten=rewritten,
                has_task=json.dumps(suite.TASK)[1:-1] in history, kind=reply.kind if reply else "over"))
            self._last = self._last if over else raw
            self._last_history = history if fits else self._last_history
            return tokens, kept // 4, reply


def common(a, b):
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[:middle] == b[:middle] else (low, middle - 1)
    return low


def overflow(tokens, context):
    """Word for word what llama-server says."""
    return {"error": {"code": 400, "message": f"request ({tokens} tokens) exceeds the available context size "
                      f"({context} tokens), try increasing it", "type": "exceed_context_size_error",
                      "n_prompt_tokens": tokens, "n_ctx": context}}


def chat_chunks(reply, tokens, cached, number):
    def chunk(delta, finish=None, **more):
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        return {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 1795357402,
                "model": "bench", "choices": choices, **more}

    yield chunk({"role": "assistant", "content": None})
    yield chunk({"content": reply.text})
    if reply.call:
        name, arguments = reply.call
        yield chunk({"tool_calls": [{"index": 0, "id": f"call_{number}", "type": "function",
                                     "function": {"name": name, "arguments": json.dumps(arguments)}}]})
    yield chunk({}, "tool_calls" if reply.call else "stop")
    yield {**chunk({}), "choices": [], "usage": usage(tokens, cached, reply),
           "timings": {"cache_n": cached, "prompt_n": tokens - cached, "prompt_ms": 1.0,
                       "predicted_n": 20, "predicted_ms": 1.0}}


def usage(tokens, cached, reply):
    made = len(reply.text) // 4 + 20
    return {"prompt_tokens": tokens, "completion_tokens": made, "total_tokens": tokens + made,
            "prompt_tokens_details": {"cached_tokens": cached}}


def chat_whole(reply, tokens, cached, number):
    message = {"role": "assistant", "content": reply.text}
    if reply.call:
        name, arguments = reply.call
        message["tool_calls"] = [{"id": f"call_{number}", "type": "function",
                                  "function": {"name": name, "arguments": json.dumps(arguments)}}]
    return {"id": f"chatcmpl-{number}", "object": "chat.completion", "created": 1795357402, "model": "bench",
            "choices": [{"index": 0, "message": message,
                         "finish_reason": "tool_calls" if reply.call else "stop"}],
            "usage": usage(tokens, cached, reply)}


def responses_events(reply, tokens, cached, number):
    made = usage(tokens, cached, reply)["completion_tokens"]
    items = [{"type": "message", "id": f"msg_{number}", "role": "assistant", "status": "completed",
              "content": [{"type": "output_text", "text": reply.text, "annotations": []}]}]
    if reply.call:
        name, arguments = reply.call
        items.append({"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}",
                      "name": name, "arguments": json.dumps(arguments), "status": "completed"})
    response = {"id": f"resp_{number}", "object": "response", "created_at": 1795357402, "model": "bench",
                "status": "completed", "output": items,
                "usage": {"input_tokens": tokens, "input_tokens_details": {"cached_tokens": cached},
                          "output_tokens": made, "output_tokens_details": {"reasoning_tokens": 0},
                          "total_tokens": tokens + made}}
    yield "response.created", {"response": {**response, "status": "in_progress", "output": []}}
    for index, item in enumerate(items):
        yield "response.output_item.added", {"output_index": index, "item": item}
        yield "response.output_item.done", {"output_index": index, "item": item}
    yield "response.completed", {"response": response}


def _handler(window):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def handle_one_request(self):
            try:
                super().handle_one_request()
            except (ConnectionError, TimeoutError):  # a client that was ended
                self.close_connection = True

        def do_GET(self):
            path = self.path.split("?")[0]
            n_ctx = window.context
            if path.endswith("/models"):
                return self.send_json({"object": "list", "data": [
                    {"id": "bench", "object": "model", "owned_by": "llamacpp",
                     "meta": {"n_ctx": n_ctx, "n_ctx_train": n_ctx, "n_vocab": 32000}}]})
            if path.endswith("/props"):
                return self.send_json({"default_generation_settings": {"n_ctx": n_ctx, "params": {}},
                                       "total_slots": 1, "model_alias": "bench", "build_info": "b11669"})
            if path.endswith("/health"):
                return self.send_json({"status": "ok"})
            return self.send_json({"error": {"code": 404, "message": "File Not Found",
                                             "type": "not_found_error"}}, 404)

        def do_POST(self):
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.endswith("/tokenize"):
                return self.send_json({"tokens": list(range(len(json.loads(raw).get("content", "")) // 4))})
            if not self.path.endswith(("/chat/completions", "/responses")):
                return self.send_json({"error": {"code": 404, "message": "File Not Found",
                                                 "type": "not_found_error"}}, 404)
            tokens, cached, reply = window.answer(raw)
            if reply is None:
                return self.send_json(overflow(tokens, window.context), 400)
            number, body = len(window.asked), json.loads(raw)
            if self.path.endswith("/responses"):
                lines = [f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': i, **event})}\n\n"
                         for i, (kind, event) in enumerate(responses_events(reply, tokens, cached, number))]
                return self.send_text("".join(lines), "text/event-stream")
            if not body.get("stream"):
                return self.send_json(chat_whole(reply, tokens, cached, number))
            lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chat_chunks(reply, tokens, cached, number)]
            return self.send_text("".join(lines) + "data: [DONE]\n\n", "text/event-stream")

        def send_json(self, value, status=200):
            self.send_text(json.dumps(value), "application/json; charset=utf-8", status)

        def send_text(self, text, kind, status=200):
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler
