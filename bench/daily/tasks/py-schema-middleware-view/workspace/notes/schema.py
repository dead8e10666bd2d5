"""The database's tables, as steps that were taken one after the other. Steps are never edited."""

STEPS = [
    """CREATE TABLE notes (
         id INTEGER PRIMARY KEY,
         text TEXT NOT NULL
       )""",
    "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT ''",
]


def migrate(connection):
    """Brings a database of any age up to date; PRAGMA user_version counts the steps taken."""
    taken = connection.execute("PRAGMA user_version").fetchone()[0]
    for number, step in enumerate(STEPS[taken:], taken + 1):
        connection.execute(step)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.commit()
