def count_tickets_above(tickets, limit):
    count = 0
    for ticket in tickets:
        if ticket < limit:
            count += 1
    return count
