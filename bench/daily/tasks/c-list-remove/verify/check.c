#include "list.h"

#include <stdio.h>
#include <stdlib.h>

static void expect(int holds, const char *what) {
  if (holds) return;
  printf("FAILED: %s\n", what);
  exit(1);
}

int main(void) {
  const int values[] = {7, 7, 1, 7, 2, 7, 7};
  struct list list = {0};
  for (int i = 0; i < 7; i++) list_add(&list, values[i]);
  expect(list_remove(&list, 7) == 5 && list.count == 2, "all five of a kind");
  expect(list.first->value == 2 && list.first->next->value == 1 && !list.first->next->next, "others stay");
  expect(list_remove(&list, 9) == 0 && list.count == 2, "none");
  expect(list_remove(&list, 1) == 1 && list_remove(&list, 2) == 1 && !list.first, "down to nothing");
  expect(list_remove(&list, 2) == 0 && list.count == 0, "from an empty list");
  list_add(&list, 3);
  list_free(&list);
  puts("check: all good");
  return 0;
}
