#include "list.h"

#include <stdlib.h>

void list_add(struct list *list, int value) {
  struct node *node = malloc(sizeof *node);
  if (node == NULL) abort();
  node->value = value;
  node->next = list->first;
  list->first = node;
  list->count++;
}

int list_remove(struct list *list, int value) {
  int removed = 0;
  struct node *before = NULL;
  for (struct node *node = list->first; node != NULL; node = node->next) {
    if (node->value == value) {
      before->next = node->next;
      free(node);
      list->count--;
      removed++;
    }
    before = node;
  }
  return removed;
}

void list_free(struct list *list) {
  while (list->first != NULL) {
    struct node *next = list->first->next;
    free(list->first);
    list->first = next;
  }
  list->count = 0;
}
