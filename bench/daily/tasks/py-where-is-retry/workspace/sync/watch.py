import os
import time

from sync import settings


def changes(folder, seen):
    """Names that changed; a folder that cannot be read is tried again some times."""
    for _ in range(settings.number("retries")):
        try:
            names = os.listdir(folder)
            break
        except OSError:
            time.sleep(1.0)
    else:
        return []
    now = {name: os.stat(os.path.join(folder, name)).st_mtime for name in names}
    changed = [name for name in now if seen.get(name) != now[name]]
    seen.update(now)
    return changed
