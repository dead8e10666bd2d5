from sync import settings, transport


class Client:
    """Talks to the server. `retries` wins over the environment."""

    def __init__(self, url, retries=None):
        self.url = url
        self.timeout = settings.number("timeout")
        self.policy = transport.Policy.from_environment(retries)

    def upload(self, name, data):
        return transport.send(self.url + "/files/" + name, data, self.timeout, self.policy)
