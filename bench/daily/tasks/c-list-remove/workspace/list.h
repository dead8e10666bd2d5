#ifndef LIST_H
#define LIST_H

struct node {
  int value;
  struct node *next;
};

struct list {
  struct node *first;
  int count;
};

void list_add(struct list *list, int value);
/* Removes all elements with this value; returns how many there were. */
int list_remove(struct list *list, int value);
void list_free(struct list *list);

#endif
