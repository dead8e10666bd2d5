from notes import middleware, schema, views
from notes.web import HttpError


class App:
    def __init__(self, connection):
        self.connection = connection
        schema.migrate(connection)
        self.handle = self._dispatch
        for wrap in reversed(middleware.ALL):
            self.handle = wrap(self.handle)

    def _dispatch(self, request):
        parts = request.path.strip("/").split("/")
        if parts == ["notes"] and request.method == "GET":
            return views.list_notes(self.connection, request)
        if parts == ["notes"] and request.method == "POST":
            return views.create_note(self.connection, request)
        if len(parts) == 2 and parts[0] == "notes" and request.method == "GET":
            return views.show_note(self.connection, request, parts[1])
        raise HttpError(404, "no such page")
