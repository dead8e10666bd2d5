#include "list.h"

#include <stdio.h>

int main(void) {
  struct list list = {0};
  for (int i = 1; i <= 4; i++) list_add(&list, i);
  if (list_remove(&list, 4) != 1 || list.count != 3 || list.first->value != 3) {
    puts("removing the first element failed");
    return 1;
  }
  list_free(&list);
  puts("all good");
  return 0;
}
