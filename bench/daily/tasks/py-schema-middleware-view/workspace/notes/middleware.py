"""What happens to every request before a view sees it. Each takes and returns a handler."""

from notes.web import HttpError, reply


def errors(handler):
    def handle(request):
        try:
            return handler(request)
        except HttpError as error:
            return reply({"error": str(error)}, error.status)

    return handle


def user(handler):
    def handle(request):
        request.user = request.headers.get("x-user", "")
        if not request.user:
            raise HttpError(401, "who are you?")
        return handler(request)

    return handle


# From the outside in.
ALL = [errors, user]
