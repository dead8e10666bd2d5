/* uniqc: prints each line of its input once, in the order of first appearance. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
  char *line;
  long count;
};

static struct entry *entries;
static size_t used, room;

static void note(const char *line) {
  for (size_t i = 0; i < used; i++) {
    if (strcmp(entries[i].line, line) == 0) {
      entries[i].count++;
      return;
    }
  }
  if (used == room) {
    room = room ? 2 * room : 64;
    entries = realloc(entries, room * sizeof *entries);
    if (entries == NULL) abort();
  }
  entries[used++] = (struct entry){strdup(line), 1};
}

static int usage(void) {
  fprintf(stderr, "usage: uniqc [-c] <file\n  -c  print how often each line occurs\n");
  return 2;
}

int main(int argc, char **argv) {
  int counts = 0;
  for (int option; (option = getopt(argc, argv, "c")) != -1;) {
    if (option != 'c') return usage();
    counts = 1;
  }
  if (optind < argc) return usage();
  char *line = NULL;
  size_t size = 0;
  for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    note(line);
  }
  for (size_t i = 0; i < used; i++) {
    if (counts)
      printf("%6ld %s\n", entries[i].count, entries[i].line);
    else
      puts(entries[i].line);
  }
  free(line);
  return 0;
}
