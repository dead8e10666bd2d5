import os
import time
import urllib.error
import urllib.request

RETRIED = (429, 503)


class Policy:
    def __init__(self, attempts, pause):
        self.attempts = attempts
        self.pause = pause

    @classmethod
    def from_environment(cls, retries=None):
        # Not settings.number("retries"): that one is for the watcher of folders.
        if retries is None:
            retries = int(os.environ.get("SYNC_RETRIES", "5"))
        return cls(attempts=retries + 1, pause=0.5)


def send(url, data, timeout, policy):
    for attempt in range(policy.attempts):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data), timeout=timeout) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code not in RETRIED or attempt + 1 == policy.attempts:
                raise
            time.sleep(policy.pause * 2 ** attempt)
    return None
