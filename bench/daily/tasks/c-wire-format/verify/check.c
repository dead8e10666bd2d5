#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor.h"

static void expect(int holds, const char *what) {
  if (holds) return;
  printf("FAILED: %s\n", what);
  exit(1);
}

static int contains(const char *path, const char *text) {
  static char page[20000];
  FILE *file = fopen(path, "r");
  page[file ? fread(page, 1, sizeof page - 1, file) : 0] = 0;
  if (file) fclose(file);
  for (char *c = page; *c; c++) *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
  return strstr(page, text) != NULL;
}

int main(void) {
  struct reading in = {.sensor = 0x01020304, .temperature = -2, .humidity = 1000}, out;
  uint8_t bytes[MESSAGE_SIZE];
  const uint8_t want[] = {2, 1, 2, 3, 4, 0xFF, 0xFE, 0x03, 0xE8};
  encode(&in, bytes);
  expect(MESSAGE_SIZE == 9 && memcmp(bytes, want, 9) == 0, "version 2 on the wire");
  expect(decode(want, 9, &out) == 0 && out.sensor == 0x01020304 && out.temperature == -2 && out.humidity == 1000, "version 2 is read");
  const uint8_t old[] = {1, 0, 0, 0, 9, 0x00, 0x64};
  expect(decode(old, 7, &out) == 0 && out.sensor == 9 && out.temperature == 100 && out.humidity == HUMIDITY_UNKNOWN, "version 1 is read");
  expect(HUMIDITY_UNKNOWN == 0xFFFF, "HUMIDITY_UNKNOWN");
  in.humidity = HUMIDITY_UNKNOWN;
  encode(&in, bytes);
  expect(decode(bytes, 9, &out) == 0 && out.humidity == HUMIDITY_UNKNOWN, "unknown in version 2");
  struct reading kept = {.sensor = 5, .temperature = 6, .humidity = 7};
  out = kept;
  const uint8_t bad[] = {2, 1, 2, 3, 4, 0, 0, 0x03, 0xE9};
  expect(decode(bad, 9, &out) == -1, "humidity above 1000");
  expect(decode(want, 7, &out) == -1 && decode(old, 6, &out) == -1 && decode(want, 8, &out) == -1, "too short");
  const uint8_t mixed[] = {1, 0, 0, 0, 9, 0, 0, 0, 0};
  expect(decode(mixed, 9, &out) == -1, "version 1 of the size of version 2");
  const uint8_t later[] = {3, 0, 0, 0, 9, 0, 0, 0, 0};
  expect(decode(later, 9, &out) == -1 && decode(want, 0, &out) == -1, "other versions, nothing");
  expect(out.sensor == 5 && out.temperature == 6 && out.humidity == 7, "unchanged when it is no message");
  expect(contains("PROTOCOL.md", "humidity"), "PROTOCOL.md");
  puts("check: all good");
  return 0;
}
