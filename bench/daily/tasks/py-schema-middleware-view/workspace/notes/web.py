"""Requests and responses as plain values."""

import dataclasses
import json


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict = dataclasses.field(default_factory=dict)  # names in lower case
    body: str = ""
    user: str = ""  # set by the middleware

    def json(self):
        return json.loads(self.body)


@dataclasses.dataclass
class Response:
    status: int
    body: str = ""


def reply(value, status=200):
    return Response(status, json.dumps(value))


class HttpError(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
