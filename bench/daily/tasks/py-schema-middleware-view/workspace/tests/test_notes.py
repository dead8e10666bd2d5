import json
import sqlite3
import unittest

from notes.app import App
from notes.web import Request


class NotesTest(unittest.TestCase):
    def setUp(self):
        self.app = App(sqlite3.connect(":memory:"))

    def ask(self, method, path, body=None, user="ada"):
        response = self.app.handle(Request(method, path, {"x-user": user} if user else {},
                                           json.dumps(body) if body else ""))
        return response.status, json.loads(response.body)

    def test_create_list_and_show(self):
        self.assertEqual(self.ask("POST", "/notes", {"text": "milk"}), (201, {"id": 1}))
        self.assertEqual(self.ask("POST", "/notes", {"text": "eggs"}), (201, {"id": 2}))
        self.assertEqual([n["text"] for n in self.ask("GET", "/notes")[1]], ["eggs", "milk"])
        self.assertEqual(self.ask("GET", "/notes/1"), (200, {"id": 1, "text": "milk", "author": "ada"}))

    def test_errors(self):
        self.assertEqual(self.ask("GET", "/notes/7")[0], 404)
        self.assertEqual(self.ask("GET", "/notes", user="")[0], 401)
