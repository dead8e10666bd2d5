def average_torch(torches):
    result = 0
    for torch in torches:
        result += torch
    return torch / len(torches)
