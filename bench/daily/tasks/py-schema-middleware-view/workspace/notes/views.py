from notes.web import HttpError, reply


def note(row):
    return {"id": row[0], "text": row[1], "author": row[2]}


def list_notes(connection, request):
    rows = connection.execute("SELECT id, text, author FROM notes ORDER BY id DESC")
    return reply([note(row) for row in rows])


def create_note(connection, request):
    text = request.json().get("text", "")
    if not text:
        raise HttpError(400, "a note needs a text")
    done = connection.execute("INSERT INTO notes (text, author) VALUES (?, ?)", (text, request.user))
    connection.commit()
    return reply({"id": done.lastrowid}, 201)


def show_note(connection, request, number):
    row = connection.execute("SELECT id, text, author FROM notes WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise HttpError(404, "no such note")
    return reply(note(row))
