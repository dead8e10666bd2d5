import json
import sqlite3
import unittest

from notes import schema
from notes.app import App
from notes.web import Request


class Check(unittest.TestCase):
    def setUp(self):
        self.connection = sqlite3.connect(":memory:")

    def ask(self, method, path, tenant=None, body=None):
        headers = {"x-user": "ada"} | ({} if tenant is None else {"x-tenant": tenant})
        response = App(self.connection).handle(
            Request(method, path, headers, json.dumps(body) if body else ""))
        return response.status, json.loads(response.body)

    def test_each_sees_its_own(self):
        self.assertEqual(self.ask("POST", "/notes", "red", {"text": "r"})[0], 201)
        self.assertEqual(self.ask("POST", "/notes", "blue", {"text": "b"})[0], 201)
        self.assertEqual([n["text"] for n in self.ask("GET", "/notes", "red")[1]], ["r"])
        self.assertEqual([n["text"] for n in self.ask("GET", "/notes", "blue")[1]], ["b"])
        self.assertEqual(self.ask("GET", "/notes")[1], [])

    def test_show(self):
        number = self.ask("POST", "/notes", "red", {"text": "r"})[1]["id"]
        self.assertEqual(self.ask("GET", f"/notes/{number}", "red")[0], 200)
        self.assertEqual(self.ask("GET", f"/notes/{number}", "blue"),
                         self.ask("GET", "/notes/999", "blue"))

    def test_missing_header_is_main(self):
        self.ask("POST", "/notes", None, {"text": "m"})
        self.assertEqual([n["text"] for n in self.ask("GET", "/notes", "main")[1]], ["m"])

    def test_bad_names(self):
        for tenant in ("Red", "re d", "x" * 21, "1", "red\n", "", "größe"):
            self.assertEqual(self.ask("GET", "/notes", tenant)[0], 400, tenant)
        self.assertEqual(self.ask("GET", "/notes", "x" * 20)[0], 200)

    def test_a_database_in_use(self):
        for step in ("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
                     "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT ''",
                     "PRAGMA user_version = 2", "INSERT INTO notes (text) VALUES ('old')"):
            self.connection.execute(step)
        self.assertEqual([n["text"] for n in self.ask("GET", "/notes")[1]], ["old"])
        self.assertEqual(self.ask("GET", "/notes", "red")[1], [])

    def test_old_steps_are_as_they_were(self):
        self.assertEqual(len(schema.STEPS[0].split()), 13)
        self.assertNotIn("tenant", schema.STEPS[0] + schema.STEPS[1])
        schema.migrate(self.connection)
        schema.migrate(self.connection)
